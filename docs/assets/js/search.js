// Finds pages and branches. The build cut the text into words (scripts/search/tokens.py says
// how); here the query is cut the same way, each word is looked up in Pagefind, and the pages
// are ranked by what they hold. Pagefind never sees a sentence, so its own cutting plays no part.

const FORMAT = 1; // of tables.json and the fragments' records
const HAN = "\\u3005\\u3007\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
const WORD = `(?:(?![${HAN}])[\\p{L}\\p{N}])+`;
const PART = new RegExp(`([${HAN}]+)|\\d{1,3}(?:,\\d{3})+(?!\\d)|${WORD}(?:['’]${WORD})*|\\S`, "gu");
const IS_WORD = new RegExp(`^[\\p{L}\\p{N}${HAN}]`, "u");
const KEY_LENGTH = 24;
const STOP = new Set(("a an the is are was were be do does did can could should would will may must i you we they he she it my"
  + " our your their me us them to of in on at for from by with about and or if how what where when who whom which why"
  + " that this these those there have has had get not no any some please tell need want").split(" "));
// Words that ask and say nothing of the matter; dropped when the whole query is found nowhere.
const FILLER = new RegExp("怎么办|怎么样|怎么|怎样|如何|什么时候|是什么|什么是|什么|为什么|为啥|哪几个|哪几种|哪些|哪个|哪里|哪儿|哪|多少|多久|几个"
  + "|能不能|可不可以|可以|要不要|是不是|有没有|会不会|需要|应该|应当|请问|谁来|谁|吗|呢|吧|啊|我们|我的|我想|我要|我是|我|你们|您|想要"
  + "|一下|有关|关于|以及|还是|或者|还有|了(?!解)|的|是(?!否)", "gu");
const FIELDS = { title: 7, w: 4, h: 3, d: 2 };
const KEYS = { ht: 3, hk: 2, hz: 1.5 };
const LABELS = { historical: 0.75, reference: 0.85 };
const SATURATION = 3;

const foldOne = (character, table) => {
  const normal = character.normalize("NFKC");
  const one = normal.length === character.length ? normal : character;
  return table.get(one) || one;
};
/** Each character by itself, so that offsets stay. `table`: Map of Traditional → Simplified. */
export const fold = (text, table) => Array.from(text, c => foldOne(c, table)).join("");

