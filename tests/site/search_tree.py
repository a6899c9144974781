"""The small site of tests/cases/search_pages.yml as a tree of HTML, for the tests of the search."""

import html
from pathlib import Path

import yaml

CASES = Path(__file__).parents[1] / "cases"
GLOSSARY = (
    "zh_hans\tzh_hant\tpinyin\ten\taliases_zh_hans\taliases_zh_hant\taliases_en\tdef_zh\tdef_en\n"
    "流动党员\t流動黨員\tx\tmigrant member\t外出党员;漂着的党员\tx\tfloating member\tx\tx\n"
    "党费\t黨費\tx\tdues\t党员会费\tx\tmembership fee\tx\tx\n"
)


def write_tree(root: Path) -> Path:
    """The site below `root`, as MkDocs would lay it out; gives `root`."""
    for page in yaml.safe_load((CASES / "search_pages.yml").read_text(encoding="utf-8")):
        folder = root / page["url"].strip("/")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "index.html").write_text(_page(page), encoding="utf-8")
    (root / "404.html").write_text(
        '<html lang="zh-Hans"><body><main><h1>这里没有路</h1><p>独角兽</p></main></body></html>',
        encoding="utf-8",
    )
    (root / "old").mkdir()
    (root / "old" / "index.html").write_text(
        '<html lang="zh-Hans"><head><meta http-equiv="refresh" content="0; url=/away/"></head>'
        "<body><main><h1>搬走了</h1><p>独角兽</p></main></body></html>",
        encoding="utf-8",
    )
    (root / "glossary.tsv").write_text(GLOSSARY, encoding="utf-8")
    return root


def _page(page: dict[str, str]) -> str:
    named = {f"jq:{name}": page.get(name, "") for name in ("keywords", "label", "kind", "index")}
    named["description"] = page.get("description", "")
    metas = "".join(
        f'<meta name="{name}" content="{html.escape(value)}">'
        for name, value in named.items()
        if value
    )
    title = page["title"]
    return (
        f'<!doctype html><html lang="{page["lang"]}"><head><meta charset="utf-8">'
        f'<title>{title} · 金桥</title>{metas}<link rel="icon" href="data:,"></head><body>'
        f'<nav><a href="/">独角兽</a></nav><main><article><p class="jq-screen">独角兽</p>'
        f'<h1 id="top">{title}<a class="headerlink" href="#top">¶</a></h1>{page["body"]}'
        "</article></main></body></html>"
    )
