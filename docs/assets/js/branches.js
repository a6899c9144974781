// Branches for the search box: one JSON of the directory's own data, loaded at the first question.
// Each entry: {id, name: {zh, en}, aliases: {zh: [], en: []}, city, province, township, url …}.

const COMMON = 0.3; // a word in more entries than this says nothing (支部)
const ENOUGH = 0.75; // share of the query's rarity that an entry must hold

const both = (value, lang) => (value && typeof value === "object" && !Array.isArray(value) ? value[lang] || "" : value || "");
const words = value => (Array.isArray(value) ? value : [value]).filter(Boolean).join(" ");

/** `url` gives JSON. `query(readings, {fold, tokens, stop, limit})` → results of group "branches".
 *  Data that cannot be loaded make an empty answer: the pages must still be found. */
export function openBranches({ url = "/data/branches.json", lang = document.documentElement.lang } = {}) {
  const tongue = lang.split("-")[0];
  let loading;
  const load = ({ fold, tokens }) => loading ||= fetch(url).then(answer => answer.json()).then(data => {
    const rows = (Array.isArray(data) ? data : data.branches || []).map(entry => {
      const where = ["province", "city", "district", "township", "trade"].map(name => both(entry[name], tongue));
      const name = both(entry.name, tongue);
      const text = fold([name, both(entry.short_name, tongue), words(both(entry.aliases, tongue)), ...where].join(" | "));
      return { entry, name, place: where[1], text, has: new Set(tokens(text)) };
    });
    const often = new Map();
    rows.forEach(row => row.has.forEach(word => often.set(word, (often.get(word) || 0) + 1)));
    return { rows, often };
  }).catch(() => ({ rows: [], often: new Map() }));

  const query = async (readings, { fold, tokens, stop, limit = 5 }) => {
    const { rows, often } = await load({ fold, tokens });
    const best = new Map();
    for (const reading of readings) {
      const text = fold(reading);
      const asked = tokens(text).filter(w => w.length > 1 && !stop.has(w) && /[\p{L}\p{N}]/u.test(w));
      const telling = asked.filter(w => (often.get(w) || 0) <= rows.length * COMMON);
      const weight = w => Math.log(1 + rows.length / ((often.get(w) || 0) + 0.5));
      const total = telling.reduce((sum, w) => sum + weight(w), 0);
      if (!total) continue;
      rows.forEach(row => {
        const share = telling.reduce((sum, w) => sum + (row.has.has(w) ? weight(w) : 0), 0) / total;
        const score = share + (row.text.includes(text) ? 1 : 0);
        if (share >= ENOUGH && score > (best.get(row) || 0)) best.set(row, score);
      });
    }
    const escape = value => String(value).replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`);
    return Array.from(best).sort((a, b) => b[1] - a[1]).slice(0, limit).map(([row, score]) => ({
      url: row.entry.url || `${tongue === "en" ? "/en" : ""}/find/directory/${row.entry.id}/`,
      title: row.name, excerpt: escape(row.place), section: "", group: "branches",
      label: "", exact: score >= 1,
    }));
  };
  return { query };
}
