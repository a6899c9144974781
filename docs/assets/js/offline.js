// Lets pages be read without a network: starts the worker (docs/worker) when a page has long been
// loaded, and says when the page that is open has changed. site.js loads this last of all; where the
// site offers nothing of it, or the reader wants nothing, it takes back what there is.

const KEY = "jq-offline"; // "no": nothing is kept on this device; theme.js reads it too
const SILENCE = 60000; // milliseconds without a word from the worker
const PATIENCE = 2000; // milliseconds that deleting waits for it
const AGAIN = 600000; // milliseconds until a page that is looked at again asks for a new release
const { serviceWorker: workers, connection } = navigator;
const path = location.pathname, lang = document.documentElement.lang;
const offered = !document.querySelector("[data-jq-then][data-jq-keeps=no]");
let mark, asked = Date.now();

const able = Boolean(workers && window.caches && window.crypto?.subtle);
const refused = () => { try { return localStorage.getItem(KEY) === "no"; } catch { return false; } };
const remember = no => { try { if (no) localStorage.setItem(KEY, "no"); else localStorage.removeItem(KEY); } catch { /* this time only */ } };

/** Asks the worker something; `tell(share)` while it is at it. */
const ask = (what, data = {}, tell = () => {}) => new Promise((done, failed) => {
  let late;
  const wait = () => { clearTimeout(late); late = setTimeout(() => failed(new Error("no answer")), SILENCE); };
  wait();
  workers.ready.then(({ active }) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data: { share, answer, error } }) => {
      if (share !== undefined) { wait(); tell(share); return; }
      clearTimeout(late);
      port1.close();
      if (error) failed(new Error(error)); else done(answer);
    };
    active.postMessage({ ask: what, ...data }, [port2]);
  }).catch(failed);
});

/** Deletes all that was kept, and the worker. `reader`: they want nothing kept from now on. */
const stop = async reader => {
  if (reader) { remember(true); mark = undefined; }
  const known = await workers.getRegistration("/");
  // What a busy worker has begun must not come back; one that is gone must not hold this up.
  if (reader && known?.active) await Promise.race([ask("forget").catch(() => {}), new Promise(done => { setTimeout(done, PATIENCE); })]);
  for (const name of await caches.keys()) if (name.startsWith("jq-")) await caches.delete(name);
  await known?.unregister();
};

const bar = ({ updated, reload, close }) => {
  // whoever reads back a form, or has a receipt there, loses it by reloading
  if (document.querySelector(".jq-tell") || history.state?.jq || path.startsWith("/forms/")) return;
  const made = (name, className, ...children) => {
    const one = Object.assign(document.createElement(name), { className });
    one.append(...children);
    return one;
  };
  const text = made("p", ""), go = made("button", "jq-button", reload), no = made("button", "jq-link", close);
  const all = made("aside", "jq-tell jq-screen", text, go, no);
  text.setAttribute("role", "status");
  all.setAttribute("aria-label", updated);
  go.onclick = () => location.reload();
  no.onclick = () => all.remove();
  document.body.append(all);
  text.textContent = updated;
};
/** Whether the open page reads otherwise by now. */
const compare = async () => {
  if (!mark || refused()) return;
  const { words, mark: now } = await ask("changed", { path, mark });
  if (words) { mark = now; bar(words); }
};

const start = async () => {
  remember(false);
  const known = await workers.register("/sw.js", { updateViaCache: "none" });
  if (!known) return; // some browsers refuse in silence
  known.addEventListener("updatefound", () => {
    const next = known.installing;
    next.addEventListener("statechange", () => { if (next.state === "activated") compare().catch(() => {}); });
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || Date.now() - asked < AGAIN) return;
    asked = Date.now();
    known.update().catch(() => {});
  });
  addEventListener("online", () => { known.update().catch(() => {}); compare().catch(() => {}); });
  ({ mark } = await ask("hello", { path, lang, fresh: !workers.controller, thrifty: Boolean(connection?.saveData) }));
};

if (able) {
  (offered && !refused() ? start() : stop()).catch(() => { /* no network, or no room */ });
  if (document.querySelector("[data-jq-keepcity]")) import("./keepcity.js").then(there => there.offer({ ask, refused }));
}
if (document.querySelector("[data-jq-keeping]")) import("./kept.js").then(there => there.fill({ able, ask, refused, start, stop }));
