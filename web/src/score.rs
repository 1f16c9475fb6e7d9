//! The song on the film's axis: beats, bars and sections by frame.

use shared::music::{BeatGrid, SectionLabel};
use shared::plan::{Cut, CutKind, Plan};
use shared::rate::Rate;
use shared::time::{Music, Record, Rounding, Time};

use crate::viewport::place;

/// A beat.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Where it sounds, between frames.
    pub place: f64,
    /// The frame that is on screen when it sounds: where a cut on it would be.
    pub frame: u64,
    /// The sample of the song.
    pub sample: u64,
    /// Whether it is the first of its bar.
    pub downbeat: bool,
    /// Number of its bar in the song, counting from 1; 0 before the first downbeat.
    pub bar: u32,
    /// Energy of the music from here to the next beat, 0 to 1000, evened out over a bar.
    pub energy: u16,
}

/// A section.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Where it begins; not before the film.
    pub start: f64,
    /// Where it ends; not after the film.
    pub end: f64,
    /// The same in frames, for loops.
    pub frames: (u64, u64),
    /// Its first sample.
    pub sample: u64,
    /// What it sounds like.
    pub label: SectionLabel,
    /// Its mean energy, 0 to 1000.
    pub energy: u16,
}

/// Everything of the song that sounds during the film.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Frames a second of the film.
    pub rate: Rate,
    /// Frames of the film.
    pub frames: u64,
    /// Beats in the film, in order.
    pub beats: Vec<Mark>,
    /// Sections in the film, in order.
    pub sections: Vec<Band>,
    /// Beats in most bars; 0 if unknown.
    pub beats_per_bar: u8,
    /// Frames from a beat to the next, the median; 0 without beats.
    pub beat_frames: f64,
    /// Where the film begins in the song, in samples.
    opening: u64,
    /// Samples a second.
    samples: Rate,
}

impl Score {
    /// The song under a plan. `grid` is what is known of it now, which may be newer than the plan.
    #[must_use]
    pub fn of_plan(plan: &Plan, grid: Option<&BeatGrid>) -> Option<Self> {
        let grid = grid.or(plan.music.beat_grid.as_ref());
        let frames = plan.record_duration();
        Self::new(
            grid,
            plan.music.rate()?,
            plan.music.source_start,
            plan.output.rate,
            frames,
        )
    }

    /// A whole song before there is a plan, at the rate that the film will have.
    #[must_use]
    pub fn of_song(grid: &BeatGrid, rate: Rate) -> Option<Self> {
        let samples = Rate::whole(grid.rate).ok()?;
        let length = Time::<Music>::new(i64::try_from(grid.duration).ok()?, samples);
        let frames = length.rescaled(rate, Rounding::Floor)?.ticks();
        Self::new(Some(grid), samples, 0, rate, u64::try_from(frames).ok()?)
    }

    fn new(
        grid: Option<&BeatGrid>,
        samples: Rate,
        opening: u64,
        rate: Rate,
        frames: u64,
    ) -> Option<Self> {
        let mut score = Self {
            rate,
            frames,
            beats: Vec::new(),
            sections: Vec::new(),
            beats_per_bar: grid.map_or(0, |grid| grid.beats_per_bar),
            beat_frames: 0.0,
            opening,
            samples,
        };
        let Some(grid) = grid else {
            return Some(score);
        };
        score.samples = Rate::whole(grid.rate).ok()?;
        let mut bar = 0_u32;
        for (index, beat) in grid.beats.iter().enumerate() {
            let downbeat = beat.position == 1;
            bar += u32::from(downbeat);
            let Some(frame) = score.frame_of(beat.at).filter(|frame| *frame < frames) else {
                continue;
            };
            score.beats.push(Mark {
                place: score.place_of(beat.at),
                frame,
                sample: beat.at,
                downbeat,
                bar,
                energy: even(grid, index),
            });
        }
        score.beat_frames = median(
            score
                .beats
                .windows(2)
                .filter_map(|pair| Some(pair.last()?.place - pair.first()?.place))
                .collect(),
        );
        let end = place(frames);
        score.sections = grid
            .sections
            .iter()
            .filter_map(|section| {
                let inside = |sample| score.place_of(sample).clamp(0.0, end);
                let (start, end) = (inside(section.start), inside(section.end));
                let frame = |sample| score.frame_of(sample).unwrap_or(0).min(frames);
                (start < end).then(|| Band {
                    start,
                    end,
                    frames: (frame(section.start), frame(section.end)),
                    sample: section.start,
                    label: section.label,
                    energy: section.energy_permille,
                })
            })
            .collect();
        Some(score)
    }

    /// Where a sample sounds; before 0 if that is before the film.
    #[must_use]
    pub fn place_of(&self, sample: u64) -> f64 {
        (place(sample) - place(self.opening)) / self.samples.as_f64() * self.rate.as_f64()
    }

    /// The second of the song that sounds at a place of the film.
    #[must_use]
    pub fn song_seconds(&self, at: f64) -> f64 {
        place(self.opening) / self.samples.as_f64() + at / self.rate.as_f64()
    }

