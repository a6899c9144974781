// Finds pages and branches. The build cut the text into words (scripts/search/tokens.py says
// how); here the query is cut the same way, each word is looked up in Pagefind, and the pages
// are ranked by what they hold. Pagefind never sees a sentence, so its own cutting plays no part.

import { view } from "./excerpt.js";
import { FILLER, STOP, fold, key, phraseOf, tokens, unitsOf } from "./tokens.js";

const FORMAT = 1; // of tables.json and the records in fragments
const FIELDS = { title: 7, w: 4, h: 3, d: 2 };
const KEYS = { ht: 3, hk: 2, hz: 1.5 };
const LABELS = { historical: 0.75, reference: 0.85 };
const SATURATION = 3;
const NEAR = 12; // words

/**
 * Load one language's index. `base` holds a folder for each language, `lang` is a language tag.
 * `branches`: what openBranches (branches.js) gave, or nothing. Rejects when a file is missing.
 */
export async function openSearch({ base = "/search-index/", lang = document.documentElement.lang, branches } = {}) {
  const folder = `${base}${lang.split("-")[0]}/`;
  const [module, answer] = await Promise.all([import(`${folder}pagefind.js`), fetch(`${folder}tables.json`)]);
  const tables = await answer.json();
  if (tables.format !== FORMAT) throw new Error("search index of another format");
  const root = document.documentElement, real = root.lang;
  root.lang = "en"; // read while the instance is made: the index holds words, cut by us
  const index = module.createInstance({ noWorker: true, basePath: folder });
  root.lang = real;
  await index.init();

  const to = Array.from(tables.to);
  const table = new Map(Array.from(tables.from, (c, i) => [c, to[i]]));
  const folded = text => fold(text, table);
  const normal = text => folded(text).toLowerCase();
  const pages = new Map(Object.entries(tables.pages).map(([id, [length, kind, label]]) => [id, { length, kind, label }]));
  const count = pages.size;
  const average = Array.from(pages.values()).reduce((sum, p) => sum + p.length, 0) / count || 1;
  const handles = new Map();
  const asked = new Map();

  /** What Pagefind gives for a bare word (longer ones too) or a "quoted phrase": page → {at, fields}.
   *  Fields are complete for bare words; for quoted ones only where the body has none. */
  const ask = text => {
    if (!asked.has(text)) {
      if (asked.size > 2000) asked.clear();
      asked.set(text, index.search(text).then(({ results }) => new Map(results.map(r => {
        handles.set(r.id, r);
        return [r.id, { at: new Set(r.words), fields: r.matchedMetaFields || [] }];
      }))));
    }
    return asked.get(text);
  };

  /** One whole word, with its fields; `wider`: pages that have a longer one only. */
  const word = async (text, bare) => {
    const [whole, loose] = await Promise.all([ask(bare ? text : `"${text}"`), ask(text)]);
    const hits = new Map(Array.from(whole, ([id, hit]) => [id, { at: hit.at, fields: loose.get(id)?.fields || hit.fields }]));
    return { hits, wider: new Map(Array.from(loose).filter(([id]) => !hits.has(id))) };
  };

  const phrase = async unit => {
    const { words, open } = phraseOf(unit);
    if (!open) return ask(`"${words.join(" ")}"`);
    const tail = await ask(words[words.length - 1]);
    if (words.length === 1) return tail;
    const head = await ask(`"${words.slice(0, -1).join(" ")}"`);
    return new Map(Array.from(head).filter(([id, hit]) =>
      tail.has(id) && Array.from(hit.at).some(p => tail.get(id).at.has(p + 1))));
  };

  const rarity = hits => Math.log(1 + (count - hits.size + 0.5) / (hits.size + 0.5));
  const strength = (id, hit) => {
    const page = pages.get(id);
    const boost = hit.fields.reduce((sum, f) => sum + (FIELDS[f] || 0), 0);
    const often = hit.at.size / (0.5 + 0.5 * Math.min(4, page.length / average)) + boost;
    return often * (SATURATION + 1) / (often + SATURATION);
  };

  /** English words of a query count as found together only when they stand in one passage. */
  const together = places => Array.from(places[0]).some(p =>
    places.every(at => Array.from(at).some(q => Math.abs(p - q) < NEAR)));

  /** One wording of the query → page → {score, exact}. */
  const weigh = async text => {
    const scores = new Map();
    const add = (id, n, exact = false, whole = false) => {
      const old = scores.get(id) || { score: 0 };
      scores.set(id, { score: old.score + n, exact: old.exact || exact, whole: old.whole || whole });
    };
    const bare = text.replace(FILLER, " ");
    const units = unitsOf(text).filter(u => !STOP.has(u.text.toLowerCase()));
    const pieces = unitsOf(bare).filter(u => !STOP.has(u.text.toLowerCase()));
    const kept = pieces.length ? pieces : units.length ? units : unitsOf(text);

    // every word by itself, with a bonus for words that keep the query's distance from each other
    const terms = [];
    for (const unit of kept) {
      const { words, open } = phraseOf(unit);
      words.forEach((word, i) => terms.push({ word, unit, i, prefix: open && i === words.length - 1 }));
    }
    await Promise.all(terms.map(async t => {
      Object.assign(t, await word(t.word, t.prefix));
      // a longer word (complain → complaint) counts for less
      if (!/^[a-z]{4,}$/i.test(t.word)) t.wider.clear();
      t.idf = t.hits.size ? rarity(t.hits) : rarity(t.wider) / 2;
    }));
    const total = terms.reduce((sum, t) => sum + t.idf, 0) || 1;
    const covered = new Map();
    const before = new Map();
    for (const t of terms) {
      for (const [id, hit] of t.wider) {
        if (!pages.has(id)) continue;
        add(id, t.idf * strength(id, hit) * 0.6);
        covered.set(id, (covered.get(id) || 0) + t.idf * 0.6);
      }
      for (const [id, hit] of t.hits) {
        if (!pages.has(id)) continue;
        const s = t.idf * strength(id, hit);
        add(id, s);
        covered.set(id, (covered.get(id) || 0) + t.idf);
        const last = before.get(id);
        if (last && last.unit === t.unit) {
          const gap = t.i - last.i, old = last.hits.get(id);
          const near = Array.from(hit.at).some(p => old.at.has(p - gap)) || hit.fields.some(f => old.fields.includes(f));
          if (near) add(id, Math.min(t.idf, last.idf) * 0.6);
        }
        before.set(id, t);
      }
    }
    for (const [id, one] of scores) one.score *= 0.4 + 0.6 * covered.get(id) / total;

    // the whole of it: every unit as a phrase, then the same without the asking words
    for (const wanted of [units, pieces]) {
      if (!wanted.length || (wanted === pieces && Array.from(scores.values()).some(s => s.exact))) continue;
      const found = await Promise.all(wanted.map(phrase));
      const latin = !wanted.some(u => u.runs.some(r => r.han));
      const single = terms.filter(t => wanted.includes(t.unit) || wanted === units);
      for (const id of found[0].keys()) {
        if (!pages.has(id) || !found.every(hits => hits.has(id))) continue;
        const shared = Object.keys(FIELDS).filter(f => single.every(t => t.hits.get(id)?.fields.includes(f)));
        if (latin && !shared.length && !together(found.map(hits => hits.get(id).at))) continue;
        const field = Math.max(0.5, ...shared.map(f => FIELDS[f]));
        add(id, total * (0.5 + field / 5), true);
      }
    }
    const names = new Set([key(text), key(bare)].filter(Boolean));
    for (const name of names) {
      for (const [prefix, weight] of Object.entries(KEYS)) {
        for (const id of (await ask(`"${prefix}${name}"`)).keys()) if (pages.has(id)) add(id, total * weight, true, prefix !== "hz");
      }
    }
    return { scores, total, needles: [...units.map(u => u.text), ...kept.map(u => u.text), ...terms.filter(t => t.hits.size).map(t => t.word)] };
  };

  /** The query, then with Taiwan words and with other names of the same thing put in. */
  const readings = text => {
    const all = new Map([[text, 1]]);
    for (const [word, others] of Object.entries(tables.taiwan)) {
      for (const one of Array.from(all.keys())) {
        if (one.includes(word)) others.forEach(other => all.set(one.split(word).join(other), 0.95));
      }
    }
    const also = [];
    const lower = text.toLowerCase();
    const longest = names => names.filter(n => standsIn(lower, n)).sort((a, b) => b.length - a.length)[0];
    const found = tables.names.map(([present, others]) => ({ present, name: longest([...present, ...others]) })).filter(g => g.name);
    for (const { present, name } of found) {
      if (found.some(g => g.name !== name && g.name.includes(name))) continue; // 党组 in 党组织 is another thing
      const at = lower.indexOf(name);
      for (const other of present.slice(0, 3)) {
        if (lower.includes(other)) continue;
        all.set(text.slice(0, at) + other + text.slice(at + name.length), 0.7);
        also.push(other);
      }
    }
    return { list: Array.from(all).slice(0, 8), also: also.slice(0, 3) };
  };
  const standsIn = (text, name) => /^[a-z]/.test(name) ? ` ${text} `.includes(` ${name} `) : text.includes(name);

  /**
   * Ranked list of {url, title, excerpt, section, group, label, exact}; `excerpt` is safe HTML.
   * `exact` is false for what is only near. The list carries `also`: other names that were tried.
   * filters: {group, label}, each optional.
   */
  const query = async (text, { limit = 10, filters = {} } = {}) => {
    const asIs = folded(text).trim().slice(0, 120);
    const empty = Object.assign([], { also: [] });
    if (!unitsOf(asIs).length) return empty;
    const { list, also } = readings(asIs);
    const ranked = new Map();
    const needles = new Set();
    let mass = 0;
    for (const [reading, weight] of list) {
      const one = await weigh(reading);
      mass = mass || one.total;
      const fair = Math.min(1, mass / one.total); // a longer name must not weigh more for its length
      one.needles.forEach(n => needles.add(n.toLowerCase()));
      for (const [id, { score, exact, whole }] of one.scores) {
        const page = pages.get(id);
        const value = score * weight * fair * (LABELS[page.label] || 1) * (page.kind === "term" ? 0.6 : 1);
        const old = ranked.get(id) || { score: 0 };
        ranked.set(id, { id, score: Math.max(old.score, value), exact: old.exact || exact, whole: old.whole || whole });
      }
    }
    const groupOf = page => ({ form: "forms", term: "terms" }[page.kind] || "pages");
    const wanted = ({ id }) => {
      const page = pages.get(id);
      return (!filters.group || filters.group === groupOf(page)) && (!filters.label || filters.label === page.label);
    };
    const order = Array.from(ranked.values()).filter(wanted).sort((a, b) => b.exact - a.exact || b.score - a.score || (a.id < b.id ? -1 : 1));
    const top = Math.max(0, ...order.map(o => (o.exact ? 0 : o.score)));
    const shown = order.filter(o => o.exact || o.score >= top * 0.25).slice(0, limit);
    const words = Array.from(needles);
    const hits = await Promise.all(shown.map(async ({ id, exact, whole }) => {
      const page = (await handles.get(id).data()).jq;
      const room = /^zh/.test(lang) ? 90 : 180;
      return { title: page.title, label: page.label, group: groupOf(page), exact, ...view(page, words, normal, room, whole) };
    }));
    const places = branches && (!filters.group || filters.group === "branches") && !filters.label
      ? await branches.query(list.map(([reading]) => reading.replace(FILLER, " ")), { fold: normal, tokens, limit: 5, stop: STOP }) : [];
    const sure = places.some(p => p.exact);
    hits.splice(Math.min(2, sure ? hits.filter(h => h.exact).length : hits.length), 0, ...places.filter(p => p.exact || !sure));
    return Object.assign(hits.slice(0, limit), { also });
  };
  return { query };
}
