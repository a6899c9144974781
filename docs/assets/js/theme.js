// Runs before the first paint, so that a chosen appearance does not flash and nothing moves. Without
// a choice the style sheet follows the device. Also says in the root's class that modules run here,
// and on a home page that the browser prefers the other language and nobody has chosen yet.
(function () {
  var root = document.documentElement;
  if ("noModule" in HTMLScriptElement.prototype) root.className = "jq-scripted";
  try {
    var kept = localStorage.getItem("jq-theme");
    if (kept === "light" || kept === "dark") root.setAttribute("data-theme", kept);
    var other = { "/": "en", "/en/": "zh" }[location.pathname];
    var first = (navigator.languages || [])[0] || navigator.language || "";
    if (other && first.slice(0, 2).toLowerCase() === other && !localStorage.getItem("jq-lang")) root.className += " jq-offered";
  } catch (e) { /* storage refused: the device decides */ }
})();
