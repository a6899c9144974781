// Finds pages and branches. The build cut the text into words (scripts/search/tokens.py says how)
// and had Pagefind index them; here the query is cut the same way, each word is looked up in those
// files, and the pages are ranked by what they hold.

import { openBranches } from "./branches.js";
import { view } from "./excerpt.js";
import { openPostings } from "./postings.js";
import { FILLER, fold, tokens, unitsOf } from "./tokens.js";
import { openWeigh } from "./weigh.js";

const FORMAT = 4; // of tables.json and the records in fragments
const LABELS = { historical: 0.75, reference: 0.85 };
const LESS = { term: 0.5, answer: 0.5 }; // weight of a glossary entry, or one person’s question, beside pages that say more
const TAIWAN = 0.95; // weight of a query in mainland words
const LONGEST = 120; // characters of a query that are read
const SHORT = 12; // a query of one piece up to this length may be a name with a slip in it
const MEANING = /什么是|是什么|什么叫|意思|\bwhat (?:is|are|does)\b|\bmean/i;
const HAN = /\p{Script=Han}/u;

/** Published questions behind the first three guide pages that fit as well (exact or near), unless
 *  one is asked in its very words. */
const behind = hits => {
  const asked = hits.filter(h => h.group === "questions" && !h.whole);
  const list = hits.filter(h => !asked.includes(h));
  for (const near of [false, true]) {
    const before = list.filter(h => h.near === near && h.group !== "questions").slice(0, 3);
    const at = before.length ? list.indexOf(before[before.length - 1]) + 1 : near ? list.length : 0;
    list.splice(at, 0, ...asked.filter(h => h.near === near));
  }
  return list;
};

/**
 * Load one language's index. `base` holds a folder for each language, `lang` is a language tag. The
 * Traditional edition asks the Simplified index, and shows what was converted when it was built.
 * Rejects when a file is missing or of another format.
 */
