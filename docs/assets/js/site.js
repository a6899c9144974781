// Appearance, language, menu, print, links to copy, error summary: small things that every page can
// do without.
// A classic script in plain old syntax, so that phones without modules have them too.
(function () {
  var all = function (selector, each) { Array.prototype.forEach.call(document.querySelectorAll(selector), each); };
  var root = document.documentElement;
  var keep = function (name, value) { try { localStorage.setItem(name, value); } catch (e) { /* this page only */ } };

  all("[data-jq-theme]", function (form) {
    form.hidden = false;
    var kept = root.getAttribute("data-theme") || "auto";
    Array.prototype.forEach.call(form.elements.theme, function (radio) { radio.checked = radio.value === kept; });
    form.addEventListener("change", function (event) {
      var choice = event.target.value;
      if (choice === "auto") root.removeAttribute("data-theme"); else root.setAttribute("data-theme", choice);
      keep("jq-theme", choice);
    });
  });

  // A choice of language is remembered; it is never acted upon but by not asking again.
  all("a[hreflang]", function (link) {
    link.addEventListener("click", function () { keep("jq-lang", link.hreflang); });
  });
  all("[data-jq-stay]", function (button) {
    button.addEventListener("click", function () {
      keep("jq-lang", root.lang);
      root.removeAttribute("data-jq-offered");
      document.querySelector(".jq-brand").focus();
    });
  });

  document.addEventListener("click", function (event) {
    all(".jq-menu[open]", function (menu) { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    all(".jq-menu[open]", function (menu) { menu.open = false; menu.querySelector("summary").focus(); event.preventDefault(); });
  });

  // A page built some days ago shows no event that is over.
  all(".jq-events", function (list) {
    var left = 0;
    Array.prototype.forEach.call(list.children, function (event) {
      event.hidden = Date.parse(event.getAttribute("data-jq-until")) < Date.now();
      if (!event.hidden) left += 1;
    });
    list.nextElementSibling.hidden = left > 0;
  });

  // A finder whose script does not run here gives way to the plain list.
  window.addEventListener("load", function () {
    all("[data-jq-finder]:not([data-jq-ready])", function (finder) {
      finder.hidden = true;
      all(".jq-nofinder", function (list) { list.className = ""; });
    });
  });

  all("[data-jq-print]", function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
  // What is folded away stands on paper.
  window.addEventListener("beforeprint", function () {
    all("main details:not([open])", function (folded) { folded.open = true; folded.setAttribute("data-jq-folded", ""); });
  });
  window.addEventListener("afterprint", function () {
    all("[data-jq-folded]", function (folded) { folded.open = false; folded.removeAttribute("data-jq-folded"); });
  });

  var article = document.querySelector("[data-jq-section]");
  var address = location.href.split("#")[0];
  if (article && navigator.clipboard) {
    var status = document.createElement("p");
    status.className = "jq-vh";
    status.setAttribute("role", "status");
    article.appendChild(status);
    var copies = function (button, text) {
      var word = button.textContent;
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(text).then(function () {
          status.textContent = article.getAttribute("data-jq-copied");
          button.textContent = word === "#" ? "✓" : status.textContent;
          setTimeout(function () { button.textContent = word; status.textContent = ""; }, 3000);
        }, function () { location.href = text; });
      });
    };
    // The button stands beside the heading, not in it: the heading's name stays what it is.
    all(".jq-prose h2[id], .jq-prose h3[id]", function (heading) {
      var row = document.createElement("div");
      var button = document.createElement("button");
      row.className = "jq-head";
      button.className = "jq-copy jq-screen";
      button.type = "button";
      button.textContent = "#";
      button.setAttribute("aria-label", article.getAttribute("data-jq-section") + " " + heading.textContent);
      heading.parentNode.insertBefore(row, heading);
      row.appendChild(heading);
      row.appendChild(button);
      copies(button, address + "#" + heading.id);
    });
    all("[data-jq-copy]", function (button) {
      button.hidden = false;
      copies(button, address);
    });
  }
  all("[data-jq-share]", function (button) {
    if (!navigator.share) return;
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.share({ title: document.title, url: address }).then(null, function () { /* changed their mind */ });
    });
  });

  all("[data-jq-leave]", function (leave) { leave.nextElementSibling.hidden = false; });

  // Reading without a network: last of all, and at once where the page is about it.
  var then = document.querySelector("[data-jq-then]");
  if (then && "noModule" in then) {
    window.addEventListener("load", function () {
      setTimeout(function () {
        var script = document.createElement("script");
        script.type = "module";
        script.src = then.getAttribute("data-jq-then");
        document.head.appendChild(script);
      }, document.querySelector("[data-jq-keepcity], [data-jq-keeping]") ? 0 : 3000);
    });
  }

  var summary = document.querySelector(".jq-summary");
  if (summary) summary.focus();
})();