    /// The sample of the song that sounds when a frame begins, rounded down.
    #[must_use]
    pub fn sample_of(&self, frame: u64) -> Option<u64> {
        let frame = Time::<Record>::new(i64::try_from(frame).ok()?, self.rate);
        let opening = Time::<Music>::new(i64::try_from(self.opening).ok()?, self.samples);
        u64::try_from(frame.to_music(opening, self.samples)?.ticks()).ok()
    }

    /// The frame on screen when a sample sounds; none before the film.
    fn frame_of(&self, sample: u64) -> Option<u64> {
        let at = Time::<Music>::new(i64::try_from(sample).ok()?, self.samples);
        let opening = Time::<Music>::new(i64::try_from(self.opening).ok()?, self.samples);
        u64::try_from(at.to_record(opening, self.rate)?.ticks()).ok()
    }

    /// The first beat after a frame.
    #[must_use]
    pub fn beat_after(&self, frame: u64) -> Option<&Mark> {
        let at = self.beats.partition_point(|beat| beat.frame <= frame);
        self.beats.get(at)
    }

    /// The last beat before a frame.
    #[must_use]
    pub fn beat_before(&self, frame: u64) -> Option<&Mark> {
        let at = self.beats.partition_point(|beat| beat.frame < frame);
        self.beats.get(at.checked_sub(1)?)
    }

    /// The beats on screen from one frame to another.
    #[must_use]
    pub fn beats_within(&self, first: u64, last: u64) -> &[Mark] {
        let from = self.beats.partition_point(|beat| beat.frame < first);
        let to = self.beats.partition_point(|beat| beat.frame <= last);
        self.beats.get(from..to).unwrap_or_default()
    }

    /// The section on screen at a frame.
    #[must_use]
    pub fn section_at(&self, frame: u64) -> Option<&Band> {
        let at = self
            .sections
            .partition_point(|band| band.frames.0 <= frame)
            .checked_sub(1)?;
        let band = self.sections.get(at)?;
        (frame < band.frames.1).then_some(band)
    }

    /// What a cut at a frame is on: the strongest of what sounds during it, if anything does.
    #[must_use]
    pub fn cut_at(&self, frame: u64) -> Option<Cut> {
        let beat = self
            .beats_within(frame, frame)
            .iter()
            .max_by_key(|beat| beat.downbeat)?;
        let begins = |band: &Band| beat.downbeat && self.frame_of(band.sample) == Some(frame);
        let on = if self.sections.iter().any(begins) {
            CutKind::Section
        } else if beat.downbeat {
            CutKind::Downbeat
        } else {
            CutKind::Beat
        };
        Some(Cut {
            at: beat.sample,
            on,
        })
    }
}

/// A beat's energy evened out over a bar around it: what is heard as loud does not flicker.
fn even(grid: &BeatGrid, index: usize) -> u16 {
    let reach = usize::from(grid.beats_per_bar.clamp(2, 12)) / 2;
    let around = index.saturating_sub(reach)..(index + reach).min(grid.beats.len());
    let beats = grid.beats.get(around).unwrap_or_default();
    let sum: u64 = beats
        .iter()
        .map(|beat| u64::from(beat.energy_permille))
        .sum();
    let mean = sum.checked_div(u64::try_from(beats.len()).unwrap_or(1));
    u16::try_from(mean.unwrap_or(0)).unwrap_or(1000)
}

fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    values.sort_by(f64::total_cmp);
    values.get(middle).copied().unwrap_or(0.0)
}

/// A plan and a song to test with.
#[cfg(test)]
pub(crate) mod made_up {
    use super::*;
    use shared::media::{MediaPath, MediaReference};
    use shared::music::{Beat, Section};
    use shared::plan::{Clip, MusicTrack, Output, Slot};
    use std::collections::BTreeMap;

    /// `bars` bars of four beats, 22,050 samples each, beginning at sample 1000; two sections.
    pub(crate) fn grid(bars: u64) -> BeatGrid {
        let beat = |n: u64| Beat {
            at: 1000 + n * 22_050,
            position: u8::try_from(n % 4 + 1).unwrap(),
            energy_permille: u16::try_from(n * 1000 / (bars * 4)).unwrap(),
            confidence_permille: 1000,
        };
        let section = |from: u64, to: u64, label| Section {
            start: 1000 + from * 88_200,
            end: 1000 + to * 88_200,
            label,
            energy_permille: 500,
        };
        BeatGrid {
            rate: 44_100,
            duration: bars * 88_200 + 2000,
            tempo_millibpm: 120_000,
            confidence_permille: 900,
            beats_per_bar: 4,
            beats: (0..bars * 4).map(beat).collect(),
            sections: vec![
                section(0, bars / 2, SectionLabel::Intro),
                section(bars / 2, bars, SectionLabel::Drop),
            ],
            readings: Vec::new(),
            landmarks: Vec::new(),
            analysis: BTreeMap::new(),
        }
    }

