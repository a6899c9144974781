// The finder's data in the browser (scripts/directory/finder.py writes them and says how they lie):
// rows of branches as bits, the words they are known by, and what cards show. A file is fetched
// when something needs it.

import { STOP, fold } from "./tokens.js";

const FORMAT = 2;
const HAN = /\p{Script=Han}/u;
const LETTERS = /[^\p{L}\p{N}]+/gu;
const INITIALS = 8; // letters up to which a word may be the first letters of syllables

/** A character of packed text → its number. */
export const at = (text, i) => {
  const code = text.charCodeAt(i);
  return code - 40 - (code > 92);
};
const json = async url => {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
};
const hash = text => {
  let crc = -1;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ((~crc >>> 8) >>> 0).toString(16);
};

/** Sets of rows as bits: 32 rows a number. */
export const and = (a, b) => a.map((word, i) => word & b[i]);
export const minus = (a, b) => a.map((word, i) => word & ~b[i]);
export const or = (a, b) => a.map((word, i) => word | b[i]);
export const ones = word => {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
};
export const each = (bits, visit) => {
  for (let i = 0; i < bits.length; i++) {
    for (let word = bits[i]; word; word &= word - 1) visit(i * 32 + 31 - Math.clz32(word & -word));
  }
};

/** `address`: /data/finder/zh.json or another edition's. Rejects when the data cannot be read. */
export async function openDirectory(address) {
  const start = await json(address);
  const lang = address.match(/([\w-]+)\.json$/)[1];
  if (start.format !== FORMAT) throw new Error("the finder's data are of another format");
  const { rows, folder, packs, sounds, block } = start;
  const size = (rows + 31) >>> 5;
  const none = () => new Uint32Array(size);
  const every = none().map((_, i) => (i < size - 1 || rows % 32 === 0 ? -1 : 2 ** (rows % 32) - 1));
  const files = new Map();
  const get = name => {
    if (!files.has(name)) files.set(name, json(folder + name).catch(error => { files.delete(name); throw error; }));
    return files.get(name);
  };

  const table = new Map(Array.from(start.fold[0], (c, i) => [c, Array.from(start.fold[1])[i]]));
  const plain = text => fold(String(text).slice(0, 120), table).toLowerCase().normalize("NFD")
    .replace(/[\u0300-\u036f'’]/g, "").normalize("NFC");
  const sound = new Map();
  for (const [syllable, characters] of Object.entries(sounds)) for (const c of characters) sound.set(c, syllable);

  const decode = text => {
    const bits = none();
    for (let i = 0, row = -1; i < text.length; i++) {
      let gap = 0, shift = 0, part = at(text, i);
      for (; part > 31; shift += 5, part = at(text, ++i)) gap += (part - 32) * 2 ** shift;
      row += gap + part * 2 ** shift + 1;
      bits[row >>> 5] |= 1 << (row & 31);
    }
    return bits;
  };
  /** Entries of the words whose keys begin so: [key, bits; null for a word of very many rows]. */
  const entries = async prefix => {
    let first = packs.findIndex(name => name > prefix);
    first = Math.max(0, (first < 0 ? packs.length : first) - 1);
    let end = first + 1;
    while (end < packs.length && packs[end] < `${prefix}\uffff`) end++;
    const found = [];
    for (const pack of await Promise.all(packs.slice(first, end).map((_, i) => get(`t${first + i}.json`)))) {
      for (const key of Object.keys(pack)) {
        if (key.startsWith(prefix)) found.push([key, pack[key] === 0 ? null : typeof pack[key] === "string" ? (pack[key] = decode(pack[key])) : pack[key]]);
      }
    }
    return found;
  };
  /** Rows of any of them; null: nearly all rows. */
  const any = found => (found.some(([, bits]) => !bits) ? null : found.reduce((all, [, bits]) => or(all, bits), none()));
  const both = (a, b) => (a && b ? and(a, b) : a || b);
  const all = async lists => (await Promise.all(lists)).reduce(both, null);

  const charactersOf = key => Array.from(key.split(" ").pop());
  /** Rows with a pair of Han characters, or a lone one at the beginning of a pair; of three or
   *  four, those that seem to hold them in a row and do not. */
  const han = async text => {
    const [a, b] = Array.from(text, c => sound.get(c));
    if (!a || (text.length > 1 && !b)) return none();
    if (b) return any((await entries(`${a[0]}${b[0]} ${a} ${b} ${text}`)).filter(([key]) => key.split(" ").pop() === text));
    return any((await entries(a[0])).map(([key, bits]) => [charactersOf(key), bits]).filter(([c]) => c[0] === text && c.length < 3));
  };
  const latin = async (word, whole) => {
    const stem = !whole && word.length > 3 ? word.replace(/s$/, "") : word;
    return any((await entries(`.${stem}`)).filter(([key]) => !whole || key === `.${word}`));
  };
  /** Ways to read letters as syllables. */
  const syllables = letters => {
    const ways = [];
    const read = (from, way) => {
      if (from === letters.length) ways.push(way);
      for (let end = from + 1; end <= Math.min(letters.length, from + 6) && ways.length < 6; end++) {
        if (sounds[letters.slice(from, end)]) read(end, [...way, letters.slice(from, end)]);
      }
    };
    read(0, []);
    return ways.filter(way => way.length > 1);
  };
  const filled = bits => !bits || bits.some(Boolean);
  /** Rows with a run of Han characters whose pairs have keys that begin so, one after the other. */
  const run = async prefixes => {
    const steps = (await Promise.all(prefixes.map(entries))).map(found => found.map(([key, bits]) => [charactersOf(key), bits]));
    const torn = new Map(steps.flat().filter(([c]) => c.length > 2).map(([c, bits]) => [c.join(""), bits]));
    let ends = null; // up to three characters that rows end with → the rows
    for (const step of steps) {
      const next = new Map(), byLast = new Map();
      for (const [c, rows] of ends || []) byLast.set(c[c.length - 1], [...(byLast.get(c[c.length - 1]) || []), [c, rows]]);
      for (const [[a, b, more], bits] of step) {
        if (!b || more) continue;
        for (const [before, there] of ends ? byLast.get(a) || [] : [[[a], every]]) {
          let rows = bits ? and(there, bits) : there;
          const c = [...before, b];
          for (const wrong of [c.slice(-3), c.slice(-4)]) if (torn.has(wrong.join(""))) rows = minus(rows, torn.get(wrong.join("")));
          const key = c.slice(-3).join("");
          if (filled(rows)) next.set(key, [c.slice(-3), next.has(key) ? or(next.get(key)[1], rows) : rows]);
        }
      }
      ends = Array.from(next.values());
    }
    return ends.map(([, rows]) => rows).reduce(or, none());
  };
  const pinyin = async letters => (await Promise.all(syllables(letters).map(way =>
    run(way.slice(1).map((b, i) => `${way[i][0]}${b[0]} ${way[i]} ${b} `))))).reduce(or, none());
  const initials = letters => (letters.length < 2 || letters.length > INITIALS ? none()
    : run(Array.from(letters).slice(1).map((b, i) => `${letters[i]}${b} `)));
  /** Rows that hold the words, or longer ones, or what their letters sound like. */
  const spelt = async words => {
    const letters = words.join("").replace(/([a-z])[1-5](?![0-9])/g, "$1").replace(/v/g, "u");
    const sounds = /^[a-z]+$/.test(letters);
    const ways = await Promise.all([all(words.map(word => latin(word))), sounds ? pinyin(letters) : none()]);
    const found = ways.every(Boolean) ? or(...ways) : null;
    return filled(found) || !sounds ? found : initials(letters);
  };

  /** Han pairs, three and four Han characters in a row, and Latin words of plain text. */
  const cut = text => {
    const pairs = [], runs = [], words = [];
    for (const [part] of text.matchAll(/\p{Script=Han}+|[0-9a-z]+/gu)) {
      const c = Array.from(part);
      if (!HAN.test(part)) { if (!STOP.has(part)) words.push(part); }
      else if (c.length === 1) pairs.push(part);
      else c.slice(1).forEach((next, i) => {
        pairs.push(c[i] + next);
        for (const size of [3, 4]) if (i + 2 >= size) runs.push(c.slice(i + 2 - size, i + 2).join(""));
      });
    }
    return { pairs: [...new Set(pairs)], runs, words };
  };
  const named = async text => any((await entries(`=${hash(text)}`)).filter(([key]) => key === `=${hash(text)}`));

  /** Rows that hold all of the text: every pair of Han characters; every Latin word or a longer one,
   *  or what the letters sound like. A whole name or id: its row. null: the text says nothing. */
  const match = async text => {
    const read = plain(text);
    const { pairs, runs, words } = cut(read);
    if (!pairs.length && !words.length) return /[\p{L}\p{N}]/u.test(read) && !/[a-z]/.test(read) ? none() : null;
    const whole = /-/.test(read) ? await named(read.replace(LETTERS, "")) : none();
    if (filled(whole)) return whole;
    const parts = pairs.map(han);
    if (words.length) parts.push(spelt(words));
    const [found, ...torn] = await Promise.all([all(parts), ...runs.map(han)]);
    return found && torn.reduce(minus, found);
  };

  /** Rows with at least `enough` of the text by how telling its words are: Map row → 0…1. */
  const weigh = async (text, enough, unknown = 1) => {
    const { pairs, words } = cut(plain(text));
    const terms = await Promise.all([...pairs.filter(pair => pair.length > 1).map(han), ...words.filter(word => word.length > 1).map(word => latin(word, true))]);
    const sums = new Float32Array(rows), seen = new Set();
    let total = 0;
    for (const bits of terms) {
      if (!bits) continue;
      let often = 0;
      for (const word of bits) often += ones(word);
      const weight = Math.log(1 + rows / (often + 0.5)) * (often ? 1 : unknown);
      total += weight;
      each(bits, row => { sums[row] += weight; seen.add(row); });
    }
    const found = new Map();
    seen.forEach(row => { if (sums[row] >= total * enough - 1e-4) found.set(row, sums[row] / total); });
    return found;
  };

  /** Rows of each value, complete for the chunks asked for. */
  const bits = start.values.map(none);
  const many = Array.from(start.values.keys()).filter(v => start.values[v][0] === "service");
  const six = (text, into, from) => {
    for (let i = 0; i < text.length; i++) {
      for (let left = at(text, i); left; left &= left - 1) {
        const row = from + i * 6 + 31 - Math.clz32(left & -left);
        into[row >>> 5] |= 1 << (row & 31);
      }
    }
    return into;
  };
  const done = new Set();
  const columns = chunks => Promise.all(chunks.map(async k => {
    const [few, texts] = await get(`c${k}.json`);
    if (done.has(k)) return;
    done.add(k);
    texts.forEach((text, m) => six(text, bits[many[m]], k * start.chunk));
    few.forEach((text, c) => {
      for (let i = 0, row = k * start.chunk; i < text.length; i++, row++) {
        for (const v of start.sets[c][at(text, i)]) bits[v][row >>> 5] |= 1 << (row & 31);
      }
    });
  }));
  /** The chunks with any of the rows, and those between rows of one number. */
  const holding = rows => {
    const needed = new Set();
    rows.forEach((word, i) => {
      if (!word) return;
      const [low, high] = [word & -word, word].map(bit => Math.floor((i * 32 + 31 - Math.clz32(bit)) / start.chunk));
      for (let k = low; k <= high; k++) needed.add(k);
    });
    return Array.from(needed);
  };
  /** The rows of one value without all the columns. */
  const alone = async v => (done.size * start.chunk >= rows ? bits[v] : six(await get(`v${v}.json`), none(), 0));

  /** What cards show of some rows, in their order. */
  const cards = list => Promise.all(list.map(async row => (await get(`${lang}/${Math.floor(row / block)}.json`))[row % block]));

  /** The city of a row, as its number. */
  const cityOf = row => {
    let low = 0, high = start.cities.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (start.cities[middle][4] <= row) low = middle; else high = middle - 1;
    }
    return low;
  };
  return { ...start, bits, none, get, match, weigh, columns, holding, alone, done, cards, cityOf,
    whole: text => named(plain(text).replace(LETTERS, "")),
    spelt: text => { const { pairs, words } = cut(plain(text)); return pairs.length || !words.length ? none() : spelt(words); } };
}
