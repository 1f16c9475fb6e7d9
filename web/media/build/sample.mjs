// Copies the sample project into the page, if `cargo xtask page` has made one.
import { cp, access } from 'node:fs/promises';
import { join } from 'node:path';

const made =
  process.env.AUTOCUT_SAMPLE ??
  join(process.env.TRUNK_SOURCE_DIR ?? '.', '..', 'target', 'page', 'sample');
const staging = process.env.TRUNK_STAGING_DIR;

try {
  await access(join(made, 'files.json'));
} catch {
  console.log('no sample project: `cargo xtask page` makes it');
  process.exit(0);
}
await cp(made, join(staging, 'sample'), { recursive: true });
