"""Fits the weights of planner-wasm/src/music/choice.rs and scores them on songs they were not fitted to.

  left_out.py READINGS TRUTH [ARTIST,...]

READINGS holds NAME.json for each song, as `cargo xtask bench beats --left-out` writes them; TRUTH holds
NAME.beats, manifest.json and score.py. The songs of each artist are left out in turn, the weights fitted
to all others, and the reading that they choose scored. ARTISTs are those whose songs are for tuning.

What is fitted: a reading's likelihood, the exponential of its score over that of all, to a share of
e to the SHARPNESS (F + 0.3 AMLt) for each, by cross entropy, with HOLD times the squared weights, each for
a standard deviation of its evidence among a song's readings. That is convex, so that it has one answer, and
the weights as they are, which have seen the songs for tuning, play no part. Only ratios of weights choose:
those told are of that of the beats.
"""

import json
import os
import re
import sys

import numpy as np
from scipy.optimize import minimize

KEYS = ("F", "CMLt", "AMLt", "A1", "A2")
SHARPNESS = (5, 10, 20)
HOLDS = (0.003, 0.01, 0.03)
NAMES = ("beats", "bars", "pulse", "divided", "halfway", "thirds", "unusual", "steady")


def load(readings, truth):
    """Songs: name, artist, evidence and scores of each reading; and the weights as they are."""
    sys.path.insert(0, truth)
    import score

    with open(os.path.join(truth, "manifest.json")) as file:
        tracks = {track["id"]: track for track in json.load(file)["tracks"]}
    songs, weights = [], None
    for name in sorted(tracks):
        with open(os.path.join(readings, name + ".json")) as file:
            told = json.load(file)
        weights = np.array(told["weights"]) / 1024
        true, places = score.load(os.path.join(truth, name + ".beats"))
        scores = []
        for reading in told["readings"]:
            beats = np.array(reading["beats"]) / told["rate"]
            got = score.score(true, places, beats, np.zeros(len(beats), int))
            scores.append([got[key] for key in KEYS])
        evidence = np.array([reading["evidence"] for reading in told["readings"]]) / 1024
        # The source is told before a colon.
        artist = str(tracks[name].get("artist", name)).split(":")[0]
        songs.append((name, artist, evidence, np.array(scores)))
    return songs, weights


def people(artist):
    return set(re.split(r" & | x | ft\. ", artist))


def chosen(song, weights):
    return int(np.argmax(song[2] @ weights))


def fit(songs, sharpness, hold):
    spread = np.sqrt(np.mean([evidence.var(0) for _, _, evidence, _ in songs], 0)) + 1e-9
    wanted = []
    for _, _, evidence, scores in songs:
        share = np.exp(sharpness * (scores[:, 0] + 0.3 * scores[:, 2]))
        wanted.append((evidence / spread, share / share.sum()))

    def loss(weights):
        total, slope = hold * weights @ weights, 2 * hold * weights
        for evidence, share in wanted:
            score = evidence @ weights
            score -= score.max()
            likelihood = np.exp(score) / np.exp(score).sum()
            total += (np.log(np.exp(score).sum()) - share @ score) / len(songs)
            slope += evidence.T @ (likelihood - share) / len(songs)
        return total, slope

    found = minimize(loss, np.zeros(len(spread)), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    weights = found.x / spread
    assert weights[0] > 0, "the beats speak against themselves"
    return weights / weights[0]


def row(name, songs, picks, weights=None):
    rows = [song[3][pick] for song, pick in zip(songs, picks)]
    cells = " ".join(f"{value:6.3f}" for value in np.mean(rows, 0))
    told = "" if weights is None else "  " + " ".join(f"{n} {w:.2f}" for n, w in zip(NAMES, weights))
    print(f"{name:44s} {cells}{told}")


def main():
    songs, weights = load(sys.argv[1], sys.argv[2])
    tuning = set(sys.argv[3].split(",")) if len(sys.argv) > 3 else set()
    print(f"{'':44s} " + " ".join(f"{key:>6s}" for key in KEYS))
    row("weights as they are", songs, [chosen(song, weights) for song in songs], weights)
    row("best reading of each song", songs, [int(np.argmax(song[3][:, 0])) for song in songs])
    for sharpness in SHARPNESS:
        for hold in HOLDS:
            picks = {}
            for artist in sorted({song[1] for song in songs}):
                others = [song for song in songs if not people(song[1]) & people(artist)]
                fitted = fit(others, sharpness, hold)
                picks |= {song[0]: chosen(song, fitted) for song in songs if song[1] == artist}
            row(f"artists left out, sharpness {sharpness}, hold {hold}", songs, [picks[song[0]] for song in songs])
            as_they_are = sum(picks[song[0]] == chosen(song, weights) for song in songs)
            print(f"  the reading of the weights as they are: {as_they_are} of {len(songs)}")
    tuned = [song for song in songs if song[1] in tuning]
    others = [song for song in songs if song[1] not in tuning]
    for sharpness in SHARPNESS if tuned and others else ():
        fitted = fit(tuned, sharpness, HOLDS[1])
        picks = [chosen(song, fitted) for song in tuned]
        row(f"fitted to {len(tuned)} for tuning, sharpness {sharpness}", tuned, picks, fitted)
        row(f"  and scored on the other {len(others)}", others, [chosen(song, fitted) for song in others])


if __name__ == "__main__":
    main()
