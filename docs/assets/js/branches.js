// Branches for the search box: one small file cut from the directory's open data
// (scripts/search/places.py), loaded at the first question.

import { escape } from "./excerpt.js";
import { key, tokens, STOP } from "./tokens.js";

const COMMON = 0.3; // a word in more entries than this says nothing (支部)
const ENOUGH = 0.5; // share of the query's rarity that an entry must hold
const UNKNOWN = 0.25; // what a word of no entry counts: 门外 in 厦门外资企业 is nobody's word
const PARTS = ["province", "service"];

/** `folder` is that of one language's index. Data that cannot be loaded make an empty answer:
 *  the pages must still be found. */
export function openBranches(folder) {
  let loading;
  const read = async fold => {
    const { url, provinces, services, rows } = await (await fetch(`${folder}branches.json`)).json();
    const often = new Map();
    const read = rows.map(([id, title, place, further, province, offered, status]) => {
      const named = [id, title, ...further];
      const text = fold([title, ...further, id].join(" | "));
      const has = new Set(tokens(text));
      has.forEach(word => often.set(word, (often.get(word) || 0) + 1));
      const names = new Set(named.map(name => key(fold(name))));
      return { id, title, place, status, province: [province], service: offered.map(String), text, has, names };
    });
    return { url, provinces, services, rows: read, often };
  };
  const load = fold => loading ||= read(fold).catch(() => ({ provinces: {}, services: [], rows: [], often: new Map() }));

  /** Every hit, best first, as openSearch gives them; `whole`: the query is a name or an id.
   *  filters: {province, service}. The list carries `facets`: [value, count, name] of each. */
  const query = async (readings, { fold, filters = {} }) => {
    const { url, provinces, services, rows, often } = await load(fold);
    const best = new Map();
    for (const reading of readings) {
      const text = fold(reading).trim();
      const name = key(text);
      const asked = tokens(text).filter(w => w.length > 1 && !STOP.has(w) && /[\p{L}\p{N}]/u.test(w));
      const telling = asked.filter(w => (often.get(w) || 0) <= rows.length * COMMON);
      const weight = w => Math.log(1 + rows.length / ((often.get(w) || 0) + 0.5)) * (often.has(w) ? 1 : UNKNOWN);
      const total = telling.reduce((sum, w) => sum + weight(w), 0);
      rows.forEach(row => {
        const whole = name && row.names.has(name);
        if (!total && !whole) return;
        const share = whole ? 1 : telling.reduce((sum, w) => sum + (row.has.has(w) ? weight(w) : 0), 0) / total;
        const score = share + (whole ? 9 : row.text.includes(text) ? 1 : 0) - (row.status === "active" ? 0 : 0.2);
        if (share >= ENOUGH && score > (best.get(row) || 0)) best.set(row, score);
      });
    }
    const found = Array.from(best).sort((a, b) => b[1] - a[1]);
    const facets = Object.fromEntries(PARTS.map(part => {
      const counts = new Map();
      found.forEach(([row]) => row[part].forEach(value => counts.set(value, (counts.get(value) || 0) + 1)));
      const names = part === "province" ? provinces : services;
      return [part, Array.from(counts).filter(([v]) => names[v]).sort((a, b) => b[1] - a[1]).map(([v, n]) => [v, n, names[v]])];
    }));
    return Object.assign(found.filter(([row]) => PARTS.every(p => !filters[p] || row[p].includes(filters[p]))).map(([row, score]) => ({
      url: url.replace("{id}", row.id), title: row.title, excerpt: escape(row.place), section: "", group: "branches",
      label: "", status: row.status, exact: score >= 0.95, near: false, whole: score > 5,
    })), { facets });
  };
  return { query };
}