export async function openSearch({ base = "/search-index/", lang = document.documentElement.lang } = {}) {
  const folder = `${base}${lang.split("-")[0].toLowerCase()}/`;
  const tables = await (await fetch(`${folder}tables.json`)).json();
  if (tables.format !== FORMAT) throw new Error("search index of another format");
  const traditional = lang === "zh-Hant" && tables.traditional;
  const branches = openBranches(traditional ? tables.finder.replace("zh.json", "zh-hant.json") : tables.finder);
  const to = Array.from(tables.to);
  const table = new Map(Array.from(tables.from, (c, i) => [c, to[i]]));
  const folded = text => fold(text, table);
  const normal = text => folded(text).toLowerCase();
  const chinese = /^zh/.test(lang);
  const pages = tables.pages.map(([, length, kind, label, section]) => ({ length, kind, label, section }));
  const shown = traditional ? `${base}zh-hant/` : folder;
  const postings = openPostings(folder, { ...tables, pages: tables.pages.map(([file]) => file), shown });
  const weigh = openWeigh(postings, pages, !chinese);

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
  const guesses = async (text, { broken, lost, units, pieces }) => {
    const latin = !HAN.test(text);
    const one = pieces.length === 1 && Array.from(pieces[0].text).length <= SHORT;
    const english = latin && !chinese ? lost.filter(word => /^[a-z]{4,}$/i.test(word)) : [];
    if (!(latin ? chinese || english.length : broken || one)) return [];
    const guess = await (guessing ||= import("./guess.js").then(({ openGuess }) => openGuess({ folder, postings, normal, cut: tokens }))
      .catch(() => { guessing = null; })); // what stands on the pages is found without it
    if (!guess) return [];
    if (latin && chinese) return guess.pinyin(text).map(found => [found, found]);
    if (latin) {
      const better = new Map(english.flatMap(word => guess.respelt(word.toLowerCase()).map(found => [word, found])));
      return better.size ? [[text.split(/\b/).map(word => better.get(word) || word).join(""), Array.from(better.values()).join(" ")]] : [];
    }
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

  /** Keeps what is compared with the words of a query: `plain` says where a Traditional page folds
   *  otherwise than the Simplified one that was indexed (答覆, 答复). */
  const foldPage = page => {
    const lines = [...page.blocks, page.description].map(normal);
    for (const [i, at, c] of page.plain || []) lines[i] = lines[i].slice(0, at) + c + lines[i].slice(at + 1);
    page.about = lines.pop();
    page.lower = lines;
  };

  /** Other names in the characters of the edition: as they stand in the hits, else one by one. */
  const written = (names, hits) => {
    const there = hits.flatMap(({ page }) => page.blocks.map((block, i) => [block, page.lower[i]]));
    const known = new Map(there.flatMap(([block, lower]) => Array.from(lower, (c, i) => [c, block[i]])));
    return names.map(name => {
      const found = there.find(([, lower]) => lower.includes(name));
      return found ? found[0].substr(found[1].indexOf(name), name.length) : Array.from(name, c => known.get(c) || c).join("");
    });
  };

  /** Words and marks in one: 2 when a heading reads so, 1 when the text has it. */
  const says = (page, text) => (page.lower.includes(text) ? 2 : page.lower.some(block => block.includes(text)) ? 1 : 0);

  /**
   * Ranked list of {url, title, excerpt, section, group, label, exact, near}; `excerpt` is safe HTML,
   * a branch has `status`. `exact`: the words of the query stand there, or a name of that wording;
   * `near`: only some of them do. Neither: another name or spelling does; the list's `also` says
   * which. filters: {group, section, label, province, service}, each optional; the list carries
   * `facets`: [value, count, name] of the last four, as they are without filters.
   */
  const query = async (text, { limit = 10, filters = {} } = {}) => {
    const asIs = folded(String(text).slice(0, LONGEST)).replace(/\p{Cc}/gu, " ").trim();
    const alone = filters.province || filters.service || filters.group === "branches";
    const some = { filters, limit: alone ? limit : 5 }; // of the branches
    const ranked = new Map();
    const needles = new Set();
    const said = [];
    let mass = 0, first = null, places = Object.assign([], { facets: {} });
    const worth = page => (LABELS[page.label] || 1) * (LESS[page.kind] || 1);
    const best = one => Math.max(0, ...Array.from(one.scores, ([id, { score }]) => score * worth(pages[id])));
    const take = (one, weight, level) => {
      mass = mass || one.total;
      // a longer name must not weigh more for its length; a Taiwan word's two meanings take turns
      const fair = weight === TAIWAN ? best(first) / (best(one) || 1) || 1 : Math.min(1, mass / one.total);
      one.needles.forEach(n => needles.add(n.toLowerCase()));
      for (const [id, { score, exact, sure, whole, tier: firm, called, named }] of one.scores) {
        const page = pages[id];
        const value = score * weight * fair * worth(page);
        const old = ranked.get(id) || { score: 0, level: 0, rank: 0 };
        // among Chinese a Latin word is a name: ICs is not IC
        const tier = !exact ? 0 : sure || called || !chinese ? level : 1;
        ranked.set(id, {
          id,
          score: Math.max(old.score, value),
          level: Math.max(old.level, tier),
          rank: Math.max(old.rank, firm ? tier : 0),
          sure: old.sure || (sure && level > 1),
          whole: old.whole || whole,
          named: old.named || (named && level > 1),
        });
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
      places = await branches.query(asked, some);
      const spelt = chinese && !HAN.test(asIs); // a term's entry holds its own pinyin
      if (!places.some(p => p.exact) && !Array.from(ranked.values()).some(r => r.level && !(spelt && pages[r.id].kind === "term"))) {
        for (const [reading, name] of await guesses(asIs, first)) {
          const one = await weigh(reading);
          mass = Math.max(mass, one.total);
          take(one, said.includes(name) ? 0.9 : 1, 1);
          said.push(name);
          asked.push(reading);
        }
        if (asked.length > list.length) places = await branches.query(asked, some);
      }
    }
    const groupOf = page => ({ form: "forms", term: "terms", answer: "questions" }[page.kind] || "pages");
    const ordered = Array.from(ranked.values()).sort((a, b) => b.rank - a.rank || b.score - a.score || a.id - b.id);
    const entry = ordered.find(o => o.whole && pages[o.id].kind === "term");
    /** The glossary's entry of that name first; but a page that is about it goes before, unless the
     *  meaning is asked. */
    const place = list => {
      const [one] = list.filter(o => o.id === entry?.id);
      const others = list.filter(o => o !== one);
      if (one) others.splice(others[0]?.named && !MEANING.test(asIs) ? 1 : 0, 0, one);
      return others;
    };
    const order = place(ordered);
    const top = Math.max(0, ...order.map(o => (o.level ? 0 : o.score)));
    const close = order.filter(o => o.level || o.score >= top * 0.25);
    const facets = { ...places.facets };
    for (const part of ["section", "label"]) {
      const counts = new Map();
      close.forEach(({ id }) => counts.set(pages[id][part], (counts.get(pages[id][part]) || 0) + 1));
      facets[part] = Array.from(counts).filter(([value]) => value).sort((a, b) => b[1] - a[1]);
    }
    const wanted = ({ id }) => {
      const page = pages[id];
      return !filters.province && !filters.service && (!filters.group || filters.group === groupOf(page))
        && (!filters.label || filters.label === page.label) && (!filters.section || filters.section === page.section);
    };
    const words = Array.from(needles);
    const several = unitsOf(asIs).length > 1 || /[^\p{L}\p{N}\s]/u.test(asIs);
    const loaded = await Promise.all(close.filter(wanted).slice(0, limit).map(async one => {
      const page = await postings.record(one.id);
      if (!page.lower) foldPage(page);
      return { ...one, page, says: several ? says(page, asIs.toLowerCase()) : 0 };
    }));
    const hits = place(loaded.sort((a, b) => b.rank - a.rank || b.says - a.says)).map(({ page, level, sure, whole }) => {
      const room = chinese ? 90 : 180;
      const { label, part } = page;
      return { title: page.title, label, part, group: groupOf(page), exact: Boolean(sure), near: !level, whole, ...view(page, words, room, whole) };
    });
    if (filters.group !== "questions") hits.splice(0, hits.length, ...behind(hits));
    if ((!filters.group && !filters.label && !filters.section) || alone) {
      const sure = places.filter(p => p.exact);
      const shown = sure.length ? sure : places;
      const named = shown.filter(p => p.whole);
      const others = shown.filter(p => !p.whole);
      hits.splice(Math.min(2, sure.length ? hits.filter(h => !h.near).length : hits.length), 0, ...others);
      hits.unshift(...named);
    }
    const also = Array.from(new Set(said)).slice(0, 3);
    return Object.assign(hits.slice(0, limit), { also: traditional ? written(also, loaded) : also, facets });
  };
  return { query, forget: postings.forget };
}
