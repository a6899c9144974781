// The branches of one city, kept when a reader asks: their list, their pages, the finder with the
// files that it needs for them. All of it is fetched before anything is stored.

const AT_ONCE = 6;
const MOST = 150; // pages of branches; the list itself holds them all
const DIRECTORY = "find/directory/", FINDER = "/data/finder/";

/** The finder's files for a city's rows: docs/assets/js/directory.js says how they lie. */
const finderFiles = async (finder, code) => {
  const { cities: all, chunk, block, folder } = await (await load(finder, { cache: "no-cache" })).json();
  const [, , , , from, , to] = all.find(city => city[0] === code);
  const numbers = size => Array.from({ length: Math.floor((to - 1) / size) - Math.floor(from / size) + 1 }, (_, i) => i + Math.floor(from / size));
  const lang = finder.slice(FINDER.length, -".json".length);
  return [finder, ...numbers(chunk).map(n => `${folder}c${n}.json`), ...numbers(block).map(n => `${folder}${lang}/${n}.json`)];
};

/** `asked`: {code, title, page, finder}; `tell(share)` while it goes on. */
const keepCity = async ({ code, title, page: list, finder }, tell) => {
  const edition = editionOf(list), { prefix, lang } = SITE.editions[edition];
  if (list !== `${prefix}${DIRECTORY}city/${code}/` || !/^\/data\/finder\/[\w-]+\.json$/.test(finder)) throw new Error("not a city's");
  const first = await load(list, { cache: "no-cache" }), text = await first.clone().text();
  const branches = new Set(Array.from(text.matchAll(new RegExp(`href="(${prefix}${DIRECTORY}[\\w-]+/)"`, "g")), match => match[1]));
  const wanted = [...await finderFiles(finder, code), prefix + DIRECTORY, ...Array.from(branches).slice(0, MOST)];
  const found = [[list, first]];
  for (let i = 0; i < wanted.length; i += AT_ONCE) {
    if (stopped) throw new Error("everything was deleted");
    const some = wanted.slice(i, i + AT_ONCE);
    const replies = await Promise.all(some.map(path => load(path, { cache: "no-cache" })));
    some.forEach((path, n) => found.push([path, replies[n]]));
    tell(found.length / (wanted.length + 1));
  }
  if (stopped) throw new Error("everything was deleted");
  const name = `${CITY}${edition}-${code}`, at = new Date().toISOString();
  const had = await caches.has(name), cache = await caches.open(name);
  const gone = new Set((await cache.keys()).map(key => new URL(key.url).pathname));
  try {
    for (const [path, reply] of found) {
      if (path.startsWith(FINDER)) await cache.put(path, copyOf(reply, await reply.arrayBuffer(), { "jq-kept": at }));
      else await keepPage(cache, path, reply);
      gone.delete(path);
    }
    const needed = new Set([NOTE]);
    for (const [path] of found) ((await cache.match(path))?.headers.get("jq-assets") || "").split(" ").forEach(url => needed.add(url));
    for (const path of gone) if (!needed.has(path)) await cache.delete(path);
    await cache.put(NOTE, new Response(JSON.stringify({ code, title, page: list, finder, lang, at, name, release: SITE.release })));
  } catch (error) {
    if (!had) await caches.delete(name);
    throw error;
  }
  for (const one of (await cities()).slice(SITE.cities)) await caches.delete(one.name);
};

/** What was noted of the cities that are kept, the latest first. */
const cities = async () => {
  const found = [];
  for (const name of await own(CITY)) {
    const note = await (await caches.open(name)).match(NOTE);
    if (note) found.push(await note.json());
  }
  return found.sort((a, b) => (a.at < b.at ? 1 : -1));
};
/** Brings those of earlier releases up to date. */
const renewCities = async () => {
  for (const one of (await cities()).reverse()) if (one.release !== SITE.release) await keepCity(one, () => {});
};
