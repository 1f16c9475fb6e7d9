//! What a file is, by its first bytes and its name.

use super::Dropped;

/// How many of a file's first bytes tell what it is.
pub const HEAD_BYTES: usize = 4096;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Sound.
    Song,
    /// Pictures that move.
    Clip,
    /// A plan.
    Plan,
    /// A project.
    Project,
    /// What the program found in clips.
    Inspection,
    /// What happened when a film was rendered.
    Report,
    /// None of these; the end of a sentence that begins with the file's name.
    Other(&'static str),
}

const PICTURE: Kind = Kind::Other("is a picture that does not move");
const TEXT: Kind = Kind::Other("is a text");
const UNKNOWN: Kind = Kind::Other("is no media that is known here");

/// Beginnings that say what a file is.
const BEGINNINGS: &[(&[u8], Kind)] = &[
    (b"ID3", Kind::Song),
    (b"fLaC", Kind::Song),
    (b"caff", Kind::Song),
    (b"#!AMR", Kind::Song),
    (b"MAC ", Kind::Song),
    (b"wvpk", Kind::Song),
    (b"RF64", Kind::Song),
    (b"FLV\x01", Kind::Clip),
    (b"\x00\x00\x01\xba", Kind::Clip),
    (b"\x00\x00\x01\xb3", Kind::Clip),
    // MXF, of professional cameras.
    (b"\x06\x0e\x2b\x34", Kind::Clip),
    (b"\xff\xd8\xff", PICTURE),
    (b"\x89PNG", PICTURE),
    (b"GIF8", PICTURE),
    (b"BM", PICTURE),
    (b"II*\0", PICTURE),
    (b"MM\0*", PICTURE),
    (b"%PDF", TEXT),
    (b"PK\x03\x04", Kind::Other("is an archive; unpack it first")),
    (b"\x1f\x8b", Kind::Other("is an archive; unpack it first")),
    (b"Rar!", Kind::Other("is an archive; unpack it first")),
    (b"7z\xbc\xaf", Kind::Other("is an archive; unpack it first")),
    (
        b"\x00\x05\x16\x07",
        Kind::Other("is what a Mac keeps beside a file"),
    ),
];

const SONGS: &[&str] = &[
    "mp3", "wav", "wave", "flac", "ogg", "oga", "opus", "m4a", "m4b", "aac", "aif", "aiff", "aifc",
    "caf", "wma", "mka", "weba", "ac3", "eac3", "mp2", "amr", "ape", "wv", "alac", "dts",
];
const CLIPS: &[&str] = &[
    "mp4", "m4v", "mov", "qt", "mkv", "webm", "avi", "mpg", "mpeg", "mts", "m2ts", "ts", "m2t",
    "wmv", "asf", "flv", "f4v", "3gp", "3g2", "mxf", "ogv", "vob", "dv", "insv", "lrv", "mod",
    "tod", "y4m", "ivf",
];
const PICTURES: &[&str] = &[
    "jpg", "jpeg", "png", "gif", "heic", "heif", "avif", "webp", "bmp", "tif", "tiff", "dng",
    "cr2", "cr3", "nef", "arw", "raf", "orf", "rw2", "svg", "psd", "thm", "ico",
];
const TEXTS: &[&str] = &[
    "txt", "md", "srt", "vtt", "xml", "html", "htm", "csv", "log", "json", "pdf", "rtf", "doc",
    "docx", "nfo", "cue", "m3u", "m3u8", "lrc", "edl", "yaml", "yml", "toml", "ini",
];

