// Plays the page's planner worker in node: worker.mjs BINDINGS INTO SONG.f32...
//
// Each song is raw mono PCM, 32-bit floats at 44100 a second; its beats go to INTO, a file a song,
// as `render-native beats` writes them. The CPU seconds of all of it go to standard output.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";

const RATE = 44100;
const [bindings, into, ...songs] = process.argv.slice(2);
let cpu = 0;
let next = 0;

function listen() {
  if (next === songs.length) {
    console.log((cpu / 1e6).toFixed(3));
    process.exit();
  }
  const bytes = readFileSync(songs[next]);
  const samples = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2).slice();
  const begun = process.cpuUsage();
  const header = { kind: "analyse_song", id: next, rate: RATE };
  listen.begun = begun;
  globalThis.onmessage({ data: { h: JSON.stringify(header), b: samples } });
}

globalThis.postMessage = (letter) => {
  const reply = JSON.parse(letter.h);
  if (reply.kind === "failed") {
    throw new Error(reply.message);
  }
  if (reply.kind === "beats") {
    const used = process.cpuUsage(listen.begun);
    cpu += used.user + used.system;
    const lines = reply.grid.beats.map((beat) => `${(beat.at / RATE).toFixed(6)}\t${beat.position}\n`);
    writeFileSync(join(into, `${basename(songs[next], ".f32")}.beats`), lines.join(""));
    next += 1;
    setImmediate(listen);
  }
  if (reply.kind === "ready") {
    setImmediate(listen);
  }
};
createRequire(import.meta.url)(bindings);