    /// Slots of these lengths at 30 frames a second over [`grid`], from the first beat on. Clips
    /// are 10 s long and begin at 2 s.
    pub(crate) fn plan(lengths: &[u32]) -> Plan {
        let media = |name: &[u8]| MediaReference {
            duration_us: Some(10_000_000),
            ..MediaReference::by_path(MediaPath::from_bytes(name))
        };
        let mut at = 0;
        let slots = lengths.iter().map(|length| {
            let start = at;
            at += u64::from(*length);
            Slot {
                record_start: start,
                record_duration: *length,
                cut: None,
                clip: Clip::new(0, 2_000_000),
                alternates: Vec::new(),
                fit: None,
                focus: None,
                locked: false,
                extra: BTreeMap::new(),
            }
        });
        let slots = slots.collect();
        Plan {
            schema: shared::plan::SCHEMA.to_owned(),
            made_by: None,
            output: Output {
                width: 1920,
                height: 1080,
                rate: Rate::whole(30).unwrap(),
                fit: shared::plan::Fit::Crop,
                extra: BTreeMap::new(),
            },
            music: MusicTrack {
                media: media(b"song.mp3"),
                source_start: 1000,
                beat_grid: Some(grid(at.div_ceil(60) + 1)),
                extra: BTreeMap::new(),
            },
            media: vec![media(b"clips/beach.mp4")],
            slots,
            decisions: Vec::new(),
            extra: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_fall_where_the_plan_itself_puts_them() {
        let mut plan = made_up::plan(&[40, 41, 39, 300]);
        plan.output.rate = "30000/1001".parse().unwrap();
        plan.music.source_start = 1234;
        let score = Score::of_plan(&plan, None).unwrap();
        assert!(score.beats.len() > 20);
        for beat in &score.beats {
            assert_eq!(plan.frame_at(beat.sample), Some(beat.frame));
            let early = beat.place - place(beat.frame);
            assert!((0.0..1.0).contains(&early), "{beat:?}");
            let cut = score.cut_at(beat.frame).unwrap();
            assert_eq!(plan.frame_at(cut.at), Some(beat.frame));
        }
        assert_eq!(score.cut_at(1), None);
    }

    #[test]
    fn beats_before_the_film_and_after_it_are_not_in_it() {
        let mut plan = made_up::plan(&[60]);
        plan.music.source_start = 1000 + 22_050 * 2;
        let score = Score::of_plan(&plan, None).unwrap();
        let frames: Vec<u64> = score.beats.iter().map(|beat| beat.frame).collect();
        assert_eq!(frames, [0, 15, 30, 45]);
        // The bars keep their numbers.
        let bars: Vec<u32> = score.beats.iter().map(|beat| beat.bar).collect();
        assert_eq!(bars, [1, 1, 2, 2]);
    }

    #[test]
    fn sections_are_cut_to_the_film() {
        let score = Score::of_plan(&made_up::plan(&[60, 30]), None).unwrap();
        assert_eq!(score.sections.len(), 2);
        assert_eq!(score.sections[1].frames, (60, 90));
        assert!((score.sections[1].end - 90.0).abs() < 1e-9);
        assert_eq!(score.section_at(59).unwrap().label, SectionLabel::Intro);
        assert_eq!(score.section_at(60).unwrap().label, SectionLabel::Drop);
        assert_eq!(score.cut_at(60).unwrap().on, CutKind::Section);
        assert_eq!(score.cut_at(45).unwrap().on, CutKind::Beat);
    }

    #[test]
    fn of_two_beats_in_a_frame_the_first_of_a_bar_counts() {
        let mut plan = made_up::plan(&[4]);
        plan.output.rate = Rate::whole(1).unwrap();
        // The film begins a beat before a bar's first.
        plan.music.source_start = 1000 + 22_050 * 3;
        plan.music.beat_grid = Some(made_up::grid(8));
        let score = Score::of_plan(&plan, None).unwrap();
        assert_eq!(score.beats_within(0, 0).len(), 2);
        assert_eq!(score.cut_at(0).unwrap().on, CutKind::Downbeat);
        assert_eq!(score.cut_at(1).unwrap().on, CutKind::Beat);
    }

    #[test]
    fn one_finds_the_beats_around_a_frame() {
        let score = Score::of_plan(&made_up::plan(&[120]), None).unwrap();
        assert_eq!(score.beat_after(15).unwrap().frame, 30);
        assert_eq!(score.beat_before(15).unwrap().frame, 0);
        assert_eq!(score.beat_before(0), None);
        assert_eq!(score.beats_within(15, 45).len(), 3);
        assert!((score.beat_frames - 15.0).abs() < 1e-9);
    }

    #[test]
    fn a_song_without_a_plan_is_all_there() {
        let grid = made_up::grid(8);
        let score = Score::of_song(&grid, Rate::whole(25).unwrap()).unwrap();
        assert_eq!(score.frames, 401);
        assert_eq!(score.beats.len(), 32);
        assert_eq!(score.sample_of(25), Some(44_100));
        assert!((score.song_seconds(25.0) - 1.0).abs() < 1e-12);
    }
}
