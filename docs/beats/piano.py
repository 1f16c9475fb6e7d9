"""Made-up pieces for piano and few players, played as people play: every beat known, none of them even."""

import numpy as np

from songs import MAJOR, MINOR

# name: (weight, beats a minute, (meter, parts of a beat), left hands, right hands, how freely time is kept)
KINDS = {
    "sonata": (5, (60, 168), [(4, 4), (2, 4), (3, 4), (2, 3)], ["alberti", "murky", "repeat", "chords", "after", "bass", "broken"],
               ["tune", "tune", "run", "thirds", "figure"], (.02, .08)),
    "baroque": (5, (48, 132), [(4, 4), (3, 4), (4, 4), (2, 3), (4, 3)], ["walk", "walk", "voice", "voice", "bass", "broken"],
                ["voice", "voice", "run", "figure", "tune"], (.01, .06)),
    "romantic": (6, (40, 120), [(4, 4), (3, 4), (2, 3), (4, 3), (2, 4)], ["nocturne", "nocturne", "broken", "chords", "after", "repeat", "syncope"],
                 ["tune", "tune", "octaves", "chordal", "figure"], (.08, .3)),
    "etude": (6, (52, 150), [(4, 4), (2, 4), (2, 3), (3, 4)], ["bass", "after", "leap", "tremolo", "run", "broken", "octaves"],
              ["run", "run", "toccata", "toccata", "figure", "octaves", "chordal"], (.03, .16)),
    "chorale": (2, (50, 100), [(4, 4), (3, 4), (2, 4)], ["chords", "walk"], ["chordal", "tune"], (.03, .18)),
    "waltz": (3, (96, 200), [(3, 4)], ["waltz", "waltz", "waltz", "chords"], ["tune", "tune", "octaves", "run"], (.05, .22)),
    "rag": (2, (72, 132), [(2, 4), (4, 4)], ["leap", "leap", "after", "walk"], ["rag", "rag", "octaves", "chordal"], (.01, .05)),
    "song": (3, (56, 112), [(4, 4), (4, 4), (3, 4), (4, 3)], ["broken", "chords", "syncope", "bass", "repeat", "nocturne"],
             ["tune", "chordal", "tune"], (.02, .12)),
}
NEXT = {0: [3, 4, 5, 1, 4, 3], 1: [4, 4, 6, 3], 2: [5, 3], 3: [4, 0, 1, 4], 4: [0, 0, 5, 3], 5: [3, 1, 4, 2], 6: [0, 0]}
# General MIDI programs of bass, chords, melody and second voice; each row as often as its weight.
PLAYERS = [(16, (0, 0, 0, 0)), (1, (1, 1, 1, 1)), (1, (6, 6, 6, 6)), (1, (24, 24, 24, 24)), (1, (46, 46, 46, 46)), (1, (19, 19, 19, 19)),
           (1, (42, 0, 40, 0)), (1, (0, 0, 73, 0)), (1, (0, 0, 42, 0)), (1, (0, 48, 0, 48)), (1, (42, 41, 40, 40)), (.5, (4, 4, 4, 4))]


