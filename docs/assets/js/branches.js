// Branches for the search box, from the finder's data (directory.js), loaded at the first question.

import { each, openDirectory } from "./directory.js";
import { escape } from "./excerpt.js";

const ENOUGH = 0.5; // share of the query's rarity that an entry must hold
const UNKNOWN = 0.25; // what a word of no entry counts: 门外 in 厦门外资企业 is nobody's word
const SPELT = 0.9; // what pinyin counts beside the words themselves
const SMALL = 3000; // rows up to which services are counted for every query
const STATUSES = ["active", "paused", "merged", "closed"];

/** `address` of the finder's data, "" if the tree has none. Data that cannot be loaded make an
 *  empty answer: the pages must still be found. */
export function openBranches(address) {
  let loading;
  const load = () => loading ||= address ? openDirectory(address).catch(() => null) : null;

  /** The best `limit` hits as openSearch gives them; `whole`: the query is a name or an id.
   *  filters: {province, service}. The list carries `facets`: [value, count, name] of each. */
  const query = async (readings, { filters = {}, limit = 10 } = {}) => {
    const data = await load();
    if (!data) return Object.assign([], { facets: {} });
    const best = new Map();
    const note = (row, score) => { if (score > (best.get(row) || 0)) best.set(row, score); };
    const inactive = row => (row >= data.cities[data.cityOf(row)][5] ? 0.2 : 0);
    for (const reading of readings) {
      const [found, whole, spelt] = await Promise.all([data.weigh(reading, ENOUGH, UNKNOWN), data.whole(reading), data.spelt(reading)]);
      found.forEach((share, row) => note(row, share - inactive(row)));
      if (spelt) each(spelt, row => note(row, SPELT - inactive(row)));
      if (whole) each(whole, row => note(row, 10 - inactive(row)));
    }
    const rows = Array.from(best.keys());
    const services = filters.service || data.rows <= SMALL;
    if (services && rows.length) await data.columns(Array.from(new Set(rows.map(row => Math.floor(row / data.chunk)))));
    const has = (row, v) => data.bits[v][row >>> 5] >>> (row & 31) & 1;
    const offered = Array.from(data.values.entries()).filter(([, value]) => services && value[0] === "service");
    const province = row => data.cities[data.cityOf(row)][3];
    const count = (list, holds) => list.map(([place, value, name]) => [value, rows.filter(row => holds(row, place)).length, name])
      .filter(([, n]) => n).sort((a, b) => b[1] - a[1]);
    const facets = {
      province: count(data.provinces.map(([code, name], p) => [p, code, name]), (row, p) => province(row) === p),
      service: count(offered.map(([v, [, value, name]]) => [v, value, name]), has),
    };
    const wanted = offered.find(([, value]) => value[1] === filters.service)?.[0] ?? -1;
    const kept = rows.filter(row => (!filters.province || data.provinces[province(row)][0] === filters.province)
      && (!filters.service || (wanted >= 0 && has(row, wanted)))).sort((a, b) => best.get(b) - best.get(a) || a - b).slice(0, limit);
    const cards = await data.cards(kept);
    return Object.assign(cards.map(([id, title, where, status], i) => ({
      url: data.url.replace("{id}", id), title, excerpt: escape(where), section: "", group: "branches", label: "",
      status: STATUSES[status], exact: best.get(kept[i]) >= 0.95, near: false, whole: best.get(kept[i]) > 5,
    })), { facets });
  };
  return { query };
}
