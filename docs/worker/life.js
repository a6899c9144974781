// A release comes: its essential pages are fetched, then the old ones go. And what pages ask.

let stopped = false; // everything was deleted: nothing that was begun may come back

self.addEventListener("install", event => event.waitUntil((async () => {
  for (const name of await own(ESSENTIAL)) {
    const edition = name.slice(ESSENTIAL.length + SITE.release.length + 1);
    if (edition in SITE.editions) await keepEssentials(edition);
  }
  await self.skipWaiting();
})()));

self.addEventListener("activate", event => event.waitUntil((async () => {
  for (const name of await own(ESSENTIAL)) if (!name.startsWith(essentialsOf(""))) await caches.delete(name);
})()));

const ASKED = {
  /** A page is open. `fresh`: no worker has seen it. Answers what tells its content from another. */
  async hello({ path, lang, fresh, thrifty }) {
    stopped = false;
    const edition = Object.keys(SITE.editions).find(one => SITE.editions[one].lang === lang);
    if (edition && !thrifty) await inTurn(() => keepEssentials(edition));
    await inTurn(async () => makeRoom(await caches.open(VISITED)));
    if (path.startsWith("/forms/")) return {};
    if (fresh) await keepVisited(path, await load(path, { cache: "no-cache" }));
    return { mark: (await kept(path))?.headers.get("jq-mark") };
  },
  /** Whether a page, open with this mark, reads otherwise now; and how to say so. */
  async changed({ path, mark }) {
    const reply = await load(path, { cache: "no-cache" });
    const now = await hex(await reply.clone().text());
    if (now === mark) return {};
    await keepVisited(path, reply);
    return { mark: now, words: SITE.editions[editionOf(path)].words };
  },
  city: (asked, tell) => inTurn(() => keepCity(asked, tell)),
  renew: () => inTurn(renewCities),
  /** Lets go of one cache, or of everything. */
  forget: ({ name }) => {
    stopped = !name;
    return inTurn(async () => {
      for (const one of await own("jq-")) if (!name || one === name) await caches.delete(one);
    });
  },
};
self.addEventListener("message", event => {
  const [port] = event.ports;
  const tell = share => port.postMessage({ share });
  event.waitUntil(Promise.resolve().then(() => ASKED[event.data.ask](event.data, tell))
    .then(answer => port.postMessage({ answer }), error => port.postMessage({ error: String(error) })));
});
