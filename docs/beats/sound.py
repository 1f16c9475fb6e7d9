"""Plays made-up songs: by a soundfont, by small synthesisers, through a made-up mixing desk.

  sound.py INTO FIRST LAST [STYLE,...]     songs of the seeds FIRST to LAST - 1
"""

import ctypes
import os
import sys

import numpy as np

from bands import bands
from songs import (
    CLAP, COWB, CRASH, HAT, KICK, OPEN, PEDAL, RIDE, RIM, SHAKE, SNARE, TAMB, TOM1, TOM2, TOM3, Song,
)

RATE = 44100
lib = ctypes.CDLL("libfluidsynth.so.3")
for f in ("new_fluid_settings", "new_fluid_synth"):
    getattr(lib, f).restype = ctypes.c_void_p
V = ctypes.c_void_p


class Player:
    def __init__(self, font):
        s = V(lib.new_fluid_settings())
        lib.fluid_settings_setnum(s, b"synth.sample-rate", ctypes.c_double(RATE))
        lib.fluid_settings_setnum(s, b"synth.gain", ctypes.c_double(0.4))
        lib.fluid_settings_setint(s, b"synth.reverb.active", 1)
        self.synth = V(lib.new_fluid_synth(s))
        assert lib.fluid_synth_sfload(self.synth, font.encode(), 1) >= 0

    def play(self, notes, programs, seconds):
        """notes: (on s, off s, channel, key, velocity); programs: channel -> program."""
        lib.fluid_synth_system_reset(self.synth)
        for ch, prog in programs.items():
            if ch == 9:
                lib.fluid_synth_bank_select(self.synth, 9, 128)
            lib.fluid_synth_program_change(self.synth, ch, int(prog))
        ev = []
        for on, off, ch, key, vel in notes:
            ev.append((on, 1, ch, key, vel))
            ev.append((off, 0, ch, key, 0))
        ev.sort()
        n = int(seconds * RATE)
        out = np.zeros((2, n), np.float32)
        pos = 0
        def run(to):
            nonlocal pos
            k = min(to, n) - pos
            if k > 0:
                l = out[0, pos:pos + k]; r = out[1, pos:pos + k]
                lib.fluid_synth_write_float(self.synth, k, l.ctypes.data_as(V), 0, 1, r.ctypes.data_as(V), 0, 1)
                pos += k
        for t, on, ch, key, vel in ev:
            if t < 0:
                continue
            run(int(t * RATE))
            if on:
                lib.fluid_synth_noteon(self.synth, int(ch), int(np.clip(key, 0, 127)), int(np.clip(vel, 1, 127)))
            else:
                lib.fluid_synth_noteoff(self.synth, int(ch), int(np.clip(key, 0, 127)))
        run(n)
        return out.mean(0)


def env(n, decay): return np.exp(-np.arange(n) / RATE * decay)


