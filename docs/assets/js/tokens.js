// How text becomes words of the index: scripts/search/tokens.py says why, and both keep to the
// answers in tests/cases/search_tokens.yml.

const HAN = "\\u3005\\u3007\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
const WORD = `(?:(?![${HAN}])[\\p{L}\\p{N}])+`;
const PART = new RegExp(`([${HAN}]+)|\\d{1,3}(?:,\\d{3})+(?!\\d)|${WORD}(?:['’]${WORD})*|\\S`, "gu");
const IS_WORD = new RegExp(`^[\\p{L}\\p{N}${HAN}]`, "u");
const KEY_LENGTH = 24;
export const STOP = new Set(("a an the is are was were be do does did can could should would will may must i you we they he she it my"
  + " our your their me us them to of in on at for from by with about and or if how what where when who whom which why"
  + " that this these those there have has had get not no any some please tell need want").split(" "));
// Words that ask and say nothing of the matter; dropped when the whole query is found nowhere.
const ASKING = "怎么办|怎么样|怎么|怎样|如何|咋办|咋|什么时候|(?:是|指的是|是指)?(?:什么|啥)意思|(?:指的)?是什么|是指什么|什么是|什么|啥时候|啥|为什么|为啥|在哪里|在哪儿|在哪|哪几个|哪几种|哪些|哪个|哪里|哪儿|哪|多少|多久|几个"
  + "|能不能|可不可以|可以|要不要|是不是|有没有|会不会|需要|应该|应当|请问|谁来|谁|吗|呢|吧|啊|我们|我的|我想|我要|我是|我|你们|您|想要"
  + "|一下|有关|关于|以及|还是|或者|还有|了(?!解)|的|是(?!否)";
export const FILLER = new RegExp(ASKING, "gu");
/** One of them at each end: the rest may be a name that holds some itself (联系我们怎么办). */
export const trimmed = text => text.replace(new RegExp(`^(?:${ASKING})|(?:在|是)?(?:${ASKING})$`, "gu"), "");
const foldOne = (character, table) => {
  if (/^[\0-\x7f\u4e00-\u9fff]$/.test(character)) return table.get(character) || character;
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
export const unitsOf = folded => {
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
export const phraseOf = unit => {
  const words = unit.runs.flatMap(r => tokens(r.text));
  const last = unit.runs[unit.runs.length - 1];
  const single = last.han && Array.from(last.text).length === 1;
  if (last.han && !single) words.pop();
  return { words, open: single };
};

/** What an English word and its other forms have in common: regular endings off, nothing put right. */
export const stem = word => {
  let w = word.replace(/ies$/, "y").replace(/(ss|sh|ch|x|z)es$/, "$1").replace(/([^s])s$/, "$1");
  w = w.replace(/eed$/, "ee").replace(/^(.*[aeiouy].*)(?:ed|ing)$/, (all, rest) => (rest.length > 1 ? rest : all));
  w = w.replace(/([^aeiou])\1$/, "$1");
  return w.length > 3 ? w.replace(/e$/, "").replace(/y$/, "i") : w;
};
/** How words of its family begin: register, registration → registr, nominate → nominat. */
export const root = word => {
  const base = stem(word);
  const short = base.replace(/(?:at|it)?ion$|ment$|ness$|it[iy]$|[ae]nc[ei]?$|iv$|abl$|al$|li$|[eo]r$/, "");
  return short.length > 4 ? short : base;
};
