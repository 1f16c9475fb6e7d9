// The last step of the page's build: notes for tools leave the WebAssembly, the page's policy learns
// the hash of its one inline script, every file gets its line in files.json, from which the page can
// be kept offline, and the sizes are shown.
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { withoutNotes } from './sections.mjs';

const web = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const dist = process.env.TRUNK_STAGING_DIR ?? join(web, 'dist');
const release = process.env.TRUNK_PROFILE !== 'debug';
const LIST = 'files.json';
// Not in the list, since it keeps the others; it gets the build's hash instead.
const SERVICE_WORKER = 'service_worker.js';

const files = [];
const entries = await readdir(dist, { recursive: true, withFileTypes: true });
for (const entry of entries.filter((entry) => entry.isFile())) {
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const name = relative(dist, path).split(sep).join('/');
  // A file being written, or the list of the build before.
  if (name === LIST || name === SERVICE_WORKER || name.startsWith('.')) {
    continue;
  }
  let content = await readFile(path);
  if (release && name.endsWith('.wasm')) {
    content = Buffer.from(withoutNotes(content));
    await writeFile(path, content);
  }
  if (name === 'index.html') {
    content = Buffer.from(content.toString().replace('sha256-unbuilt', await hashOfInline()));
    await writeFile(path, content);
  }
  files.push({ name, content });
}
files.sort((a, b) => (a.name < b.name ? -1 : 1));

const sha256 = (content) => createHash('sha256').update(content).digest('hex');
const list = files.map(({ name, content }) => ({
  name,
  bytes: content.length,
  sha256: sha256(content),
}));
const build = sha256(list.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('')).slice(0, 16);
const text = `${JSON.stringify({ build, files: list }, null, 1)}\n`;
await writeFile(join(dist, LIST), text);
const worker = join(dist, SERVICE_WORKER);
const keeper = (await readFile(worker, 'utf8')).replace("'unbuilt'", `'${build}'`);
await writeFile(worker, keeper);

if (release) {
  files.push({ name: LIST, content: Buffer.from(text) });
  files.push({ name: SERVICE_WORKER, content: Buffer.from(keeper) });
  show();
}

/** The one inline script that the page's policy allows, as the policy names it. */
async function hashOfInline() {
  const script = await readFile(join(web, 'song_decoder.js'));
  return `sha256-${createHash('sha256').update(script).digest('base64')}`;
}

/** What each file is to carry, and what a visitor waits for. */
function show() {
  const sum = (name, rows) => ({
    name,
    sizes: rows.reduce((sums, { sizes }) => sums.map((sum, at) => sum + sizes[at]), [0, 0, 0]),
  });
  // What is only there to be looked up, and what is there only for those who try the sample.
  const isText = ({ name }) => name.endsWith('.txt');
  const isSample = ({ name }) => name.startsWith('sample/');
  // What is fetched only once there is something to do.
  const isLater = ({ name }) => /^(media\/|planner_worker)/.test(name);
  const rows = files.map(({ name, content }) => ({ name, sizes: sizes(name, content) }));
  const page = rows.filter((row) => !isText(row) && !isSample(row));
  const sample = rows.filter(isSample);
  const sums = [
    sum('before the first clip', page.filter((row) => !isLater(row))),
    sum('in all', page),
    ...(sample.length > 0 ? [sum('the sample project', sample)] : []),
  ];
  const width = Math.max(...[...rows, ...sums].map(({ name }) => name.length));
  const line = (name, cells) =>
    [name.padEnd(width), ...cells.map((cell) => cell.padStart(9))].join(' ');
  const kilobytes = (bytes) => (bytes / 1000).toFixed(1);
  console.log(line('kB', ['raw', 'gzip', 'brotli']));
  for (const { name, sizes } of rows.filter((row) => !isSample(row))) {
    console.log(line(name, sizes.map(kilobytes)));
  }
  console.log('-'.repeat(width + 30));
  for (const { name, sizes } of sums) {
    console.log(line(name, sizes.map(kilobytes)));
  }
  console.log(`build ${build}`);
}

/** Bytes as they are, as gzip and as brotli, where a server would compress them. */
function sizes(name, content) {
  const raw = content.length;
  return /\.(html|css|js|json|svg|txt|wasm|webmanifest)$/.test(name)
    ? [raw, gzipSync(content, { level: 9 }).length, brotliCompressSync(content).length]
    : [raw, raw, raw];
}