def kit_of(r):
    """A drum kit made of sines and noise."""
    k = {}
    def tone(f0, f1, sweep, decay, n=14000, click=.2, noise=0.0):
        t = np.arange(n) / RATE
        f = f1 + (f0 - f1) * np.exp(-t * sweep)
        x = np.sin(2 * np.pi * np.cumsum(f) / RATE) * env(n, decay)
        x += click * r.normal(0, 1, n) * env(n, 600) + noise * r.normal(0, 1, n) * env(n, decay)
        return x
    def hiss(decay, lo, n=9000):
        x = r.normal(0, 1, n)
        X = np.fft.rfft(x); f = np.fft.rfftfreq(n, 1 / RATE)
        X *= 1 / (1 + (lo / np.maximum(f, 1)) ** 4)
        x = np.fft.irfft(X, n) * env(n, decay)
        return x / (np.abs(x).max() + 1e-9)
    k[KICK] = tone(r.uniform(120, 400), r.uniform(42, 65), r.uniform(20, 60), r.uniform(6, 22), click=r.uniform(0, .5))
    if r.random() < .25: k[KICK] = np.tanh(k[KICK] * r.uniform(2, 8))
    k[SNARE] = .6 * tone(r.uniform(220, 350), r.uniform(150, 220), 40, r.uniform(15, 35)) + r.uniform(.5, 1) * hiss(r.uniform(10, 30), r.uniform(300, 2500), 14000)
    c = hiss(r.uniform(18, 40), 900, 14000)
    k[CLAP] = c + np.roll(c, 450) * .6 + np.roll(c, 900) * .5
    k[HAT] = .5 * hiss(r.uniform(60, 150), r.uniform(5000, 9000)); k[OPEN] = .5 * hiss(r.uniform(10, 25), r.uniform(4000, 8000), 16000)
    k[PEDAL] = .7 * k[HAT]; k[SHAKE] = .4 * hiss(50, 6000); k[TAMB] = .5 * hiss(35, 7000); k[RIDE] = .4 * hiss(12, 5000, 20000)
    k[CRASH] = .6 * hiss(3, 3000, 60000); k[RIM] = tone(900, 500, 80, 60, 5000); k[COWB] = tone(560, 540, 10, 25, 9000)
    for d, f in ((TOM1, 180), (TOM2, 130), (TOM3, 95)): k[d] = tone(f * 1.4, f, 20, 12)
    return k


def saw_voice(r, notes, seconds, kind):
    out = np.zeros(int(seconds * RATE) + RATE)
    det = r.uniform(.002, .012)
    dec = r.choice([0, 3, 8, 20])
    for on, off, _, key, vel in notes:
        n = int((off - on) * RATE) + 600
        a = int(on * RATE)
        if n <= 0 or a < 0 or a + n >= len(out): continue
        t = np.arange(n) / RATE
        f = 440 * 2 ** ((key - 69) / 12)
        if kind == "square": x = np.sign(np.sin(2 * np.pi * f * t) + r.choice([0, 0.4]))
        elif kind == "tri": x = 2 * np.abs(2 * ((f * t) % 1) - 1) - 1
        else: x = sum(2 * ((f * (1 + d) * t + r.random()) % 1) - 1 for d in (-det, 0, det)) / 2
        e = np.minimum(1, np.arange(n) / 120.0) * np.minimum(1, (n - np.arange(n)) / 500.0) * np.exp(-t * dec)
        out[a:a + n] += x * e * vel / 110
    return out[:int(seconds * RATE)]


def colour(r, x):
    n = len(x)
    X = np.fft.rfft(x); f = np.maximum(np.fft.rfftfreq(n, 1 / RATE), 10)
    pts = np.array([30, 80, 200, 600, 2000, 6000, 16000.])
    g = np.interp(np.log(f), np.log(pts), r.normal(0, 3.0, len(pts)))
    if r.random() < .08: g -= np.clip(np.log2(f / r.uniform(1500, 6000)), 0, 3) * 10
    if r.random() < .05: g -= np.clip(np.log2(r.uniform(100, 250) / f), 0, 3) * 10
    X *= 10 ** (g / 20)
    if r.random() < .35:
        m = int(RATE * r.uniform(.2, 1.2))
        ir = r.normal(0, 1, m) * np.exp(-np.arange(m) / RATE * r.uniform(4, 12)) / np.sqrt(m) * r.uniform(.3, 2)
        ir[0] = 1
        L = 1 << (n + m).bit_length()
        return np.fft.irfft(np.fft.rfft(np.fft.irfft(X, n), L) * np.fft.rfft(ir, L), L)[:n]
    return np.fft.irfft(X, n)


ELECTRONIC = ("house", "hardcore", "trance", "dnb", "halftime", "chip")


