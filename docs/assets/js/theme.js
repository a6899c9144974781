// Runs before the first paint, so that a chosen appearance does not flash. Without a choice the
// style sheet follows the device. Also says in the root's class that modules run here.
(function () {
  if ("noModule" in HTMLScriptElement.prototype) document.documentElement.className = "jq-scripted";
  try {
    var kept = localStorage.getItem("jq-theme");
    if (kept === "light" || kept === "dark") document.documentElement.setAttribute("data-theme", kept);
  } catch (e) { /* storage refused: the device decides */ }
})();
