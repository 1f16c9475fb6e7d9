// Has the page's planner worker make plans in node: solver.mjs BINDINGS NAME...
//
// NAME.jsonl holds what the worker is told, a message a line, the last of them an order; NAME.json is
// the plan that was made of it natively. A line each goes to standard output: the best time of three from
// the order to the plan, the first digits of the plan's hash, and whether both plans are the same bytes.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const TIMES = 3;
const [bindings, ...names] = process.argv.slice(2);
let next = 0;
let times = [];
let begun = 0;

function tell() {
  if (next === names.length) {
    process.exit();
  }
  const messages = readFileSync(`${names[next]}.jsonl`, "utf8").trimEnd().split("\n");
  for (const message of messages.slice(0, -1)) {
    globalThis.onmessage({ data: { h: message } });
  }
  begun = performance.now();
  globalThis.onmessage({ data: { h: messages.at(-1) } });
}

globalThis.postMessage = (letter) => {
  const ended = performance.now();
  const reply = JSON.parse(letter.h);
  if (reply.kind === "failed") {
    throw new Error(reply.message);
  }
  if (reply.kind === "planned") {
    times.push(ended - begun);
    if (times.length === TIMES) {
      const native = readFileSync(`${names[next]}.json`, "utf8");
      const hash = createHash("sha256").update(reply.plan).digest("hex").slice(0, 16);
      const same = reply.plan === native ? "yes" : "NO";
      console.log(`${Math.min(...times).toFixed(1)} | ${hash} | ${same}`);
      times = [];
      next += 1;
    }
  }
  setImmediate(tell);
};
createRequire(import.meta.url)(bindings);
