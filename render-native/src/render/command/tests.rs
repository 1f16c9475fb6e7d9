use std::path::PathBuf;

use shared::fingerprint::Fingerprint;
use shared::plan::{Fit, Focus, Speed};
use shared::rate::Rate;

use super::*;
use crate::ffmpeg::probe::{Colour, Video};
use crate::render::encoder::Encoder;
use crate::render::segment::{Canvas, Encode, Framing, Pattern, Take};

fn video(pix_fmt: &str, colour: Colour) -> Video {
    Video {
        index: 0,
        codec: "hevc".to_owned(),
        width: 1920,
        height: 1080,
        sar: (1, 1),
        rotation: 0,
        rate: None,
        average_rate: None,
        clock: Rate::whole(30_000).unwrap(),
        pix_fmt: pix_fmt.to_owned(),
        bits: 8,
        colour,
        still: false,
        interlaced: false,
        start_us: 0,
        duration_us: None,
        frames: None,
    }
}

fn take(video: Video) -> Take {
    Take {
        media: 0,
        path: PathBuf::from("/clips/a b.mp4"),
        fingerprint: Fingerprint::of(0, []),
        video,
        start_us: 1_000_001,
        origin_us: 0,
        speed: Speed::default(),
    }
}

fn segment(fit: Fit) -> Segment {
    Segment {
        index: 7,
        frames: 14,
        canvas: Canvas {
            width: 1280,
            height: 720,
            rate: "30000/1001".parse().unwrap(),
        },
        framing: Framing {
            fit,
            focus: Focus::CENTRE,
        },
        encode: Encode {
            encoder: Encoder::default(),
            hardware: None,
            threads: 1,
            tone_map: true,
            footprint: Footprint::Usual,
        },
    }
}

fn asked(picture: &Picture<'_>, fit: Fit) -> String {
    shown(arguments(&segment(fit), picture, Path::new("/w/seg/.tmp")))
}

fn filter_of(picture: &Picture<'_>, fit: Fit) -> String {
    let args = arguments(&segment(fit), picture, Path::new("/x"));
    let at = args.iter().position(|arg| arg == "-vf").unwrap();
    args[at + 1].to_str().unwrap().to_owned()
}

