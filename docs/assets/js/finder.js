// The finder on find/directory: what is chosen stands in the address, and everything shown follows
// from it. Links are real ones; a click on them is answered here without loading the page.

import { and, at, each, ones, openDirectory } from "./directory.js";

const $ = (selector, place = root) => place.querySelector(selector);
const root = document.querySelector("[data-jq-finder]");
const words = JSON.parse($("[data-jq-says]").textContent);
const PARTS = ["home", "who", "trade", "service", "setup", "anchor", "open", "checked"];
const STEP = 20; // cards shown at once
const PAUSE = 120; // milliseconds without a key before a search starts
const ENOUGH = 0.5; // share of the words that must stand there when all of them stand nowhere
const UNKNOWN = 0.25; // what a word that stands nowhere counts
const out = $("[data-jq-list]"), heading = $("h2"), status = $("[role=status]"), field = $("input[name=q]");
const first = $("[data-jq-place]").innerHTML;
root.setAttribute("data-jq-ready", ""); // see site.js
let data, shown = STEP, turn = 0, fresh = true, retried = false;

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};
const says = (key, n) => (words[`${key}_${{ 0: "none", 1: "one" }[n]}`] || words[key]).replace("{n}", n);
const count = n => element("span", { class: "jq-count" }, String(n));

/** What the address asks for; what the data do not know is left out. */
const read = () => {
  const asked = new URLSearchParams(location.search);
  const chosen = [];
  for (const part of PARTS) {
    const known = new Set(asked.getAll(part).map(key => data.values.findIndex(([p, k]) => p === part && k === key)));
    known.delete(-1);
    chosen.push(...Array.from(known).slice(0, part === "service" ? 99 : 1));
  }
  const place = asked.get("place") || "";
  return {
    chosen, place: /^\d{6}$/.test(place) ? place : "", q: (asked.get("q") || "").slice(0, 120).trim(),
    all: asked.get("all") === "yes", sort: asked.get("sort") === "checked" ? "checked" : "",
  };
};
const address = ({ chosen, place, q, all, sort }) => {
  const query = new URLSearchParams();
  if (q) query.set("q", q);
  if (place) query.set("place", place);
  chosen.slice().sort((a, b) => a - b).forEach(v => query.append(data.values[v][0], data.values[v][1]));
  if (all) query.set("all", "yes");
  if (sort) query.set("sort", sort);
  const text = query.toString();
  return location.pathname + (text && `?${text}`);
};
/** The state with a value chosen or, if it was, not. */
const toggled = (state, v) => {
  const part = data.values[v][0];
  const others = state.chosen.filter(one => one !== v && (part === "service" || data.values[one][0] !== part));
  return { ...state, chosen: state.chosen.includes(v) ? others : [...others, v] };
};

/** The cities, by number, of a place and of its province; `whole`: it is a province. */
const whereabouts = place => {
  const province = data.provinces.findIndex(([code]) => code.slice(0, 2) === place.slice(0, 2));
  const inside = data.everywhere.filter(c => data.cities[c][3] === province);
  const whole = data.provinces[province]?.[0] === place;
  const cities = !place ? data.everywhere : whole ? inside : inside.filter(c => data.cities[c][0] === place);
  return { province, inside, cities, whole };
};
const open = async () => {
  const made = await openDirectory(root.dataset.jqFinder);
  made.everywhere = Array.from(made.cities.keys());
  made.order = made.everywhere.slice().sort((a, b) => made.cities[a][2] - made.cities[b][2]);
  return made;
};
const fill = (bits, from, to) => {
  for (let row = from; row < to;) {
    if (row % 32 === 0 && row + 32 <= to) { bits[row >>> 5] = -1; row += 32; } else { bits[row >>> 5] |= 1 << (row & 31); row++; }
  }
};
const ranges = (cities, end) => {
  const bits = data.none();
  cities.forEach(c => fill(bits, data.cities[c][4], data.cities[c][end]));
  return bits;
};
/** Rows of `a` that `b` has too; `where`: the words of `a` that hold any. */
const total = (a, b, where) => {
  let sum = 0;
  for (let k = 0; k < where.length; k++) sum += ones(a[where[k]] & b[where[k]]);
  return sum;
};
const held = bits => {
  const where = new Uint32Array(bits.length);
  let n = 0;
  for (let i = 0; i < bits.length; i++) if (bits[i]) where[n++] = i;
  return where.subarray(0, n);
};

