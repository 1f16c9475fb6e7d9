//! Readers of what others write, fed with damaged and absurd input until something gives.
//!
//! A target is a function of bytes that must come back: no panic, and not for ever. Its input is
//! made from its *corpus*, the files of `tests/corpus/<target>`, which are replayed as they are
//! first and then damaged: cut, doubled, crossed, their numbers made absurd, brackets opened
//! without end. What brings a target down is shrunk, and kept in the corpus for ever.
//!
//! [`CASES_VARIABLE`] sets how many inputs are made; [`SECONDS_VARIABLE`] goes on for so long
//! instead, as `cargo xtask fuzz` does.

use std::fs::File;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{TestError, TestRunner};

/// How many inputs are made for a target; 256 if it is not set.
pub const CASES_VARIABLE: &str = "PROPTEST_CASES";
/// Seconds for which inputs are made for each target, however many those are.
pub const SECONDS_VARIABLE: &str = "AUTOCUT_FUZZ_SECONDS";
/// A file to which each target adds a line when it begins, `name`, and one when it has ended,
/// `name`, inputs and crashes, separated by tabs.
pub const RESULTS_VARIABLE: &str = "AUTOCUT_FUZZ_RESULTS";

/// Longest input, in bytes.
const LONGEST: usize = 64 << 10;
/// An input of at most [`LONGEST`] bytes that takes longer than this is an attack.
const PATIENCE: Duration = Duration::from_secs(20);
/// So much more memory than before an input, in kB, is an attack too.
const APPETITE: u64 = 512 << 10;
/// Inputs between two looks at the clock.
const BATCH: u32 = 2_000;

/// Numbers that no file has by accident.
const ABSURD: &[&str] = &[
    "-1",
    "0",
    "-0",
    "1e308",
    "1e999",
    "1e-400",
    "0.5",
    "NaN",
    "null",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999999999999999999999",
];

/// One damage: its kind, where, where else, and what with.
type Damage = (u8, Index, Index, u64);

/// An input in the making.
#[derive(Debug, Clone)]
struct Recipe {
    /// Arbitrary bytes instead of a file of the corpus, now and then.
    bytes: Option<Vec<u8>>,
    seed: Index,
    other: Index,
    damages: Vec<Damage>,
}

fn recipe() -> impl Strategy<Value = Recipe> {
    let damage = (any::<u8>(), any::<Index>(), any::<Index>(), any::<u64>());
    (
        prop::option::weighted(0.1, prop::collection::vec(any::<u8>(), 0..400)),
        any::<Index>(),
        any::<Index>(),
        prop::collection::vec(damage, 0..8),
    )
        .prop_map(|(bytes, seed, other, damages)| Recipe {
            bytes,
            seed,
            other,
            damages,
        })
}

impl Recipe {
    fn make(&self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let empty = Vec::new();
        let of = |index: &Index| {
            if seeds.is_empty() {
                &empty
            } else {
                index.get(seeds)
            }
        };
        let mut input = self.bytes.clone().unwrap_or_else(|| of(&self.seed).clone());
        for damage in &self.damages {
            spoil(&mut input, of(&self.other), damage);
        }
        input.truncate(LONGEST);
        input
    }
}