#[test]
fn the_direct_way() {
    let take = take(video("yuv420p", Colour::default()));
    let way = Way::Seek;
    insta::assert_snapshot!(asked(&Picture::Take { take: &take, way }, Fit::Crop), @r#"
    -hide_banner
    -nostdin
    -v level+warning
    -y
    -max_alloc 536870912
    -filter_threads 1
    -threads 1
    -ss 1.000001
    -protocol_whitelist file
    -format_whitelist FORMATS
    -max_pixels 67108864
    -i file:/clips/a b.mp4
    -map 0:0
    -an
    -sn
    -dn
    -vf fps=30000/1001:start_time=0,scale=w='if(gt(dar,1280/720),max(1280,ceil(720*dar/2)*2),1280)':h='if(gt(dar,1280/720),720,max(720,ceil(1280/dar/2)*2))':flags=bicubic:in_color_matrix=bt709:out_color_matrix=bt709:out_range=tv,crop=1280:720,setsar=1,format=yuv420p,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709
    -map_metadata -1
    -map_chapters -1
    -write_tmcd 0
    -fflags +bitexact
    -flags +bitexact
    -frames:v 14
    -c:v libx264
    -preset veryfast
    -crf 20
    -profile:v high
    -threads 1
    -x264-params keyint=60:open-gop=0:stitchable=1:chromaloc=0
    -video_track_timescale 30000
    -movie_timescale 30000
    -progress pipe:1
    -f mp4 file:/w/seg/.tmp
    "#);
}

#[test]
fn the_smallest_footprint_changes_threads_and_looking_ahead_and_nothing_else() {
    let take = take(video("yuv420p", Colour::default()));
    let picture = Picture::Take {
        take: &take,
        way: Way::Seek,
    };
    let mut segment = segment(Fit::Crop);
    segment.encode.threads = 4;
    let out = Path::new("/w/seg/.tmp");
    let usual = arguments(&segment, &picture, out);
    segment.encode = segment.encode.within(Footprint::Smallest);
    let smallest = arguments(&segment, &picture, out);
    let changed: Vec<_> = usual
        .iter()
        .zip(&smallest)
        .filter(|(a, b)| a != b)
        .collect();
    assert_eq!(usual.len(), smallest.len());
    let words = |text: &str| std::ffi::OsString::from(text);
    let params = "keyint=60:open-gop=0:stitchable=1:chromaloc=0";
    let small = format!("{params}:rc-lookahead=0:sync-lookahead=0:mbtree=0");
    let (four, one) = (words("4"), words("1"));
    let (params, small) = (words(params), words(&small));
    // Filters, decoder, encoder.
    assert_eq!(
        changed,
        [
            (&four, &one),
            (&four, &one),
            (&four, &one),
            (&params, &small)
        ]
    );
}

#[test]
fn the_slate_needs_no_input() {
    insta::assert_snapshot!(asked(&Picture::Slate, Fit::Crop), @r#"
    -hide_banner
    -nostdin
    -v level+warning
    -y
    -max_alloc 536870912
    -filter_threads 1
    -filter_complex color=c=0x141414:s=1280x720:r=30000/1001,format=yuv420p,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709[slate]
    -map [slate]
    -map_metadata -1
    -map_chapters -1
    -write_tmcd 0
    -fflags +bitexact
    -flags +bitexact
    -frames:v 14
    -c:v libx264
    -preset veryfast
    -crf 20
    -profile:v high
    -threads 1
    -x264-params keyint=60:open-gop=0:stitchable=1:chromaloc=0
    -video_track_timescale 30000
    -movie_timescale 30000
    -progress pipe:1
    -f mp4 file:/w/seg/.tmp
    "#);
}

#[test]
fn the_sequential_way_drops_what_lies_before_by_filter() {
    let take = take(video("yuv420p", Colour::default()));
    let way = Way::Sequential;
    insta::assert_snapshot!(filter_of(&Picture::Take { take: &take, way }, Fit::Pad), @r#"
    trim=start=1.000001,setpts=PTS-1.000001/TB,fps=30000/1001:start_time=0,scale=w='if(gt(dar,1280/720),1280,max(2,min(1280,round(720*dar/2)*2)))':h='if(gt(dar,1280/720),max(2,min(720,round(1280/dar/2)*2)),720)':flags=bicubic:in_color_matrix=bt709:out_color_matrix=bt709:out_range=tv,setsar=1,pad=1280:720:(ow-iw)/2:(oh-ih)/2,setsar=1,format=yuv420p,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709
    "#);
}

#[test]
fn high_dynamic_range_is_mapped_after_scaling_and_only_where_that_is_possible() {
    let colour = Colour {
        transfer: Some("arib-std-b67".to_owned()),
        ..Colour::default()
    };
    let take = take(video("yuv420p10le", colour));
    let way = Way::Seek;
    insta::assert_snapshot!(filter_of(&Picture::Take { take: &take, way }, Fit::Crop), @r#"
    fps=30000/1001:start_time=0,scale=w='if(gt(dar,1280/720),max(1280,ceil(720*dar/2)*2),1280)':h='if(gt(dar,1280/720),720,max(720,ceil(1280/dar/2)*2))':flags=bicubic,crop=1280:720,zscale=tin=arib-std-b67:pin=bt2020:min=bt2020nc:rin=limited:t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:p=bt709:r=limited,setsar=1,format=yuv420p,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709
    "#);
    let way = Way::Plain;
    assert!(!filter_of(&Picture::Take { take: &take, way }, Fit::Crop).contains("zscale"));
}

#[test]
fn slow_motion_and_a_blurred_background() {
    let mut take = take(video("yuva420p", Colour::default()));
    take.speed = Speed::new(1, 2).unwrap();
    let way = Way::Seek;
    insta::assert_snapshot!(filter_of(&Picture::Take { take: &take, way }, Fit::Blur), @r#"
    setpts=PTS*2/1,fps=30000/1001:start_time=0,format=gbrap,premultiply=inplace=1,split[front][back];[back]scale=w='if(gt(dar,160/90),max(160,ceil(90*dar/2)*2),160)':h='if(gt(dar,160/90),90,max(90,ceil(160/dar/2)*2))':flags=bicubic:in_color_matrix=bt709:out_color_matrix=bt709:out_range=tv,crop=160:90,setsar=1,boxblur=lr='min(6,min(w,h)/4)':lp=2:cr='min(3,min(cw,ch)/4)':cp=2,scale=1280:720:flags=bilinear,setsar=1[behind];[front]scale=w='if(gt(dar,1280/720),1280,max(2,min(1280,round(720*dar/2)*2)))':h='if(gt(dar,1280/720),max(2,min(720,round(1280/dar/2)*2)),720)':flags=bicubic:in_color_matrix=bt709:out_color_matrix=bt709:out_range=tv,setsar=1[before];[behind][before]overlay=(W-w)/2:(H-h)/2:format=auto,setsar=1,format=yuv420p,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709
    "#);
}

#[test]
fn a_focus_moves_the_window_of_a_crop_and_of_nothing_else() {
    let take = take(video("yuv420p", Colour::default()));
    let focused = |fit, picture: &Picture<'_>| {
        let mut segment = segment(fit);
        segment.framing.focus = Focus {
            x_permille: 250,
            y_permille: 1000,
        };
        let args = arguments(&segment, picture, Path::new("/x"));
        let at = args.iter().position(|arg| arg == "-vf").unwrap();
        args[at + 1].to_str().unwrap().to_owned()
    };
    let moved = "crop=1280:720:(iw-ow)*250/1000:(ih-oh)*1000/1000,";
    for way in [Way::Seek, Way::Sequential, Way::Plain, Way::Extended] {
        let picture = Picture::Take { take: &take, way };
        let usual = filter_of(&picture, Fit::Crop);
        let there = focused(Fit::Crop, &picture);
        assert_eq!(there, usual.replace("crop=1280:720,", moved));
        assert_ne!(there, usual);
        for fit in [Fit::Pad, Fit::Blur] {
            assert_eq!(focused(fit, &picture), filter_of(&picture, fit));
        }
    }
    assert!(focused(Fit::Crop, &Picture::Still { take: &take }).contains(moved));
}

#[test]
fn only_the_extended_way_and_a_still_hide_the_end_of_a_source() {
    let take = take(video("yuv420p", Colour::default()));
    for way in [Way::Seek, Way::Sequential, Way::Plain] {
        assert!(!filter_of(&Picture::Take { take: &take, way }, Fit::Crop).contains("tpad"));
    }
    let way = Way::Extended;
    assert!(filter_of(&Picture::Take { take: &take, way }, Fit::Crop).contains("tpad"));
    assert!(filter_of(&Picture::Still { take: &take }, Fit::Crop).contains("loop="));
}

#[test]
fn a_mezzanine_is_sought_in_by_the_sources_own_time_stamps() {
    let mut take = take(video("yuv420p", Colour::default()));
    take.origin_us = 1_234_000;
    let way = Way::Mezzanine;
    let read = |take: &Take| {
        let args = arguments(
            &segment(Fit::Crop),
            &Picture::Take { take, way },
            Path::new("/x"),
        );
        let args: Vec<_> = args.iter().map(|arg| arg.to_str().unwrap()).collect();
        let at = args
            .iter()
            .position(|arg| *arg == "-seek_timestamp")
            .unwrap();
        args[at..at + 4].join(" ")
    };
    assert_eq!(read(&take), "-seek_timestamp 1 -ss 2.234001");
    take.start_us = 0;
    assert_eq!(read(&take), "-seek_timestamp 1 -itsoffset -1.234000");
}

#[test]
fn hardware_encodes_at_the_end_of_the_same_way() {
    let take = take(video("yuv420p", Colour::default()));
    let way = Way::Seek;
    let picture = Picture::Take { take: &take, way };
    // Filters come in one argument; the last one's own line tells what is behind it.
    let last_apart = |shown: String| shown.replace(",setparams", "\nsetparams");
    let software = last_apart(asked(&picture, Fit::Crop));
    let mut segment = segment(Fit::Crop);
    segment.encode.hardware = Some(Hardware::Vaapi);
    let hardware = arguments(&segment, &picture, Path::new("/w/seg/.tmp"));
    let hardware = last_apart(shown(hardware));
    let only_in = |these: &str, those: &str| {
        let those: Vec<&str> = those.lines().collect();
        let only = these.lines().filter(|line| !those.contains(line));
        only.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(only_in(&software, &hardware), @r"
    setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709
    -c:v libx264
    -preset veryfast
    -crf 20
    -x264-params keyint=60:open-gop=0:stitchable=1:chromaloc=0
    ");
    insta::assert_snapshot!(only_in(&hardware, &software), @r"
    -init_hw_device vaapi=hw
    -filter_hw_device hw
    setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709,format=nv12,hwupload
    -c:v h264_vaapi
    -rc_mode CQP
    -qp 23
    -g 60
    -bf 0
    -bsf:v h264_metadata=video_full_range_flag=0:colour_primaries=1:transfer_characteristics=1:matrix_coefficients=1:chroma_sample_loc_type=0
    ");
}

#[test]
fn a_picture_is_brought_to_the_device_whatever_it_shows() {
    let take = take(video("yuv420p", Colour::default()));
    let mut segment = segment(Fit::Crop);
    segment.encode.hardware = Some(Hardware::Vaapi);
    let way = Way::Plain;
    for picture in [
        Picture::Take { take: &take, way },
        Picture::Still { take: &take },
        Picture::Slate,
        Picture::Pattern(Pattern::Moving),
    ] {
        let args = arguments(&segment, &picture, Path::new("/x"));
        let texts = args.iter().map(|arg| arg.to_str().unwrap());
        let filter = texts
            .skip_while(|arg| !["-vf", "-filter_complex"].contains(arg))
            .nth(1);
        let filter = filter.unwrap().trim_end_matches("[slate]");
        assert!(filter.ends_with(",format=nv12,hwupload"), "{filter}");
    }
}
