//! What can be done to a few frames of a base.

#![expect(clippy::cast_precision_loss, reason = "frames of clips of seconds")]

use std::fmt::Write as _;

use super::bases::{RATE, SIZE};
use crate::bench::edit::Random;

/// Size of the planted clips.
pub(super) const CUT_OUT: (u32, u32) = (480, 270);
/// Room for the camera on each side of the middle.
const ROOM: (u32, u32) = ((SIZE.0 - CUT_OUT.0) / 2, (SIZE.1 - CUT_OUT.1) / 2);
/// Frames of the planted shove.
pub(super) const SHOVE: u64 = 6;

/// What is planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing.
    Clean,
    /// Out of focus, 1 (mild) to 3.
    Blur(u32),
    /// A shaking camera, 1 (mild) to 3.
    Shake(u32),
    /// A camera that swings evenly to one side and back: no fault.
    Pan,
    /// Nothing but black.
    Black,
    /// A hand on the lens.
    Covered,
    /// Far too bright.
    Over,
    /// Far too dark.
    Under,
    /// A picture that stands still, in a base that moves.
    Freeze,
    /// A camera on a tripod before what does not move: its noise is all that changes. No fault.
    Tripod,
    /// Twelve pictures a second in a film of thirty: no fault.
    LowRate,
    /// Six frames of fast movement that stop dead.
    Hit,
}

impl Kind {
    /// Everything, once.
    pub(super) const ALL: [Self; 16] = [
        Self::Blur(1),
        Self::Blur(2),
        Self::Blur(3),
        Self::Shake(1),
        Self::Shake(2),
        Self::Shake(3),
        Self::Pan,
        Self::Black,
        Self::Covered,
        Self::Over,
        Self::Under,
        Self::Freeze,
        Self::Tripod,
        Self::LowRate,
        Self::Hit,
        Self::Clean,
    ];

    /// Its name in the truth.
    pub(super) fn name(self) -> String {
        match self {
            Self::Blur(level) => format!("blur{level}"),
            Self::Shake(level) => format!("shake{level}"),
            Self::LowRate => "low rate".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        }
    }
}

/// A piece of a planted clip.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Which of the inputs.
    pub(super) input: usize,
    /// First frame of the base.
    pub(super) from: u64,
    /// How many.
    pub(super) frames: u64,
    /// What is done to them.
    pub(super) kind: Kind,
    /// Frames over which it comes up from black at its start and goes down at its end.
    pub(super) fades: (u64, u64),
}

impl Piece {
    /// The frame, from the piece's start, on which a shove has stopped.
    pub(super) fn stop(&self) -> u64 {
        self.frames / 2
    }

    /// The filters that make it of its frames of the base.
    pub(super) fn filters(&self, random: &mut Random) -> String {
        let (from, end) = (self.from, self.from + self.frames);
        let (trim, still) = if matches!(self.kind, Kind::Freeze | Kind::Tripod) {
            let copies = self.frames - 1;
            let still = format!(",loop=loop={copies}:size=1:start=0,setpts=N/{RATE}/TB");
            (format!("{from}:end_frame={}", from + 1), still)
        } else {
            (format!("{from}:end_frame={end}"), String::new())
        };
        let (x, y) = self.camera(random);
        let (width, height) = CUT_OUT;
        let mut filters = format!(
            "trim=start_frame={trim},setpts=PTS-STARTPTS{still},crop={width}:{height}:x='{x}':y='{y}'"
        );
        let look = match self.kind {
            // As sharp as box filters of radius 1, 2 and 4 leave a picture 320 wide.
            Kind::Blur(1) => ",gblur=sigma=1.2",
            Kind::Blur(2) => ",gblur=sigma=2.1",
            Kind::Blur(_) => ",gblur=sigma=3.9",
            Kind::Black => ",drawbox=color=black:t=fill",
            Kind::Covered => {
                ",gblur=sigma=40,lutyuv=y='22+(val-16)*0.12':u='128+(val-128)*0.3':v='128+(val-128)*0.3',noise=alls=4:allf=t"
            }
            Kind::Over => ",lutyuv=y='min(235,val*1.7+90)'",
            Kind::Under => {
                ",lutyuv=y='16+(val-16)*0.14':u='128+(val-128)*0.3':v='128+(val-128)*0.3'"
            }
            Kind::Tripod => ",noise=alls=7:allf=t",
            Kind::LowRate => ",fps=12:start_time=0,fps=30:start_time=0",
            _ => "",
        };
        filters.push_str(look);
        let seconds = |frames: u64| format!("{:.4}", frames as f64 / RATE as f64);
        if self.fades.0 > 0 {
            let _ = write!(filters, ",fade=t=in:st=0:d={}", seconds(self.fades.0));
        }
        if self.fades.1 > 0 {
            let start = seconds(self.frames - self.fades.1);
            let _ = write!(
                filters,
                ",fade=t=out:st={start}:d={}",
                seconds(self.fades.1)
            );
        }
        filters
    }

    /// Where the camera looks, as ffmpeg's expressions of time.
    fn camera(&self, random: &mut Random) -> (String, String) {
        let (x, y) = ROOM;
        let seconds = self.frames as f64 / RATE as f64;
        match self.kind {
            Kind::Shake(level) => {
                // ± 2, 4 and 8 pixels of 320, as hands shake: several frequencies at once.
                let wide = 1.5 * f64::from(1_u32 << level);
                let mut axis = |middle: u32, most: f64| {
                    let mut phase = || random.below(628) as f64 / 100.0;
                    let (a, b) = (phase(), phase());
                    let most = most.min(f64::from(middle));
                    format!("{middle}+{most:.1}*(0.6*sin(33.3*t+{a:.2})+0.4*sin(54.7*t+{b:.2}))")
                };
                (axis(x, wide), axis(y, wide))
            }
            Kind::Pan => {
                let reach = x - 4;
                (
                    format!("{x}+{reach}*sin(6.2832*t/{seconds:.4})"),
                    y.to_string(),
                )
            }
            Kind::Hit => {
                // Slowly aside, within six frames to the other side, a rest, slowly back.
                let second = |frames: u64| frames as f64 / RATE as f64;
                let (stop, reach) = (self.stop(), f64::from(x - 2));
                let (start, rests) = (second(stop - SHOVE), second(stop + SHOVE));
                let (stop, fast, end) = (second(stop), second(SHOVE), second(self.frames));
                let moved = format!(
                    "if(lt(t,{start:.4}),-0.5*t/{start:.4},\
                     if(lt(t,{stop:.4}),(t-{start:.4})/{fast:.4}-0.5,\
                     if(lt(t,{rests:.4}),0.5,0.5*({end:.4}-t)/{:.4})))",
                    end - rests
                );
                let sign = if random.below(2) == 0 { "+" } else { "-" };
                (
                    format!("{x}{sign}{:.1}*({moved})", 2.0 * reach),
                    y.to_string(),
                )
            }
            _ => (x.to_string(), y.to_string()),
        }
    }
}