const cut = han => {
  const all = Array.from(han);
  return all.map((c, i) => c + (all[i + 1] || ""));
};
/** Words of folded text, as tokens.py makes them. */
export const tokens = folded => Array.from(folded.matchAll(PART)).flatMap(m =>
  m[1] ? cut(m[1]) : [/^\d.*,/.test(m[0]) ? m[0].replace(/,/g, "") : m[0].replace(/(.)['’]/gu, "$1")]);

/** A whole title as one word, as tokens.py makes it. */
export const key = folded => Array.from(folded.toLowerCase().replace(/['’]/g, "")
  .split(/[^\p{L}\p{N}]+/u).filter(w => !STOP.has(w)).join("")).slice(0, KEY_LENGTH).join("");

/** Parts between blanks and marks: [{text, runs: [{text, han}]}]. */
const unitsOf = folded => {
  const units = [];
  let end = -1;
  for (const m of folded.matchAll(PART)) {
    if (!IS_WORD.test(m[0])) { end = -1; continue; }
    if (m.index !== end) units.push({ text: "", runs: [] });
    const unit = units[units.length - 1];
    unit.text += m[0];
    unit.runs.push({ text: m[0], han: Boolean(m[1]) });
    end = m.index + m[0].length;
  }
  return units;
};

/** The words of a unit as they follow each other in the index; `open`: the last one is a single
 *  character that may begin a longer run. */
const phraseOf = unit => {
  const words = unit.runs.flatMap(r => tokens(r.text));
  const last = unit.runs[unit.runs.length - 1];
  const single = last.han && Array.from(last.text).length === 1;
  if (last.han && !single) words.pop();
  return { words, open: single };
};

const escape = text => text.replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }[c]));

/** Ranges of `needles` in folded lower-case `text`, merged; English words by their beginning. */
const ranges = (text, needles) => {
  const found = [];
  for (const needle of needles) {
    if (/^[a-z]+$/.test(needle)) {
      const stem = needle.slice(0, Math.max(3, Math.ceil(needle.length * 0.7)));
      for (const m of text.matchAll(new RegExp(`\\b${stem}[a-z]*`, "g"))) {
        if (Math.abs(m[0].length - needle.length) < 5) found.push([m.index, m.index + m[0].length]);
      }
    } else {
      for (let i = text.indexOf(needle); i >= 0; i = text.indexOf(needle, i + 1)) found.push([i, i + needle.length]);
    }
  }
  found.sort((a, b) => a[0] - b[0]);
  return found.reduce((kept, r) => {
    const last = kept[kept.length - 1];
    if (last && r[0] <= last[1]) last[1] = Math.max(last[1], r[1]);
    else kept.push(r);
    return kept;
  }, []);
};

const marked = (text, lower, needles, room) => {
  const at = ranges(lower, needles);
  let from = at.length && text.length > room ? Math.max(0, Math.min(at[0][0] - room / 5, text.length - room)) | 0 : 0;
  if (from && /[a-z]/i.test(text[from])) from = text.indexOf(" ", from) + 1 || from;
  const to = Math.min(text.length, from + room);
  let out = from ? "…" : "", done = from;
  for (const [a, b] of at) {
    if (a < done || b > to) continue;
    out += `${escape(text.slice(done, a))}<mark>${escape(text.slice(a, b))}</mark>`;
    done = b;
  }
  return out + escape(text.slice(done, to)) + (to < text.length ? "…" : "");
};

/** What to show of a page: the block that holds most of the words, and the section it is in. */
const view = (page, needles, normal, room) => {
  const weigh = lower => needles.reduce((sum, n) => sum + (ranges(lower, [n]).length ? n.length ** 1.5 : 0), 0);
  const heads = new Map(page.sections.map(s => [s[0], s]));
  let best = { score: 0, block: -1 }, section = null, headScore = 0;
  page.blocks.forEach((text, i) => {
    const score = weigh(normal(text));
    if (heads.has(i)) { section = heads.get(i); headScore = score; return; }
    if (!i) return;
    const total = score + headScore * 0.6;
    if (total > best.score) best = { score: total, block: i, section };
  });
  const inTitle = weigh(normal(page.title));
  const whole = best.block < 0 || inTitle >= best.score;
  const text = whole && page.description ? page.description : page.blocks[Math.max(best.block, 0)] || "";
  const place = whole ? null : best.section;
  return {
    url: place && place[1] ? `${page.url}#${place[1]}` : page.url,
    section: place ? place[2] : "",
    excerpt: marked(text, normal(text), needles, room),
  };
};

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

  /** Where a word (bare: and longer ones) or a "quoted phrase" stands: page → {at, fields}. */
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

  /** One wording of the query → page → {score, exact}. */
  const weigh = async text => {
    const scores = new Map();
    const add = (id, n, exact) => {
      const old = scores.get(id) || { score: 0, exact: false };
      scores.set(id, { score: old.score + n, exact: old.exact || Boolean(exact) });
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
      t.hits = await ask(t.prefix ? t.word : `"${t.word}"`);
      if (!t.hits.size && /^[a-z]{3,}$/i.test(t.word)) { t.hits = await ask(t.word); t.partial = true; }
      t.idf = rarity(t.hits) * (t.partial ? 0.5 : 1);
    }));
    const total = terms.reduce((sum, t) => sum + t.idf, 0) || 1;
    const covered = new Map();
    const before = new Map();
    for (const t of terms) {
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
      for (const id of found[0].keys()) {
        if (!pages.has(id) || !found.every(hits => hits.has(id))) continue;
        const field = Math.min(...found.map(hits => Math.max(0.5, ...hits.get(id).fields.map(f => FIELDS[f] || 0))));
        add(id, total * (0.5 + field / 5), true);
      }
    }
    const names = new Set([key(text), key(bare)].filter(Boolean));
    for (const name of names) {
      for (const [prefix, weight] of Object.entries(KEYS)) {
        for (const id of (await ask(`"${prefix}${name}"`)).keys()) if (pages.has(id)) add(id, total * weight, true);
      }
    }
    return { scores, needles: [...units.map(u => u.text), ...kept.map(u => u.text), ...terms.filter(t => t.hits.size).map(t => t.word)] };
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
    for (const [present, others] of tables.names) {
      const name = [...present, ...others].filter(n => standsIn(text.toLowerCase(), n)).sort((a, b) => b.length - a.length)[0];
      if (!name) continue;
      const at = text.toLowerCase().indexOf(name);
      for (const other of present.slice(0, 3)) {
        if (other === name || text.toLowerCase().includes(other)) continue;
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
    for (const [reading, weight] of list) {
      const one = await weigh(reading);
      one.needles.forEach(n => needles.add(n.toLowerCase()));
      for (const [id, { score, exact }] of one.scores) {
        const page = pages.get(id);
        const value = score * weight * (LABELS[page.label] || 1) * (page.kind === "term" ? 0.6 : 1);
        const old = ranked.get(id) || { score: 0, exact: false };
        ranked.set(id, { id, score: Math.max(old.score, value), exact: old.exact || exact });
      }
    }
    const groupOf = page => ({ form: "forms", term: "terms" }[page.kind] || "pages");
    const wanted = ({ id }) => {
      const page = pages.get(id);
      return (!filters.group || filters.group === groupOf(page)) && (!filters.label || filters.label === page.label);
    };
    const order = Array.from(ranked.values()).filter(wanted).sort((a, b) => b.exact - a.exact || b.score - a.score || (a.id < b.id ? -1 : 1));
    const top = Math.max(0, ...order.map(o => o.score));
    const near = order.filter(o => o.exact || o.score >= top * 0.2).slice(0, limit);
    const words = Array.from(needles);
    const hits = await Promise.all(near.map(async ({ id, exact }) => {
      const page = (await handles.get(id).data()).jq;
      const room = /^zh/.test(lang) ? 90 : 180;
      return { title: page.title, label: page.label, group: groupOf(page), exact, ...view(page, words, normal, room) };
    }));
    const places = branches && (!filters.group || filters.group === "branches") && !filters.label
      ? await branches.query(list.map(([reading]) => reading), { fold: normal, tokens, limit: 5, stop: STOP }) : [];
    hits.splice(hits.some(h => h.exact) ? Math.min(2, hits.length) : 0, 0, ...places);
    return Object.assign(hits.slice(0, limit), { also });
  };
  return { query };
}
