//! Reads pictures with their times from ffmpeg's Matroska stream.
//!
//! Raw video alone carries no times, and times counted from a frame rate are wrong as soon as the
//! rate is not steady. Of the containers that ffmpeg can write to a pipe this one takes raw
//! pictures and is simple to take apart: elements of an id, a size and a body. What is read is no
//! more than ffmpeg writes: one stream, blocks without lacing.

/// Cluster, which holds blocks.
const CLUSTER: u32 = 0x1F43_B675;
/// The whole file.
const SEGMENT: u32 = 0x1853_8067;
/// A group of one block and what is said about it.
const BLOCK_GROUP: u32 = 0xA0;
/// Time of a cluster.
const TIMESTAMP: u32 = 0xE7;
/// A picture.
const SIMPLE_BLOCK: u32 = 0xA3;
/// A picture in a group.
const BLOCK: u32 = 0xA1;
/// Bytes of a block before the picture: stream number, relative time, flags.
const BLOCK_HEADER: usize = 4;

/// The stream is not what ffmpeg was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("ffmpeg's output is not the stream of small pictures that it was asked for")]
pub struct StreamError;

/// Takes a stream apart as it arrives.
#[derive(Debug)]
pub(super) struct Reader {
    /// Longest picture that is taken, in bytes.
    longest: usize,
    buffer: Vec<u8>,
    /// Bytes of an element nobody wants that are still to come.
    skip: u64,
    /// Time of the current cluster, in ticks.
    cluster: i64,
}

impl Reader {
    /// A reader of pictures of at most `longest` bytes.
    pub(super) fn new(longest: usize) -> Self {
        Self {
            longest,
            buffer: Vec::new(),
            skip: 0,
            cluster: 0,
        }
    }

    /// Takes bytes and gives every picture that is complete by now with its time in ticks of the
    /// stream (milliseconds, as ffmpeg writes it).
    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        mut on_picture: impl FnMut(&[u8], i64),
    ) -> Result<(), StreamError> {
        self.buffer.extend_from_slice(bytes);
        let mut rest = self.buffer.as_slice();
        loop {
            let skipped =
                usize::try_from(self.skip).map_or(rest.len(), |skip| skip.min(rest.len()));
            rest = rest.get(skipped..).unwrap_or_default();
            self.skip -= skipped as u64;
            if self.skip > 0 {
                break;
            }
            let Some((id, size, header)) = element(rest)? else {
                break;
            };
            let body = rest.get(header..).unwrap_or_default();
            match id {
                SEGMENT | CLUSTER | BLOCK_GROUP => rest = body,
                TIMESTAMP | SIMPLE_BLOCK | BLOCK => {
                    let size = size
                        .and_then(|size| usize::try_from(size).ok())
                        .filter(|size| *size <= self.longest + 16)
                        .ok_or(StreamError)?;
                    let Some((body, after)) = body.split_at_checked(size) else {
                        break;
                    };
                    rest = after;
                    if id == TIMESTAMP {
                        self.cluster = body.iter().fold(0, |sum, b| sum << 8 | i64::from(*b));
                    } else {
                        let (at, picture) = block(body)?;
                        on_picture(picture, self.cluster.saturating_add(at));
                    }
                }
                _ => {
                    self.skip = size.ok_or(StreamError)?;
                    rest = body;
                }
            }
        }
        let left = rest.len();
        let read = self.buffer.len() - left;
        self.buffer.drain(..read);
        Ok(())
    }
}

/// The relative time and the picture of a block.
fn block(body: &[u8]) -> Result<(i64, &[u8]), StreamError> {
    match body.split_at_checked(BLOCK_HEADER) {
        // One stream, so its number is one byte; no lacing.
        Some(([0x81, high, low, flags], picture)) if flags & 0x06 == 0 => {
            Ok((i64::from(i16::from_be_bytes([*high, *low])), picture))
        }
        _ => Err(StreamError),
    }
}

