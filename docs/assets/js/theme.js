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
