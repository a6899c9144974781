// Forms without a page change: check, read back, confirm, receipt, and a draft that survives a
// reload. All words come from the server or from the form's data attributes; without this file
// the same steps are pages.

const TIMEOUT = 20000;
const PAUSES = [1000, 3000]; // milliseconds before each new try
const MODES = { phone: "tel", email: "email" };

const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

function values(form) {
  const found = {};
  new FormData(form).forEach((value, name) => {
    if (typeof value === "string") (found[name] = found[name] || []).push(value);
  });
  return found;
}

/* ---- the draft ---- */

function drafts(form) {
  const key = "jq-draft:" + form.dataset.jqForm;
  const keep = form.querySelector("#jq-keep");
  // A consent is given anew each time, and an access code opens things: neither is kept.
  const controls = () => Array.from(form.elements).filter(
    (one) => one.name && one.type !== "hidden" && one.autocomplete !== "off" && !one.closest(".jq-choice--long"),
  );
  const on = (store, work) => { try { return work(store()); } catch (e) { return null; } };
  const session = (work) => on(() => sessionStorage, work);
  const local = (work) => on(() => localStorage, work);

  function clear() {
    session((s) => s.removeItem(key));
    local((s) => s.removeItem(key));
  }
  function save() {
    const names = new Set(controls().map((one) => one.name));
    const typed = Object.entries(values(form)).filter(([name, given]) => names.has(name) && given.join(""));
    if (!typed.length) { clear(); return; }
    const text = JSON.stringify({ at: Date.now(), typed: Object.fromEntries(typed) });
    session((s) => s.setItem(key, text));
    local((s) => (keep.checked ? s.setItem(key, text) : s.removeItem(key)));
  }
  function restore() {
    const kept = local((s) => JSON.parse(s.getItem(key))); // theme.js has swept away what is old
    keep.checked = Boolean(kept);
    const draft = session((s) => JSON.parse(s.getItem(key))) || kept;
    if (!draft) return;
    controls().forEach((one) => {
      const given = Object(draft.typed)[one.name];
      if (!given) return;
      if (one.type === "checkbox" || one.type === "radio") one.checked = given.includes(one.value);
      else if (!one.value) one.value = given[0];
    });
  }
  return { clear, save, restore, works: Boolean(session((s) => typeof s.length)) };
}

/* ---- asking the server ---- */

async function post(url, body, key) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT);
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  if (key) headers["Idempotency-Key"] = key;
  try {
    const reply = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal: abort.signal });
    const json = /json/.test(reply.headers.get("Content-Type") || "");
    return { status: reply.status, body: json ? await reply.json() : null };
  } finally {
    clearTimeout(timer);
  }
}

// Safe to repeat: checking stores nothing, and a confirmation carries its key.
async function persist(url, body, key) {
  for (let turn = 0; ; turn += 1) {
    const last = turn === PAUSES.length;
    try {
      const reply = await post(url, body, key);
      const passing = reply.status >= 500 || (reply.body && reply.body.code === "in-progress");
      if (last || !passing) return reply;
    } catch (error) {
      if (last || navigator.onLine === false) throw error;
    }
    await wait(PAUSES[turn]);
  }
}

/* ---- errors ---- */

function clearErrors(form) {
  all(".jq-summary").forEach((box) => box.remove());
  all(".jq-field--error", form).forEach((field) => {
    field.classList.remove("jq-field--error");
    all(".jq-error", field).forEach((line) => line.remove());
    all("[aria-invalid]", field).forEach((one) => one.removeAttribute("aria-invalid"));
    all("[aria-describedby]", field).forEach((one) => {
      const ids = one.getAttribute("aria-describedby").split(" ").filter((id) => !/-error$/.test(id));
      if (ids.length) one.setAttribute("aria-describedby", ids.join(" "));
      else one.removeAttribute("aria-describedby");
    });
  });
}

function drawErrors(form, article, body) {
  body.problems.forEach((problem) => {
    const field = form.querySelector(`[data-jq-field="${problem.field}"]`);
    field.classList.add("jq-field--error");
    field.hidden = false;
    const set = field.querySelector("fieldset");
    const before = field.querySelector(".jq-hint") || field.querySelector("legend") || field.querySelector(".jq-field > label");
    if (before) before.insertAdjacentHTML("afterend", problem.html);
    else field.insertAdjacentHTML("afterbegin", problem.html);
    const control = field.querySelector("input, select, textarea");
    const described = set || control;
    described.setAttribute("aria-describedby", `${described.getAttribute("aria-describedby") || ""} ${problem.field}-error`.trim());
    if (!set) control.setAttribute("aria-invalid", "true");
  });
  article.insertAdjacentHTML("afterbegin", body.summary);
  document.title = body.page_title;
  article.querySelector(".jq-summary").focus();
}

/* ---- the steps ---- */

