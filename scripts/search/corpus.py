"""Articles of a built HTML tree: what a reader can read of each page, block by block.

Works on any tree whose pages say `<html lang>` and hold an `article` or a `main`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scripts.search.tokens import HAN
from scripts.walk import files_below

_SKIPPED = (
    "nav form script style template svg dialog button select input textarea iframe noscript"
    " object video audio -comment"
)
_BLOCKS = (
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption"
    " figure footer header hr legend li main ol p pre section summary table tbody tfoot thead tr ul"
    " h1 h2 h3 h4 h5 h6"
)
SKIPPED_TAGS = frozenset(_SKIPPED.split())
BLOCK_TAGS = frozenset(_BLOCKS.split())
SKIPPED_CLASSES = frozenset({"headerlink", "jq-screen", "jq-meta", "jq-sources"})
HEADING = re.compile(r"h[1-6]\Z")
MINOR_CLASS = "jq-rules"  # names of rules: to be found, but no passage to show for a question
PERMALINKS = "¶#"
# A line broken in the source between two Chinese characters is no blank to a reader.
SOFT_BREAK = re.compile(rf"(?<=[{HAN}，。、；：！？”》）])[^\S\n]*\n\s*(?=[{HAN}“《（])")
CELL_BREAK = " · "  # a mark, so that no phrase runs from one table cell into the next


@dataclass(frozen=True)
class Section:
    """A heading that can be linked to; `block` is where its text begins in `Article.blocks`."""

    id: str
    heading: str
    block: int


@dataclass
class Article:
    """One thing that can be found. `blocks` is its text in reading order, title first.

    `minor`: numbers of the blocks that are shown only when nothing else fits.
    """

    url: str
    lang: str
    title: str
    description: str = ""
    blocks: list[str] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    minor: list[int] = field(default_factory=list)
    kind: str = "guide"
    label: str = ""
    part: str = ""


@dataclass
class _Reader:
    blocks: list[str] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    minor: list[int] = field(default_factory=list)

    def end_block(self) -> None:
        text = self._take().strip("·").strip()
        if text:
            self.blocks.append(text)

    def read(self, node: LexborNode, terms: list[LexborNode] | None = None) -> None:
        """Append the blocks of `node`; elements marked as terms go to `terms` instead."""
        for child in node.iter(include_text=True):
            tag = child.tag or ""
            if tag == "-text":
                self.pieces.append(child.text_content or "")
                continue
            attributes = child.attributes
            if _skipped(tag, attributes):
                continue
            if terms is not None and "data-jq-term" in attributes and attributes.get("id"):
                self.end_block()
                terms.append(child)
            elif tag == "br":
                self.pieces.append(" ")
            elif "lang" in attributes and tag not in BLOCK_TAGS:
                self.pieces.append(" ")  # a word in another script is a word of its own
                self.read(child, terms)
                self.pieces.append(" ")
            elif HEADING.match(tag):
                self._heading(child)
            elif tag in ("td", "th"):
                self.read(child, terms)
                self.pieces.append(CELL_BREAK)
            elif tag in BLOCK_TAGS:
                self.end_block()
                began = len(self.blocks)
                self.read(child, terms)
                self.end_block()
                if MINOR_CLASS in (attributes.get("class") or "").split():
                    self.minor += range(began, len(self.blocks))
            else:
                self.read(child, terms)

    def _take(self) -> str:
        text = "".join(self.pieces)
        self.pieces.clear()
        if "\n" in text:
            text = SOFT_BREAK.sub("", text)
        return " ".join(text.split())

    def _heading(self, node: LexborNode) -> None:
        self.end_block()
        self.read(node)
        text = self._take().rstrip(PERMALINKS).strip()
        if text:
            self.sections.append(Section(node.attributes.get("id") or "", text, len(self.blocks)))
            self.blocks.append(text)


def _skipped(tag: str, attributes: dict[str, str | None]) -> bool:
    return (
        tag in SKIPPED_TAGS
        or "data-pagefind-ignore" in attributes
        or "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or not SKIPPED_CLASSES.isdisjoint((attributes.get("class") or "").split())
    )


def collect(root: Path, skip: Callable[[str], bool] = lambda url: False) -> Iterator[Article]:
    """Articles of every HTML file under `root`, ordered by address.

    A page stays out when `skip(url)` says so, when it is a 404 or a redirect, when it holds
    `<meta name="jq:index" content="no">`, or when it has neither language nor text.
    """
    names = (name for name in files_below(root) if name.endswith(".html"))
    for name in sorted(names, key=lambda name: name.split("/")):
        url = url_of(name)
        if name.rpartition("/")[2] != "404.html" and not skip(url):
            yield from articles_of((root / name).read_text(encoding="utf-8"), url)


def url_of(name: str) -> str:
    """The address from the root of the site: `away/index.html` is `/away/`."""
    return "/" + re.sub(r"(^|/)index\.html\Z", r"\1", name)


def articles_of(html: str, url: str) -> Iterator[Article]:
    """The page as one article, then each `[data-jq-term]` with an id in it as another."""
    tree = LexborHTMLParser(html)
    root = tree.css_first("html")
    lang = (root.attributes.get("lang") or "") if root else ""
    body = tree.css_first("article") or tree.css_first("main")
    if not lang or body is None or _meta(tree, "jq:index") == "no":
        return
    if any(not _in_noscript(node) for node in tree.css('meta[http-equiv="refresh" i]')):
        return
    reader, terms = _Reader(), list[LexborNode]()
    reader.read(body, terms)
    reader.end_block()
    title = _title(tree, body)
    if not title or not (reader.blocks or terms):
        return
    if title not in reader.blocks[:2]:
        reader.blocks.insert(0, title)
        reader.sections = [Section(s.id, s.heading, s.block + 1) for s in reader.sections]
        reader.minor = [number + 1 for number in reader.minor]
    yield Article(
        url=url,
        lang=lang,
        title=title,
        description=_meta(tree, "description"),
        blocks=reader.blocks,
        sections=[section for section in reader.sections if section.heading != title],
        keywords=[word.strip() for word in _meta(tree, "jq:keywords").split(";") if word.strip()],
        minor=reader.minor,
        kind=_meta(tree, "jq:kind") or "guide",
        label=_meta(tree, "jq:label"),
        part=_meta(tree, "jq:section"),
    )
    for node in terms:
        yield from _term(node, url, lang)


def _term(node: LexborNode, url: str, lang: str) -> Iterator[Article]:
    reader = _Reader()
    reader.read(node)
    reader.end_block()
    if not reader.blocks:
        return
    named = node.attributes.get("data-jq-term") or reader.blocks[0]
    title, *keywords = [name.strip() for name in named.split(";") if name.strip()]
    blocks = reader.blocks if reader.blocks[0] == title else [title, *reader.blocks]
    yield Article(
        url=f"{url}#{node.attributes['id']}",
        lang=lang,
        title=title,
        description=" ".join(blocks[1:]),
        blocks=blocks,
        keywords=keywords,
        kind="term",
        label="",
    )


def _in_noscript(node: LexborNode) -> bool:
    """Readers with scripts are not led away."""
    return node.parent is not None and node.parent.tag == "noscript"


def _title(tree: LexborHTMLParser, body: LexborNode) -> str:
    heading = body.css_first("h1") or tree.css_first("h1")
    if heading is not None:
        reader = _Reader()
        reader.read(heading)
        reader.end_block()
        if reader.blocks:
            return reader.blocks[0].rstrip(PERMALINKS).strip()
    title = tree.css_first("head > title")
    return re.split(r" [·|–—-] ", title.text(strip=True))[0].strip() if title else ""


def _meta(tree: LexborHTMLParser, name: str) -> str:
    node = tree.css_first(f'meta[name="{name}"]')
    return (node.attributes.get("content") or "").strip() if node else ""