def render(seed, player, style=None):
    """One song: mono PCM, beats in seconds, positions in the bar."""
    r = np.random.default_rng(seed)
    s = Song(r, style)
    bt, ct = s.clock()
    swing = r.choice([0, 0, 0, .04, .08, .12]) if s.style in ("pop", "funk", "house", "dnb", "chip", "halftime") and s.sub == 4 else 0
    def when(beat):
        whole = np.floor(beat)
        frac = beat - whole
        if swing: frac = frac + swing * np.sin(np.pi * np.clip(frac, 0, 1)) * (abs(frac * 4 % 2 - 0) < .01 or 1) * .5
        return float(np.interp(whole + frac, bt, ct))
    start = r.uniform(0, 2 * s.meter) if r.random() < .7 else -r.uniform(0, 1.5)
    t0 = when(start) if start >= 0 else start
    human = r.choice([0, 0, .002, .006, .012]) if s.style not in ELECTRONIC else r.choice([0, 0, 0, .002])
    if s.style == "piano": human = r.choice([.004, .008, .015])
    lag = {v: r.normal(0, .004) if human else 0 for v in ("bass", "chords", "lead", "arp")}
    seconds = s.seconds
    chan = {"bass": 0, "chords": 1, "lead": 2, "arp": 3}
    parts = {v: [] for v in chan}
    roll = r.choice([0, 0, .01, .03]) if s.style == "piano" else 0
    for b, d, voice, key, vel in s.notes:
        on = when(b) - t0 + r.normal(0, human) * .7 + lag[voice] + (r.random() * roll if voice == "chords" else 0)
        off = when(b + d) - t0
        if on > seconds or off <= max(on, 0) + .01 or on < -.02: continue
        parts[voice].append((max(on, 0.0), min(off, seconds - .01), chan[voice], int(key), float(vel)))
    hits = [(when(b) - t0 + r.normal(0, human) * .5, d, v * (1 + r.normal(0, .05))) for b, d, v in s.drums]
    hits = [h for h in hits if 0 <= h[0] < seconds - .01 and (s.style != "clicks" or r.random() > s.missing)]
    if r.random() < .2:  # cymbals above everything
        hits = [(t, d, min(127, v * 1.5) if d in (HAT, OPEN, RIDE, SHAKE) else v * .75) for t, d, v in hits]
    st = s.style
    one = lambda *x: int(x[r.integers(len(x))])
    prog = {0: one(33, 34, 33, 36, 38, 39, 32, 87), 1: one(0, 4, 5, 24, 25, 27, 48, 50, 16, 19, 88, 89, 90, 61, 62), 2: one(80, 81, 52, 53, 73, 65, 56, 0, 40, 27, 85, 11, 68, 4), 3: one(80, 81, 10, 46, 11, 87, 6, 24)}
    if st == "piano": prog = {i: 0 for i in range(4)} if r.random() < .85 else {i: one(1, 6, 3, 24, 46) for i in (9,)} | {i: 6 for i in range(4)}
    if st in ("metal", "riff", "rock"): prog[1] = one(29, 30, 29, 30, 28, 27); prog[2] = one(29, 30, 30, 27, 81, 18); prog[0] = one(33, 34)
    if st == "swing": prog[0] = 32; prog[1] = one(0, 26); prog[2] = one(65, 66, 56, 0, 11)
    if st == "orchestra": prog = {0: one(43, 42, 58, 47), 1: one(48, 49, 48, 46, 0, 45, 52), 2: one(40, 73, 68, 60, 56, 71, 45), 3: one(46, 45, 11, 9)}
    prog[9] = one(0, 0, 8, 16) if st in ("rock", "pop", "ballad", "riff") else one(16, 16, 0, 8) if st == "metal" else one(24, 25, 24, 8) if st in ELECTRONIC else one(0, 0, 8, 16, 24, 32 if st == "swing" else 40)
    gm, synth = [], np.zeros(int(seconds * RATE))
    gain = {"bass": r.uniform(.5, 1.1), "chords": r.uniform(.3, 1), "lead": r.uniform(.4, 1.1), "arp": r.uniform(.2, .8)}
    p_synth = .55 if st in ELECTRONIC else .06 if st in ("pop", "funk", "latin") else 0
    for v, ns in parts.items():
        if r.random() < p_synth:
            kind = r.choice(["square", "square", "tri"]) if st == "chip" else r.choice(["saw", "saw", "square"])
            x = saw_voice(r, ns, seconds, kind)
            if v == "bass": x = np.convolve(x, np.ones(24) / 24, "same") * 1.5
            synth += x * gain[v] * (.12 if v != "chords" else .07)
        else:
            gm += [(a, b, c, k, v2 * gain[v] ** .5) for a, b, c, k, v2 in ns]
    own = r.random() < (.65 if st in ELECTRONIC else .12)
    dgain = r.choice([.35, .6, .9, .9, 1.2])
    drums = np.zeros(int(seconds * RATE))
    if own:
        k = kit_of(r)
        kg = {d: r.uniform(.4, 1.2) for d in k}
        kg[KICK] *= 1.4
        for t, d, v in hits:
            x = k.get(d, k[HAT]); a = int(t * RATE); n = min(len(x), len(drums) - a)
            drums[a:a + n] += x[:n] * kg.get(d, 1.0) * (v / 127) ** 1.5 * .35
    elif hits:
        kg = {}
        dn = [(t, t + .2, 9, d, v * kg.setdefault(d, r.uniform(.7, 1.05))) for t, d, v in hits]
        drums = player.play(dn, {9: prog[9]}, seconds).astype(float) * 1.6
    x = player.play(gm, {c: prog[c] for c in range(4)}, seconds).astype(float) + synth
    if own and st in ("house", "hardcore", "trance") and r.random() < .6:
        duck = np.ones(len(x)); n = int(.25 * RATE * 120 / s.bpm)
        shape = np.clip(np.arange(n) / n, 0, 1) ** .7 * .85 + .15
        for t, d, v in hits:
            if d == KICK:
                a = int(t * RATE); m = min(n, len(x) - a); duck[a:a + m] = np.minimum(duck[a:a + m], shape[:m])
        x *= duck
    x = x + drums * dgain
    if st == "none":  # sound without a beat
        n = len(x)
        x = r.normal(0, 1, n) * r.choice([0, .05, .3])
        if r.random() < .5: x *= 1 + .5 * np.interp(np.arange(n), np.sort(r.integers(0, n, 60)), r.uniform(-1, 1, 60))
        t, ns = 0.0, []
        while t < seconds - 1 and r.random() < .9999:
            t += r.exponential(r.choice([.15, .4, 1.2])) + .03
            ns.append((t, t + r.uniform(.05, 1.5), int(r.integers(0, 3)), int(r.integers(30, 90)), float(r.uniform(30, 110))))
        if r.random() < .75: x += player.play([q for q in ns if q[0] < seconds - .1], {c: prog[c] for c in range(4)}, seconds)
        if np.abs(x).max() == 0: x[:] = r.normal(0, 1e-3, n)
    x = colour(r, x)
    x /= np.abs(x).max() + 1e-9
    if r.random() < .6 and st != "piano": x = np.tanh(x * r.uniform(1, 5))
    if r.random() < .2: x += r.normal(0, 10 ** r.uniform(-4, -2.2), len(x))
    if r.random() < .12:  # a fade
        k = int(r.uniform(2, 12) * RATE)
        if r.random() < .5: x[:k] *= np.linspace(0, 1, k)
        else: x[-k:] *= np.linspace(1, 0, k)
    x = x / (np.abs(x).max() + 1e-9) * r.uniform(.3, .98)
    beats = np.arange(int(np.ceil(max(start, 0))), s.bars * s.meter) if st != "none" else np.zeros(0, int)
    times = np.array([when(float(b)) for b in beats]) - t0
    keep = (times >= 0) & (times < seconds)
    return x.astype(np.float32), times[keep], (beats % s.meter + 1)[keep], s.style


if __name__ == "__main__":
    into, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    styles = sys.argv[4].split(",") if len(sys.argv) > 4 else [None]
    player = Player(os.environ.get("FONT", "/usr/share/sounds/sf2/FluidR3_GM.sf2"))
    for seed in range(first, last):
        pcm, times, positions, style = render(seed, player, styles[seed % len(styles)])
        truth = np.stack([times, positions], 1)
        np.savez_compressed(f"{into}/{seed:05d}_{style}.npz", bands=bands(pcm), t=truth)