/// Id, size (`None`: unknown, up to the end of the parent) and length of the header of the element
/// that `bytes` begin with; `None` while the header is incomplete.
fn element(bytes: &[u8]) -> Result<Option<(u32, Option<u64>, usize)>, StreamError> {
    let Some(first) = bytes.first() else {
        return Ok(None);
    };
    let id_length = first.leading_zeros() as usize + 1;
    if id_length > 4 {
        return Err(StreamError);
    }
    let Some((id, rest)) = bytes.split_at_checked(id_length) else {
        return Ok(None);
    };
    let id = id.iter().fold(0, |sum, b| sum << 8 | u32::from(*b));
    let Some(first) = rest.first() else {
        return Ok(None);
    };
    let size_length = first.leading_zeros() as usize + 1;
    if size_length > 8 {
        return Err(StreamError);
    }
    let Some(size) = rest.get(..size_length) else {
        return Ok(None);
    };
    let bits = 7 * size_length;
    let size = size.iter().fold(0, |sum, b| sum << 8 | u64::from(*b)) & ((1 << bits) - 1);
    let known = size != (1 << bits) - 1;
    Ok(Some((id, known.then_some(size), id_length + size_length)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A stream as ffmpeg writes it: sizes of eight bytes, an unknown one, a cluster per picture.
    fn stream(pictures: &[(i64, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = vec![0x1A, 0x45, 0xDF, 0xA3, 0x83, 1, 2, 3];
        bytes.extend([
            0x18, 0x53, 0x80, 0x67, 0x01, 255, 255, 255, 255, 255, 255, 255,
        ]);
        bytes.extend([0xEC, 0x85, 0, 0, 0, 0, 0]);
        for (at, picture) in pictures {
            let (cluster, relative) = (at - 5, 5_i16);
            let mut block = vec![0x81];
            block.extend(relative.to_be_bytes());
            block.push(0x80);
            block.extend(picture);
            let mut body = vec![0xE7, 0x88];
            body.extend(cluster.to_be_bytes());
            body.extend([0xA3, 0x40, u8::try_from(block.len()).unwrap()]);
            body.extend(block);
            bytes.extend([
                0x1F,
                0x43,
                0xB6,
                0x75,
                0x40,
                u8::try_from(body.len()).unwrap(),
            ]);
            bytes.extend(body);
        }
        bytes
    }

    proptest! {
        #[test]
        fn pictures_come_out_whole_however_the_stream_is_cut(
            pictures in prop::collection::vec((5_i64..1 << 40, prop::collection::vec(any::<u8>(), 1..90)), 0..5),
            piece in 1_usize..200,
        ) {
            let mut reader = Reader::new(100);
            let mut found = Vec::new();
            for bytes in stream(&pictures).chunks(piece) {
                reader.push(bytes, |picture, at| found.push((at, picture.to_vec()))).unwrap();
            }
            prop_assert_eq!(found, pictures);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Reader::new(100).push(&bytes, |_, _| ());
        }
    }

    #[test]
    fn a_picture_that_is_too_long_is_refused_before_it_is_kept() {
        let mut reader = Reader::new(10);
        let bytes = stream(&[(9, vec![0; 80])]);
        assert_eq!(reader.push(&bytes, |_, _| ()), Err(StreamError));
    }

    #[test]
    fn fuzz_pictures() {
        let pictures = [(9, vec![1; 80]), (40, vec![2; 80])];
        suite::fuzz::fuzz("pictures", &[stream(&pictures)], |bytes| {
            let mut reader = Reader::new(100);
            for chunk in bytes.chunks(33) {
                let taken = reader.push(chunk, |picture, _| assert!(picture.len() <= 116));
                if taken.is_err() {
                    break;
                }
                // What is kept between two chunks is less than one picture.
                assert!(reader.buffer.len() <= 100 + 16 + 12);
            }
        });
    }
}
