// What somebody may have meant whose words stand nowhere: pinyin, initials, one wrong character or letter.
// Loaded only then, with a table of how the characters of the pages sound and the names in them.

import { following } from "./postings.js";

const SHORTEST = 4; // characters of a query in which any one may be wrong
const SUSPECTS = 3; // places of a run that are tried
const IGNORED = /[^\p{L}\p{N}]/gu;

/** One letter wrong, missing or too many, or two that changed places. */
const oneSlip = (a, b) => {
  if (a.length > b.length) return oneSlip(b, a);
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  if (b.length > a.length) return a.slice(i) === b.slice(i + 1);
  return a.slice(i + 1) === b.slice(i + 1) || (a[i] === b[i + 1] && a[i + 1] === b[i] && a.slice(i + 2) === b.slice(i + 2));
};

/** `postings`: of the pages; `cut` makes words of a run. */
export async function openGuess({ folder, postings, normal, cut }) {
  const { names, sounds } = await (await fetch(`${folder}sounds.json`)).json();
  const heard = new Map();
  for (const [syllable, characters] of Object.entries(sounds)) {
    for (const c of characters.replace("|", "")) heard.set(c, [...(heard.get(c) || []), syllable]);
  }
  const plain = names.map(name => Array.from(normal(name).replace(IGNORED, "")));
  const alike = (a, b) => heard.get(a)?.some(s => heard.get(b)?.includes(s));

  /** The wordings with the best scores. */
  const best = (scores, limit) => Array.from(scores).sort((a, b) => b[1] - a[1]).slice(0, limit).map(([text]) => text);
  const note = (scores, text, score) => scores.set(text, Math.max(score, (scores.get(text) || 0) + 0.001));

  /** Where letters from `at` on, read as syllables, end in a name; 0: not at all. */
  const spelt = (letters, name, i, at = 0) => {
    if (at >= letters.length) return i;
    if (i >= name.length) return 0;
    for (const syllable of heard.get(name[i]) || [name[i].replace("v", "u")]) {
      if (letters.startsWith(syllable, at)) {
        const end = spelt(letters, name, i + 1, at + syllable.length);
        if (end) return end;
      }
      if (i && at && syllable.startsWith(letters.slice(at))) return i + 1; // still typing
    }
    return 0;
  };
  const initials = (letters, name, i) => i + letters.length <= name.length
    && Array.from(letters).every((c, k) => (heard.get(name[i + k]) || [name[i + k]]).some(s => s[0] === c));

  /** Names, and parts of names, that are read so. Tones may be given as marks or numbers. */
  const pinyin = text => {
    const letters = text.normalize("NFD").toLowerCase().replace(/[\u0300-\u036f]/g, "").replace(/v/g, "u")
      .replace(/([a-z])[1-5](?![0-9])/g, "$1").replace(/[^a-z0-9]/g, "");
    const scores = new Map();
    if (letters.length < 2 || !/[a-z]/.test(letters)) return [];
    plain.forEach(name => name.forEach((_, i) => {
      const end = spelt(letters, name, i);
      const full = i === 0 ? 0.2 : 0;
      if (end > i + 1) note(scores, name.slice(i, end).join(""), 3 + full + (end - i === name.length ? 1 : 0));
      else if (letters.length > 2 ? initials(letters, name, i) : !i && name.length === 2 && initials(letters, name, 0)) {
        note(scores, name.slice(i, i + letters.length).join(""), 1 + full + (letters.length === name.length ? 1 : 0));
      }
    }));
    return best(scores, 3);
  };

  /** Names that differ from `text` in characters that sound alike, or in any single one. */
  const similar = text => {
    const wanted = Array.from(text.replace(IGNORED, "")), n = wanted.length;
    const scores = new Map();
    if (n < 3) return [];
    for (const name of plain) {
      for (let i = 0; i + n <= name.length; i++) {
        let wrong = 0, sounding = 0;
        for (let k = 0; k < n && wrong - sounding < 2; k++) {
          if (wanted[k] !== name[i + k]) { wrong++; if (alike(wanted[k], name[i + k])) sounding++; }
        }
        const whole = n === name.length ? 0.5 : 0;
        const found = name.slice(i, i + n).join("");
        if (wrong && wrong === sounding && wrong <= n / 2) note(scores, found, 3 + whole - wrong * 0.1);
        else if (wrong === 1 && n >= SHORTEST) note(scores, found, 1 + whole);
      }
    }
    return best(scores, 2);
  };

  /** Words of the names that are one slip from an English word, the most usual first. */
  const respelt = word => {
    const scores = new Map();
    for (const name of names) {
      for (const other of name.toLowerCase().match(/[a-z]{4,}/g) || []) {
        if (oneSlip(word, other)) scores.set(other, (scores.get(other) || (other[0] === word[0] ? 2 : 0)) + 1);
      }
    }
    return best(scores, 1);
  };

  /** A run of Han characters with the one that breaks it put right by another of the same sound. */
  const mended = async run => {
    const all = Array.from(run);
    if (all.length < SHORTEST) return [];
    const known = postings.count;
    const often = await Promise.all(all.slice(1).map((c, i) => known(all[i] + c)));
    const weak = all.map((_, i) => [i, Math.max(often[i - 1] || 0, often[i] || 0)]).sort((a, b) => a[1] - b[1]);
    const scores = new Map();
    for (const [i] of weak.slice(0, SUSPECTS)) {
      const others = new Set((heard.get(all[i]) || []).flatMap(s => Array.from(sounds[s].split("|")[0])));
      others.delete(all[i]);
      await Promise.all(Array.from(others, async c => {
        const left = i ? await known(all[i - 1] + c) : 1;
        if (!left) return;
        if (i + 1 < all.length && !await known(c + all[i + 1])) return;
        const text = [...all.slice(0, i), c, ...all.slice(i + 1)].join("");
        const words = cut(text).slice(0, -1);
        const pages = following(await Promise.all(words.map(postings.find))).size;
        if (pages) note(scores, text, 2 + pages / 1000);
        else if (!often[i - 1] && !often[i]) note(scores, text, 1 + left / 1000);
      }));
    }
    return best(scores, 1);
  };
  return { pinyin, similar, mended, respelt };
}