class Performance:
    """A piece and how it is played; the same to `sound.py` as a `songs.Song`."""

    style = "solo"
    drums = ()

    def __init__(self, rng):
        self.rng = rng
        kinds = list(KINDS)
        weights = np.array([KINDS[k][0] for k in kinds], float)
        self.kind = kinds[rng.choice(len(kinds), p=weights / weights.sum())]
        _, (slow, fast), meters, self.lefts, self.rights, free = KINDS[self.kind]
        self.bpm = float(np.exp(rng.uniform(np.log(slow), np.log(fast))))
        self.meter, self.sub = meters[rng.integers(len(meters))]
        if self.sub == 3:
            self.bpm = max(38.0, self.bpm * .72)
        self.free = float(np.exp(rng.uniform(np.log(free[0]), np.log(free[1]))))
        weights = np.array([w for w, _ in PLAYERS], float)
        self.programs = PLAYERS[rng.choice(len(PLAYERS), p=weights / weights.sum())][1]
        self.seconds = 40.0
        self.bars = int((self.seconds + 6) * self.bpm / 60 / self.meter) + 3
        if self.p < .15:  # it ends before the recording does
            self.bars = max(6, int(rng.uniform(.6, .85) * self.seconds * self.bpm / 60 / self.meter))
        self.scale = MAJOR if self.p < .55 else MINOR
        self.key = int(rng.integers(0, 12))
        # Notes a beat of quick figures: at most some 13 a second.
        grids = [q for q in ((1, 2, 4, 8, 6, 3) if self.sub == 4 else (3, 3, 6)) if 2 <= q * self.bpm / 60 <= 13]
        self.grids = grids or [2 if self.sub == 4 else 3]
        self.accent = rng.uniform(0, 1.4)
        self.lead = -rng.choice([0, rng.uniform(0, .02), rng.uniform(.01, .06)])  # melody before the rest
        if self.p < .15:
            self.lead = -self.lead  # or the bass before the melody
        self.spread = rng.choice([.002, .006, .012, .02])
        self.rolled = rng.choice([0, 0, .05, .3])
        self.notes, self.phrases, self.holds = [], [], []
        self.rhythms = {}
        self.compose()

    p = property(lambda self: self.rng.random())

    def one(self, *xs):
        return xs[self.rng.integers(len(xs))]

    def pitch(self, degree, octave):
        o, d = divmod(int(degree), 7)
        return self.key % 12 + self.scale[d] + 12 * (octave + o)

    def note(self, beat, length, voice, key, loud, shift=0.0):
        """`loud` relative to the phrase; nothing is played after the end."""
        if beat > self.bars * self.meter - 1e-6:
            return
        place = beat % self.meter
        strong = 1 if place < 1e-6 else .55 if self.meter == 4 and abs(place - 2) < 1e-6 else .3 if abs(place - round(place)) < 1e-6 else 0
        level = 62 + self.level(beat) + loud + self.accent * 12 * strong + self.rng.normal(0, 4)
        self.notes.append((beat, length, voice, key, float(np.clip(level, 18, 124)), shift))

    def level(self, beat):
        x = (beat - self.begun) / max(self.ends - self.begun, 1)
        return self.base + self.arch * (4 * x * (1 - x) - .5) + self.slope * (x - .5)

    # ---- phrases
    def compose(self):
        bar, degree = 0, 0
        left = right = None
        octave = self.one(4, 5, 5)
        while bar < self.bars:
            length = min(int(self.rng.choice([2, 4, 4, 4, 4, 8, 3, 5, 6])), self.bars - bar)
            if self.meter * length * 60 / self.bpm < 3 and self.p < .8:
                length = min(length * 2, self.bars - bar)
            if left is None or self.p < .4:
                left, right = self.one(*self.lefts), self.one(*self.rights)
                self.grid = self.one(*self.grids)
                self.still = self.p < .12  # the right hand alone, or hardly anything
                self.pedal = self.p < {"romantic": .85, "etude": .5, "song": .8, "chorale": .3}.get(self.kind, .2)
                self.touch = self.rng.choice([.35, .7, .95, 1.02])
                self.seed = int(self.rng.integers(1 << 30))
                self.harmony = self.one(*([.5, 1, 1, 1, 2] if self.meter % 2 == 0 else [1, 1, 1, 2, 1 / 3]))
                octave = self.one(4, 5, 5, 6) if right != "voice" else 4
            if self.p < .08:
                self.key += int(self.one(7, 5, 3, -3, 9))
            self.begun, self.ends = bar * self.meter, (bar + length) * self.meter
            self.phrases.append((self.begun, self.ends))
            self.base, self.arch, self.slope = self.rng.normal(0, 9), self.rng.uniform(0, 22), self.rng.normal(0, 9)
            chords = self.chords(degree, length)
            degree = chords[-1][2]
            hemiola = self.meter == 3 and length >= 4 and self.p < .25
            for start, span, c in chords:
                last = start + span > self.ends - 1e-6
                if last and self.p < .5:
                    self.cadence(start, span, c)
                elif not (self.still and right != "voice"):
                    self.left(left, start, span, c, hemiola and start >= self.ends - 2 * self.meter)
            self.right(right, chords, octave, hemiola)
            if self.p < .1 + .3 * (self.free > .12):
                self.holds.append((self.ends - self.one(1, 1, self.meter), self.rng.uniform(.3, 1.6)))
            bar += length

    def chords(self, degree, length):
        """(beat, beats, degree) over a phrase, quicker towards a cadence."""
        out, t = [], 0.0
        total = length * self.meter
        step = max(1.0, round(self.harmony * self.meter)) if self.harmony != 1 / 3 else 1.0
        while t < total - 1e-6:
            span = min(step, total - t)
            if total - t <= self.meter:
                out.append((self.begun + t, total - t, 0 if self.p < .65 else 4))
                break
            if step >= self.meter and total - t - span < self.meter + 1e-6 and self.p < .4:
                span = min(span, max(1, self.meter // 2))
            out.append((self.begun + t, span, degree))
            degree = 4 if total - t - span <= self.meter and self.p < .7 else self.one(*NEXT[degree])
            t += span
        return out

    def chord(self, c, octave=4, seventh=False):
        return [self.pitch(c + d, octave) for d in ((0, 2, 4, 6) if seventh or (c == 4 and self.p < .5) else (0, 2, 4))]

    def struck(self, beat, length, keys, loud=0, voice="chords"):
        """Several keys at once, as nearly as fingers do, or rolled from the lowest."""
        keys = sorted(keys)
        roll = self.rng.uniform(.02, .06) if len(keys) > 2 and self.p < self.rolled else 0
        for i, key in enumerate(keys):
            shift = roll * (i - (len(keys) - 1) * .7) + self.rng.normal(0, self.spread) * .4
            self.note(beat, length, voice, key, loud + (4 if i == len(keys) - 1 else 0), shift)

    def cadence(self, start, span, c):
        low = self.pitch(c, 3)
        self.struck(start, span * self.one(.3, .6, .95), self.chord(c) + [low - 12, low][: self.one(1, 2)], 2)
        if self.meter >= 3 and span >= 3 and self.p < .4:
            self.struck(start + 2, .8, self.chord(c), -4)

    # ---- the left hand
    def left(self, kind, b, span, c, hemiola):
        r = np.random.default_rng(self.seed)  # the same dice for each chord: figures repeat
        low = self.pitch(c, 3 if self.pitch(c, 3) < 50 else 2)
        tri = self.chord(c, self.one(3, 4) if kind == "nocturne" else 4)
        q = self.grid if self.grid <= 4 or kind in ("run", "tremolo") else self.grid // 2
        hold = lambda t, d: max(d, span - t) if self.pedal else d * self.touch
        def put(t, d, keys, loud=-10, voice="chords"):
            if t < span - 1e-6:
                self.struck(b + t, hold(t, min(d, span - t)), keys, loud, voice)
        n = int(np.ceil(span - 1e-6))
        if hemiola and kind in ("waltz", "chords", "bass", "walk", "after"):
            for x in range(n):
                if (b + x - self.ends) % 2 == 0:
                    put(x, 1.9, [low - 12, low, *tri], 0)
            return
        if kind == "alberti":
            w = [tri[0], tri[2], tri[1], tri[2]] if self.sub == 4 else [tri[0], tri[1], tri[2]]
            for x in range(int(span * q)):
                put(x / q, 1 / q, [w[x % len(w)] - 12 * (low > 48)], -14 + 5 * (x % len(w) == 0))
        elif kind in ("broken", "nocturne"):
            wide = [low, low + 7, low + 12] + [k + (12 if kind == "nocturne" else 0) for k in tri]
            up = wide[: int(r.choice([3, 4, 6]))]
            w = up + up[-2:0:-1] if r.random() < .6 else up
            for x in range(int(span * q)):
                put(x / q, 1 / q, [w[x % len(w)]], -14 + 7 * (x % len(w) == 0), "bass" if x % len(w) == 0 else "chords")
        elif kind == "murky":
            for x in range(int(span * 2)):
                put(x / 2, .5, [low - 12 * (x % 2 == 0)], -10, "bass")
        elif kind == "repeat":
            e = 3 if self.sub == 3 else self.one(1, 2, 2)
            if b % self.meter < 1e-6 and r.random() < .7: put(0, span, [low - 12], -4, "bass")
            for x in range(int(span * e)):
                put(x / e, .8 / e, tri, -16 + 4 * (x % e == 0))
        elif kind in ("after", "leap", "waltz"):
            if kind == "waltz" or (self.meter == 3 and kind == "leap"):
                for x in range(n):
                    first = (b + x) % self.meter < 1e-6
                    if first: put(x, .9, [low] if r.random() < .7 else [low, low - 12], 0, "bass")
                    elif r.random() < .95: put(x, .6, tri, -14)
            else:
                for x in range(n):
                    put(x, .45, [low, low - 12] if r.random() < .5 else [low if x % 2 == 0 else low - 5], -2, "bass")
                    for y in ((1 / 3, 2 / 3) if self.sub == 3 else (.5,)):
                        put(x + y, .35, tri, -13)
        elif kind == "octaves":
            e = self.one(1, 2) if self.bpm > 80 else 2
            for x in range(int(span * e)):
                put(x / e, .8 / e, [low, low - 12] if x == 0 else [self.pitch(c + int(r.integers(-2, 3)), 2), self.pitch(c, 3)], 0, "bass")
        elif kind == "tremolo":
            for x in range(int(span * max(q, 4))):
                put(x / max(q, 4), 1 / max(q, 4), [tri[0]] if x % 2 == 0 else tri[1:], -16)
        elif kind == "run":
            self.figures(b, span, c, 3, -8, "chords")
        elif kind in ("walk", "voice"):
            self.voice(b, span, c, 3, 1 if kind == "walk" else self.one(.5, 1, 2 / self.sub), "bass", -8)
        elif kind == "syncope":
            put(0, 1, [low - 12], -4, "bass")
            for x in range(n):
                for y in ((1 / 3,) if self.sub == 3 else (.5,)): put(x + y, .9, tri, -12)
        elif kind == "chords":
            for x in range(n):
                if x == 0 or r.random() < .4: put(x, 1, tri + [low] * (x == 0), -6)
        else:  # one note, held
            put(0, span, [low - 12, low][: 1 + int(r.random() < .6)], -3, "bass")

    # ---- the right hand
    def rhythm(self, bars, wild):
        """Lengths of the notes of some beats; a negative one is a rest."""
        if self.sub == 3:
            cells = [([1], 3), ([2 / 3, 1 / 3], 5), ([1 / 3] * 3, 5), ([1 / 2, 1 / 6, 1 / 3], 1.5), ([2], 1.5), ([-1 / 3, 1 / 3, 1 / 3], .6), ([1 / 3, 2 / 3], .6), ([1 / 6] * 6, .5)]
        else:
            cells = [([1], 4), ([.5, .5], 4), ([2], 1.5), ([.75, .25], 2), ([1.5, .5], 2), ([.25] * 4, 2), ([.5, .25, .25], 1.5), ([.25, .25, .5], .7),
                     ([1 / 3] * 3, .6), ([.5, 1, .5], .3 + wild), ([.25, .5, .25], .1 + 2 * wild), ([-.5, .5], .7), ([.75, .75, .5], .1 + 1.5 * wild), ([-1], .5),
                     ([.125] * 8, .3 if self.bpm < 75 else 0), ([-.25, .25, .25, .25], .4), ([3], .5)]
        slow = min(1, self.bpm / 90)
        weights = np.array([w * (slow if max(c) >= 1.5 else 1) * (.3 if self.bpm / 60 / min(abs(x) for x in c) > 11 else 1) for c, w in cells])
        out, t, total = [], 0.0, bars * self.meter
        while t < total - 1e-6:
            for x in cells[self.rng.choice(len(cells), p=weights / weights.sum())][0]:
                x = np.sign(x) * min(abs(x), total - t)
                if abs(x) > 1e-6: out.append(float(x))
                t += abs(x)
        return out

    def right(self, kind, chords, octave, hemiola):
        if kind in ("run", "toccata", "figure"):
            for start, span, c in chords[: len(chords) - (self.p < .5)]:
                if kind == "figure": self.pattern(start, span, c, octave)
                elif kind == "run": self.figures(start, span, c, octave, 2, "lead")
                else: self.toccata(start, span, c, octave)
            return
        if kind == "voice":
            for start, span, c in chords:
                for k in range(self.one(1, 1, 2)):
                    self.voice(start, span, c, octave + k, self.one(.25, .5, .5, 1) if self.sub == 4 else self.one(1 / 3, 1 / 3, 1), ("lead", "arp")[k], 2 - 4 * k)
            return
        wild = 3.0 if kind == "rag" else .5 * (self.p < .3)
        t, total = 0.0, self.ends - self.begun
        degree = int(self.rng.integers(0, 7))
        if self.p < .25: t = float(self.one(.5, 1.0, 1 / self.sub))  # the phrase begins after its bar
        while t < total - 1e-6:
            bars = 1 if total - t <= self.meter else self.one(1, 2)
            key = (bars, int(self.rng.integers(2)), kind == "rag")
            if key not in self.rhythms or self.p < .1: self.rhythms[key] = self.rhythm(bars, wild)
            lengths = self.rhythms[key]
            if hemiola and t >= total - 2 * self.meter - 1e-6: lengths = [2.0] * self.meter
            for d in lengths:
                if t >= total - 1e-6: break
                here = self.begun + t
                if t >= total - self.meter and abs(t % 1) < 1e-6 and self.p < .35:
                    d = (total - t) * self.one(1, 1, .6)  # the phrase comes to rest
                    self.sing(kind, here, d, degree, chords, octave)
                    return
                if d > 0: degree = self.sing(kind, here, min(d, total - t), degree, chords, octave)
                t += abs(d)

    def sing(self, kind, at, d, degree, chords, octave):
        c = next((c for s, span, c in reversed(chords) if s <= at + 1e-6), 0)
        degree += int(self.one(-1, -1, 1, 1, 0, 2, -2, self.one(4, -4, 3, -3)))
        degree = int(np.clip(degree, -3, 10))
        if abs(at - round(at)) < 1e-6 and self.p < .75:  # a note of the chord on the beat
            degree += min(((c + k - degree) % 7 for k in (0, 2, 4)), key=lambda k: min(k, 7 - k))
        key = self.pitch(degree, octave)
        touch = d * max(.5, self.touch)
        below = {"octaves": [key - 12], "thirds": [self.pitch(degree - 2, octave)]}.get(kind, [])
        if kind == "chordal" or (kind == "rag" and self.p < .4):
            below = [k - 12 * (k > key) for k in self.chord(c, octave)][: self.one(1, 2, 3)]
        shift = self.lead + self.rng.normal(0, self.spread)
        if d >= .5 and self.p < .06:  # an ornament
            if self.p < .5: self.note(at, .1, "lead", self.pitch(degree + 1, octave), -2, shift - self.rng.uniform(.05, .1))
            else:
                for k in range(int(d * 60 / self.bpm * 11)): self.note(at + k / 11 * self.bpm / 60, .08, "arp", self.pitch(degree + k % 2, octave), 0, shift)
        self.note(at, touch, "lead", key, 12 + 3 * min(d, 2), shift)
        for k in below:
            self.note(at, touch, "arp", k, -2, shift * .5 + self.rng.normal(0, self.spread) * .4)
        return degree

    def figures(self, b, span, c, octave, loud, voice):
        """An unbroken run: scales that turn, or a shape moved on beat by beat."""
        q, r = self.grid, np.random.default_rng(self.seed + int(self.p < .2))
        shape = np.cumsum(r.choice([-1, 1, 1, -1, 2, -2, 3], size=q)) if r.random() < .6 else None
        degree, way = c, self.one(1, -1)
        for x in range(int(span * q)):
            if shape is not None: degree = c + int(shape[x % q]) + way * (x // q)
            else:
                if x % q == 0 and self.p < .35: way = -way
                degree += way
                if not -5 <= degree - c <= 16: way = -way
            self.note(b + x / q, 1 / q, voice, self.pitch(degree, octave), loud + 5 * self.accent * (x % q == 0), (self.lead if voice == "lead" else 0) + self.rng.normal(0, self.spread) * .4)

    def pattern(self, b, span, c, octave):
        """A broken chord in the right hand, a melody on top of it at times."""
        q, r = self.grid, np.random.default_rng(self.seed)
        size = int(r.choice([q, q, 2 * q, 3 if q % 3 == 0 else 4]))
        w = r.integers(0, 6, size)
        keys = [self.pitch(c + [0, 2, 4, 7, 9, 11][int(k)], octave) for k in w]
        gap = r.random(size) < .15 * (r.random() < .4)
        for x in range(int(span * q)):
            y = x % size
            if not gap[y] or y == 0:
                self.note(b + x / q, (1 / q) * (1 if not self.pedal else 2), "lead", keys[y], (9 if y == 0 else -4), self.rng.normal(0, self.spread) * .4)

    def toccata(self, b, span, c, octave):
        """Double notes without end, the hands in turn or a hand that rocks."""
        q, r = self.grid, np.random.default_rng(self.seed)
        kind, pair = int(r.integers(3)), r.choice([2, 4, 5, 7])
        walk = np.cumsum(r.choice([-1, 0, 1, 2], size=2 * q))
        for x in range(int(span * q)):
            d = c + int(walk[x % (2 * q)]) * (kind != 2)
            on = x % 2 == 0
            keys = [self.pitch(d, octave), self.pitch(d + 2, octave)] if on else [self.pitch(d + int(pair), octave)] + [self.pitch(d + int(pair) + 2, octave)] * (kind == 0)
            for k in keys:
                self.note(b + x / q, .9 / q, "lead", k, 2 + 5 * self.accent * (x % q == 0), self.rng.normal(0, self.spread) * .5)

    def voice(self, b, span, c, octave, pace, voice, loud):
        """A part of its own: mostly even notes, longer ones where they begin on a beat."""
        d, t = c + int(self.one(0, 0, 2, 4)), 0.0
        if self.p < .15: t = pace
        while t < span - 1e-6:
            long = self.p < .2 and abs(t - round(t)) < 1e-6
            q = pace * (self.one(2, 2, 3) if long else 1)
            if pace >= .5 and self.p < .1: q = pace / 2
            self.note(b + t, min(q, span - t) * self.touch, voice, self.pitch(d, octave), loud, self.rng.normal(0, self.spread))
            d += int(self.one(-1, -1, 1, 1, 1, -1, 2, -2, self.one(4, -4)))
            d = int(np.clip(d, c - 6, c + 9))
            if abs(t + q - round(t + q)) < 1e-6 and self.p < .6: d += min(((c + k - d) % 7 for k in (0, 2, 4)), key=lambda k: min(k, 7 - k))
            t += q

    # ---- time
    def clock(self):
        """Seconds of each twelfth of a beat: arcs over phrases and bars, holds, and a hand that is no clock."""
        r, per = self.rng, 12
        beats = (self.bars + 2) * self.meter
        t = np.arange(beats * per + 1) / per
        rate = np.zeros_like(t)
        for begun, ends in self.phrases:
            x = (t - begun) / (ends - begun)
            within = (x >= 0) & (x < 1)
            peak = r.uniform(.35, .65)
            arc = 1 - ((x - peak) / max(peak, 1 - peak)) ** 2
            rate += within * self.free * r.uniform(.4, 1.3) * (arc - .67)
            wide = r.uniform(1, 3.5) / (ends - begun)
            rate -= within * self.free * r.uniform(0, 2.4) * np.clip((x - 1 + wide) / wide, 0, 1) ** 1.5
        # Bars breathe, some beats are leant upon, and the beat wanders.
        lean = r.normal(0, .25 * self.free, self.meter) - np.eye(self.meter)[0] * .3 * self.free * r.random()
        step = np.arange(beats + 1)
        wander = np.zeros(beats + 1)
        for k in range(1, beats + 1): wander[k] = .9 * wander[k - 1] + r.normal(0, .22 * self.free + .006)
        rate += np.interp(t, step + .5, lean[step % self.meter] + wander + r.normal(0, .15 * self.free + .006, beats + 1))
        if self.p < .25:  # another tempo from some phrase on
            at = self.phrases[r.integers(len(self.phrases))][0]
            rate += (t >= at) * r.uniform(-.3, .3)
        rate = np.exp(np.clip(rate, -1.2, .8))
        for at, much in self.holds: rate[(t >= at) & (t < at + 1)] /= 1 + much
        return t, np.concatenate([[0], np.cumsum(60 / self.bpm / per / rate)[:-1]])
