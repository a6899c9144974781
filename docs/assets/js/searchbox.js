// The search box: the overlay in every page and the page /search/. Without this script the form
// still leads to /search/, and that page to the sections. What searches (search.js, Pagefind) is
// loaded only when somebody begins.

const $ = (selector, root = document) => root.querySelector(selector);
const lang = document.documentElement.lang;
const words = JSON.parse($("#jq-words")?.textContent || "{}");
const PAUSE = 120; // milliseconds without a key before a search starts
const GROUPS = ["pages", "branches", "forms", "questions", "terms"];
const BADGES = {
  current: '<circle cx="8" cy="8" r="6.5"/><path class="jq-i--cut" d="m5 8.2 2.1 2.1L11 6.2"/>',
  mixed: '<circle class="jq-i--line" cx="8" cy="8" r="6"/><path d="M8 2a6 6 0 0 1 0 12z"/>',
  historical: '<circle class="jq-i--line" cx="8" cy="8" r="6"/><path class="jq-i--line" d="M8 4.6V8l2.4 1.6"/>',
  reference: '<path class="jq-i--line" d="M3 2.5h10v11H3zM5.5 6h5M5.5 9.5h5"/>',
  active: '<circle cx="8" cy="8" r="4.5"/>',
  paused: '<path d="M4 3h3v10H4zM9 3h3v10H9z"/>',
  merged: '<path class="jq-i--line" d="M2 8h10M8.5 4.2 12.3 8l-3.8 3.8"/>',
  closed: '<path class="jq-i--line" d="m4 4 8 8M12 4l-8 8"/>',
};
const FILTERS = ["section", "label", "province", "service"];

let loading;
const load = () => loading ||= import("./search.js").then(search => search.openSearch({ lang }))
  .catch(error => { loading = undefined; throw error; });

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};
const html = (name, attributes, text) => {
  const made = element(name, attributes);
  made.innerHTML = text;
  return made;
};

const OLD = ["historical", "merged", "closed", "paused"];
const badge = kind => html("span", { class: `jq-label${OLD.includes(kind) ? " jq-label--old" : ""}` },
  `<svg class="jq-i" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${BADGES[kind]}</svg>${words.labels?.[kind] || words.statuses?.[kind]}`);

const item = hit => {
  const title = element("h3", {}, element("a", { href: hit.url }, hit.title));
  const kind = hit.status || hit.label;
  if (BADGES[kind] && (words.labels?.[kind] || words.statuses?.[kind])) title.append(" ", badge(kind));
  const row = element("li", {}, title);
  if (hit.section) row.append(element("p", { class: "jq-small" }, hit.section));
  if (hit.excerpt) row.append(html("p", {}, hit.excerpt));
  return row;
};
const group = (name, hits) => element("section", { class: "jq-hits" },
  element("h2", {}, `${name} `, element("span", { class: "jq-count" }, String(hits.length))),
  element("ul", {}, ...hits.map(item)));

/** Hits by group, the group of the best hit first; then what is only near. */
const sections = hits => {
  const exact = hits.filter(hit => !hit.near), near = hits.filter(hit => hit.near);
  const best = name => exact.findIndex(hit => hit.group === name);
  const made = GROUPS.filter(name => best(name) >= 0).sort((a, b) => best(a) - best(b))
    .map(name => group(words[`group_${name}`] || name, exact.filter(hit => hit.group === name)));
  if (near.length) made.push(group(words.related || "", near));
  return made;
};
const links = (title, pairs) => element("section", { class: "jq-hits" }, element("h2", {}, title),
  element("ul", {}, ...pairs.map(([text, url]) => element("li", {}, element("h3", {}, element("a", { href: url }, text))))));
const popular = () => (words.popular?.length ? [links(words.popular_title || "", words.popular)] : []);
const browse = () => (words.sections ? [links(words.results_browse || "", Object.values(words.sections))] : []);
const ask = () => (words.ask_url ? [element("p", { class: "jq-small" }, element("a", { href: words.ask_url }, words.ask_text || ""))] : []);