/** Fetches what the state needs: {text: rows of its words or null, loose, quick, alone}. */
const prepare = async (state, there) => {
  let text = state.q ? await data.match(state.q) : null, loose = false;
  if (text && !text.some(Boolean)) {
    const near = await data.weigh(state.q, ENOUGH, UNKNOWN);
    near.forEach((_, row) => { text[row >>> 5] |= 1 << (row & 31); });
    loose = near.size > 0;
  }
  const chunks = Math.ceil(data.rows / data.chunk);
  const quick = chunks > 1 && data.done.size < chunks && !text && !state.all
    && (state.place ? there.whole && !state.chosen.length : state.chosen.length < 2);
  let alone = null;
  if (quick) {
    if (state.chosen.length) alone = await data.alone(state.chosen[0]);
  } else {
    const area = state.place && !state.chosen.length && !text ? there.cities : state.place ? there.inside : data.everywhere;
    const rows = text ? and(text, ranges(area, 6)) : ranges(area, 6);
    if (data.done.size < chunks) await data.columns(data.holding(rows));
  }
  if (state.sort) await data.get("days.json");
  return { text, loose, quick, alone };
};

/** {hits, n, counts: open branches a value would leave, cities: hits a city, drop}. */
const work = (state, there, { text, quick, alone }) => {
  const end = state.all ? 6 : 5;
  const inside = ranges(there.cities, end);
  const without = (part, mask) => state.chosen.reduce((rows, v) =>
    (data.values[v][0] === part ? rows : and(rows, alone || data.bits[v])), mask);
  const anywhere = ranges(data.everywhere, end);
  const everywhere = without("", text ? and(text, anywhere) : anywhere);
  const hits = and(everywhere, inside);
  const pool = text ? and(text, inside) : inside;
  const some = held(hits);
  const others = Object.fromEntries(state.chosen.map(v => {
    const rows = without(data.values[v][0], pool);
    return [data.values[v][0], [rows, held(rows)]];
  }));
  const [one] = state.chosen;
  const counts = data.values.map(([part, , , open], v) => {
    if (!quick) {
      const [rows, where] = (part !== "service" && others[part]) || [hits, some];
      return total(rows, data.bits[v], where);
    }
    if (state.place) return data.inside[there.province][v];
    if (one === undefined || one === v || (part !== "service" && data.values[one][0] === part)) return open;
    const [a, b] = [Math.min(one, v), Math.max(one, v)];
    return data.pairs[a * data.values.length - a * (a + 1) / 2 + b - a - 1];
  });
  const before = [0];
  everywhere.forEach((word, i) => before.push(before[i] + ones(word)));
  const rank = row => before[row >>> 5] + (row & 31 ? ones(everywhere[row >>> 5] << (32 - (row & 31))) : 0);
  const cities = data.cities.map(city => rank(city[6]) - rank(city[4]));
  const n = total(hits, hits, some);
  const left = v => state.chosen.reduce((rows, c) => (c === v ? rows : and(rows, alone || data.bits[c])), pool);
  const drop = n ? [] : state.chosen.map(v => [v, total(left(v), pool, held(pool))]).filter(([, rest]) => rest);
  return { hits, n, counts, cities, drop };
};

/** The first rows to show, in order, and how many of a city there are. */
const pick = (state, { hits, cities }, limit) => {
  const list = [];
  if (state.sort) {
    const days = data.read, often = new Uint32Array(65536);
    each(hits, row => { often[days[row]]++; });
    let left = limit, day = 65535;
    while (day > 0 && left > often[day]) left -= often[day--];
    each(hits, row => { if (days[row] >= day) list.push(row); });
    return list.sort((a, b) => days[b] - days[a] || a - b).slice(0, limit);
  }
  for (const c of data.order) {
    if (list.length < limit && cities[c]) for (let row = data.cities[c][4]; row < data.cities[c][6] && list.length < limit; row++) {
      if (hits[row >>> 5] >>> (row & 31) & 1) list.push(row);
    }
  }
  return list;
};

const day = number => {
  const there = new Date(number * 864e5);
  const [y, m, d] = [there.getUTCFullYear(), there.getUTCMonth(), there.getUTCDate()];
  const text = words.months ? `${d} ${words.months[m]} ${y}` : `${y} 年 ${m + 1} 月 ${d} 日`;
  return element("time", { datetime: there.toISOString().slice(0, 10) }, text);
};
const card = ([id, title, where, kind, town, reach, said, checked]) => {
  const made = $("[data-jq-card]").content.cloneNode(true).firstElementChild;
  const link = $("h4 a", made), [badges, tel, mail, hours, note] = ["[data-jq-badges]", ".jq-tel", "[data-jq-mail]", "[data-jq-hours]", "[data-jq-note]"].map(part => $(part, made));
  link.href = data.url.replace("{id}", id);
  link.textContent = title;
  badges.replaceWith(...(kind ? [" ", badges.children[kind - 1]] : []));
  made.classList.toggle("jq-card--off", kind > 0);
  $(".jq-card__where", made).textContent = `${where} · ${words.from_home.replace("{home}", town)}`;
  const phone = reach && !reach.includes("@");
  if (phone) { tel.append(reach); tel.href = `tel:${reach}`; } else tel.remove();
  if (reach && !phone) { mail.textContent = reach; mail.href = `mailto:${reach}`; } else mail.remove();
  hours.textContent = said;
  note.textContent = said;
  (kind ? hours.parentNode : note).remove();
  $(".jq-small", made).append(" ", day(checked));
  return made;
};

