// How well each page answers one wording of a query: its words by rarity and place, then the whole
// of it as a phrase, then the names of pages, headings and keywords that are worded so.

import { following } from "./postings.js";
import { FILLER, STOP, key, phraseOf, root, stem, trimmed, unitsOf } from "./tokens.js";

const FIELDS = { title: 7, w: 4, h: 3, d: 2 };
const NAME = "ꀀ"; // begins a whole name as one word: indexer.NAME
const NAMES = { kt: 3, kk: 2, kh: 1.5 }; // of pages, keywords, headings
const FEW = 3; // more for a name that few share
const SATURATION = 3;
const NEAR = 12; // words
const FORM = 0.85; // another form of a word (complains, complaining)
const LONGER = 0.6; // a longer word (complain → complaint)
const WORD = /^[a-z]{3,}$/i;

/** `pages`: a list of {length}. Gives weigh(text) → {scores: page → {score, exact, tier, sure, called,
 *  whole, named}, total, broken, lost, units, pieces, needles}. `exact`: all of it stands there; `tier`: and
 *  that counts before any score; `sure`: as it was written; `called`: so but for marks, blanks and
 *  asking words; `whole`: the page or a keyword of it is named so; `named`: a title, heading or such
 *  holds it. `total`: what its words weigh; `broken`: some may be a slip; `lost`:
 *  they stand nowhere. */
