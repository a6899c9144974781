// Branches for the search box: one JSON of the directory's own data, loaded at the first question.

const COMMON = 0.3; // a word in more entries than this says nothing (支部)
const ENOUGH = 0.5; // share of the query's rarity that an entry must hold
const UNKNOWN = 0.25; // what a word of no entry counts: 门外 in 厦门外资企业 is nobody's word

/** `url` gives the directory's open data (scripts/directory/feeds.py).
 *  `query(readings, {fold, tokens, stop, limit})` → results of group "branches".
 *  Data that cannot be loaded make an empty answer: the pages must still be found. */
export function openBranches({ url = "/data/branches.json", lang = document.documentElement.lang } = {}) {
  const tongue = lang.startsWith("en") ? "en" : "zh-Hans";
  let loading;
  const read = async ({ fold, tokens }) => {
    const { branches, lists = {} } = await (await fetch(url)).json();
    const rows = branches.map(entry => {
      const { destination: to = {}, home = {} } = entry;
      const place = [to.city, to.district].filter(Boolean).map(p => p[tongue]).join(tongue === "en" ? ", " : "");
      const words = [entry.name, entry.short_name, to.province, to.city, to.district, home.township, home.village, lists.trade?.[entry.trade]]
        .map(pair => pair?.[tongue]).concat(entry.aliases?.[tongue] || []).filter(Boolean);
      const text = fold(words.join(" | "));
      const title = (entry.short_name || entry.name)[tongue];
      return { title, place, url: entry.url[tongue], closed: entry.status !== "active", text, has: new Set(tokens(text)) };
    });
    const often = new Map();
    rows.forEach(row => row.has.forEach(word => often.set(word, (often.get(word) || 0) + 1)));
    return { rows, often };
  };
  const load = tools => loading ||= read(tools).catch(() => ({ rows: [], often: new Map() }));

  const query = async (readings, { fold, tokens, stop, limit = 5 }) => {
    const { rows, often } = await load({ fold, tokens });
    const best = new Map();
    for (const reading of readings) {
      const text = fold(reading);
      const asked = tokens(text).filter(w => w.length > 1 && !stop.has(w) && /[\p{L}\p{N}]/u.test(w));
      const telling = asked.filter(w => (often.get(w) || 0) <= rows.length * COMMON);
      const weight = w => Math.log(1 + rows.length / ((often.get(w) || 0) + 0.5)) * (often.has(w) ? 1 : UNKNOWN);
      const total = telling.reduce((sum, w) => sum + weight(w), 0);
      if (!total) continue;
      rows.forEach(row => {
        const share = telling.reduce((sum, w) => sum + (row.has.has(w) ? weight(w) : 0), 0) / total;
        const score = share + (row.text.includes(text) ? 1 : 0) - (row.closed ? 0.2 : 0);
        if (share >= ENOUGH && score > (best.get(row) || 0)) best.set(row, score);
      });
    }
    const escape = value => String(value).replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`);
    return Array.from(best).sort((a, b) => b[1] - a[1]).slice(0, limit).map(([row, score]) => ({
      url: row.url, title: row.title, excerpt: escape(row.place), section: "", group: "branches",
      label: "", exact: score >= 0.95,
    }));
  };
  return { query };
}
