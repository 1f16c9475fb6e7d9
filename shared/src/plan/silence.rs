//! A film that is longer than what is left of its song.

use super::model::Plan;
use crate::decision::{Decision, DecisionCode};
use crate::rate::Rate;
use crate::time::{Music, Rounding, Time};

impl Plan {
    /// Whole frames at the end of the film that begin after the song is over.
    ///
    /// The song ends where the plan's beats say, else where its media reference says, else
    /// `measured_us` microseconds after its first sample; 0 where none of them says.
    #[must_use]
    pub fn silent_frames(&self, measured_us: Option<u64>) -> u64 {
        let Some(end) = self.song_end(measured_us) else {
            return 0;
        };
        let heard = end
            .checked_sub(1)
            .filter(|last| *last >= self.music.source_start)
            .and_then(|last| self.frame_at(last))
            .map_or(0, |frame| frame.saturating_add(1));
        self.record_duration().saturating_sub(heard)
    }

    /// What is to be told of a film that is longer than its song; `measured_us` as for
    /// [`Plan::silent_frames`].
    #[must_use]
    pub fn song_ends_early(&self, measured_us: Option<u64>) -> Option<Decision> {
        let frames = self.silent_frames(measured_us);
        let seconds =
            Time::<Music>::new(i64::try_from(frames).ok()?, self.output.rate).as_seconds();
        (frames > 0).then(|| {
            Decision::about(
                DecisionCode::SongEndsEarly,
                "the song",
                format!(
                    "it ends before the film: the last {frames} frame{} ({seconds:.3} s) of {} \
                     are silent",
                    if frames == 1 { "" } else { "s" },
                    self.record_duration()
                ),
            )
        })
    }

    /// Samples of the song at the rate of the plan's music axis.
    fn song_end(&self, measured_us: Option<u64>) -> Option<u64> {
        if let Some(grid) = &self.music.beat_grid {
            return Some(grid.duration);
        }
        let us = self.music.media.duration_us.or(measured_us)?;
        let end = Time::<Music>::new(i64::try_from(us).ok()?, Rate::MICROSECONDS)
            .rescaled(self.music.rate()?, Rounding::Ceil)?;
        u64::try_from(end.ticks()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A film of 100 frames at 25 a second over a song of which nothing is known.
    fn plan(source_start: u64) -> Plan {
        Plan::from_json(&format!(
            r#"{{"schema":"autocut-plan/1","output":{{"width":160,"height":90,"rate":"25"}},
            "music":{{"media":{{"path":"song.wav"}},"source_start":{source_start}}},
            "media":[{{"path":"a.mp4"}}],
            "slots":[{{"record_start":0,"record_duration":100,"clip":{{"media":0,"source_start":0}}}}]}}"#
        ))
        .unwrap()
    }

    #[test]
    fn only_frames_that_begin_after_the_song_are_silent() {
        let plan = plan(0);
        for (song_us, silent) in [
            (None, 0),
            (Some(4_000_000), 0),
            (Some(9_000_000), 0),
            // The song ends during the last frame.
            (Some(3_960_001), 0),
            (Some(3_960_000), 1),
            (Some(3_000_000), 25),
            (Some(0), 100),
        ] {
            assert_eq!(plan.silent_frames(song_us), silent, "{song_us:?}");
        }
    }

    #[test]
    fn the_song_before_the_film_does_not_count() {
        // The film begins 2 s into the song, at 48 000 samples a second.
        let plan = plan(96_000);
        assert_eq!(plan.silent_frames(Some(6_000_000)), 0);
        assert_eq!(plan.silent_frames(Some(3_000_000)), 75);
        assert_eq!(plan.silent_frames(Some(1_000_000)), 100);
    }

    #[test]
    fn it_is_told_in_frames_and_seconds() {
        let plan = plan(0);
        assert_eq!(plan.song_ends_early(Some(4_000_000)), None);
        let told = plan.song_ends_early(Some(3_000_000)).unwrap();
        assert_eq!(told.code, DecisionCode::SongEndsEarly);
        assert_eq!(
            told.detail,
            "it ends before the film: the last 25 frames (1.000 s) of 100 are silent"
        );
    }
}