/// Does one damage to `input`; some are crossed with `other`.
fn spoil(input: &mut Vec<u8>, other: &[u8], (kind, at, to, with): &Damage) {
    let at = at.index(input.len() + 1);
    let to = to.index(input.len() + 1);
    let (from, to) = (at.min(to), at.max(to));
    let byte = with.to_le_bytes()[0];
    match kind % 11 {
        0 if from < input.len() => input[from] ^= byte.max(1),
        1 => input.insert(from, byte),
        2 => drop(input.drain(from..to.min(from + usize::from(byte)))),
        3 => drop(input.drain(from..to)),
        4 => {
            let part = input[from..to].to_vec();
            let times = (LONGEST / part.len().max(1)).min(usize::from(byte) + 1);
            input.splice(from..from, part.repeat(times));
        }
        5 => input.truncate(from),
        6 => {
            let cut = usize::try_from(*with).unwrap_or(0) % (other.len() + 1);
            input.truncate(from);
            input.extend(&other[cut..]);
        }
        7 => {
            let open: &[u8] = [&b"["[..], b"{\"a\":", b"[[{\"x_\":", b"\""][usize::from(byte % 4)];
            input.splice(from..from, open.repeat(1 + (*with >> 8) as usize % 5_000));
        }
        8 => {
            let absurd = [0, 1, 0x7F, 0x80, 0xFF][usize::from(byte % 5)];
            let end = input.len().min(from + 1 + (*with >> 8) as usize % 8);
            input[from.min(end)..end].fill(absurd);
        }
        // The next number of a text becomes an absurd one.
        _ => {
            let digit = |byte: &u8| byte.is_ascii_digit();
            if let Some(start) = input[from..].iter().position(digit) {
                let start = from + start;
                let length = input[start..].iter().take_while(|b| digit(b)).count();
                let absurd = ABSURD[usize::from(byte) % ABSURD.len()];
                input.splice(start..start + length, absurd.bytes());
            }
        }
    }
}

/// Feeds `read` with the corpus of `target` and with what becomes of it and of `seeds` when it is
/// damaged.
///
/// # Panics
/// If `read` panics or takes too long; the input is kept in the corpus.
pub fn fuzz(target: &str, seeds: &[Vec<u8>], read: impl Fn(&[u8])) {
    let folder = corpus(target);
    let kept = files(&folder);
    assert!(
        !kept.is_empty() || !seeds.is_empty(),
        "{} is empty",
        folder.display()
    );
    note(target);
    let executions = AtomicU64::new(0);
    let look = |input: &[u8]| {
        executions.fetch_add(1, Ordering::Relaxed);
        let (started, before) = (Instant::now(), peak());
        read(input);
        let took = started.elapsed();
        assert!(took < PATIENCE, "{} bytes took {took:?}", input.len());
        let grown = peak().saturating_sub(before);
        assert!(grown < APPETITE, "{} bytes cost {grown} kB", input.len());
    };
    let mut all = seeds.to_vec();
    for path in kept {
        let input = std::fs::read(&path).unwrap();
        if catch_unwind(AssertUnwindSafe(|| look(&input))).is_err() {
            note(&format!(
                "{target}\t{}\t1",
                executions.load(Ordering::Relaxed)
            ));
            panic!("{target} is brought down by {}", path.display());
        }
        all.push(input);
    }

    let limit = std::env::var(SECONDS_VARIABLE)
        .ok()
        .map(|seconds| Duration::from_secs(seconds.parse().unwrap()));
    let started = Instant::now();
    loop {
        let mut config = ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        if limit.is_some() {
            config.cases = BATCH;
        }
        let found = TestRunner::new(config).run(&recipe(), |recipe| {
            look(&recipe.make(&all));
            Ok(())
        });
        let done = executions.load(Ordering::Relaxed);
        if let Err(error) = found {
            note(&format!("{target}\t{done}\t1"));
            let TestError::Fail(why, recipe) = error else {
                panic!("{target}: {error}");
            };
            let path = keep(&folder, &recipe.make(&all));
            panic!("{target}: {why}; the input is kept as {}", path.display());
        }
        if limit.is_none_or(|limit| started.elapsed() >= limit) {
            note(&format!("{target}\t{done}\t0"));
            return;
        }
    }
}

/// The most memory that this process ever had, in kB, where only one target runs in it; else 0.
fn peak() -> u64 {
    if std::env::var_os(SECONDS_VARIABLE).is_none() {
        return 0;
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok())
        .unwrap_or(0)
}

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn keep(folder: &Path, input: &[u8]) -> PathBuf {
    let name = input.iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    });
    let path = folder.join(format!("found-{name:016x}"));
    // Where nothing can be written, the message still has the recipe.
    let _ = std::fs::create_dir_all(folder);
    let _ = std::fs::write(&path, input);
    path
}

fn note(line: &str) {
    let Some(path) = std::env::var_os(RESULTS_VARIABLE) else {
        return;
    };
    let file = File::options().append(true).create(true).open(path);
    file.unwrap()
        .write_all(format!("{line}\n").as_bytes())
        .unwrap();
}
