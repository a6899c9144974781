"""The same articles under ours, stock Pagefind and Material's search, and how each is asked."""

import html
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import material  # type: ignore[import-untyped]
import pagefind_bin_extended  # type: ignore[import-untyped]
from selectolax.lexbor import LexborHTMLParser

from scripts.outcome import CannotRun
from scripts.search.corpus import Article

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 1000
_CONFIG = """\
site_name: Peer
theme:
  name: material
plugins:
  - search: {{lang: {lang}}}
"""
# Each defines ask(text) → addresses, best first, and opens what it needs beforehand.
OPEN = {
    "ours": """async ({lang}) => {
      const {openSearch} = await import("/assets/js/search.js");
      const search = await openSearch({lang});
      window.ask = async (text, limit) => (await search.query(text, {limit})).map(hit => hit.url);
      window.exact = async text => (await search.query(text)).filter(hit => hit.exact).length;
      window.forget = search.forget;
    }""",
    "pagefind": """async ({folder}) => {
      const pagefind = await import(`/${folder}/pagefind.js`);
      await pagefind.init();
      window.ask = async (text, limit) => {
        const {results} = await pagefind.search(text);
        const data = await Promise.all(results.slice(0, limit).map(hit => hit.data()));
        return data.map(page => page.raw_url || page.url);
      };
      window.forget = () => {};
    }""",
    "lunr": """async ({folder}) => {
      const worker = new Worker(`/${folder}/assets/javascripts/workers/WORKER`);
      const index = await (await fetch(`/${folder}/search/search_index.json`)).json();
      const answer = () => new Promise(done => { worker.onmessage = event => done(event.data); });
      const ready = answer();
      worker.postMessage({type: 0, data: {...index, options: {suggest: false}}});
      await ready;
      window.ask = async (text, limit) => {
        const got = answer();
        worker.postMessage({type: 2, data: text});
        const {data} = await got;
        return data.items.slice(0, limit).map(group => "/" + group[0].location);
      };
      window.forget = () => {};
    }""",
}


def copy_articles(tree: Path, articles: Sequence[Article], out: Path) -> None:
    """Each article's page, alone in the simplest HTML, at the same address below `out`."""
    for url in dict.fromkeys(article.url.split("#")[0] for article in articles):
        path = url.lstrip("/") + ("index.html" if url.endswith("/") else "")
        tree_page = LexborHTMLParser((tree / path).read_text(encoding="utf-8"))
        body = tree_page.css_first("article") or tree_page.css_first("main")
        root = tree_page.css_first("html")
        if body is None or root is None:
            continue
        for node in body.css("script, style, form, nav, .headerlink"):
            node.decompose()
        title = tree_page.css_first("title")
        name = html.escape(title.text(strip=True) if title else path)
        lang = root.attributes.get("lang") or "en"
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(
            f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{name}</title>'
            f"</head><body><main>{body.inner_html}</main></body></html>",
            encoding="utf-8",
        )


def ours(source: Path, out: Path) -> tuple[float, float]:
    """Seconds of the whole command, and those of processors that Pagefind took within it.

    Our glossary belongs to our pages only.
    """
    glossary = ROOT / "docs" / "data" / "glossary.tsv"
    known = glossary if source.is_relative_to(ROOT / "var") else Path(os.devnull)
    command = [sys.executable, str(ROOT / "scripts" / "manage.py"), "index", str(source)]
    began = time.monotonic()
    made = subprocess.run(
        [*command, "--out", str(out), "--glossary", str(known), "--json"],
        check=True,
        capture_output=True,
    )
    seconds = time.monotonic() - began
    return seconds, sum(report["pagefind"] for report in json.loads(made.stdout).values())


def pagefind(pages: Path, out: Path) -> tuple[float, float]:
    """Index with the extended binary as it comes; seconds, and seconds of processors."""
    shutil.rmtree(out, ignore_errors=True)
    before, began = getrusage(RUSAGE_CHILDREN), time.monotonic()
    program = str(pagefind_bin_extended.get_executable())
    run = [program, "--site", str(pages), "--output-path", str(out), "--silent"]
    subprocess.run(run, check=True, capture_output=True)
    seconds, after = time.monotonic() - began, getrusage(RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def lunr(pages: Path, urls: Sequence[str], lang: str, work: Path, out: Path) -> float:
    """Material over the same articles, its index and its worker in `out`; seconds of the build.

    Chinese is cut by jieba only where that is installed, as in Material itself.
    """
    for url in urls:
        path = url.lstrip("/") + ("index.html" if url.endswith("/") else "")
        page = LexborHTMLParser((pages / path).read_text(encoding="utf-8"))
        body = page.css_first("main")
        target = work / "docs" / Path(path).with_suffix(".md")
        target.parent.mkdir(parents=True, exist_ok=True)
        text = body.inner_html if body else ""
        lines = "\n".join(line.strip() for line in (text or "").splitlines() if line.strip())
        target.write_text(f"<div>{lines}</div>\n", encoding="utf-8")
    if not (work / "docs" / "index.md").is_file():
        (work / "docs" / "index.md").write_text("# Peer\n", encoding="utf-8")
    (work / "mkdocs.yml").write_text(_CONFIG.format(lang=lang), encoding="utf-8")
    began = time.monotonic()
    run = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(work / "site")],
        cwd=work,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - began
    if run.returncode:
        raise CannotRun("对照站点没有建成。", f"the peer did not build: {run.stderr[-300:]}")
    for folder in ("search", "assets/javascripts"):
        shutil.copytree(work / "site" / folder, out / folder)
    return seconds


def worker_name() -> str:
    folder = Path(str(material.__file__)).parent / "templates/assets/javascripts/workers"
    return next(folder.glob("search.*.js")).name
