// What is shown of a hit: the block of the page that holds most of the query, with marks.

export const escape = text => text.replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }[c]));

/** Ranges of `needles` in folded lower-case `text`, merged; English words by their beginning. */
const ranges = (text, needles) => {
  const found = [];
  for (const needle of needles) {
    if (/^[a-z]+$/.test(needle)) {
      const stem = needle.slice(0, Math.max(3, Math.ceil(needle.length * 0.7)));
      if (!text.includes(stem)) continue;
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

const stands = (text, needle) =>
  (/^[a-z]+$/.test(needle) ? ranges(text, [needle]).length > 0 : text.includes(needle));

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

const PAST = "then"; // the section of a guide page that tells how it was done

/** What to show of a page (`lower`: its blocks, `about`: its description, both folded): the block that holds most of the words,
 *  and the section it is in; with `atTop` the page as a whole. */
export const view = (page, needles, room, atTop) => {
  const weigh = lower => needles.reduce((sum, n) => sum + (stands(lower, n) ? n.length ** 1.5 : 0), 0);
  const { lower, about } = page; // its first block is the title
  const heads = new Map(page.sections.map(s => [s[0], s]));
  let best = { score: 0, block: -1 }, section = null, headScore = 0;
  page.blocks.forEach((_, i) => {
    const score = weigh(lower[i]);
    if (heads.has(i)) { section = heads.get(i); headScore = score; return; }
    if (!i) return;
    const total = (score + headScore * 0.6) * (section && section[1] === PAST ? 0.6 : 1) * (page.minor.includes(i) ? 0.3 : 1);
    if (total > best.score) best = { score: total, block: i, section };
  });
  const inTitle = weigh(lower[0] || "");
  const whole = atTop || best.block < 0 || inTitle >= best.score * 0.6;
  const at = Math.max(best.block, 0);
  const [text, folded] = whole && page.description ? [page.description, about] : [page.blocks[at] || "", lower[at] || ""];
  const place = whole ? null : best.section;
  return {
    url: place && place[1] ? `${page.url}#${place[1]}` : page.url,
    section: place ? place[2] : "",
    excerpt: marked(text, folded, needles, room),
  };
};
