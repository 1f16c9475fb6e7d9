"""The band levels that the network hears, as planner-wasm/src/music computes them."""

import numpy as np

RATE, WINDOW, HOP = 44100, 2048, 441
REFERENCE = 5.5  # root mean square magnitude that every song is brought to


def filterbank():
    """80 triangles, twelve to the octave, each of weight 1: bins of the spectrum to bands."""
    bins = []
    for step in range(200):
        hz = 30.0 * 2.0 ** (step / 12)
        at = int(np.floor(hz / (RATE / WINDOW) + 0.5))
        if hz > 16000 or at > WINDOW // 2:
            break
        if at > 0 and (not bins or bins[-1] != at):
            bins.append(at)
    bank = np.zeros((WINDOW // 2 + 1, len(bins) - 2))
    for band, (left, centre, right) in enumerate(zip(bins, bins[1:], bins[2:])):
        for k in range(left + 1, right):
            up, down = (k - left) / (centre - left), (right - k) / (right - centre)
            bank[k, band] = up if k <= centre else down
    return bank / bank.sum(0)


BANK = filterbank()


def bands(pcm):
    """Rows of 80 levels, 100 a second: log10 of 1 + magnitude, in 1/4096."""
    rows = len(pcm) // HOP + 1
    padded = np.concatenate([np.zeros(WINDOW // 2), pcm, np.zeros(WINDOW)])
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    levels, power = np.empty((rows, BANK.shape[1])), 0.0
    for start in range(0, rows, 500):
        at = np.arange(start, min(start + 500, rows))
        frames = padded[at[:, None] * HOP + np.arange(WINDOW)] * window
        spectrum = np.abs(np.fft.rfft(frames))
        power += float((spectrum**2).sum())
        levels[at] = spectrum @ BANK
    level = np.sqrt(power / (rows * WINDOW / 2))
    return np.round(4096 * np.log10(1 + REFERENCE / max(level, 1e-9) * levels)).astype(np.int16)