const wordFor = (part, value, name) => name || (part === "section" ? words.sections?.[value]?.[0] : words.labels?.[value]);
/** Filters as links to this page's own address, one row a kind; the chosen one leads back. */
const chips = (url, chosen, facets) => FILTERS.flatMap(part => {
  const known = (facets[part] || []).map(([value, count, name]) => [value, wordFor(part, value, name), count]).filter(([, text]) => text);
  const mine = chosen[part];
  if (mine && !known.some(([value]) => value === mine)) known.push([mine, wordFor(part, mine) || mine, 0]);
  if (!mine && known.length < 2) return [];
  const to = value => {
    const next = new URL(url);
    FILTERS.forEach(other => next.searchParams.delete(other));
    if (value) next.searchParams.set(part, value);
    return next.pathname + next.search;
  };
  const row = known.slice(0, mine ? known.length : 8).map(([value, text, count]) => {
    const link = element("a", { href: to(value === mine ? "" : value) }, text, " ", element("span", { class: "jq-count" }, String(count)));
    if (value === mine) link.setAttribute("aria-current", "true");
    return element("li", {}, link);
  });
  if (mine) row.unshift(element("li", {}, element("a", { href: to("") }, words.results_everything || "×")));
  return [element("nav", { "aria-label": `${words.results_filter || ""} ${words[`filter_${part}`] || part}`.trim() },
    element("ul", { class: "jq-browse jq-wrap jq-small" }, element("li", {}, words[`filter_${part}`] || part), ...row))];
});

const summary = (hits) => {
  const count = hits.length === 1 && words.results_one || (words.results_count || "{n}").replace("{n}", hits.length);
  const also = hits.also.length && words.results_also ? words.results_also.replace("{names}", hits.also.join(lang === "en" ? ", " : "、")) : "";
  const said = [hits.length ? count : words.results_none, also, words.results_private].filter(Boolean);
  return said.join(lang === "en" ? " " : "");
};

/**
 * A field that searches as one types. `out` takes the results, `status` says their number;
 * `limit` results; `typed(text)` is told of each finished query, `idle()` of an emptied field.
 */
const box = ({ field, out, status, limit, filters, typed = () => {}, idle = () => {}, more = () => [] }) => {
  let turn = 0, timer = 0, last = null, composing = false;
  const run = async () => {
    clearTimeout(timer);
    const text = field.value.trim();
    if (text === last) return;
    last = text;
    const mine = ++turn;
    if (!text) { status.textContent = ""; out.replaceChildren(); idle(); typed(""); return; }
    const patience = setTimeout(() => { if (mine === turn) status.textContent = words.loading || ""; }, 300);
    try {
      const search = await load();
      const hits = await search.query(text, { limit, filters });
      if (mine !== turn) return;
      const held = out.contains(document.activeElement); // on a link that is about to go
      out.replaceChildren(...sections(hits), ...(hits.length ? more(text) : popular()), ...ask());
      if (held) field.focus();
      status.textContent = summary(hits);
      typed(text, hits.facets);
    } catch (error) {
      if (mine !== turn) return;
      last = null;
      const kept = await import("./kept.js").then(there => there.readable(), () => null);
      const read = kept && [...kept.essential, ...kept.cities.map(one => [one.title, one.page]), ...kept.visited];
      const without = navigator.onLine === false && read?.length;
      if (mine !== turn) return;
      status.textContent = (without ? words.results_offline : words.failed) || "";
      out.replaceChildren(...(without ? [links(words.results_kept || "", read)] : [...browse(), ...popular()]));
      typed(text);
    } finally { clearTimeout(patience); }
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(run, PAUSE); };
  field.addEventListener("compositionstart", () => { composing = true; clearTimeout(timer); });
  field.addEventListener("compositionend", () => { composing = false; soon(); });
  field.addEventListener("input", event => { if (!composing && !event.isComposing) soon(); });
  // Enter that ends a composition must not send the form
  field.form.addEventListener("submit", event => { if (composing) event.preventDefault(); });
  field.addEventListener("focus", () => { load().catch(() => {}); }, { once: true });
  return run;
};

