//! Sounds made for the tests.

use planner_wasm::music::ANALYSIS_RATE;

/// Half a second a beat, the first of four louder and higher: 120 beats a minute. 16 bits.
pub(crate) fn click_track(seconds: usize) -> Vec<i16> {
    let rate = ANALYSIS_RATE as usize;
    let beat = rate / 2;
    (0..rate * seconds)
        .map(|n| {
            let (count, since) = (n / beat, n % beat);
            let first = count.is_multiple_of(4);
            let (loud, half_period) = if first { (24_000, 15) } else { (12_000, 30) };
            let fade = 2_000_usize.saturating_sub(since);
            let high = (since / half_period).is_multiple_of(2);
            let level = i16::try_from(loud * fade / 2_000).unwrap();
            if high { level } else { -level }
        })
        .collect()
}

/// A WAV file of one channel.
pub(crate) fn wav(samples: &[i16]) -> Vec<u8> {
    let bytes = u32::try_from(samples.len() * 2).unwrap();
    let mut file = Vec::new();
    file.extend(b"RIFF");
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(1_u16.to_le_bytes()); // PCM
    file.extend(1_u16.to_le_bytes()); // channels
    file.extend(ANALYSIS_RATE.to_le_bytes());
    file.extend((ANALYSIS_RATE * 2).to_le_bytes());
    file.extend(2_u16.to_le_bytes()); // bytes a frame
    file.extend(16_u16.to_le_bytes());
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

/// Something like music from nothing but integers: a beat with bass and noise, louder by parts.
pub(crate) fn music(seconds: usize) -> Vec<f32> {
    let rate = ANALYSIS_RATE as usize;
    let beat = rate * 60 / 127;
    let mut noise = 0x2545_f491_u32;
    (0..rate * seconds)
        .map(|n| {
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            let hiss = f32::from(i16::from_ne_bytes([
                noise.to_le_bytes()[0],
                noise.to_le_bytes()[1],
            ]));
            let (count, since) = (n / beat, n % beat);
            let fade =
                f32::from(u16::try_from(6_000_usize.saturating_sub(since)).unwrap()) / 6_000.0;
            let saw = f32::from(u16::try_from(n * 80 % rate / 2).unwrap()) / 22_050.0 - 0.5;
            let loud = if (count / 16).is_multiple_of(2) {
                0.3
            } else {
                0.8
            };
            let hat = if count.is_multiple_of(2) { 0.1 } else { 0.5 };
            loud * fade * (saw + hat * hiss / 32_768.0)
        })
        .collect()
}