function start(form) {
  const article = form.closest("article") || form.parentNode;
  const title = document.title;
  const draft = drafts(form);
  const stage = document.createElement("div");
  let busy = false;
  let checked = null; // the last read-back, as the server sent it
  let shown = {}; // the step on the stage -> its title
  let turn = 0; // one more each time that the reader leaves quickly
  let then = null; // what is left to do once the browser has gone back

  function show(step) {
    stage.hidden = step === "form";
    Array.from(article.children).forEach((child) => {
      if (child === stage || child.matches(".jq-leave")) return;
      if (step !== "form" && !child.hidden) { child.hidden = true; child.dataset.jqAway = ""; }
      if (step === "form" && "jqAway" in child.dataset) { child.hidden = false; delete child.dataset.jqAway; }
    });
    document.title = shown[step] || title;
  }
  function stageIs(step, body) {
    stage.innerHTML = body.html;
    shown = { [step]: body.title };
    show(step);
    if (history.state && history.state.jq) history.replaceState({ jq: step }, "");
    else history.pushState({ jq: step }, "");
    scrollTo(0, 0);
    stage.querySelector("h1").focus();
  }
  function back(work) {
    then = work;
    history.back();
  }
  addEventListener("popstate", (event) => {
    const step = event.state && event.state.jq;
    show(step && shown[step] ? step : "form");
    if (then) setTimeout(then, 50); // after the browser has scrolled back
    then = null;
  });

  function say(text, working) {
    const line = (stage.hidden ? form : stage).querySelector("[data-jq-note]");
    if (!line) return;
    line.className = working ? "jq-hint" : "jq-error";
    line.textContent = text || "";
    line.hidden = !text;
  }
  // Nothing is queued: when the network is back, the reader is told and decides.
  const connected = () => say(form.dataset.jqOnline, true);
  function waitForNetwork() {
    draft.save();
    say(form.dataset.jqOffline);
    addEventListener("online", connected, { once: true });
  }
  async function asking(work) {
    if (busy) return;
    removeEventListener("online", connected);
    busy = true;
    say(form.dataset.jqWorking, true);
    const began = turn;
    try {
      await work(() => began === turn);
    } catch (error) {
      if (navigator.onLine === false) waitForNetwork(); else say(form.dataset.jqDown);
    } finally {
      busy = false;
    }
  }
  function refused(reply) {
    const told = reply.body && (reply.status < 500 || reply.status === 503);
    say(told ? reply.body.detail : form.dataset.jqDown);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    draft.save();
    asking(async (wanted) => {
      const body = values(form);
      if (checked) body.token = [checked.token]; // says when these answers were read back first
      const reply = await persist(form.getAttribute("action"), body);
      if (!wanted()) return;
      say("");
      clearErrors(form);
      document.title = title;
      if (reply.status === 200) {
        checked = reply.body;
        stageIs("check", checked);
      } else if (reply.body && reply.body.problems) drawErrors(form, article, reply.body);
      else refused(reply);
    });
  });

  stage.addEventListener("submit", (event) => {
    event.preventDefault();
    asking(async (wanted) => {
      const body = { token: checked.token, lang: form.elements.lang.value };
      const reply = await persist(event.target.getAttribute("action"), body, checked.idempotency_key);
      if (!wanted()) return;
      say("");
      if (reply.status === 201) {
        draft.clear();
        form.reset();
        when();
        stageIs("receipt", reply.body);
        all("[data-jq-print]", stage).forEach((button) => { button.hidden = false; button.onclick = () => print(); });
      } else if (reply.body && reply.body.token) {
        checked = reply.body;
        stageIs("check", checked);
      } else if (reply.body && reply.body.problems) back(() => drawErrors(form, article, reply.body));
      else refused(reply);
    });
  });
  stage.addEventListener("click", (event) => {
    const change = event.target.closest("[name=back]");
    if (change) {
      event.preventDefault();
      back(() => document.getElementById(change.value).focus());
    }
    if (event.target.closest("[data-jq-drop]")) {
      draft.clear();
      form.reset();
    }
  });

  /* fields that are asked only after certain answers */
  function when() {
    all("[data-jq-when]", form).forEach((field) => {
      const asked = field.dataset.jqWhen.split(" ").map((part) => part.split("="));
      const given = (name) => values(form)[name] || [""];
      field.hidden = !asked.every(([name, wanted]) => given(name).some((one) => wanted.split(",").includes(one)));
      const chosen = given(asked[0][0])[0];
      const control = field.querySelector("input");
      if (control && MODES[chosen]) { control.inputMode = MODES[chosen]; control.autocomplete = MODES[chosen]; }
    });
  }

  document.addEventListener("jq-leave", () => { // in this tab or another; theme.js has emptied the form
    turn += 1;
    checked = null;
    shown = {};
    stage.replaceChildren();
    clearErrors(form);
    show("form");
    when();
  });
  // The draft brings back what was typed; the browser would do so even after it was deleted.
  if (draft.works || document.querySelector("[data-jq-leave]")) form.autocomplete = "off";

  form.querySelector("[data-jq-draft]").hidden = false;
  form.querySelector("[data-jq-clear]").addEventListener("click", () => {
    form.reset();
    draft.clear();
    clearErrors(form);
    say("");
    when();
    document.title = title;
  });
  form.addEventListener("input", draft.save);
  form.addEventListener("change", () => { draft.save(); when(); });
  if (history.state && history.state.jq) history.replaceState(null, "");
  if (!document.querySelector(".jq-summary")) draft.restore();
  stage.hidden = true;
  article.append(stage);
  when();
}

if (window.fetch && window.AbortController) all("form[data-jq-form]").forEach(start);