const cardsOf = async (state, found, limit) => {
  const rows = pick(state, found, limit);
  const cards = await data.cards(rows);
  return rows.map((row, i) => [data.cityOf(row), card(cards[i])]);
};
const lay = (state, found, list) => {
  for (const [c, made] of list) {
    const last = out.lastElementChild;
    const id = state.sort ? "all" : data.cities[c][0];
    if (last?.dataset.jqCity !== id) {
      if (!state.sort) out.append(element("h3", { class: "jq-city" }, data.cities[c][1], " ", count(found.cities[c])));
      out.append(element("ul", { class: "jq-cards", "data-jq-city": id }));
    }
    out.lastElementChild.append(made);
  }
};

const link = (state, text, n, current) => {
  const made = element("li", {}, element("a", { href: address(state) }, text));
  if (n !== undefined) made.append(" ", count(n));
  if (current) made.firstChild.setAttribute("aria-current", "true");
  return made;
};
const places = (state, there, { cities }) => {
  const list = $("[data-jq-place]");
  const sum = numbers => numbers.reduce((all, c) => all + cities[c], 0);
  if (!state.place || there.province < 0) {
    if (!$("[data-jq-code]", list)) list.innerHTML = first;
    const sums = data.provinces.map(() => 0);
    cities.forEach((n, c) => { sums[data.cities[c][3]] += n; });
    list.querySelectorAll("a").forEach(one => {
      const code = one.dataset.jqCode, n = sums[data.provinces.findIndex(([other]) => other === code)] || 0;
      one.href = address({ ...state, place: code });
      one.nextElementSibling.textContent = n;
      one.parentNode.hidden = !n;
    });
    return;
  }
  const [code, name] = data.provinces[there.province];
  const known = there.inside.filter(c => cities[c] && data.cities[c][0] !== code).sort((a, b) => data.cities[a][2] - data.cities[b][2]);
  list.replaceChildren(link({ ...state, place: "" }, words.everywhere, sum(data.everywhere)),
    link({ ...state, place: code }, name, sum(there.inside), state.place === code),
    ...known.map(c => link({ ...state, place: data.cities[c][0] }, data.cities[c][1], cities[c], state.place === data.cities[c][0])));
};
const placeName = (state, there) => (there.whole ? data.provinces[there.province][1] : data.cities[there.cities[0]]?.[1]) || words.somewhere;

const chips = (state, there) => {
  const chip = (next, text) => element("li", {}, element("a", { href: address(next) },
    element("span", { class: "jq-vh" }, words.remove), text, element("span", { "aria-hidden": "true" }, " ×")));
  const made = state.chosen.map(v => chip(toggled(state, v), data.values[v][2]));
  if (state.place) made.unshift(chip({ ...state, place: "" }, placeName(state, there)));
  if (state.q) made.unshift(chip({ ...state, q: "" }, words.quoted.replace("{q}", state.q)));
  if (state.all) made.push(chip({ ...state, all: false }, words.all));
  if (made.length) made.push(element("li", {}, element("a", { class: "jq-plain", href: address({ chosen: [], place: "", q: "", sort: state.sort }) }, words.clear)));
  $("[data-jq-chips]").replaceChildren(...made);
};
/** Never a dead end: other cities of the province, one condition fewer, a phone number, a form. */
const nothing = (state, there, found) => {
  const near = there.inside.filter(c => state.place && found.cities[c]).sort((a, b) => found.cities[b] - found.cities[a]);
  const lists = [
    [words.none_near, near.map(c => link({ ...state, place: data.cities[c][0] }, data.cities[c][1], found.cities[c]))],
    [words.none_drop, found.drop.map(([v, n]) => link(toggled(state, v), says("remove") + data.values[v][2], n))],
  ].filter(([, links]) => links.length);
  if (!near.length && !found.drop.length) lists.push(["", [link({ chosen: [], place: "", q: "" }, words.clear)]]);
  out.append(...lists.flatMap(([text, links]) => [element("p", {}, text), element("ul", { class: "jq-browse jq-wrap" }, ...links)]),
    $("[data-jq-else]").content.cloneNode(true));
};

