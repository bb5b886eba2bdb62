// The till's service worker: keeps what the till is made of, so that it starts without the network.
//
// The server puts two lines before this text: SHELL, {version, page, shell, facts, files}, and drainAll, which sends
// the outbox, or null where the browser takes no modules here. What the API says is never kept.

const CACHE = `till-${SHELL.version}`;
const FILES = new Set(SHELL.files);
const PATIENCE = 8000; // milliseconds until a page that doesn't come counts as lost
const AWAY = [502, 503, 504]; // what stands before a server says so when it is gone

addEventListener("install", (event) => {
  event.waitUntil(fill());
});

/** All or nothing: a half-filled shelf must never be served from. */
async function fill() {
  const cache = await caches.open(CACHE);
  await cache.addAll([...SHELL.files, SHELL.shell].map((address) => new Request(address, { cache: "no-cache" })));
}

addEventListener("activate", (event) => {
  event.waitUntil(tidy());
});

async function tidy() {
  // The page that is open just now may lose its network before it is ever loaded again.
  await clients.claim();
  for (const name of await caches.keys()) {
    if (name.startsWith("till-") && name !== CACHE) await caches.delete(name);
  }
}

// The page says when nobody is disturbed by a new version.
addEventListener("message", (event) => {
  if (event.data === "take over") skipWaiting();
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && pathname === SHELL.page) event.respondWith(page(event));
  else if (FILES.has(pathname)) event.respondWith(file(request));
});

async function page(event) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const answer = await fetch(event.request, { signal: patience.signal });
    if (!AWAY.includes(answer.status)) return answer;
  } catch {
    // No network, or a server that doesn't answer.
  } finally {
    clearTimeout(timer);
  }
  return (await kept(SHELL.shell)) ?? Response.error();
}

/** The file of this version, whatever the network would give; one that the browser threw away is fetched. */
async function file(request) {
  return (await kept(request)) ?? fetch(request);
}

async function kept(request) {
  const cache = await caches.open(CACHE);
  return cache.match(request, { ignoreSearch: true, ignoreVary: true });
}

// Background Sync: the browser has a connection again, though perhaps no page of the till any more.
addEventListener("sync", (event) => {
  if (event.tag === "outbox" && drainAll) event.waitUntil(drainAll(SHELL.facts));
});
