// Reads the index: which pages have a word, and where. The files are Pagefind's, in the format that
// scripts/search/pagefind.py pins: gzip, twelve bytes of magic, CBOR. Its own script and WebAssembly
// are not needed to look a word up, and would be two thirds of what a first question loads.

const MAGIC = 12;
const MANY = 16; // places from which a set is quicker than a walk
const REMEMBERED = 2000; // words whose hits are kept unpacked
const WHOLE = -25; // group of whole words
const NOTHING = new Map();

const unzipped = async bytes => {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  if (!self.DecompressionStream) return (await import("./inflate.js")).gunzip(bytes); // older phones
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
};
const text = new TextDecoder();
const file = async url => {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return (await unzipped(new Uint8Array(await answer.arrayBuffer()))).subarray(MAGIC);
};

/** The numbers, strings and lists of CBOR, which are all that Pagefind writes. */
const decode = bytes => {
  let at = 0;
  const value = () => {
    const kind = bytes[at] >> 5;
    let n = bytes[at++] & 31;
    if (n > 23) {
      const end = at + (1 << (n - 24));
      for (n = 0; at < end;) n = n * 256 + bytes[at++];
    }
    if (kind === 3) return text.decode(bytes.subarray(at, at += n));
    if (kind === 4) return Array.from({ length: n }, value);
    return kind === 1 ? -1 - n : n;
  };
  return value();
};

/** Numbers in groups, each begun by a negative one; within a group each is what it is more than the
 *  one before. Calls back with (group, place). */
const spread = (numbers, each) => {
  let group = 0, place = 0;
  for (const n of numbers) {
    if (n < 0) { group = n; place = 0; } else each(group, place += n);
  }
};
const letters = word => word.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();
const points = word => Array.from(word, c => c.codePointAt());
const before = (a, b) => {
  const x = points(a), y = points(b);
  const i = x.findIndex((p, k) => p !== y[k]);
  return i < 0 ? x.length < y.length : x[i] < (y[i] ?? -1);
};

/** `chunks`: [first word, file] in order; `fields`: their names; `pages`: a file for each number;
 *  `shown`: the folder of what hits show. */
export function openPostings(folder, { chunks, fields, pages, shown = folder }) {
  const loading = [], records = [];
  const known = new Map();
  const chunk = i => loading[i] ||= file(`${folder}index/${chunks[i][1]}.pf_index`).then(bytes => {
    const list = decode(bytes)[0];
    return { list, words: new Map(list.map(entry => [entry[0], entry])) };
  }).catch(error => { loading[i] = null; throw error; });
  const holder = word => {
    let low = 0, high = chunks.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (before(word, chunks[middle][0])) high = middle; else low = middle;
    }
    return low;
  };

  /** page → {at: places in the text, fields: {name: places}, part: it stands there only as a part of
   *  a longer word (Server in HttpServer)}. */
  const unpack = entries => {
    const hits = new Map();
    for (const [, plain, variants] of entries) {
      for (const list of [plain, ...variants.map(v => v[1])]) {
        let page = 0;
        for (const [step, at, meta] of list) {
          page += step;
          let hit = hits.get(page);
          if (!hit) hits.set(page, hit = { at: [], fields: {}, part: at.length > 0 });
          spread(at, (group, place) => { hit.at.push(place); if (group === WHOLE) hit.part = false; });
          spread(meta, (group, place) => (hit.fields[fields[-1 - group]] ||= []).push(place));
        }
      }
    }
    return hits;
  };
  const entry = async word => (await chunk(holder(word))).words.get(word);
  const keep = async (name, entries) => {
    if (!known.has(name)) {
      const found = await entries();
      if (known.size > REMEMBERED) known.clear();
      known.set(name, found.length ? unpack(found) : NOTHING);
    }
    return known.get(name);
  };
  const beginning = async prefix => {
    const found = [];
    let i = holder(prefix);
    do found.push(...(await chunk(i)).list.filter(one => one[0].startsWith(prefix)));
    while (++i < chunks.length && chunks[i][0].startsWith(prefix));
    return found;
  };

  return {
    /** Pages with the word, whatever its case and accents. */
    find: raw => {
      const word = letters(raw);
      return keep(word, async () => [await entry(word)].filter(Boolean));
    },
    /** Pages with a word that begins so and that `wanted` takes; `name` tells one `wanted` from another. */
    begin: (raw, name = "", wanted = () => true) => {
      const prefix = letters(raw);
      return keep(`${prefix}*${name}`, async () => (await beginning(prefix)).filter(one => wanted(one[0])));
    },
    /** On how many pages the word stands. */
    count: async raw => (await entry(letters(raw)))?.[1].length || 0,
    /** What a hit on the page shows: indexer.record. */
    record: page => records[page] ||= file(`${shown}fragment/${pages[page]}.pf_fragment`)
      .then(bytes => JSON.parse(text.decode(bytes)).jq).catch(error => { records[page] = null; throw error; }),
    forget: () => known.clear(),
  };
}

/** Pages where the words whose hits are given follow each other, with the places of the first. */
export function following(lists) {
  if (lists.length === 1) return lists[0];
  const found = new Map();
  const least = lists.reduce((a, b) => (b.size < a.size ? b : a));
  for (const page of least.keys()) {
    const hits = lists.map(list => list.get(page));
    if (!hits.every(Boolean)) continue;
    const at = run(hits.map(hit => hit.at));
    const fields = {};
    for (const name of Object.keys(hits[0].fields)) {
      const places = run(hits.map(hit => hit.fields[name] || []));
      if (places.length) fields[name] = places;
    }
    if (at.length || Object.keys(fields).length) found.set(page, { at, fields });
  }
  return found;
}

const run = lists => {
  const least = lists.reduce((k, list, i) => (list.length < lists[k].length ? i : k), 0);
  const sets = lists.map(list => (list.length > MANY ? new Set(list) : null));
  return lists[least].map(place => place - least)
    .filter(start => lists.every((list, i) => (sets[i] ? sets[i].has(start + i) : list.includes(start + i))));
};
