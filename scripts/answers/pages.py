"""Pages of published answers: one for each question, and one that lists them by topic.

They stand beside the catalogue of pages.tsv and are filled into the site's shell, as the
directory's are. A question has a page of its own, so that it can be found, linked and judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from forms_api import publishable
from forms_api.languages import FOLDERS, Folder, edition_of, prefix
from forms_api.shell import Shell
from scripts.answers.files import SLUG, Answer
from scripts.content.words import fill
from scripts.directory.linked_data import open_graph
from scripts.inline_json import linked_data
from scripts.sources import Sources

ASK = "help/ask"
_LONGEST = 110  # characters of an answer that stand below its question in a list


def write(sources: Sources, shells: Mapping[str, Shell], public: Path) -> None:
    """All pages of both languages, below the web root."""
    for lang in FOLDERS:
        _Pages(sources, shells[lang], lang).write(public)


def slug_of(answer: Answer) -> str:
    return f"{SLUG}/{answer.slug}"


def feed(sources: Sources) -> list[dict[str, Any]]:
    """What /data/answers.json holds."""
    topics = publishable.topics()
    return [
        {
            "slug": slug_of(one),
            "url": {lang: f"/{prefix(lang)}{slug_of(one)}/" for lang in FOLDERS},
            "topic": one.topic,
            "topic_name": {lang: topics[one.topic][lang] for lang in FOLDERS},
            "question": {lang: one.question[lang] for lang in FOLDERS},
            "answer": {lang: one.answer[lang] for lang in FOLDERS},
            "checked": one.checked,
            "sample": one.sample,
        }
        for one in sources.answers
    ]


class _Pages:
    def __init__(self, sources: Sources, shell: Shell, lang: Folder) -> None:
        self.sources, self.shell, self.lang = sources, shell, lang
        self.site, self.words = sources.site, sources.site.words[lang]
        theme = Path(__file__).resolve().parents[2] / "docs/theme"
        self.templates = Environment(
            loader=FileSystemLoader(theme), autoescape=True, trim_blocks=True, auto_reload=False
        )
        self.parts = self.templates.get_template("partials/jq.html").make_module(
            {"w": self.words, "L": lang, "P": prefix(lang)}
        )
        self.topics = publishable.topics()
        asked = sources.forms.get(publishable.FORM)
        self.ask = {
            "ask_url": self.site.address(ASK, lang) if asked else "",
            "days": (asked and asked.answer_days) or 0,
        }
        self.by_topic = {
            topic: list(ones) for topic, ones in groupby(sources.answers, lambda one: one.topic)
        }

    def write(self, public: Path) -> None:
        base = public / prefix(self.lang)
        pages = {SLUG: self._landing()}
        pages |= {slug_of(one): self._answer(one) for one in self.sources.answers}
        for slug, page in pages.items():
            (base / slug).mkdir(parents=True, exist_ok=True)
            (base / slug / "index.html").write_text(page, encoding="utf-8")

    def _url(self, slug: str) -> str:
        return f"/{prefix(self.lang)}{slug}/"

    def _landing(self) -> str:
        topics = [
            {
                "id": topic,
                "label": self.topics[topic][self.lang],
                "answers": [
                    {
                        "url": self._url(slug_of(one)),
                        "question": one.question[self.lang],
                        "start": _start(one, self.lang),
                    }
                    for one in ones
                ],
            }
            for topic, ones in self.by_topic.items()
        ]
        content = self.templates.get_template("answers/landing.html").render(
            w=self.words,
            topics=topics,
            only_samples=all(one.sample for one in self.sources.answers),
            **self.ask,
        )
        return self._page(
            SLUG,
            title=self.words["answers_title"],
            description=self.words["answers_description"],
            content=content,
            rail=str(self.parts.toc([{"url": f"#{t['id']}", "title": t["label"]} for t in topics])),  # type: ignore[attr-defined]
        )

    def _answer(self, one: Answer) -> str:
        lang, question = self.lang, one.question[self.lang]
        links = [
            (address, self.site.titles[lang][slug])
            for slug in one.related
            if (address := self.site.address(slug, lang))
        ]
        content = self.templates.get_template("answers/answer.html").render(
            w=self.words,
            question=question,
            topic=self.topics[one.topic][lang],
            topic_url=f"{self._url(SLUG)}#{one.topic}",
            checked=fill(self.words["answers_checked"], {"year": one.checked}),
            sample=one.sample,
            blocks=one.blocks(lang),
            related=links,
            **self.ask,
            feedback=_Finished(self.sources.feedback(slug_of(one), lang)),
        )
        others = [
            (self._url(slug_of(two)), two.question[lang])
            for two in self.by_topic[one.topic]
            if two is not one
        ]
        return self._page(
            slug_of(one),
            title=question,
            description=_start(one, lang),
            content=content,
            rail=str(self.parts.related(others, self.words["answers_more"])),  # type: ignore[attr-defined]
            head=_linked_data(one, lang),
        )

    def _page(
        self, slug: str, *, title: str, description: str, content: str, rail: str, head: str = ""
    ) -> str:
        there = f"{self.sources.site_url}{prefix(self.lang)}{slug}/"
        steps = [(self.site.address("help/index", self.lang), self.words["section_help"])]
        if slug != SLUG:
            steps.append((self._url(SLUG), self.words["answers_title"]))
        name = escape(self.words["name"])
        return self.shell.fill(
            title=f"<title>{escape(title)} · {name}</title>",
            description=f'<meta name="description" content="{escape(description)}">',
            canonical=f'<link rel="canonical" href="{there}">',
            crumbs=str(self.parts.crumbs([step for step in steps if step[0]])),  # type: ignore[attr-defined]
            content=content,
            rail=rail,
            head=_INDEXED + open_graph(title, description, there) + head,
            **self.shell.switches(lambda code: f"/{prefix(edition_of(code))}{slug}/"),
        )


class _Finished(str):
    """HTML that a template takes as it is."""

    def __html__(self) -> str:
        return self


_INDEXED = '<meta name="jq:section" content="help">\n<meta name="jq:kind" content="answer">\n'


def _start(one: Answer, lang: str) -> str:
    """The answer's first words, whole sentences where they fit."""
    first = one.blocks(lang)[0]
    text = first if isinstance(first, str) else first[0]
    longest = _LONGEST if lang == "zh" else 2 * _LONGEST
    if len(text) <= longest:
        return text
    cut = text[:longest]
    end = max(cut.rfind(mark) for mark in ("。", "？", "！", ". ", "? "))
    return cut[: end + 1] if end > longest // 3 else f"{cut[:-1].rstrip()}…"


def _linked_data(one: Answer, lang: str) -> str:
    """A JSON-LD data block: one question with its accepted answer."""
    data = {
        "@context": "https://schema.org",
        "@type": "QAPage",
        "mainEntity": {
            "@type": "Question",
            "name": one.question[lang],
            "answerCount": 1,
            "acceptedAnswer": {"@type": "Answer", "text": one.answer[lang]},
        },
    }
    return linked_data(data)
