// What is kept on this device: what can be read now, and how to be rid of it. Fills the parts
// [data-jq-keeping] of the offline page and of about/privacy; the search box asks `readable` too.

const lang = document.documentElement.lang;
const OFFLINE = /\/offline\/$/; // the page that lists them
const PAGES = { essential: /^jq-essential-/, visited: /^jq-visited$/ };

/** Kept pages in the reader's language: {essential, visited: [[title, path, day]…], cities: notes}. */
export const readable = async () => {
  const found = { essential: [], visited: [], cities: [] };
  if (!window.caches) return found;
  for (const name of await caches.keys()) {
    const kind = Object.keys(PAGES).find(one => PAGES[one].test(name));
    const cache = await caches.open(name);
    if (name.startsWith("jq-city-")) {
      const note = await (await cache.match("/jq-note"))?.json();
      if (note?.lang === lang) found.cities.push(note);
    } else if (kind) {
      for (const key of await cache.keys()) {
        const headers = (await cache.match(key))?.headers; // the worker may have let go of it meanwhile
        const { pathname } = new URL(key.url);
        if (headers?.get("jq-lang") === lang && !OFFLINE.test(pathname) && !found[kind].some(one => one[1] === pathname)) {
          found[kind].push([decodeURIComponent(headers.get("jq-title")), pathname, headers.get("jq-kept")]);
        }
      }
    }
  }
  const lists = found.cities.map(one => one.page);
  found.visited = found.visited.filter(one => !lists.includes(one[1])).sort((a, b) => (a[2] < b[2] ? 1 : -1));
  return found;
};

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};
const day = iso => new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { dateStyle: "long" }).format(new Date(iso))
  .replace(/(\d+)([年月日])/g, "$1 $2 ").trim();

/** `again()` draws anew. */
const list = (out, words, { essential, visited, cities }, { able, ask, refused }, again) => {
  const item = ([title, path, at], extra) => element("li", {}, element("a", { href: path }, title), ...extra, ...(at ? [element("span", {}, words.on.replace("{day}", day(at)))] : []));
  const group = (title, rows, extra = () => []) => (rows.length ? [element("h2", {}, title),
    element("ul", { class: "jq-section" }, ...rows.map(row => item(row, extra(row))))] : []);
  const drop = ([title, , , name]) => {
    const button = element("button", { class: "jq-link", type: "button", "aria-label": words.drop + (lang === "en" ? ": " : "：") + title }, words.drop);
    button.onclick = async () => { await ask("forget", { name }).catch(() => {}); again(); };
    return [" ", button];
  };
  out.replaceChildren(
    ...group(words.essential, essential.map(([title, path]) => [title, path])),
    ...group(words.cities, cities.map(one => [one.title, one.page, one.at, one.name]), drop),
    ...group(words.visited, visited),
    ...(essential.length + visited.length + cities.length ? [] : [element("p", {}, able && !refused() ? words.nothing : words.off)]),
  );
};

/** Fills the parts; `tools` are those of offline.js. */
export const fill = tools => {
  const draw = async () => {
    const found = await readable(), here = OFFLINE.test(location.pathname);
    document.querySelectorAll("[data-jq-keeping]").forEach(root => {
      const words = JSON.parse(root.querySelector("script").textContent);
      const out = root.querySelector("[data-jq-readable]"), again = root.querySelector("[data-jq-again]");
      if (out) list(out, words, found, tools, draw);
      if (again) { // shown in place of a page that is not kept, or without a network
        again.querySelector("p").hidden = here;
        again.querySelector("button").onclick = () => location.reload();
        again.hidden = here && navigator.onLine;
      }
      const forget = root.querySelector("[data-jq-forget]");
      if (forget && tools.able) {
        const [button, said] = [forget.querySelector("button"), forget.querySelector("[role=status]")];
        forget.hidden = false;
        button.textContent = tools.refused() ? words.keep : words.forget;
        button.onclick = async () => {
          const no = !tools.refused();
          const well = await (no ? tools.stop(true) : tools.start()).then(() => true, () => false);
          await draw();
          said.textContent = well ? (no ? words.forgotten : words.keeping) : words.undone;
        };
      }
    });
  };
  addEventListener("online", draw);
  addEventListener("offline", draw);
  draw();
};
