"""Made-up songs as notes and drum hits: patterns in many styles, with every beat known."""

import numpy as np

KICK, SNARE, CLAP, RIM, HAT, PEDAL, OPEN, CRASH, RIDE, TOM1, TOM2, TOM3, SHAKE, COWB, TAMB = 36, 38, 39, 37, 42, 44, 46, 49, 51, 50, 47, 43, 70, 56, 54

# name: (weight, bpm low, bpm high, meters, grids)
STYLES = {
    "house": (10, 112, 150, [4]), "hardcore": (7, 150, 205, [4]), "dnb": (8, 158, 185, [4]),
    "halftime": (4, 128, 176, [4]), "pop": (12, 78, 150, [4, 4, 4, 4, 3]), "rock": (11, 84, 185, [4]),
    "metal": (6, 90, 190, [4]), "ballad": (5, 58, 96, [4, 4, 3]), "funk": (7, 80, 122, [4]),
    "swing": (4, 95, 190, [4, 4, 3]), "waltz": (5, 90, 190, [3]), "compound": (4, 48, 100, [2, 4]),
    "odd": (4, 90, 170, [5, 7, 5]), "piano": (22, 50, 175, [2, 3, 4, 4, 2]), "orchestra": (7, 62, 150, [4, 3, 2]),
    "chip": (8, 110, 185, [4, 4, 4, 3]), "reggae": (3, 66, 100, [4]), "march": (4, 90, 140, [2, 4]),
    "riff": (8, 76, 150, [4, 4, 3]), "latin": (3, 90, 135, [4]), "trance": (5, 132, 175, [4]),
    "clicks": (4, 45, 220, [4, 4, 3, 2, 5, 6]), "none": (3, 60, 180, [4]),
}
MAJOR, MINOR = [0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10]
PROGS = [[0, 4, 5, 3], [5, 3, 0, 4], [0, 5, 3, 4], [3, 4, 2, 5], [0, 3], [5, 4, 3, 4], [0, 0, 3, 4], [0, 6, 5, 6],
         [0, 5, 1, 4], [0, 2, 3, 4], [1, 4, 0, 0], [5, 6, 0, 0], [0, 0, 0, 0, 3, 3, 0, 0], [0, 4, 5, 2, 3, 0, 3, 4]]


