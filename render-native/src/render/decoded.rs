//! How many pictures a damaged source really gave. The film's frame rate repeats a picture until
//! the next one comes, so that the right number of frames may all show the same.

use std::ops::ControlFlow;

use shared::rate::Rate;
use shared::time::{Rounding, converted};

use super::command::counting;
use super::error::RenderError;
use super::judge::{Fault, Good};
use super::segment::{Picture, Segment, Take, Way};
use super::worker::Shop;
use crate::ffmpeg;
use crate::process::{self, Command, Limits, Lines};

/// Less than one picture in so many is no footage any more: most of what is shown stands still.
const LEAST_SHARE: u64 = 2;

impl Shop<'_> {
    /// Whether enough of a source that the decoder complained of was decoded to be called the
    /// planned footage. It is decoded once more for that; damage is rare.
    pub(super) fn is_footage(
        &self,
        segment: &Segment,
        picture: &Picture<'_>,
        good: Good,
    ) -> Result<Result<Good, Fault>, RenderError> {
        let (Picture::Take { take, way }, 1..) = (picture, good.damage) else {
            return Ok(Ok(good));
        };
        let rate = take.video.average_rate.or(take.video.rate);
        let (Some(rate), false) = (rate, *way == Way::Extended) else {
            return Ok(Ok(good));
        };
        let shown_us = shown_us(segment, take);
        let wanted = pictures(shown_us, rate);
        let counted = self.counted(take, *way, shown_us)?;
        let Some(counted) = counted.filter(|counted| counted * LEAST_SHARE < wanted) else {
            return Ok(Ok(good));
        };
        let frames = u64::from(segment.frames) * counted / wanted.max(1);
        Ok(Err(Fault::Short {
            frames: u32::try_from(frames).unwrap_or(u32::MAX),
            said: format!(
                "only {counted} of about {wanted} pictures can be decoded; {}",
                good.complaint.unwrap_or_default()
            ),
        }))
    }

    /// How many pictures are decoded. `None` if that cannot be told.
    fn counted(&self, take: &Take, way: Way, us: u64) -> Result<Option<u64>, RenderError> {
        let command = Command::new(&self.job.tools.ffmpeg).args(counting(take, way, us));
        let mut lines = Lines::default();
        let mut counted = 0;
        let limits = Limits {
            stall: self.job.settings.stall,
            ..Limits::JOB
        };
        let ran = process::run(&command, limits, self.interrupt, &mut |chunk| {
            lines.push(chunk, |line| {
                counted = ffmpeg::progress::frames(line).unwrap_or(counted);
            });
            ControlFlow::Continue(())
        });
        RenderError::if_interrupted(self.interrupt, self.job.work.root())?;
        Ok(ran.is_ok_and(|ran| ran.success()).then_some(counted))
    }
}

/// How much of the source a segment shows, in microseconds.
fn shown_us(segment: &Segment, take: &Take) -> u64 {
    let rate = segment.canvas.rate;
    let (num, den) = take.speed.terms();
    let us = u128::from(segment.frames) * u128::from(rate.den()) * 1_000_000 * u128::from(num)
        / (u128::from(rate.num()) * u128::from(den)).max(1);
    u64::try_from(us).unwrap_or(u64::MAX)
}

/// How many pictures of a steady source that is.
fn pictures(us: u64, rate: Rate) -> u64 {
    converted(us, Rate::MICROSECONDS, rate, Rounding::Floor).unwrap_or(u64::MAX)
}