/// What a file is.
pub(super) fn of(file: &Dropped<'_>) -> Kind {
    let name = file.path.rsplit('/').next().unwrap_or(file.path);
    if name.starts_with("._") || file.path.split('/').any(|part| part == "__MACOSX") {
        return Kind::Other("is what a Mac keeps beside a file");
    }
    if file.path.split('/').any(|part| part.starts_with('.')) {
        return Kind::Other("is hidden");
    }
    if ["thumbs.db", "desktop.ini"].contains(&name.to_ascii_lowercase().as_str()) {
        return Kind::Other("is what Windows keeps beside files");
    }
    if file.bytes == 0 && name != super::WORK_MARKER {
        return Kind::Other("is empty");
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let ending = ending.unwrap_or_default().to_ascii_lowercase();
    by_content(file.head, &ending).unwrap_or_else(|| by_ending(&ending, file.head))
}

fn by_content(head: &[u8], ending: &str) -> Option<Kind> {
    if let Some(kind) = json(head) {
        return Some(kind);
    }
    if head.get(4..8) == Some(b"ftyp") {
        return Some(iso_media(head, ending));
    }
    match (head.get(..4), head.get(8..12)) {
        (Some(b"RIFF"), Some(b"WAVE")) | (Some(b"FORM"), Some(b"AIFF" | b"AIFC")) => {
            return Some(Kind::Song);
        }
        (Some(b"RIFF"), Some(b"AVI ")) => return Some(Kind::Clip),
        (Some(b"RIFF"), Some(b"WEBP")) => return Some(PICTURE),
        // These hold sound, or pictures and sound; the ending is the better witness.
        (Some(b"\x1a\x45\xdf\xa3" | b"\x30\x26\xb2\x75"), _) => {
            return Some(if SONGS.contains(&ending) {
                Kind::Song
            } else {
                Kind::Clip
            });
        }
        (Some(b"OggS"), _) => {
            let theora = head.windows(7).any(|bytes| bytes == b"\x80theora");
            return Some(if theora { Kind::Clip } else { Kind::Song });
        }
        _ => {}
    }
    if is_transport_stream(head) {
        return Some(Kind::Clip);
    }
    let named = BEGINNINGS
        .iter()
        .find(|(beginning, _)| head.starts_with(beginning));
    // Two bytes alone would be chance: text may begin so, and frames of MPEG sound do.
    named
        .filter(|(beginning, _)| beginning.len() > 2 || !SONGS.contains(&ending))
        .map(|(_, kind)| *kind)
}

/// ISO base media: the brand tells sound and still pictures from the rest.
fn iso_media(head: &[u8], ending: &str) -> Kind {
    match head.get(8..12) {
        Some(b"M4A " | b"M4B " | b"M4P " | b"F4A ") => Kind::Song,
        Some(
            b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1" | b"avif" | b"avis"
            | b"crx ",
        ) => PICTURE,
        _ if SONGS.contains(&ending) => Kind::Song,
        _ => Kind::Clip,
    }
}

/// Packets of 188 bytes, or of 192 with a time in front, as camcorders write.
fn is_transport_stream(head: &[u8]) -> bool {
    [(0, 188), (4, 192)].into_iter().any(|(first, step)| {
        let mut marks = head.iter().skip(first).step_by(step).take(4);
        head.len() > first + 2 * step && marks.all(|byte| *byte == 0x47)
    })
}

/// The project's own kinds of JSON say what they are near the front; any other is a text.
fn json(head: &[u8]) -> Option<Kind> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    if head.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    // The head may end inside a letter.
    let text = String::from_utf8_lossy(head);
    let ours = [
        ("\"autocut-project/", Kind::Project),
        ("\"autocut-plan/", Kind::Plan),
        ("\"autocut-report/", Kind::Report),
        ("\"clips\"", Kind::Inspection),
    ];
    let found = ours.into_iter().find(|(mark, _)| text.contains(mark));
    Some(found.map_or(TEXT, |(_, kind)| kind))
}

fn by_ending(ending: &str, head: &[u8]) -> Kind {
    let is = |list: &[&str]| list.contains(&ending);
    if is(SONGS) {
        Kind::Song
    } else if is(CLIPS) {
        Kind::Clip
    } else if is(PICTURES) {
        PICTURE
    } else if is(TEXTS) || is_text(head) {
        TEXT
    } else {
        UNKNOWN
    }
}

fn is_text(head: &[u8]) -> bool {
    let plain = |c: char| !c.is_control() || c.is_whitespace();
    !head.is_empty() && std::str::from_utf8(head).is_ok_and(|text| text.chars().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(path: &str, head: &[u8]) -> Kind {
        of(&Dropped {
            path,
            bytes: 1,
            head,
        })
    }

    #[test]
    fn content_is_believed_before_the_name() {
        for (path, head, expected) in [
            ("a.txt", &b"\0\0\0\x18ftypmp42"[..], Kind::Clip),
            ("a.mp4", b"\0\0\0\x18ftypM4A ", Kind::Song),
            ("a.m4a", b"\0\0\0\x18ftypisom", Kind::Song),
            ("a.mp4", b"\0\0\0\x18ftypheic", PICTURE),
            ("a", b"\x1a\x45\xdf\xa3", Kind::Clip),
            ("a.mka", b"\x1a\x45\xdf\xa3", Kind::Song),
            ("a.mp4", b"RIFF....WAVEfmt ", Kind::Song),
            ("a.wav", b"RIFF....AVI LIST", Kind::Clip),
            ("a", b"OggS.....\x80theora", Kind::Clip),
            ("a", b"OggS.....OpusHead", Kind::Song),
            ("a.bin", b"\xff\xfb\x90\x00", UNKNOWN),
            ("a.mp3", b"\xff\xfb\x90\x00", Kind::Song),
            ("a.mp3", b"BM", Kind::Song),
            ("notes", b"Be on time.\n", TEXT),
            (
                "a.zip",
                b"PK\x03\x04",
                Kind::Other("is an archive; unpack it first"),
            ),
        ] {
            assert_eq!(kind(path, head), expected, "{path}");
        }
        let mut packets = vec![0; 600];
        for at in [0, 188, 376, 564] {
            packets[at] = 0x47;
        }
        assert_eq!(kind("a", &packets), Kind::Clip);
        packets[188] = 0;
        assert_eq!(kind("a", &packets), UNKNOWN);
    }

    #[test]
    fn the_projects_own_json_is_told_apart() {
        for (head, expected) in [
            (
                &br#"{"format":"autocut-project/1","clips":[]}"#[..],
                Kind::Project,
            ),
            (
                b"\xef\xbb\xbf\n { \"schema\": \"autocut-plan/1\" }",
                Kind::Plan,
            ),
            (br#"{"schema":"autocut-report/1"}"#, Kind::Report),
            (br#"{"clips":[{"path":"a.mp4"}]}"#, Kind::Inspection),
            (br#"{"name":"x"}"#, TEXT),
        ] {
            assert_eq!(kind("a.json", head), expected);
        }
    }

    #[test]
    fn an_empty_file_is_nothing() {
        let empty = Dropped {
            path: "a.mp4",
            bytes: 0,
            head: b"",
        };
        assert_eq!(of(&empty), Kind::Other("is empty"));
    }
}
