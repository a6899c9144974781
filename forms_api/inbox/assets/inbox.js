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

// Typing is no idleness: say so now and then. Without it the page goes when the key is forgotten.
const minutes = Number(body.dataset.minutes || 0);
if (minutes) {
  const often = Math.min(60, minutes * 20) * 1000;
  let told = Date.now(), used = Date.now();
  const alive = () => {
    used = Date.now();
    if (used - told < often) return;
    told = used;
    fetch("/alive", { credentials: "same-origin" }).catch(() => {});
  };
  for (const kind of ["input", "keydown", "pointerdown"]) addEventListener(kind, alive);
  const typing = () => [...document.querySelectorAll("[data-keep] textarea")]
    .some(area => area.value !== area.defaultValue);
  setInterval(() => {
    if (Date.now() - used > minutes * 60000 + 5000 && !typing()) location.assign("/");
  }, 5000);
}