/** A chosen city leads to its page, where its branches can be kept (keepcity.js). */
const keeping = state => {
  const line = $("[data-jq-keep]"), city = data.cities.find(([code]) => code === state.place);
  line.hidden = !city || Boolean(document.querySelector("[data-jq-keeps=no], html:not(.jq-may-keep)"));
  if (line.hidden) return;
  line.firstChild.href = `${location.pathname}city/${city[0]}/#keep`;
  line.firstChild.textContent = words.keep.replace("{city}", city[1]);
};
const show = async () => {
  const mine = ++turn;
  out.setAttribute("aria-busy", "true");
  const patience = setTimeout(() => { if (mine === turn) status.textContent = words.loading; }, 300);
  try {
    data ||= await open();
    const state = read(), there = whereabouts(state.place);
    const ready = await prepare(state, there);
    if (mine !== turn) return;
    if (state.sort && !data.read) {
      const text = await data.get("days.json");
      data.read = Uint16Array.from({ length: data.rows }, (_, i) => at(text, 3 * i) << 12 | at(text, 3 * i + 1) << 6 | at(text, 3 * i + 2));
    }
    const began = performance.now();
    const found = work(state, there, ready);
    const inside = root.contains(document.activeElement);
    root.querySelectorAll("[data-jq-value]").forEach(one => {
      const v = Number(one.dataset.jqValue), on = state.chosen.includes(v);
      one.href = address(toggled(state, v));
      one.parentNode.hidden = !found.counts[v] && !on;
      one.nextElementSibling.textContent = found.counts[v];
      if (on) one.setAttribute("aria-current", "true"); else one.removeAttribute("aria-current");
    });
    root.querySelectorAll(".jq-group").forEach(group => { group.hidden = !$("li:not([hidden])", group); });
    const every = $("[data-jq-all]");
    every.href = address({ ...state, all: !state.all });
    if (state.all) every.setAttribute("aria-current", "true"); else every.removeAttribute("aria-current");
    root.querySelectorAll("[data-jq-sort]").forEach(one => {
      one.href = address({ ...state, sort: one.dataset.jqSort });
      if (one.dataset.jqSort === state.sort) one.setAttribute("aria-current", "true"); else one.removeAttribute("aria-current");
    });
    if (document.activeElement !== field) field.value = state.q;
    places(state, there, found);
    chips(state, there);
    performance.measure("jq-finder", { start: began, end: performance.now() });
    if (fresh && !location.search) { fresh = false; return; } // the page came with these cards
    fresh = false;
    const list = await cardsOf(state, found, shown);
    if (mine !== turn) return;
    retried = false;
    out.replaceChildren(...(ready.loose ? [element("p", {}, words.loose)] : []));
    lay(state, found, list);
    if (!found.n) nothing(state, there, found);
    const text = found.n ? says("count", found.n) : state.place && !there.cities.length ? words.none_city : words.none;
    heading.textContent = status.textContent = text;
    const more = $("[data-jq-more]"), left = found.n - list.length;
    more.hidden = left < 1;
    more.textContent = words.show_more.replace("{n}", Math.min(STEP, left));
    keeping(state);
    if (inside && !root.contains(document.activeElement)) heading.focus();
  } catch (error) {
    if (mine !== turn) return;
    const again = data && !retried; // a new release may have taken the old one's files away
    data = undefined;
    retried = true;
    if (again) { show(); return; }
    status.textContent = words.failed;
    out.replaceChildren($("[data-jq-failed]").content.cloneNode(true));
  } finally {
    clearTimeout(patience);
    if (mine === turn) out.setAttribute("aria-busy", "false");
  }
};
const go = (href, how = "pushState") => {
  if (href === location.pathname + location.search) return;
  history[how](null, "", href);
  shown = STEP;
  show();
};

root.addEventListener("click", event => {
  const chosen = event.target.closest("a[href*='/find/directory/']");
  if (event.target.closest("[data-jq-more]")) {
    shown += STEP;
    const last = out.querySelectorAll(".jq-card").length;
    show().then(() => out.querySelectorAll(".jq-card")[last]?.querySelector("a").focus());
  } else if (chosen && chosen.pathname === location.pathname && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)) {
    if (data) {
      event.preventDefault();
      go(chosen.pathname + chosen.search);
    }
  }
});
addEventListener("popstate", () => { shown = STEP; field.blur(); show(); });
let timer = 0, composing = false;
const typed = () => {
  clearTimeout(timer);
  timer = setTimeout(() => { if (data) go(address({ ...read(), q: field.value.trim() }), "replaceState"); }, PAUSE);
};
field.addEventListener("compositionstart", () => { composing = true; clearTimeout(timer); });
field.addEventListener("compositionend", () => { composing = false; typed(); });
field.addEventListener("input", event => { if (!composing && !event.isComposing) typed(); });
field.form.addEventListener("submit", event => { event.preventDefault(); if (!composing) typed(); });
$("[data-jq-wide]").open = matchMedia("(min-width: 60em)").matches;
show();
