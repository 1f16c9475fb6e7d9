"""Trains the network of planner-wasm/src/music/network.rs on made-up songs.

  train.py SONGS MINUTES NAME [FROM.pkl]    writes NAME.pkl and NAME.weights

SONGS is a folder that sound.py filled; each twenty-fifth song is held out. LR in the environment is
the rate of learning at the start (3e-3). With FROM it goes on from an earlier NAME.pkl.
"""

import glob
import os
import pickle
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
import optax

CHANNELS, TAPS, DISTANCES = 24, 5, (1, 2, 4, 8, 16, 32, 64, 128, 256)
FPS, FRAMES, SONGS_A_STEP, WEIGHT = 50, 1800, 10, 2048
rng = np.random.default_rng(1)


def inputs(levels):
    """Rows of band levels, 100 a second -> rows of levels and rises, 50 a second."""
    n = len(levels) // 2 * 2
    now = levels[:n]
    before = np.concatenate([now[:1], now[:1], now[:-2]])
    rise = np.maximum(now - before, 0)
    pair = lambda x: x.reshape(n // 2, 2, -1)
    return np.concatenate([pair(now).mean(1), pair(rise).sum(1)], 1).astype(np.float32)


def fresh():
    draw = lambda *shape, scale: jnp.asarray(rng.normal(0, scale, shape), jnp.float32)
    c = CHANNELS
    blocks = [
        {
            "w": draw(TAPS, c, c, scale=(2 / (TAPS * c)) ** 0.5), "b": jnp.zeros(c),
            "v": draw(c, c, scale=c**-0.5 * 0.5), "d": jnp.zeros(c),
        }
        for _ in DISTANCES
    ]
    return {
        "w0": draw(160, c, scale=160**-0.5), "b0": jnp.zeros(c), "blocks": blocks,
        "wo": draw(c, 2, scale=c**-0.5), "bo": jnp.full(2, -3.0),
    }


def forward(p, x):
    h = jax.nn.relu(x @ p["w0"] + p["b0"])
    n = x.shape[1]
    for block, distance in zip(p["blocks"], DISTANCES):
        reach = TAPS // 2 * distance
        padded = jnp.pad(h, ((0, 0), (reach, reach), (0, 0)))
        seen = jnp.concatenate([padded[:, i * distance : i * distance + n] for i in range(TAPS)], -1)
        y = seen @ block["w"].reshape(-1, CHANNELS) + block["b"]
        h = h + jax.nn.relu(y) @ block["v"] + block["d"]
    return h @ p["wo"] + p["bo"]


def changed(levels, times):
    """Another tempo, pitch, loudness and colour of the same song."""
    if rng.random() < 0.7:
        f = float(np.exp(rng.uniform(-0.16, 0.16)))
        x = np.arange(int(len(levels) / f)) * f
        i = np.minimum(x.astype(int), len(levels) - 2)
        w = (x - i)[:, None].astype(np.float32)
        levels, times = levels[i] * (1 - w) + levels[i + 1] * w, times / f
    s = int(rng.integers(-4, 5))
    levels = np.roll(levels, s, 1)
    if s > 0:
        levels[:, :s] = levels[:, s : s + 1]
    if s < 0:
        levels[:, s:] = levels[:, s - 1 : s]
    levels = np.log10(1 + 10 ** rng.uniform(-0.35, 0.35) * (10**levels - 1))
    tilt = np.interp(np.arange(80), [0, 20, 40, 60, 79], rng.normal(0, 0.12, 5))
    levels = levels * np.exp(tilt).astype(np.float32)
    if rng.random() < 0.2:
        a = rng.integers(0, 70)
        levels[:, a : a + rng.integers(4, 20)] *= rng.uniform(0, 0.6)
    return levels, times


def sample(song, alter=True):
    levels, truth = song[0].astype(np.float32) / 4096, song[1]
    times, positions = truth[:, 0], truth[:, 1]
    if alter:
        levels, times = changed(levels, times)
    x = inputs(levels)
    n = len(x)
    y = np.zeros((n, 2), np.float32)
    for at, position in zip(times, positions):
        k = int(round(at * FPS))
        for off, value in ((0, 1.0), (-1, 0.45), (1, 0.45)):
            if 0 <= k + off < n:
                y[k + off, 0] = max(y[k + off, 0], value)
                if position == 1:
                    y[k + off, 1] = max(y[k + off, 1], value)
    if n >= FRAMES:
        a = rng.integers(0, n - FRAMES + 1)
        return x[a : a + FRAMES], y[a : a + FRAMES], np.ones(FRAMES, np.float32)
    pad = ((0, FRAMES - n), (0, 0))
    return np.pad(x, pad), np.pad(y, pad), np.pad(np.ones(n, np.float32), pad[0])


def batch(songs, alter=True):
    return [np.stack(z) for z in zip(*(sample(song, alter) for song in songs))]


def export(path, p, mu, sd):
    """16-bit integers in the order that network.rs reads; the scaling of the input goes into w0."""
    w0 = np.asarray(p["w0"], np.float64) / sd[:, None]
    parts = [w0, np.asarray(p["b0"]) - mu @ w0]
    for block in p["blocks"]:
        parts += [block["w"], block["b"], block["v"], block["d"]]
    flat = np.concatenate([np.asarray(x, np.float64).ravel() for x in (*parts, p["wo"], p["bo"])])
    np.clip(np.round(flat * WEIGHT), -32768, 32767).astype("<i2").tofile(path)


def main():
    folder, minutes, name = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    files = sorted(glob.glob(folder + "/*.npz"))
    songs = [(d["bands"], d["t"].reshape(-1, 2)) for d in map(np.load, files)]
    held, taught = songs[7::25], [s for i, s in enumerate(songs) if i % 25 != 7]
    if len(sys.argv) > 4:
        with open(sys.argv[4], "rb") as file:
            kept = pickle.load(file)
        p, mu, sd = kept["p"], kept["mu"], kept["sd"]
    else:
        some = np.concatenate([inputs(s[0].astype(np.float32) / 4096) for s in taught[:150]])
        p, mu, sd = fresh(), some.mean(0), some.std(0) + 0.02

    def loss(p, x, y, w):
        z = forward(p, (x - mu) / sd)
        cross = jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z)))
        return (cross * w[..., None]).sum() / w.sum()

    optimiser = optax.chain(
        optax.clip_by_global_norm(1.0), optax.scale_by_adam(), optax.add_decayed_weights(1e-4)
    )
    state = optimiser.init(p)

    @jax.jit
    def step(p, state, x, y, w, rate):
        value, slope = jax.value_and_grad(loss)(p, x, y, w)
        change, state = optimiser.update(slope, state, p)
        return optax.apply_updates(p, jax.tree.map(lambda a: -rate * a, change)), state, value

    top, begun, mean, told = float(os.environ.get("LR", "3e-3")), time.time(), None, []
    while (part := (time.time() - begun) / (60 * minutes)) < 1:
        x, y, w = batch([taught[i] for i in rng.choice(len(taught), SONGS_A_STEP)])
        rate = top * min(1, part / 0.03 + 0.02) * (0.5 + 0.5 * np.cos(np.pi * part))
        p, state, value = step(p, state, x, y, w, rate)
        told.append(float(value))
        if part > 0.6:
            mean = p if mean is None else jax.tree.map(lambda a, b: a * 0.995 + b * 0.005, mean, p)
        if len(told) % 100 == 0:
            print(len(told), f"{np.mean(told[-100:]):.4f}", flush=True)
    p = jax.tree.map(np.asarray, mean or p)
    test = [float(loss(p, *batch([song], False))) for song in held]
    print("held out", np.mean(test))
    with open(name + ".pkl", "wb") as file:
        pickle.dump({"p": p, "mu": mu, "sd": sd}, file)
    export(name + ".weights", p, mu, sd)


if __name__ == "__main__":
    main()
