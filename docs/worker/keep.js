// How a page is kept: with its assets, the day, its title; and how room is made.

const ASSET = /"(\/assets\/[^"]+\.[0-9a-f]{8}\.(?:css|js))"/g;
const IMPORT = /\b(?:from|import)\s*["']\.\/([\w-]+\.[0-9a-f]{8}\.js)["']/g;
const LEAVE = " data-jq-leave"; // a page with the button to leave it quickly leaves nothing behind
const LEFT_OUT = ["content-encoding", "content-length", "vary"];
const DAY = 864e5;
const PATIENCE = 30000; // milliseconds until an answer begins: one that never does must not hold up the rest

const hex = async text => Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))),
  byte => byte.toString(16).padStart(2, "0")).join("").slice(0, 16);
const load = async (url, how) => {
  const patience = new AbortController(), late = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const reply = await fetch(url, { ...how, signal: patience.signal });
    if (!reply.ok || reply.redirected) throw new Error(`${url}: ${reply.status}`);
    return reply;
  } finally {
    clearTimeout(late);
  }
};
const copyOf = (reply, body, more) => {
  const headers = new Headers(reply.headers);
  LEFT_OUT.forEach(name => headers.delete(name));
  for (const [name, value] of Object.entries(more)) headers.set(name, value);
  return new Response(body, { headers });
};
/** What one page says of itself in its HTML. */
const part = (text, pattern) => encodeURIComponent((text.match(pattern) || [])[1] || "");

/** Puts the assets that a page names into the cache; their addresses. */
const withAssets = async (cache, text) => {
  const wanted = new Set(Array.from(text.matchAll(ASSET), match => match[1]));
  for (const url of wanted) { // grows meanwhile: modules name others
    let there = await cache.match(url);
    if (!there) {
      const found = (await caches.match(url)) || (await load(url));
      there = copyOf(found, await found.arrayBuffer(), {});
      await cache.put(url, there.clone());
    }
    if (url.endsWith(".js")) for (const [, name] of (await there.text()).matchAll(IMPORT)) wanted.add(url.replace(/[^/]+$/, name));
  }
  return Array.from(wanted);
};

/** Keeps an answer as the page of a path; whether it did. With `wanted`, a hash, no other content. */
const keepPage = async (cache, path, reply, wanted) => {
  const html = /^text\/html/.test(reply.headers.get("content-type"));
  if (!reply.ok || reply.redirected || !html || /no-store/.test(reply.headers.get("cache-control"))) return false;
  const text = await reply.text(), mark = await hex(text);
  if (wanted && mark !== wanted) throw new Error(`${path} is of another release`);
  if (text.includes(LEAVE)) { await cache.delete(path); return false; }
  const assets = await withAssets(cache, text);
  await cache.put(path, copyOf(reply, text, {
    "jq-kept": new Date().toISOString(), "jq-mark": mark, "jq-bytes": text.length, "jq-assets": assets.join(" "),
    "jq-title": part(text, /<h1\b[^>]*>([^<]+)/) || part(text, /<title>([^<]+)/), "jq-lang": part(text, /<html lang="([^"]+)/),
  }));
  return true;
};

/** A page somebody reads. Essential pages lie elsewhere; whatever the service sends is never kept. */
const keepVisited = (path, reply) => inTurn(async () => {
  if (stopped || path.startsWith("/forms/")) return;
  if (isEssential(path) && await caches.has(essentialsOf(editionOf(path)))) return; // not so where data are saved
  const cache = await caches.open(VISITED);
  if (await keepPage(cache, path, reply)) await makeRoom(cache);
});

/** The last pages within SITE.visited = [pages, bytes, days], and the assets that they name. */
const makeRoom = async cache => {
  const keys = await cache.keys(), pages = [], needed = new Set();
  for (const key of keys) {
    const { headers } = await cache.match(key);
    if (headers.has("jq-kept")) pages.push([headers.get("jq-kept"), key, Number(headers.get("jq-bytes")), headers.get("jq-assets")]);
  }
  const [most, room, days] = SITE.visited;
  let left = most, bytes = 0;
  for (const [day, key, size, assets] of pages.sort(([a], [b]) => (a < b ? 1 : -1))) {
    bytes += size;
    if (left-- > 0 && bytes <= room && Date.now() - Date.parse(day) < days * DAY) assets.split(" ").forEach(url => needed.add(url));
    else await cache.delete(key);
  }
  for (const key of keys) {
    const { pathname } = new URL(key.url);
    if (pathname.startsWith("/assets/") && !needed.has(pathname)) await cache.delete(key);
  }
};

/** The essential pages of an edition, all of this release: what has not changed is taken over. */
const keepEssentials = async edition => {
  const cache = await caches.open(essentialsOf(edition));
  for (const [path, mark] of Object.entries(SITE.editions[edition].pages)) {
    if (stopped || (await cache.match(path))) continue;
    const before = await kept(path);
    const same = before && before.headers.get("jq-mark") === mark;
    if (!(await keepPage(cache, path, same ? before : await load(path, { cache: "no-cache" }), mark))) throw new Error(`${path} cannot be kept`);
  }
};
