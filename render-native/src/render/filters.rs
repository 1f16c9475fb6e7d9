//! The filter chain that turns any picture into the film's: pure text from checked numbers.
//!
//! The order is: speed, frame rate, fields, alpha, geometry, colour. The rate comes early, since
//! pictures that are dropped need no work; geometry comes before tone mapping, which is dear.

use shared::plan::{Fit, Focus};

use super::segment::{Canvas, Framing, Pattern, Take, Way};
use crate::ffmpeg::probe::{Hdr, Video};

/// The chain for `take`, read in the given way.
pub(super) fn chain(
    canvas: Canvas,
    framing: Framing,
    take: &Take,
    way: Way,
    tone_map: bool,
) -> String {
    let plain = way == Way::Plain;
    let mut filters = Vec::new();
    if way == Way::Sequential {
        // Everything before the instant is decoded and dropped here instead of by the seek.
        let start = seconds(take.start_us);
        filters.push(format!("trim=start={start},setpts=PTS-{start}/TB"));
    }
    if !take.speed.is_normal() {
        let (num, den) = take.speed.terms();
        filters.push(format!("setpts=PTS*{den}/{num}"));
    }
    // Without `start_time` a first picture that comes late makes a gap of one frame.
    filters.push(format!("fps={}:start_time=0", canvas.rate));
    filters.push(picture(canvas, framing, &take.video, plain, tone_map));
    if way == Way::Extended {
        filters.push("tpad=stop=-1:stop_mode=clone".to_owned());
    }
    filters.join(",")
}

/// The chain that shows the first picture of `take` for ever.
pub(super) fn still(canvas: Canvas, framing: Framing, take: &Take, tone_map: bool) -> String {
    // Time stamps are counted anew behind the loop; `fps` alone gives nothing for one picture.
    format!(
        "{},loop=loop=-1:size=1,setpts=N/({rate})/TB,fps={rate}:start_time=0",
        picture(canvas, framing, &take.video, false, tone_map),
        rate = canvas.rate,
    )
}

/// A source filter: a plain dark picture.
pub(super) fn slate(canvas: Canvas) -> String {
    format!(
        "color=c=0x141414:s={}x{}:r={},format=yuv420p,{TAGS}",
        canvas.width, canvas.height, canvas.rate
    )
}

/// A source filter: a test picture.
pub(super) fn pattern(canvas: Canvas, pattern: Pattern) -> String {
    let source = match pattern {
        Pattern::Moving => "testsrc2",
        Pattern::Counting => "testsrc",
    };
    format!(
        "{source}=s={}x{}:r={},format=yuv420p,{TAGS}",
        canvas.width, canvas.height, canvas.rate
    )
}

/// The colours that every segment has and says it has.
const TAGS: &str = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709";

/// Fields, alpha, geometry and colour.
fn picture(canvas: Canvas, framing: Framing, video: &Video, plain: bool, tone_map: bool) -> String {
    let mut filters = Vec::new();
    if video.interlaced && !plain {
        filters.push("bwdif=mode=send_frame:deint=interlaced".to_owned());
    }
    if has_alpha(&video.pix_fmt) && !plain {
        // What is transparent becomes black, not whatever colour lies behind it.
        filters.push("format=gbrap,premultiply=inplace=1".to_owned());
    }
    let hdr = video.colour.hdr().filter(|_| tone_map && !plain);
    // swscale converts while it scales, unless tone mapping converts afterwards.
    let convert = if hdr.is_some() {
        String::new()
    } else {
        conversion(video)
    };
    let fit = match framing.fit {
        Fit::Blur if plain => Fit::Pad,
        fit => fit,
    };
    filters.push(geometry(canvas, Framing { fit, ..framing }, &convert));
    if let Some(hdr) = hdr {
        filters.push(tone_mapping(hdr, video));
    }
    filters.push("setsar=1".to_owned());
    filters.push("format=yuv420p".to_owned());
    filters.push(TAGS.to_owned());
    filters.join(",")
}

