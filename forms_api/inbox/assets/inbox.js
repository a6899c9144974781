// Small help for the keyboard; everything works without it.
const body = document.body;

// An error or a conflict is read first.
document.querySelector("[data-focus]")?.focus();

// In the list, arrows go from one submission to the next while one of them has the focus.
const rows = [...document.querySelectorAll("[data-row]")];
for (const [place, row] of rows.entries()) {
  row.addEventListener("keydown", event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = step && rows[place + step];
    if (next) { event.preventDefault(); next.focus(); }
  });
}

// The one-time link is posted by itself once somebody sees the page, not by a preview of it.
const go = document.querySelector("[data-go]");
if (go) {
  const enter = () => { if (!document.prerendering && !document.hidden) go.requestSubmit(); };
  enter();
  for (const kind of ["prerenderingchange", "visibilitychange"]) document.addEventListener(kind, enter, { once: true });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// The lock. When the inbox has locked itself, or does not answer, an opaque page stands in place of
// what was shown: not over it, the content is taken out. What was being written is kept in the
// inbox's memory, and comes back on the same page once it is opened again.
const seconds = Number(body.dataset.seconds || 0);
const others = window.BroadcastChannel ? new BroadcastChannel("inbox") : { postMessage() {} };
const EVERY = 5000; // milliseconds between two questions
const SLEPT = 12000; // without an answer for so long, nothing is shown before the next
const PATIENCE = 4000;

const asked = async (path, more) => {
  const patience = new AbortController(), late = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const reply = await fetch(path, { credentials: "same-origin", cache: "no-store", signal: patience.signal, ...more });
    return reply.ok || reply.redirected ? reply : null;
  } catch {
    return null;
  } finally {
    clearTimeout(late);
  }
};

const watch = () => {
  const place = body.dataset.page || location.pathname + location.search;
  const forms = [...document.querySelectorAll("form[data-keep]")];
  const token = document.querySelector("[name=csrf]").value;
  const cover = document.getElementById("cover").content;
  const title = document.title;
  let away = null, focus = null, answered = Date.now(), timer = 0, looking = false, leaving = false;

  const hide = () => {
    if (away) return;
    focus = document.activeElement;
    away = document.createDocumentFragment();
    away.append(...body.childNodes);
    body.append(cover.cloneNode(true));
    document.title = body.querySelector("h1").textContent;
  };
  const show = () => {
    if (!away) return;
    body.textContent = "";
    body.append(away);
    away = null;
    document.title = title;
    if (focus && focus !== body) focus.focus({ preventScroll: true });
  };
  const typed = () => {
    const found = new URLSearchParams();
    for (const form of forms) {
      const areas = [...form.querySelectorAll("textarea")];
      if (form.dataset.keep !== "typed" && areas.every(area => area.value === area.defaultValue)) continue;
      for (const [name, value] of new FormData(form)) if (name !== "csrf" && value) found.set(name, value);
    }
    return found;
  };
  // Nothing answers any more: only what was being written here may be looked at, when asked for.
  const gone = () => {
    hide();
    const part = body.querySelector("div[hidden]");
    if (!part) return;
    const [button, text] = [part.querySelector("button"), part.querySelector("pre")];
    part.hidden = false;
    body.querySelector("[role=status]").hidden = true;
    const texts = forms.flatMap(form => [...form.querySelectorAll("textarea")]).filter(area => area.value);
    button.hidden = !texts.length || ![...typed()].length;
    button.addEventListener("click", () => {
      text.hidden = false;
      text.textContent = texts.map(area => area.value).join("\n\n");
    });
  };
  const leave = async () => {
    leaving = true;
    hide();
    const draft = typed();
    if ([...draft].length) {
      draft.set("csrf", token);
      draft.set("page", new URL(place, location.href).pathname);
      if (!await asked("/drafts", { method: "POST", body: draft })) { leaving = false; gone(); return false; }
    }
    location.replace(place);
    return true;
  };
  const look = async () => {
    if (looking || leaving) return;
    looking = true;
    clearTimeout(timer);
    const reply = await asked("/left");
    const left = reply ? Number(await reply.text()) : NaN;
    looking = false;
    if (leaving) return;
    if (left === 0) { leave(); return; }
    if (left > 0) { answered = Date.now(); show(); } else gone();
    timer = setTimeout(look, Math.min(EVERY, left * 1000 + 50 || EVERY));
  };
  // Timers stand still in a tab that lies behind others and in a computer that sleeps.
  const wake = () => {
    if (Date.now() - answered > SLEPT) hide();
    look();
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) wake(); });
  addEventListener("focus", wake);
  addEventListener("pageshow", event => { if (event.persisted) wake(); });
  addEventListener("pagehide", event => { if (event.persisted) hide(); });
  timer = setTimeout(look, Math.min(EVERY, seconds * 1000 + 50));

  // "Lock" asks the same of the other tabs.
  document.querySelector("form[action='/lock']").addEventListener("submit", async event => {
    event.preventDefault();
    leaving = true;
    hide();
    if (!await asked("/lock", { method: "POST", body: new URLSearchParams({ csrf: token }) })) { leaving = false; gone(); return; }
    others.postMessage("locked");
    leave();
  });
  others.onmessage = ({ data }) => { if (data === "locked") leave(); };
  others.postMessage("open");

  // Typing is no idleness: say so now and then.
  const often = Math.min(60, seconds / 3) * 1000;
  let told = Date.now();
  const alive = () => {
    if (Date.now() - told < often) return;
    told = Date.now();
    asked("/alive");
  };
  for (const kind of ["input", "keydown", "pointerdown"]) addEventListener(kind, alive);
};
if (seconds) watch();

// A page that waits for the passphrase goes on when the inbox was opened in another tab.
const unlock = document.querySelector("form[action='/unlock']");
if (unlock) others.onmessage = ({ data }) => { if (data === "open") location.replace(unlock.elements.then.value); };