class Song:
    def __init__(self, rng, style=None):
        self.rng = rng
        names = list(STYLES)
        w = np.array([STYLES[n][0] for n in names], float)
        self.style = style or names[rng.choice(len(names), p=w / w.sum())]
        _, lo, hi, meters = STYLES[self.style]
        self.bpm = float(np.exp(rng.uniform(np.log(lo), np.log(hi))))
        if rng.random() < .5:
            self.bpm = round(self.bpm)
        self.meter = int(rng.choice(meters))
        self.sub = 3 if self.style in ("compound", "swing") else 4
        if self.style == "piano" and rng.random() < .25:
            self.sub = 3
        if self.style in ("ballad", "waltz", "pop", "orchestra") and rng.random() < .12:
            self.sub = 3
        self.seconds = 40.0
        self.bars = int(self.seconds * self.bpm / 60 / self.meter) + 3
        self.notes, self.drums = [], []   # (beat, length, voice, key, vel), (beat, drum, vel)
        self.scale = MAJOR if rng.random() < .5 else MINOR
        self.key = int(rng.integers(0, 12))
        self.prog = PROGS[rng.integers(len(PROGS))]
        self.chord_bars = rng.choice([.5, 1, 1, 1, 1, 2, 2]) if self.meter % 2 == 0 else rng.choice([1, 1, 1, 2])
        if self.bpm > 150 and rng.random() < .5 and self.style != "piano":
            self.chord_bars = max(self.chord_bars, 2)
        self.layout()
        for bar in range(self.bars):
            self.bar(bar)

    p = property(lambda self: self.rng.random())

    def one(self, *xs):
        return xs[self.rng.integers(len(xs))]

    def layout(self):
        r = self.rng
        self.sections = []
        each = 8 if self.bpm > 105 else 4
        quiet = .12
        while len(self.sections) < self.bars:
            s = {"drums": r.choice([0, 1, 2], p=[.12, .18, .7]), "bass": self.p > .1, "chords": self.p > .2,
                 "lead": self.p > .3, "arp": self.p > .6, "kickless": self.p < .05, "seed": int(r.integers(1 << 30))}
            n = int(r.choice([each // 2, each, each, each * 2])) if self.p > .05 else int(r.integers(1, 7))
            if not (s["bass"] or s["chords"] or s["lead"]):
                s["chords"] = True
            self.sections += [(s, i, n) for i in range(n)]
        base = int(r.integers(1 << 30))
        self.base = base
        drumless = {"piano": 1, "orchestra": .75, "ballad": .15, "waltz": .4, "march": .3}.get(self.style, .02)
        self.drumless = self.p < drumless
        self.click = self.one((76, 77), (75, 75), (37, 37), (KICK, HAT), (KICK, SNARE), (34, 33), (76, 76), (56, 42))
        self.missing = self.one(0, 0, .05, .15)
        self.click_sub = self.one(1, 1, 2, 4)
        if self.style in ("clicks", "none"):
            self.drumless = self.style == "none"
            for sec, _, _ in self.sections:
                sec.update(drums=2, bass=self.style == "clicks" and self.p < .1, chords=False, lead=False, arp=False, kickless=False)
        self.kit = self.drum_bars()
        self.bass_style = self.pick_bass()
        self.chord_style = self.pick_chords()
        self.motif = self.make_motif()
        self.off_lead = self.p < .25

    # ---- drums: patterns of steps on a grid of `sub` to the beat
    def drum_bars(self):
        """Two or four bars of drums, (step, drum, vel)."""
        n = int(self.rng.choice([1, 1, 2, 2, 4]))
        first = None
        bars = []
        hat = self.one(HAT, HAT, RIDE, SHAKE, TAMB)
        hatting = self.rng.choice(["8", "8", "16", "4", "off", "none", "16acc"])
        sn = {"house": CLAP, "trance": CLAP}.get(self.style, self.one(SNARE, SNARE, SNARE, CLAP, RIM if self.style in ("ballad", "latin") else SNARE))
        for i in range(n):
            bars.append(self.drum_bar(i, hat, hatting, sn))
        return bars

    def drum_bar(self, i, hat, hatting, sn):
        s, m, st, r = self.sub, self.meter, self.style, self.rng
        out = []
        steps = s * m
        v = lambda x: float(x)
        if st in ("house", "hardcore", "trance"):
            out += [(b * s, KICK, 118) for b in range(m)]
            if self.p < .15: out.append((steps - 1, KICK, 90))
            if self.p < .75: out += [(b * s, sn, 95) for b in (1, 3)]
            if self.p < .75: out += [(b * s + 2, OPEN, self.one(70, 85, 100)) for b in range(m)]
            if self.p < .5: out += [(k, HAT, 50 + 25 * (k % 4 == 0) * (self.p < .5)) for k in range(steps)]
            if self.p < .25: out += [(k, self.one(SHAKE, CLAP, TOM2, COWB), 70) for k in self.one([3, 6, 10, 13], [3, 6, 11, 14], [7, 10, 15], [2, 5, 8, 11, 14])]
            return out
        if st == "dnb":
            k, q = self.one(([0, 10], [4, 12]), ([0, 10], [4, 12]), ([0, 2, 10], [4, 12]), ([0, 6, 10], [4, 12]), ([0, 10, 11], [4, 7, 9, 12]), ([0, 8], [4, 12]), ([0, 3, 10], [4, 12, 15]))
            out += [(x, KICK, 115) for x in k] + [(x, SNARE, 112 if x in (4, 12) else 55) for x in q]
            hs = self.one(range(0, 16, 2), range(16), [2, 6, 10, 14], [0, 4, 8, 12, 14])
            return out + [(x, self.one(HAT, HAT, RIDE), self.one(60, 80, 95) - 15 * (x % 4 != 0)) for x in hs]
        if st == "clicks":
            first, rest = self.click
            out += [(b * s, first if b == 0 else rest, 118 if b == 0 else 92) for b in range(m)]
            if m == 6: out += [(3 * s, first, 104)]
            if self.click_sub == 2: out += [(b * s + s // 2, HAT, 62) for b in range(m)]
            elif self.click_sub == 4: out += [(b * s + x, HAT, 55) for b in range(m) for x in range(1, s)]
            return out
        if st == "halftime":
            out += [(0, KICK, 118), (8, sn, 115)]
            out += [(x, KICK, 105) for x in (3, 6, 7, 10, 11, 14) if self.p < .28]
            if self.p < .7: out += [(x, HAT, 60 + 20 * (x % 4 == 0)) for x in range(0, 16, self.one(1, 2, 2, 4))]
            if self.p < .3: out += [(14, HAT, 70), (14.5, HAT, 60), (15, HAT, 70), (15.5, HAT, 60)]
            return out
        if st == "metal" and self.p < .5:
            kind = self.one("blast", "double", "gallop")
            if kind == "blast": out += [(x, KICK, 105) for x in range(0, 16, 2)] + [(x, SNARE, 105) for x in self.one(range(0, 16, 4), range(2, 16, 4))]
            elif kind == "double": out += [(x, KICK, 100) for x in range(16)] + [(x, SNARE, 118) for x in (4, 12)]
            else: out += [(b * 4 + x, KICK, 105) for b in range(4) for x in (0, 2, 3)] + [(x, SNARE, 118) for x in (4, 12)]
            return out + [(x, self.one(CRASH, RIDE, OPEN), 90) for x in range(0, 16, self.one(4, 4, 2))]
        if st == "swing":
            out += [(b * 3, RIDE, 85) for b in range(m)] + [(b * 3 + 2, RIDE, 70) for b in range(1, m, 2)]
            out += [(b * 3, PEDAL, 85) for b in range(1, m, 2)]
            if self.p < .6: out += [(b * 3, KICK, 60 + 25 * (b == 0)) for b in range(m)]
            return out + [(x, SNARE, 45 + 30 * self.p) for x in range(steps) if self.p < .1]
        if st == "reggae":
            out += [(8, KICK, 110), (8, RIM, 100)] if self.p < .5 else [(0, KICK, 100), (4, RIM, 95), (8, KICK, 110), (12, RIM, 95)]
            return out + [(x, HAT, 60 + 25 * (x % 4 == 2)) for x in range(0, 16, 2)]
        if st == "latin":
            out += [(x, KICK, 95) for x in self.one([0, 6, 8, 14], [0, 3, 8, 11], [0, 8])] + [(x, RIM, 95) for x in self.one([0, 3, 6, 10, 12], [0, 3, 7, 10, 12], [4, 12, 6])]
            return out + [(x, SHAKE, 60 + 20 * (x % 4 == 0)) for x in range(0, 16, self.one(1, 2))]
        if st == "march":
            out += [(b * s, KICK if b % 2 == 0 else SNARE, 95) for b in range(m)]
            if self.p < .6: out += [(b * s + 2, SNARE, 65) for b in range(m)] + [(b * s + 3, SNARE, 55) for b in range(m) if self.p < .5]
            return out
        # backbeat and its kin, in any meter
        out.append((0, KICK, 115))
        prob = {0: .12, 1: .04, 2: .3, 3: .14} if s == 4 else {0: .2, 1: .06, 2: .2}
        dense = {"funk": 1.5, "metal": 1.6, "ballad": .6, "pop": 1.0, "rock": 1.1, "riff": 1.1}.get(st, .9)
        if m == 4:
            snares, kicks = [1, 3], {2: .65}
        elif m == 3:
            snares, kicks = self.one(([1, 2], {}), ([2], {}), ([1], {2: .2}), ([1, 2], {}))
        elif m == 5:
            snares, kicks = self.one(([2, 4], {3: .5}), ([1, 3], {3: .3}), ([3], {}), ([1, 4], {3: .7}))
        elif m == 7:
            snares, kicks = self.one(([2, 4, 6], {}), ([1, 3, 5], {2: .6, 4: .6}))
        else:
            snares, kicks = [1], {}
        for k in range(1, steps):
            b, x = divmod(k, s)
            q = kicks.get(b, .08) if x == 0 else prob[x] * dense * .8
            if b in snares and x == 0: q *= .2
            if self.p < q: out.append((k, KICK, 105))
        out += [(b * s, sn, 112) for b in snares]
        if st == "funk": out += [(k, SNARE, 42 + 20 * self.p) for k in range(steps) if k % s and self.p < .15]
        if st in ("rock", "metal", "riff") and self.p < .1: out = [(x, d, w) for x, d, w in out if d != sn] + [(b * s, sn, 112) for b in range(m)]
        hstep = {"8": [0, 2], "16": [0, 1, 2, 3], "4": [0], "off": [2], "none": [], "16acc": [0, 1, 2, 3]}[hatting] if s == 4 else self.one([0, 1, 2], [0, 2], [0])
        for b in range(m):
            for x in hstep:
                out.append((b * s + x, hat, 62 + (22 if x == 0 else 0) + (-18 if hatting == "16acc" and x % 2 else 0) + 10 * (self.p - .5)))
        return out

    def pick_bass(self):
        st = self.style
        t = {"house": ["off", "off", "8", "sync", "16off"], "hardcore": ["off", "off", "16off", "8"], "trance": ["off", "16off", "16off"],
             "dnb": ["long", "sync", "8", "sync"], "halftime": ["long", "sync"], "swing": ["walk"], "metal": ["8", "16", "gallop", "riff"],
             "waltz": ["one", "one", "walk"], "march": ["walk", "one"], "reggae": ["sync", "sync", "8"], "ballad": ["long", "one", "sync"],
             "compound": ["beat", "one", "8"], "chip": ["8", "off", "oct", "16", "sync"], "funk": ["sync", "sync", "oct"], "latin": ["tres", "sync"]}
        return self.one(*t.get(st, ["8", "8", "sync", "long", "beat", "oct", "riff"]))

    def pick_chords(self):
        st = self.style
        t = {"house": ["pad", "stab", "off", "stab"], "hardcore": ["pad", "stab", "off", "stab"], "trance": ["pad", "arp16", "stab"],
             "dnb": ["pad", "pad", "stab"], "piano": ["alberti", "block", "arp", "alberti", "oompah", "arp", "counter", "tremolo", "toccata", "toccata", "fugue", "fugue", "octaves"],
             "waltz": ["oompah", "oompah", "arp", "pad"], "march": ["oompah", "oompah", "block"], "reggae": ["off", "off"],
             "rock": ["strum", "strum", "pad", "stab"], "metal": ["strum", "riff"], "swing": ["stab", "stab", "pad"],
             "orchestra": ["pad", "pad", "arp", "block", "stab", "counter"], "riff": ["riff", "riff", "strum"], "chip": ["arp16", "arp16", "stab", "pad", "off"],
             "latin": ["tres", "off", "stab"]}
        return self.one(*t.get(st, ["pad", "strum", "stab", "arp", "block", "off"]))

    def make_motif(self):
        """Two or four bars of melody: (beat, length, degree)."""
        r = self.rng
        out = []
        n = int(r.choice([1, 2, 2, 4]))
        busy = r.choice([.25, .45, .7])
        pick = 0
        deg = int(r.integers(0, 7))
        cells = [[1], [.5, .5], [1.5, .5], [.5, 1, .5], [.75, .75, .5], [.25] * 4, [.5, .25, .25], [.75, .25], [2], [1 / 3] * 3]
        if self.sub == 3: cells = [[1], [2 / 3, 1 / 3], [1 / 3] * 3, [1, 1], [2]]
        wts = np.array([3, 3, 1, 1.2, 1.2, busy * 3, busy * 2, 1, 1.2, .15][:len(cells)])
        if self.style in ("house", "hardcore", "dnb", "funk", "trance", "chip"):
            if self.sub == 4: wts = np.array([1, 2, 1.2, 1.5, 2.5, busy * 4, busy * 2, 1.2, .5, .05])
        cell_mem = []
        t, total = 0.0, n * self.meter
        while t < total - 1e-6:
            c = cell_mem[r.integers(len(cell_mem))] if cell_mem and self.p < .55 else cells[r.choice(len(cells), p=wts / wts.sum())]
            cell_mem.append(c)
            rest = self.p < .12
            for d in c:
                if t >= total - 1e-6: break
                deg += int(r.choice([-2, -1, -1, 0, 0, 1, 1, 2, 4, -3]))
                deg = int(np.clip(deg, -4, 11))
                if not rest: out.append((t, min(d, total - t), deg))
                t += d
        return n, out

    def pitch(self, degree, octave):
        o, d = divmod(degree, 7)
        return self.key + self.scale[d] + 12 * (octave + o)

    def chord_at(self, beat):
        return self.prog[int(beat / (self.meter * self.chord_bars) + 1e-6) % len(self.prog)]

    def bar(self, i):
        sec, at, n = self.sections[i]
        m, s, r = self.meter, self.sub, np.random.default_rng(self.base)  # the same dice for each bar: patterns repeat
        start = i * m
        vary = self.rng
        # drums
        if not self.drumless and sec["drums"]:
            last = at == n - 1 or (at % 4 == 3 and self.p < .35)
            pat = self.kit[at % len(self.kit)]
            fill = last and self.p < .55
            cut = s * m - int(self.one(s, s, 2 * s, 2)) if fill else s * m
            for step, d, v in pat:
                if step >= cut: continue
                if sec["drums"] == 1 and d in (KICK, SNARE, CLAP) and self.one(True, False) and sec["seed"] % 2: continue
                if sec["drums"] == 1 and d not in (KICK, SNARE, CLAP, RIM) and sec["seed"] % 3 == 0: continue
                if sec["kickless"] and d == KICK: continue
                if self.p < .02: continue
                self.drums.append((start + step / s, d, v))
            if fill:
                kind = self.one("roll", "toms", "stop", "syn")
                for step in range(cut, s * m):
                    if kind == "roll": self.drums.append((start + step / s, SNARE, 70 + 2 * step))
                    elif kind == "toms": self.drums.append((start + step / s, [SNARE, TOM1, TOM2, TOM3][(step - cut) // 1 % 4], 100))
                    elif kind == "syn" and (step - cut) % 3 == 0: self.drums.append((start + step / s, SNARE, 105))
            if at == 0 and self.p < .75: self.drums.append((start, CRASH, 105))
            if self.style in ("house", "trance", "hardcore") and sec["drums"] == 1 and at >= n - 2 and self.p < .5:
                self.drums += [(start + k / s, SNARE, 60 + 3 * k) for k in range(0, s * m, 1 if at == n - 1 else 2)]
        # harmony
        def chord(beat): return self.chord_at(beat)
        half = m / 2 if m % 2 == 0 else m
        bounds = [0.0] if self.chord_bars >= 1 else [0.0, m / 2]
        for j, b in enumerate(bounds):
            span = (bounds[j + 1] if j + 1 < len(bounds) else m) - b
            c = chord(start + b)
            hold = span if self.chord_bars <= 1 else span
            new = self.chord_bars <= 1 or i % 2 == 0
            if sec["bass"] and self.style != "piano": self.bassline(start + b, span, c, r, new)
            if sec["chords"] or self.style == "piano": self.chords(start + b, span, c, r, new)
            if sec["arp"] and self.style in ("house", "trance", "hardcore", "chip", "pop", "dnb", "orchestra"):
                for k in range(int(span * s)):
                    self.notes.append((start + b + k / s, .9 / s, "arp", self.pitch(c + [0, 2, 4, 7][(k * self.one(1, 1, 1, 1, 3)) % 4], 6), 70 + 12 * (k % s == 0)))
        # melody
        if sec["lead"] or (self.style == "piano"):
            nb, motif = self.motif
            k = at % nb
            for t, d, deg in motif:
                if k * m <= t < (k + 1) * m and vary.random() > .04:
                    tt = start + t - k * m
                    strong = abs(t - round(t)) < 1e-6
                    self.notes.append((tt, d * .92, "lead", self.pitch(deg + (chord(tt) if strong or True else 0) % 7, 5), 84 + 14 * strong + 8 * (t % m == 0) + vary.normal(0, 4)))

    def bassline(self, b, span, c, r, new):
        k = self.bass_style
        lo = self.pitch(c, 3) if self.pitch(c, 3) < 46 else self.pitch(c, 2)
        add = lambda t, d, key=lo, v=100: self.notes.append((b + t, d, "bass", key, v + self.rng.normal(0, 4)))
        s = self.sub
        n = int(round(span))
        if k == "8":
            for x in range(int(span * 2)): add(x / 2, .45, lo, 104 if x == 0 else 94)
        elif k == "16":
            for x in range(int(span * s)): add(x / s, .9 / s, lo, 100 if x % s == 0 else 90)
        elif k == "gallop":
            for x in range(n): add(x, .4); add(x + .5, .2); add(x + .75, .2)
        elif k == "off":
            for x in range(n): add(x + .5, .42)
        elif k == "16off":
            for x in range(n):
                for y in (1, 2, 3): add(x + y / 4, .22)
        elif k == "oct":
            for x in range(n): add(x, .45); add(x + .5, .45, lo + 12, 92)
        elif k == "walk":
            for x in range(n): add(x, .9, lo + [0, 4, 7, 9, 12][int(r.integers(5))] if x else lo)
        elif k == "beat":
            for x in range(n): add(x, .9)
        elif k == "one": add(0, min(span, 1.0) * .95)
        elif k == "long":
            if new: add(0, span * .97)
        elif k == "tres":
            for x in (0, 1.5, 3):
                if x < span: add(x, .7)
        else:  # a syncopated figure, the same in each bar
            add(0, .7, lo, 108)
            for x in range(1, int(span * 4)):
                w = {0: .35, 1: .08, 2: .45, 3: .3}[x % 4]
                if r.random() < w * .8: add(x / 4, .3, lo + (12 if r.random() < .15 else 7 if r.random() < .1 else 0), 92)

    def chords(self, b, span, c, r, new):
        k, s = self.chord_style, self.sub
        tri = [self.pitch(c + d, 4 if self.style != "piano" else 4) for d in (0, 2, 4)]
        add = lambda t, d, keys=tri, v=80, voice="chords": [self.notes.append((b + t, d, voice, x, v + self.rng.normal(0, 4))) for x in keys]
        n = int(round(span))
        low = self.pitch(c, 3)
        if self.style == "piano" and k not in ("alberti", "oompah"): add(0, span * .95, [low], 85)
        if k == "pad":
            if new: add(0, span * .98, tri, 72)
        elif k == "stab":
            for x in range(int(span * 4)):
                if r.random() < {0: .35, 1: .1, 2: .35, 3: .3}[x % 4]: add(x / 4, .2, tri, 88)
        elif k == "off":
            for x in range(n): add(x + .5, .25, tri, 88)
        elif k == "strum":
            q = self.one(1, 2, 2, 2)
            for x in range(int(span * q)): add(x / q, .9 / q, tri, 88 + 8 * (x == 0) - 8 * (x % 2))
        elif k == "block":
            for x in range(n): add(x, .9, tri, 84 + 10 * (x == 0))
        elif k in ("arp", "arp16"):
            q = s if (k == "arp16" or self.bpm < 100) else 2
            if s == 3: q = 3
            w = tri + [tri[0] + 12]
            pat = self.one([0, 1, 2, 3], [0, 1, 2, 1], [0, 2, 1, 2], [3, 2, 1, 0], [0, 1, 2])
            for x in range(int(span * q)): add(x / q, .95 / q, [w[pat[x % len(pat)]]], 76 + 10 * (x % q == 0))
        elif k == "alberti":
            q = s if self.bpm < 110 else 2
            if s == 3: q = 3
            w = [low] + [tri[2], tri[1], tri[2]]
            w3 = [low, tri[1], tri[2]]
            for x in range(int(span * q)):
                ww = w3 if q == 3 else w
                add(x / q, .95 / q, [ww[x % len(ww)]], 78 + 10 * (x % len(ww) == 0))
        elif k == "oompah":
            if self.meter == 3:
                add(0, .8, [low], 95)
                for x in range(1, n): add(x, .6, tri, 75)
            else:
                for x in range(n): add(x, .45, [low if x % 2 == 0 else low + 7], 92 + 6 * (x == 0)); add(x + .5, .4, tri, 74)
        elif k == "counter":
            d = c
            x = 0.0
            while x < span - 1e-6:
                q = float(r.choice([.5, .5, 1, .25 if s == 4 else .5]))
                d += int(r.choice([-2, -1, -1, 1, 1, 2]))
                add(x, min(q, span - x) * .95, [self.pitch(d, 4)], 82 + 6 * (x == int(x)))
                x += q
        elif k == "toccata":  # an unbroken run, hands in turn
            q = s if self.bpm < 135 else 2
            figure = r.permutation([0, 2, 4, 7, 1, 9][:int(r.integers(3, 7))])
            size = q * int(r.choice([1, 1, 2]))
            for x in range(int(span * q)):
                y = x % size
                add(x / q, .95 / q, [self.pitch(c + int(figure[y % len(figure)]), 4 + (y % 2 == 1) * int(r.random() < .7))], 74 + 14 * (y == 0) + 8 * (x % q == 0))
            if r.random() < .6: add(0, .9, [low, low - 12], 92)
        elif k == "fugue":  # voices of their own
            for voice in range(int(r.integers(1, 3))):
                d, x = c + 2 * voice, float(r.choice([0, 0, .5]))
                q0 = r.choice([.5, .25, 1], p=[.5, .35, .15]) if s == 4 else 1 / 3
                while x < span - 1e-6:
                    q = float(r.choice([q0, q0, q0, 2 * q0, 3 * q0]))
                    d += int(r.choice([-2, -1, -1, 1, 1, 2]))
                    add(x, min(q, span - x) * .95, [self.pitch(d, 3 + voice)], 80)
                    x += q
        elif k == "octaves":
            for x in range(n):
                add(x, .45, [low, low - 12], 95 + 8 * (x == 0))
                if r.random() < .7: add(x + .5, .4, tri, 82)
        elif k == "tremolo":
            for x in range(int(span * s)): add(x / s, .9 / s, [tri[x % 2 * 2]], 74)
        elif k == "tres":
            for x in (0, 1.5, 3, 3.5):
                if x < span: add(x, .4, tri, 85)
        elif k == "riff":
            x = 0.0
            root = self.pitch(c, 3)
            while x < span - 1e-6:
                q = float(r.choice([.25, .5, .5, .5, .75, 1]))
                if s == 3: q = float(r.choice([1 / 3, 2 / 3, 1]))
                if r.random() > .12: add(x, min(q, span - x) * .9, [root + int(r.choice([0, 0, 0, 0, 3, 5, 7])), root + 7], 98 + 8 * (x == 0), "chords")
                x += q

    # ---- time
    def clock(self):
        """Seconds of each quarter of a beat, by a tempo that may breathe."""
        r = self.rng
        nb = (self.bars + 1) * self.meter
        t = np.arange(nb * 12 + 1) / 12.0
        rate = np.ones_like(t)
        amount = {"piano": r.choice([.02, .05, .09, .13, .18]), "orchestra": r.choice([0, .02, .05]), "ballad": r.choice([0, 0, .015])}.get(self.style, 0 if self.p < .7 else .008)
        if amount:
            k = r.normal(0, 1, nb + 8)
            walk = np.convolve(k, np.ones(6) / 6, "same") * 1.6 + r.normal(0, .3, nb + 8)
            curve = np.interp(t, np.arange(nb + 8), walk)
            phrase = np.sin(2 * np.pi * t / (self.meter * r.choice([2, 4, 8])) + r.uniform(0, 6)) * .5
            rate = np.exp(amount * (curve + phrase))
            if self.style == "piano" and self.p < .5:  # slower at ends of phrases
                ph = (t / (self.meter * 4)) % 1
                rate *= 1 - np.clip((ph - .93) / .07, 0, 1) * r.uniform(.1, .35)
        elif self.p < .06:
            rate = 1 + r.uniform(-.12, .12) * t / t[-1]
        elif self.p < .06:
            rate = np.where(t > t[-1] * r.uniform(.3, .7), r.choice([.8, .9, 1.1, 1.25]), 1.0)
        step = 60 / self.bpm / 12 / rate
        return t, np.concatenate([[0], np.cumsum(step)[:-1]])