export function openWeigh(postings, pages, english) {
  const count = pages.length;
  const average = pages.reduce((sum, p) => sum + p.length, 0) / count || 1;

  const joined = (a, b) => {
    if (!b.size) return a;
    const all = new Map(a);
    for (const [page, hit] of b) {
      const old = a.get(page);
      if (!old) { all.set(page, hit); continue; }
      const fields = { ...hit.fields };
      for (const name of Object.keys(old.fields)) fields[name] = [...old.fields[name], ...(fields[name] || [])];
      all.set(page, { at: [...old.at, ...hit.at], fields });
    }
    return all;
  };
  /** {exact, hits, wider}: pages with the word, with any form of it, with a longer word only. */
  const word = async text => {
    const all = await postings.find(text);
    if (!WORD.test(text)) return { exact: all, hits: all, wider: new Map() };
    const exact = new Map(Array.from(all).filter(([, hit]) => !hit.part));
    const plain = text.toLowerCase(), base = stem(plain), start = root(plain);
    const forms = await postings.begin(base.slice(0, Math.max(3, base.length - 1)), `=${base}`, w => w !== plain && stem(w) === base);
    const hits = joined(all, forms);
    const wider = start.length < 4 ? [] : await postings.begin(start, `>${base}`, w => stem(w) !== base);
    return { exact, hits, wider: new Map(Array.from(wider).filter(([page]) => !hits.has(page))) };
  };
  /** A single character may begin a longer run; alone, the list of each page's characters will do. */
  const last = (text, alone) => (alone ? postings.find(text) : postings.begin(text));
  const phrase = async ({ words, open }, part) => following(await Promise.all(words.map(async (text, i) =>
    open && i === words.length - 1 ? last(text, !i) : (await word(text))[part])));

  const rarity = hits => Math.log(1 + (count - hits.size + 0.5) / (hits.size + 0.5));
  const strength = (page, hit) => {
    const boost = Object.keys(hit.fields).reduce((sum, f) => sum + (FIELDS[f] || 0), 0);
    const often = hit.at.length / (0.5 + 0.5 * Math.min(4, pages[page].length / average)) + boost;
    return often * (SATURATION + 1) / (often + SATURATION);
  };
  const apart = (old, hit, gap) => {
    const meet = (a, b) => a && b && b.some(p => a.includes(p - gap));
    return meet(old.at, hit.at) || Object.keys(hit.fields).some(f => meet(old.fields[f], hit.fields[f]));
  };
  /** English words of a query count as found together only when they stand in one passage. */
  const together = places => places[0].some(p => places.every(at => at.some(q => Math.abs(p - q) < NEAR)));

  return async text => {
    const scores = new Map();
    const add = (page, n, more = {}) => {
      const old = scores.get(page) || { score: 0 };
      scores.set(page, { ...old, ...more, score: old.score + n });
    };
    const telling = (all, otherwise) => {
      const some = all.filter(u => !STOP.has(u.text.toLowerCase()));
      return some.length ? some : otherwise;
    };
    const bare = text.replace(FILLER, " ");
    const core = trimmed(text.trim());
    const units = telling(unitsOf(text), unitsOf(text)); // asked for alone, even such a word tells
    const pieces = telling(unitsOf(bare), []);
    const kept = pieces.length ? pieces : units;

    // every word by itself, with a bonus for words that keep the query's distance from each other
    const terms = kept.flatMap(unit => {
      const { words, open } = phraseOf(unit);
      return words.map((word, i) => ({ word, unit, i, open: open && i === words.length - 1, alone: words.length === 1 }));
    });
    await Promise.all(terms.map(async t => {
      if (t.open) { t.exact = t.hits = await last(t.word, t.alone); t.wider = new Map(); }
      else Object.assign(t, await word(t.word));
      t.idf = t.hits.size ? rarity(t.hits) : rarity(t.wider) / 2;
    }));
    const total = terms.reduce((sum, t) => sum + t.idf, 0) || 1;
    const covered = new Map();
    const before = new Map();
    for (const t of terms) {
      const take = (page, hit, weight) => {
        add(page, t.idf * strength(page, hit) * weight);
        covered.set(page, (covered.get(page) || 0) + t.idf * weight);
      };
      for (const [page, hit] of t.wider) take(page, hit, LONGER);
      for (const [page, hit] of t.hits) {
        take(page, hit, t.exact.has(page) ? 1 : FORM);
        const old = before.get(page);
        if (old?.unit === t.unit && apart(old.hits.get(page), hit, t.i - old.i)) add(page, Math.min(t.idf, old.idf) * 0.6);
        before.set(page, t);
      }
    }
    for (const [page, one] of scores) one.score *= 0.4 + 0.6 * covered.get(page) / total;

    // the whole of it: every unit as a phrase, then the same without the asking words
    let found = false;
    for (const wanted of [units, telling(unitsOf(core), []), pieces]) {
      if (!wanted.length || found) continue;
      const phrases = wanted.map(phraseOf);
      const [all, written] = await Promise.all(["hits", "exact"].map(part => Promise.all(phrases.map(p => phrase(p, part)))));
      const latin = !wanted.some(u => u.runs.some(r => r.han));
      // English words make a question in any order: that all of them meet adds to the score alone
      const firm = wanted.length < 2 || !(latin && english);
      for (const page of all[0].keys()) {
        const hits = all.map(map => map.get(page));
        if (!hits.every(Boolean)) continue;
        const shared = Object.keys(FIELDS).filter(f => hits.every(hit => hit.fields[f]));
        if (latin && !shared.length && !together(hits.map(hit => hit.at))) continue;
        const field = Math.max(0.5, ...shared.map(f => FIELDS[f]));
        const more = { exact: true };
        if (written.every(map => map.has(page))) more[wanted === units ? "sure" : "called"] = true;
        if (firm) more.tier = true;
        if (shared.length) more.named = true;
        add(page, total * (0.5 + field / 5), more);
        found = true;
      }
    }
    for (const name of new Set([key(text), key(core), key(bare)].filter(Boolean))) {
      const named = Array.from(await postings.find(NAME + name));
      for (const field of Object.keys(NAMES)) {
        const pages = named.filter(([, hit]) => hit.fields[field]);
        const more = { exact: true, tier: true, called: true, ...(field !== "kh" && { whole: true }) };
        pages.forEach(([page]) => add(page, total * (NAMES[field] + FEW / pages.length), more));
      }
    }
    // a character that never stands beside its neighbours may be a slip; at the end of much it seldom is
    const gone = t => !t.hits.size && !t.wider.size;
    const broken = terms.some((t, i) => gone(t) && [terms[i - 1], terms[i + 1]].some(other =>
      (other?.unit === t.unit ? gone(other) : t.unit.text.length < 5)));
    const needles = [...units.map(u => u.text), ...kept.map(u => u.text), ...terms.filter(t => t.hits.size).map(t => t.word)];
    const lost = terms.filter(gone).map(t => t.word);
    return { scores, total, broken, lost, units, pieces, needles };
  };
}
