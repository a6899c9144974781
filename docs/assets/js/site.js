// Appearance, menu, print, error summary: small things that every page can do without.
// A classic script in plain old syntax, so that phones without modules have them too.
(function () {
  var all = function (selector, each) { Array.prototype.forEach.call(document.querySelectorAll(selector), each); };
  var root = document.documentElement;

  all("[data-jq-theme]", function (form) {
    form.hidden = false;
    var kept = root.getAttribute("data-theme") || "auto";
    Array.prototype.forEach.call(form.elements.theme, function (radio) { radio.checked = radio.value === kept; });
    form.addEventListener("change", function (event) {
      var choice = event.target.value;
      if (choice === "auto") root.removeAttribute("data-theme"); else root.setAttribute("data-theme", choice);
      try { localStorage.setItem("jq-theme", choice); } catch (e) { /* this page only */ }
    });
  });

  document.addEventListener("click", function (event) {
    all(".jq-menu[open]", function (menu) { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    all(".jq-menu[open]", function (menu) { menu.open = false; menu.querySelector("summary").focus(); });
  });

  all("[data-jq-print]", function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });

  var summary = document.querySelector(".jq-summary");
  if (summary) summary.focus();
})();
