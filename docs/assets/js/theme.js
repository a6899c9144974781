// Runs before the first paint, so that a chosen appearance does not flash and nothing moves. Without
// a choice the style sheet follows the device. Also says in the root's class that modules run here
// and that pages may be kept here (offline.js), and on a home page which other edition the browser
// prefers, if nobody has chosen yet.
(function () {
  var root = document.documentElement;
  if ("noModule" in HTMLScriptElement.prototype) root.className = "jq-scripted";
  try {
    var kept = localStorage.getItem("jq-theme");
    if (kept === "light" || kept === "dark") root.setAttribute("data-theme", kept);
    if (root.className && navigator.serviceWorker && localStorage.getItem("jq-offline") !== "no") root.className += " jq-may-keep";
    var first = (navigator.languages || [])[0] || navigator.language || "";
    var wanted = /^zh\b(?!.*\bhans\b).*\b(hant|tw|hk|mo)\b/i.test(first) ? "zh-Hant" : /^zh\b/i.test(first) ? "zh-Hans" : /^en\b/i.test(first) ? "en" : "";
    var home = /^\/(en\/|zh-hant\/)?$/.test(location.pathname);
    if (home && wanted && wanted !== root.lang && !localStorage.getItem("jq-lang")) root.setAttribute("data-jq-offered", wanted);
  } catch (e) { /* storage refused: the device decides */ }
})();

// Drafts of forms (forms.js) and leaving quickly. It stands here so that it works as soon as a page
// begins to show. What was typed before the moment `jq-since` is gone in every tab, also in one that
// slept or lay in the history meanwhile.
(function () {
  var SINCE = "jq-since", DAYS = 7;
  var born = Date.now(), pressed = -9e9, left = false, channel;
  var each = function (selector, work) { Array.prototype.forEach.call(document.querySelectorAll(selector), work); };
  var attempt = function (work) { try { return work(); } catch (e) { /* storage refused */ } };
  var since = function () {
    var at = Number(attempt(function () { return localStorage.getItem(SINCE); }));
    return at > 0 && at <= Date.now() ? at : 0;
  };
  // Drafts from before a moment, those of a clock that was wrong, and what cannot be read.
  var sweep = function (before) {
    ["localStorage", "sessionStorage"].forEach(function (name) {
      (attempt(function () { return Object.keys(window[name]); }) || []).forEach(function (key) {
        if (key.indexOf("jq-draft:")) return;
        var at = attempt(function () { return JSON.parse(window[name].getItem(key)).at; });
        if (!(at > before && at < Date.now() + 864e5)) attempt(function () { window[name].removeItem(key); });
      });
    });
  };
  var empty = function () {
    born = Date.now();
    sweep(Infinity);
    each("form[method=post] input:not([type=hidden]), form[method=post] textarea, input[type=search]", function (one) {
      if (one.type === "checkbox" || one.type === "radio") one.checked = one.defaultChecked = false;
      else one.value = one.defaultValue = "";
    });
    each("form[method=post] select", function (one) {
      Array.prototype.forEach.call(one.options, function (option) { option.defaultSelected = false; });
      one.selectedIndex = 0;
    });
    attempt(function () { document.dispatchEvent(new Event("jq-leave")); }); // forms.js: the steps after the form
    if (left || location.pathname.indexOf("/forms/")) return;
    document.body.hidden = true; // receipts and answers
    location.replace(document.querySelector(".jq-brand, header a").href);
  };
  var look = function () { if (since() > born) empty(); };
  var leave = function (event, link) {
    event.preventDefault();
    left = true;
    sweep(Infinity);
    attempt(function () { localStorage.setItem(SINCE, Date.now()); });
    if (channel) channel.postMessage("");
    document.title = "…";
    document.body.hidden = true;
    attempt(empty);
    // pages that the offline page would name; by the worker too, after what it has begun
    attempt(function () { caches.delete("jq-visited").then(null, function () {}); });
    attempt(function () { navigator.serviceWorker.controller.postMessage({ ask: "forget", name: "jq-visited" }, [new MessageChannel().port2]); });
    location.replace(link.href); // so that Back does not lead here again
  };

  sweep(Math.max(since(), born - DAYS * 864e5));
  if (since() < born - DAYS * 864e5) attempt(function () { localStorage.removeItem(SINCE); });
  try { localStorage.getItem(SINCE); } catch (e) { // the other tabs are told in another way
    attempt(function () { channel = new BroadcastChannel("jq"); channel.onmessage = empty; });
  }
  window.addEventListener("storage", look);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", function (event) { if (event.persisted && left) location.reload(); else look(); });
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("[data-jq-leave]");
    if (link) leave(event, link);
  }, true);
  window.addEventListener("keydown", function (event) { // after those of the document
    var link = document.querySelector("[data-jq-leave]");
    if (!link || event.key !== "Escape" || event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.timeStamp - pressed < 1500) leave(event, link);
    pressed = event.timeStamp;
  });
})();
