// Finds pages and branches. The build cut the text into words (scripts/search/tokens.py says
// how); here the query is cut the same way, each word is looked up in Pagefind, and the pages
// are ranked by what they hold. Pagefind never sees a sentence, so its own cutting plays no part.

import { openBranches } from "./branches.js";
import { view } from "./excerpt.js";
import { FILLER, STOP, fold, key, phraseOf, tokens, unitsOf } from "./tokens.js";

const FORMAT = 2; // of tables.json and the records in fragments
const FIELDS = { title: 7, w: 4, h: 3, d: 2 };
const KEYS = { ht: 3, hk: 2, hz: 1.5 };
const LABELS = { historical: 0.75, reference: 0.85 };
const SATURATION = 3;
const NEAR = 12; // words
const TAIWAN = 0.95; // weight of a query in mainland words
const LONGEST = 120; // characters of a query that are read
const SHORT = 12; // a query of one piece up to this length may be a name with a slip in it
const HAN = /\p{Script=Han}/u;

/**
 * Load one language's index. `base` holds a folder for each language, `lang` is a language tag.
 * Rejects when a file is missing or of another format.
 */
export async function openSearch({ base = "/search-index/", lang = document.documentElement.lang } = {}) {
  const folder = `${base}${lang.split("-")[0].toLowerCase()}/`;
  const branches = openBranches(folder);
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
  const pages = new Map(Object.entries(tables.pages).map(([id, [length, kind, label, section]]) => [id, { length, kind, label, section }]));
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
    const broken = terms.some(t => !t.hits.size && !t.wider.size);
    return { scores, total, broken, units, pieces, needles: [...units.map(u => u.text), ...kept.map(u => u.text), ...terms.filter(t => t.hits.size).map(t => t.word)] };
  };

  /** The query, then with Taiwan words and with other names of the same thing put in. */
  const readings = text => {
    const all = new Map([[text, 1]]);
    for (const [word, others] of Object.entries(tables.taiwan)) {
      for (const one of Array.from(all.keys())) {
        if (one.includes(word)) others.forEach(other => all.set(one.split(word).join(other), TAIWAN));
      }
    }
    const also = [];
    const lower = text.toLowerCase();
    const longest = names => names.filter(n => standsIn(lower, n)).sort((a, b) => b.length - a.length)[0];
    const found = tables.names.map(([present, others]) => ({ present, name: longest([...present, ...others]) })).filter(g => g.name);
    for (const { present, name } of found) {
      if (found.some(g => g.name !== name && g.name.includes(name))) continue; // 党组 in 党组织 is another thing
      if (/^[a-z]+$/.test(name) && name !== lower.trim()) continue; // "cell" alone may be a branch, in "cell phone" it is not
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

  let guessing;
  /** Other wordings of a query that stands nowhere: [whole query, what was put in]. */
  const guesses = async (text, { broken, units, pieces }) => {
    const latin = !HAN.test(text);
    const one = pieces.length === 1 && Array.from(pieces[0].text).length <= SHORT;
    if (!(latin ? /^zh/.test(lang) : broken || one)) return [];
    const guess = await (guessing ||= import("./guess.js").then(({ openGuess }) => openGuess({ folder, ask, normal, cut: tokens }))
      .catch(() => { guessing = null; })); // what stands on the pages is found without it
    if (!guess) return [];
    if (latin) return guess.pinyin(text).map(found => [found, found]);
    const whole = guess.similar(text.toLowerCase());
    if (whole.length) return whole.map(found => [found, found]);
    const found = [];
    const seen = new Set();
    for (const { text: piece, runs } of [...units, ...pieces]) { // an asking word may be part of it (的士)
      if (seen.has(piece)) continue;
      seen.add(piece);
      const better = [...guess.similar(piece.toLowerCase()), ...(await Promise.all(runs.filter(r => r.han).map(async r =>
        (await guess.mended(r.text)).map(m => piece.replace(r.text, m))))).flat()];
      better.slice(0, 2).forEach(b => found.push([text.replace(piece, b), b]));
    }
    return found.slice(0, 4);
  };

  /**
   * Ranked list of {url, title, excerpt, section, group, label, exact, near}; `excerpt` is safe HTML,
   * a branch has `status`. `exact`: the words of the query stand there, or a name of that wording;
   * `near`: only some of them do. Neither: another name or spelling does; the list's `also` says
   * which. filters: {group, section, label, province, service}, each optional; the list carries
   * `facets`: [value, count, name] of the last four, as they are without filters.
   */
  const query = async (text, { limit = 10, filters = {} } = {}) => {
    const asIs = folded(String(text).slice(0, LONGEST)).replace(/\p{Cc}/gu, " ").trim();
    const ranked = new Map();
    const needles = new Set();
    const said = [];
    let mass = 0, first = null, places = Object.assign([], { facets: {} });
    const best = one => Math.max(0, ...Array.from(one.scores.values(), ({ score }) => score));
    const take = (one, weight, level) => {
      mass = mass || one.total;
      // a longer name must not weigh more for its length; a Taiwan word's two meanings take turns
      const fair = weight === TAIWAN ? best(first) / (best(one) || 1) || 1 : Math.min(1, mass / one.total);
      one.needles.forEach(n => needles.add(n.toLowerCase()));
      for (const [id, { score, exact, whole }] of one.scores) {
        const page = pages.get(id);
        const value = score * weight * fair * (LABELS[page.label] || 1) * (page.kind === "term" ? 0.6 : 1);
        const old = ranked.get(id) || { score: 0, level: 0 };
        ranked.set(id, { id, score: Math.max(old.score, value), level: Math.max(old.level, exact ? level : 0), whole: old.whole || whole });
      }
    };
    if (unitsOf(asIs).length) {
      const { list, also } = readings(asIs);
      said.push(...also);
      for (const [reading, weight] of list) {
        const one = await weigh(reading);
        first ||= one;
        take(one, weight, weight > 0.9 ? 2 : 1);
      }
      const asked = list.map(([reading]) => reading.replace(FILLER, " "));
      places = await branches.query(asked, { fold: normal, filters });
      const spelt = /^zh/.test(lang) && !HAN.test(asIs); // a term's entry holds its own pinyin
      if (!places.some(p => p.exact) && !Array.from(ranked.values()).some(r => r.level && !(spelt && pages.get(r.id).kind === "term"))) {
        for (const [reading, name] of await guesses(asIs, first)) {
          const one = await weigh(reading);
          mass = Math.max(mass, one.total);
          take(one, said.includes(name) ? 0.9 : 1, 1);
          said.push(name);
          asked.push(reading);
        }
        if (asked.length > list.length) places = await branches.query(asked, { fold: normal, filters });
      }
    }
    const groupOf = page => ({ form: "forms", term: "terms" }[page.kind] || "pages");
    const order = Array.from(ranked.values()).sort((a, b) => b.level - a.level || b.score - a.score || (a.id < b.id ? -1 : 1));
    const top = Math.max(0, ...order.map(o => (o.level ? 0 : o.score)));
    const close = order.filter(o => o.level || o.score >= top * 0.25);
    const facets = { ...places.facets };
    for (const part of ["section", "label"]) {
      const counts = new Map();
      close.forEach(({ id }) => counts.set(pages.get(id)[part], (counts.get(pages.get(id)[part]) || 0) + 1));
      facets[part] = Array.from(counts).filter(([value]) => value).sort((a, b) => b[1] - a[1]);
    }
    const wanted = ({ id }) => {
      const page = pages.get(id);
      return !filters.province && !filters.service && (!filters.group || filters.group === groupOf(page))
        && (!filters.label || filters.label === page.label) && (!filters.section || filters.section === page.section);
    };
    const words = Array.from(needles);
    const hits = await Promise.all(close.filter(wanted).slice(0, limit).map(async ({ id, level, whole }) => {
      const page = (await handles.get(id).data()).jq;
      const room = /^zh/.test(lang) ? 90 : 180;
      const { label, part } = page;
      return { title: page.title, label, part, group: groupOf(page), exact: level > 1, near: !level, ...view(page, words, normal, room, whole) };
    }));
    const alone = filters.province || filters.service || filters.group === "branches";
    if ((!filters.group && !filters.label && !filters.section) || alone) {
      const sure = places.filter(p => p.exact);
      const shown = (sure.length ? sure : places).slice(0, alone ? limit : 5);
      const named = shown.filter(p => p.whole);
      const others = shown.filter(p => !p.whole);
      hits.splice(Math.min(2, sure.length ? hits.filter(h => !h.near).length : hits.length), 0, ...others);
      hits.unshift(...named);
    }
    return Object.assign(hits.slice(0, limit), { also: Array.from(new Set(said)).slice(0, 3), facets });
  };
  return { query, forget: () => asked.clear() };
}
