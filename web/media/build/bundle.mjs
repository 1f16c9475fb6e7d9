// Bundles the page's media workers: each a module of a stable name, what both need in a chunk
// beside them. trunk runs this while it stages the page; by hand it fills web/dist.
import { build } from 'esbuild';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const media = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = process.env.TRUNK_STAGING_DIR ?? join(dirname(media), 'dist');
const into = join(dist, 'media');

const workers = (await readdir(media)).filter((name) => name.endsWith('_worker.js'));
await rm(into, { recursive: true, force: true });
await mkdir(into, { recursive: true });
await build({
  entryPoints: workers.map((name) => join(media, name)),
  outdir: into,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: process.env.TRUNK_PROFILE !== 'debug',
  // Their notices are in the text beside the bundle.
  legalComments: 'none',
  chunkNames: 'shared-[hash]',
  logLevel: 'warning',
});

// The Mozilla Public License asks that whoever gets the program also learns where its source is.
const package_ = join(dirname(media), 'node_modules', 'mediabunny');
const { name, version, repository } = JSON.parse(
  await readFile(join(package_, 'package.json'), 'utf8'),
);
const licence = await readFile(join(package_, 'LICENSE'), 'utf8');
await writeFile(
  join(into, 'LICENCES.txt'),
  `The files in this folder hold ${name} ${version}, unmodified but for being bundled and minified.\n` +
    `Its source: ${repository?.url ?? repository ?? `the npm package ${name}@${version}`}\n\n${licence}`,
);
