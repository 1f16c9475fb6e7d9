// Keeps the page's files, so that it opens without a network. One build is one cache; the page
// (offline.rs) decides when a newer one takes over.

/** The build that this worker keeps; the page's build writes its hash here. */
const BUILD = 'unbuilt';

/** The folder that the page lies in. Nothing else is ever touched. */
const home = new URL('./', self.location.href);
// Pages of other folders may live on the same origin, with caches of their own.
const family = `autocut ${home.pathname} `;
const cacheName = family + BUILD;

/** Whether a file is fetched at once: not the sample, which few want, nor licences. */
const isNeeded = (name) => !name.startsWith('sample/') && !name.endsWith('.txt');

/** The page itself is asked for by its folder, since servers like to redirect its name. */
const addressOf = (name) => new URL(name === 'index.html' ? './' : name, home).href;

self.addEventListener('install', (event) => event.waitUntil(fill()));
self.addEventListener('activate', (event) => event.waitUntil(clean()));
self.addEventListener('message', ({ data }) => {
  if (data === 'take over') {
    self.skipWaiting();
  }
});
self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  const ours = url.origin === home.origin && url.pathname.startsWith(home.pathname);
  if (event.request.method === 'GET' && ours) {
    event.respondWith(answer(event.request, url.pathname.slice(home.pathname.length)));
  }
});

/** Fetches all files of the build, each with the content that it was listed with, or none. */
async function fill() {
  const { build, files } = await (await fetch(new URL('files.json', home), { cache: 'no-store' })).json();
  if (build !== BUILD) {
    throw new Error(`the server has build ${build}, not ${BUILD}; it is being changed`);
  }
  const requests = files
    .filter(({ name }) => isNeeded(name))
    .map(({ name, sha256 }) => new Request(addressOf(name), { cache: 'no-cache', integrity: integrity(sha256) }));
  await (await caches.open(cacheName)).addAll(requests);
}

/** @param {string} hex */
function integrity(hex) {
  const bytes = hex.match(/../g).map((pair) => Number.parseInt(pair, 16));
  return `sha256-${btoa(String.fromCharCode(...bytes))}`;
}

/** Deletes the builds before. */
async function clean() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(family) && name !== cacheName);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** From the cache, else from the network. The sample is kept once somebody has asked for it. */
async function answer(request, name) {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(addressOf(name === '' ? 'index.html' : name));
  if (kept) {
    return kept;
  }
  const answered = await fetch(request);
  if (answered.status === 200 && name.startsWith('sample/')) {
    // What a full disk cannot keep is fetched again another time; that is no reason to have none.
    await cache.put(addressOf(name), answered.clone()).catch(() => {});
  }
  return answered;
}
