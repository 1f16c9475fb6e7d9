//! A golden for each stage of one short track, so that a change of one bit is found where it begins.

use super::attack::AttackReader;
use super::bars::bars;
use super::beatwise::Beatwise;
use super::choice::choose;
use super::filterbank::BANDS;
use super::hypothesis::Search;
use super::network::Listener;
use super::onset::{OnsetReader, scale};
use super::spectrum::SpectrumReader;
use super::tempo::Tempogram;

/// Eight seconds: a low thump every half second, every fourth with a chord, hiss half-way.
fn track() -> Vec<f32> {
    let mut state = 7_u32;
    (0..44_100 * 8_u32)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (state >> 8) as f32 / (1 << 23) as f32 - 1.0;
            let since = (n % 22_050) as f32 / 44_100.0;
            let half = ((n + 11_025) % 22_050) as f32 / 44_100.0;
            let bar = (n % 88_200) as f32 / 44_100.0;
            let turn = std::f32::consts::TAU * n as f32 / 44_100.0;
            let thump = 0.6 * libm::expf(-20.0 * since) * libm::sinf(turn * 60.0);
            let chord = 0.2 * libm::expf(-2.0 * bar) * libm::sinf(turn * 330.0);
            thump + chord + 0.1 * libm::expf(-60.0 * half) * noise
        })
        .collect()
}

/// A hash of integers: FNV-1a of their bytes, folded to 32 bits.
fn digest(values: impl IntoIterator<Item = i64>) -> u32 {
    let bytes = values.into_iter().flat_map(i64::to_le_bytes);
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash ^ (hash >> 32)) as u32
}

fn digest_of(values: &[i32]) -> u32 {
    digest(values.iter().copied().map(i64::from))
}

#[test]
fn every_stage_has_its_golden() {
    let track = track();
    let (mut reader, mut attacks) = (SpectrumReader::new(), AttackReader::default());
    reader.push(&track);
    attacks.push(&track);
    let (bank, mut spectra) = reader.finish();
    let spectrum = digest(spectra.bands.codes().map(i64::from));
    let chroma = digest(spectra.chroma.iter().copied().map(i64::from));
    let scale = scale(&spectra).unwrap();
    let (mut onsets, mut listener) = (OnsetReader::new(&bank), Listener::new());
    let mut bands = Vec::new();
    while let Some(piece) = spectra.bands.take() {
        for row in piece.chunks(BANDS) {
            let levels = scale.levels(row);
            bands.extend(levels);
            onsets.push(&levels);
            listener.push(&levels);
        }
    }
    let (onsets, heard) = (onsets.finish(), listener.finish());
    let tempogram = Tempogram::of(&onsets.all);
    let families = tempogram.families();
    let mut search = Search::new(&onsets, &heard.beat, &tempogram);
    let mut readings = Vec::new();
    while let Some(found) = search.next(&onsets, &heard.beat) {
        readings.extend(found);
    }
    let count = readings.len();
    let beats = digest(readings.iter().flat_map(|reading| reading.beats.clone()));
    let choice = choose(&heard, &onsets, &tempogram, readings).unwrap();
    let song = Beatwise::of(
        &onsets,
        &spectra.chroma,
        &heard.downbeat,
        &choice.reading.beats,
    );
    let bars = bars(&song.downbeat).unwrap();
    let offset = attacks.finish().offset(&choice.reading.beats);
    let found = [
        ("spectrum", spectrum),
        ("chroma", chroma),
        ("bands", digest_of(&bands)),
        ("onsets", digest_of(&onsets.all)),
        ("network, beats", digest_of(&heard.beat)),
        ("network, downbeats", digest_of(&heard.downbeat)),
        ("families", digest(families.iter().map(|f| *f as i64))),
        ("readings", beats),
        ("choice", digest(choice.reading.beats.iter().copied())),
        ("beatwise", digest(song.sound.concat())),
        ("bars", digest(bars.positions.iter().map(|p| i64::from(*p)))),
    ];
    let golden: [(&str, u32); 11] = GOLDEN;
    assert_eq!(found, golden);
    assert_eq!(
        (
            count,
            choice.reading.period,
            i64::from(choice.likelihood),
            offset
        ),
        NUMBERS
    );
}

const GOLDEN: [(&str, u32); 11] = [
    ("spectrum", 36_654_623),
    ("chroma", 4_088_644_899),
    ("bands", 2_024_559_206),
    ("onsets", 3_729_149_973),
    ("network, beats", 4_271_366_343),
    ("network, downbeats", 101_835_806),
    ("families", 942_952_946),
    ("readings", 2_856_003_946),
    ("choice", 1_539_925_976),
    ("beatwise", 2_013_119_399),
    ("bars", 2_499_460_827),
];

/// Readings, period and likelihood of the chosen one, samples from beats to attacks.
const NUMBERS: (usize, i64, i64, i64) = (38, 3_276_800, 978, -26);