/** Arrow keys go from the field to the hits and through them; Home and End jump in the hits. */
const arrows = (root, field, out) => root.addEventListener("keydown", event => {
  const hits = Array.from(out.querySelectorAll("h3 a"));
  const at = hits.indexOf(document.activeElement);
  const inField = document.activeElement === field;
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !hits.length || (at < 0 && !inField)) return;
  const goal = {
    ArrowDown: hits[Math.min(at + 1, hits.length - 1)],
    ArrowUp: inField ? undefined : hits[at - 1] || field,
    Home: inField ? undefined : hits[0],
    End: inField ? undefined : hits[hits.length - 1],
  }[event.key];
  if (goal) { event.preventDefault(); goal.focus(); }
});

const page = $("[data-jq-searchpage]");
let open;
if (page) {
  const field = $("input[name=q]", page), form = field.form, out = $("[data-jq-results]", page);
  const others = $("[data-jq-popular]", page);
  const show = hidden => { if (others) others.hidden = hidden; };
  const place = $("[data-jq-filters]", page);
  const given = new URLSearchParams(location.search);
  const filters = Object.fromEntries(FILTERS.map(name => [name, given.get(name)]).filter(([, value]) => value));
  const typed = (text, facets) => {
    const url = new URL(location.href);
    if (text) url.searchParams.set("q", text); else url.searchParams.delete("q");
    history.replaceState(history.state, "", url);
    show(out.childElementCount > 0);
    place?.replaceChildren(...(facets ? chips(url, filters, facets) : []));
  };
  const run = box({ field, out, status: $("[role=status]", page), limit: 20, filters, typed, idle: () => show(false) });
  form.addEventListener("submit", event => { event.preventDefault(); run(); });
  arrows(page, field, out);
  field.value = new URLSearchParams(location.search).get("q") || field.value;
  if (field.value) run();
  open = () => { field.focus(); field.select(); return true; };
} else {
  const dialog = $("[data-jq-dialog]");
  const field = dialog && $("input", dialog);
  let run;
  open = text => {
    if (!dialog?.showModal) return false;
    const out = $("[data-jq-out]", dialog);
    if (!run) {
      const status = element("p", { class: "jq-small", role: "status" });
      out.before(status);
      const idle = () => out.replaceChildren(...popular());
      const more = query => words.results_all
        ? [element("p", {}, element("a", { href: `${field.form.action}?q=${encodeURIComponent(query)}` }, words.results_all))] : [];
      run = box({ field, out, status, limit: 8, idle, more });
      arrows(dialog, field, out);
      idle();
    }
    if (!dialog.open) {
      dialog.hidden = false; // hidden in the HTML: a browser without <dialog> would show it inline
      dialog.showModal();
    }
    if (text) field.value = text;
    field.focus();
    if (field.value) run();
    return true;
  };
  const close = () => {
    if (dialog.open) dialog.close();
    // until the next picture the focus may stay in there, and a "/" would be taken for typing
    if (dialog.contains(document.activeElement)) document.activeElement.blur();
  };
  // told a little later: by then a quick reader may have opened it again
  dialog?.addEventListener("close", () => { dialog.hidden = !dialog.open; });
  dialog?.addEventListener("click", event => { if (event.target === dialog || event.target.closest("[data-jq-close]")) close(); });
  // a search field takes the first Esc to empty itself
  dialog?.addEventListener("keydown", event => {
    if (event.key === "Escape" && !event.isComposing) { event.preventDefault(); close(); }
  });
  const header = $("[data-jq-search] input");
  header?.addEventListener("click", () => open(header.value)); // by keyboard it stays a plain field
}

$("[data-jq-open]")?.addEventListener("click", event => { if (open("")) event.preventDefault(); });
addEventListener("keydown", event => {
  const typing = event.target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
  const letter = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if ((slash || letter) && !event.isComposing && open("")) event.preventDefault();
});
