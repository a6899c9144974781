// Where things lie. A cache of essential pages belongs to one release and one edition; a city that
// was kept has a cache of its own. Pages lie in each with the assets they name: the name of an asset
// says its content, so that a page of one release never meets a style sheet of another.

const ESSENTIAL = "jq-essential-", CITY = "jq-city-", VISITED = "jq-visited";
const NOTE = "/jq-note"; // in a city's cache: what it is

const own = async begin => (await caches.keys()).filter(name => name.startsWith(begin));
const essentialsOf = edition => `${ESSENTIAL}${SITE.release}-${edition}`;
/** The edition of a path: the one with the longest prefix that fits. */
const editionOf = path => Object.keys(SITE.editions).filter(one => path.startsWith(SITE.editions[one].prefix))
  .sort((a, b) => SITE.editions[b].prefix.length - SITE.editions[a].prefix.length)[0];
const isEssential = path => path in SITE.editions[editionOf(path)].pages;

/** What was kept of a path last, in any cache. */
const kept = async path => {
  let last;
  for (const name of await own("jq-")) {
    const there = await (await caches.open(name)).match(path);
    if (there && !(last && last.headers.get("jq-kept") > there.headers.get("jq-kept"))) last = there;
  }
  return last;
};

/** One thing after another: what is stored is never cleared away by something that began before. */
let turn = Promise.resolve();
const inTurn = work => (turn = turn.then(work, work));
