"""`manage.py check`: everything that can be found wrong before building, all at once."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forms_api import clock
from forms_api.forms import DefinitionError, Form, load_all
from scripts import identity, source_text
from scripts.answers import files as answers
from scripts.answers import totals
from scripts.content import (
    facts,
    front_matter,
    glossary,
    level,
    links,
    moved,
    paper,
    published_files,
    rules,
    then_now,
    typography,
    variants,
    visible,
)
from scripts.content.pages import (
    LANGUAGES,
    OUTSIDE,
    SourcePage,
    catalogue,
    is_outside,
    source_pages,
)
from scripts.directory.importer import check_directory
from scripts.offline import essentials
from scripts.outcome import DONE, SHORT
from scripts.problems import Problem
from scripts.source_text import SourceError
from scripts.traditional import risks

ROOT = Path(__file__).resolve().parent.parent
FORMS = "forms_api/definitions"


@dataclass
class Report:
    """Counts as in design/COMMANDS.md, and every problem sorted by file and line."""

    pages: dict[str, int] = field(default_factory=dict)
    facts: dict[str, int] = field(default_factory=dict)
    terms: int = 0
    stale: int = 0
    outdated: int = 0
    planned: list[str] = field(default_factory=list)
    branches: int = 0
    problems: list[Problem] = field(default_factory=list)
    #: Words for a person to look at; they keep nothing from being built.
    notices: list[Problem] = field(default_factory=list)

    def count(self, *codes: str) -> int:
        return sum(problem.code in codes for problem in self.problems)

    def as_dict(self) -> dict[str, Any]:
        return {
            "pages": self.pages,
            "facts": self.facts,
            "terms": self.terms,
            "stale": self.stale,
            "outdated": self.outdated,
            "typography": self.count("typography"),
            "broken_links": self.count("broken-link"),
            "unlabelled": self.count("unlabelled"),
            "planned": self.planned,
            "branches": self.branches,
            "problems": [problem.as_dict() for problem in self.problems],
            "notices": [notice.as_dict() for notice in self.notices],
        }


def check(root: Path = ROOT) -> Report:
    """Read all sources and report all faults; nothing is written."""
    report = Report(dict.fromkeys(LANGUAGES, 0), {"total": 0, **dict.fromkeys(LANGUAGES, 0)})
    report.problems = source_text.faults(root)
    if report.problems:
        return report  # whoever cannot read a file would find fault with all that refers to it
    try:
        _check_contents(root, report)
    except SourceError as unreadable:
        report.problems.extend(unreadable.problems)
    report.problems.sort()
    return report


def _check_contents(root: Path, report: Report) -> None:
    found = report.problems
    found.extend(identity.check(root))
    rows = catalogue(root)
    pages = source_pages(root)
    listed = [page for page in pages if not is_outside(page.slug)]
    known = facts.load_facts(root)
    forms = _forms(root)
    report.branches, faults = check_directory(root)
    found.extend(faults)

    pointers = links.Links(pages, rows, set(forms))
    for page in listed:
        found.extend(front_matter.check(page, rows))
    for page in pages:
        found.extend(visible.check(page))
        found.extend(paper.check(page, rows))
        found.extend(facts.check_marks(page, known))
        found.extend(typography.check(page))
        found.extend(pointers.check(page))
    found.extend(published_files.check(root, pages))
    found.extend(level.check(pages))
    found.extend(rules.check(pages))
    carried = facts.carried(pages, known)
    for page in listed:
        if page.slug in rows:
            for fact in rows[page.slug].own_facts:
                if fact not in carried[page.lang]:
                    found.append(
                        Problem(page.file, 1, "fact-missing", f"{fact} is not marked on this page")
                    )
    found.extend(_form_pages(root, forms, pages))

    report.pages = {lang: sum(page.lang == lang for page in listed) for lang in LANGUAGES}
    report.facts = {"total": len(known), **{lang: len(carried[lang]) for lang in LANGUAGES}}
    found.extend(glossary.check(root))
    found.extend(then_now.check(root, known, rows))
    found.extend(moved.check(root, {page.slug for page in listed}))
    found.extend(essentials.check(root, pages))
    found.extend(answers.check(root, rows))
    found.extend(totals.check(root, forms))
    found.extend(variants.check(root, pages))
    found.extend(risks.faults(root))
    report.terms = len(glossary.load_terms(root))
    report.stale = sum(_is_stale(page) for page in listed if page.lang == "zh")
    report.outdated = _outdated(pages)
    report.planned = sorted(pointers.planned)


def _forms(root: Path) -> dict[str, Form]:
    try:
        return load_all(root / FORMS)
    except DefinitionError as error:
        parts = [fault.partition(": ") for fault in error.faults]
        faulty = [Problem(f"{FORMS}/{name}", 0, "definition", what) for name, _, what in parts]
        raise SourceError(faulty) from error  # every form's page and figures would be missed, too


def _form_pages(root: Path, forms: dict[str, Form], pages: list[SourcePage]) -> list[Problem]:
    slugs = {page.slug for page in pages}
    return [
        Problem(
            f"{FORMS}/{form.id}.yml",
            0,
            "form-page",
            f"its page {form.page} does not exist",
        )
        for form in forms.values()
        if form.page != "every" and form.page not in slugs
    ]


def _is_stale(page: SourcePage) -> bool:
    reviewed = page.meta.get("reviewed_on")
    limit = front_matter.STALE_AFTER_DAYS
    return isinstance(reviewed, dt.date) and (clock.today() - reviewed).days > limit


def _outdated(pages: list[SourcePage]) -> int:
    chinese = {page.slug: page for page in pages if page.lang == "zh"}
    return sum(
        level.is_outdated(page, chinese[page.slug])
        for page in pages
        if page.lang == "en" and page.slug in chinese and page.slug not in OUTSIDE
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )


def run(args: argparse.Namespace) -> int:
    report = check()
    if not report.count(*source_text.CODES):
        report.notices = risks.notices(ROOT)
    if args.json:
        print(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        print_report(report)
    return SHORT if report.problems else DONE


def print_report(report: Report) -> None:
    for problem in [*report.problems, *report.notices]:
        print(problem)
    pages, carried = report.pages, report.facts
    print(
        f"页面 zh {pages['zh']}、en {pages['en']}，事实 {carried['zh']}/{carried['total']}，"
        f"支部 {report.branches}，问题 {len(report.problems)}，提醒 {len(report.notices)}\n"
        f"pages zh {pages['zh']}, en {pages['en']}; facts {carried['en']}/{carried['total']}; "
        f"branches {report.branches}; outdated translations {report.outdated}; "
        f"problems {len(report.problems)}, notices {len(report.notices)}"
    )
