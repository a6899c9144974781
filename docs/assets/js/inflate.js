// Unzips a gzip file (RFC 1951, 1952) where the browser has no DecompressionStream: Safari before
// 16.4, Firefox before 113. Loaded only there; a file of the search index takes a millisecond or two.

const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/** [smallest value, extra bits] of each code; `same`: codes that share a number of extra bits. */
const steps = (first, count, same) => {
  const list = [];
  for (let code = 0, value = first; code < count; code++) {
    const extra = Math.max(0, Math.floor(code / same) - 1);
    list.push([value, extra]);
    value += 1 << extra;
  }
  return list;
};
const LENGTHS = [...steps(3, 28, 4), [258, 0]];
const DISTANCES = steps(1, 30, 2);

/** A canonical Huffman code: how many codes of each length, and their symbols in order. */
const tree = lengths => {
  const counts = new Array(16).fill(0), symbols = [];
  lengths.forEach(length => counts[length]++);
  counts[0] = 0;
  for (let length = 1; length < 16; length++) lengths.forEach((l, symbol) => { if (l === length) symbols.push(symbol); });
  return { counts, symbols };
};
const FIXED = [
  tree(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))),
  tree(new Array(30).fill(5)),
];

/** Bytes of a gzip file → its content. Throws on anything else. */
export function gunzip(bytes) {
  const flags = bytes[3];
  let at = 10, bit = 0;
  if (flags & 4) at += 2 + bytes[at] + bytes[at + 1] * 256;
  for (const flag of [8, 16]) if (flags & flag) while (bytes[at++]);
  if (flags & 2) at += 2;
  const size = bytes.subarray(-4);
  const out = new Uint8Array(size[0] + size[1] * 256 + size[2] * 65536 + size[3] * 16777216);
  let end = 0;

  const take = n => {
    let value = 0;
    for (let i = 0; i < n; i++) {
      value |= ((bytes[at] >> bit) & 1) << i;
      if (++bit === 8) { bit = 0; at++; }
    }
    return value;
  };
  const symbol = ({ counts, symbols }) => {
    let code = 0, first = 0, index = 0;
    for (let length = 1; length < 16; length++) {
      code |= take(1);
      if (code - first < counts[length]) return symbols[index + code - first];
      index += counts[length];
      first = (first + counts[length]) << 1;
      code <<= 1;
    }
    throw new Error("not a gzip file");
  };
  const trees = () => {
    const literals = take(5) + 257, distances = take(5) + 1, known = take(4) + 4;
    const short = new Array(19).fill(0);
    for (let i = 0; i < known; i++) short[ORDER[i]] = take(3);
    const code = tree(short), lengths = [];
    while (lengths.length < literals + distances) {
      const s = symbol(code);
      if (s < 16) lengths.push(s);
      else {
        const value = s === 16 ? lengths[lengths.length - 1] : 0;
        for (let n = s === 16 ? 3 + take(2) : s === 17 ? 3 + take(3) : 11 + take(7); n > 0; n--) lengths.push(value);
      }
    }
    return [tree(lengths.slice(0, literals)), tree(lengths.slice(literals))];
  };

  for (let last = 0; !last;) {
    last = take(1);
    const kind = take(2);
    if (kind === 0) {
      if (bit) { bit = 0; at++; }
      const length = bytes[at] + bytes[at + 1] * 256;
      out.set(bytes.subarray(at + 4, at + 4 + length), end);
      at += 4 + length;
      end += length;
      continue;
    }
    const [literals, distances] = kind === 1 ? FIXED : trees();
    for (let s = symbol(literals); s !== 256; s = symbol(literals)) {
      if (s < 256) { out[end++] = s; continue; }
      const [length, more] = LENGTHS[s - 257];
      const stop = end + length + take(more);
      const [far, further] = DISTANCES[symbol(distances)];
      for (const back = far + take(further); end < stop; end++) out[end] = out[end - back];
    }
  }
  return out;
}
