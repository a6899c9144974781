// What is answered when: a page from the network, and what was kept of it when the network fails or
// is slow; what is named by its content from where it lies; all else, and all of /forms/, as ever.

const HASHED = new RegExp(SITE.hashed);

const pause = ms => new Promise(done => setTimeout(done, ms));
/** The first good answer: the network's, or after a while what was kept. */
const either = (network, old) => Promise.race([network, pause(SITE.patience).then(() => old())]).catch(() => old());

/** A kept page that says so and since when. */
const dated = async (reply, path) => {
  const { words, lang, offline } = SITE.editions[editionOf(path)];
  if (path === offline) return reply;
  const day = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { dateStyle: "long" }).format(new Date(reply.headers.get("jq-kept")));
  const spaced = day.replace(/(\d+)([年月日])/g, "$1 $2 ").trim();
  const note = `<p class="jq-kept jq-note" role="status">${words.kept.replace("{day}", spaced)} <a href="${offline}">${words.more}</a></p>`;
  return copyOf(reply, (await reply.text()).replace(/<main\b[^>]*>/, main => main + note), {});
};
/** For a page that was never kept: the offline page of its edition, else of another. */
const lost = async path => {
  const editions = Object.values(SITE.editions), mine = SITE.editions[editionOf(path)];
  for (const { offline } of [mine, ...editions]) {
    const there = await kept(offline);
    if (there) return new Response(there.body, { status: 503, headers: there.headers });
  }
  return Response.error();
};

const page = async (request, { pathname, search }, keeping) => {
  const old = (await kept(pathname)) || (pathname.endsWith("/") ? undefined : await kept(`${pathname}/`));
  const network = fetch(request).then(reply => {
    if (old && reply.status > 499) throw new Error(`${reply.status}`);
    if (reply.ok && (!search || pathname.endsWith(DIRECTORY))) keeping(keepVisited(pathname, reply.clone()));
    if (reply.status === 404 || reply.status === 410) keeping(inTurn(async () => (await caches.open(VISITED)).delete(pathname))); // taken back
    return reply;
  });
  keeping(network);
  return old ? either(network, () => dated(old.clone(), pathname)) : network.catch(() => lost(pathname));
};
/** Files that stay what they are. */
const lying = async request => (await caches.match(request.url)) || fetch(request);
/** The file the finder starts from: it names the others. */
const starting = async (request, { pathname }) => {
  const old = await kept(pathname), network = fetch(request);
  return old ? either(network, () => old.clone()) : network;
};

self.addEventListener("fetch", event => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/forms/")) return;
  let done;
  event.waitUntil(new Promise(free => { done = free; })); // until everything that was begun is kept
  const begun = [], keeping = work => begun.push(work.catch(() => {}));
  const settle = async reply => { await reply.catch(() => {}); for (const work of begun) await work; done(); };
  const answer = request.mode === "navigate" ? page(request, url, keeping)
    : HASHED.test(url.pathname) ? lying(request)
    : url.pathname.startsWith(FINDER) ? starting(request, url) : null;
  if (answer) event.respondWith(answer);
  settle(answer || Promise.resolve());
});