/// Scaling by the shape as shown: `dar` holds the pixels' own shape and the rotation, which ffmpeg
/// applies before. Sizes are rounded to even numbers, outwards when cropping, inwards when padding.
fn geometry(canvas: Canvas, framing: Framing, convert: &str) -> String {
    let Canvas {
        width: w,
        height: h,
        ..
    } = canvas;
    let cover = |w: u32, h: u32| {
        format!(
            "scale=w='if(gt(dar,{w}/{h}),max({w},ceil({h}*dar/2)*2),{w})'\
             :h='if(gt(dar,{w}/{h}),{h},max({h},ceil({w}/dar/2)*2))'\
             :flags=bicubic{convert},crop={w}:{h}"
        )
    };
    let contain = format!(
        "scale=w='if(gt(dar,{w}/{h}),{w},max(2,min({w},round({h}*dar/2)*2)))'\
         :h='if(gt(dar,{w}/{h}),max(2,min({h},round({w}/dar/2)*2)),{h})'\
         :flags=bicubic{convert}"
    );
    match framing.fit {
        Fit::Crop => cover(w, h) + &offset(framing.focus),
        Fit::Pad => format!("{contain},setsar=1,pad={w}:{h}:(ow-iw)/2:(oh-ih)/2"),
        Fit::Blur => {
            // Blurred small and enlarged: the same to the eye and much cheaper.
            let small = |side: u32| (side / 8).max(2).next_multiple_of(2);
            let (sw, sh) = (small(w), small(h));
            let back = cover(sw, sh);
            format!(
                "split[front][back];[back]{back},setsar=1,\
                 boxblur=lr='min(6,min(w,h)/4)':lp=2:cr='min(3,min(cw,ch)/4)':cp=2,\
                 scale={w}:{h}:flags=bilinear,setsar=1[behind];\
                 [front]{contain},setsar=1[before];\
                 [behind][before]overlay=(W-w)/2:(H-h)/2:format=auto"
            )
        }
    }
}

/// Where the window of a crop lies in what stands over. In the middle it lies by itself, and a
/// filter that says nothing of it is the one that films without a focus have.
fn offset(focus: Focus) -> String {
    if focus == Focus::CENTRE {
        return String::new();
    }
    let Focus {
        x_permille: x,
        y_permille: y,
    } = focus;
    format!(":(iw-ow)*{x}/1000:(ih-oh)*{y}/1000")
}

/// Options of `scale` that turn the source's numbers into BT.709 in video range. A file that does
/// not say which matrix it uses is read as players read it: by its size.
fn conversion(video: &Video) -> String {
    let is_rgb = ["rgb", "bgr", "gbr", "pal8", "argb", "abgr"]
        .iter()
        .any(|name| video.pix_fmt.starts_with(name));
    let from = match video.colour.space.as_deref() {
        _ if is_rgb => "auto",
        None if video.width.max(video.height) >= 1280 || video.width.min(video.height) >= 720 => {
            "bt709"
        }
        None => "smpte170m",
        // Converted as if not constant: the nearest that there is.
        Some("bt2020c" | "bt2020nc") => "bt2020",
        Some(_) => "auto",
    };
    format!(":in_color_matrix={from}:out_color_matrix=bt709:out_range=tv")
}

/// High dynamic range to BT.709. The transfer is known; matrix and primaries are taken from the
/// file where it says them, else as its standard has them.
fn tone_mapping(hdr: Hdr, video: &Video) -> String {
    let transfer = match hdr {
        Hdr::Pq => "smpte2084",
        Hdr::Hlg => "arib-std-b67",
    };
    let primaries = match video.colour.primaries.as_deref() {
        Some("bt709") => "bt709",
        Some("smpte432") => "smpte432",
        _ => "bt2020",
    };
    let matrix = match video.colour.space.as_deref() {
        Some("bt709") => "bt709",
        Some("bt2020c") => "bt2020c",
        _ => "bt2020nc",
    };
    let range = if video.colour.range.as_deref() == Some("pc") {
        "full"
    } else {
        "limited"
    };
    format!(
        "zscale=tin={transfer}:pin={primaries}:min={matrix}:rin={range}:t=linear:npl=100,\
         format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,\
         zscale=t=bt709:m=bt709:p=bt709:r=limited"
    )
}

fn has_alpha(pix_fmt: &str) -> bool {
    pix_fmt.starts_with("yuva")
        || pix_fmt.starts_with("gbrap")
        || ["rgba", "bgra", "argb", "abgr", "ya8", "ya16", "pal8"]
            .iter()
            .any(|name| pix_fmt.starts_with(name))
}

/// Microseconds as seconds with six decimals, exact.
pub(super) fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}
