"""From a page's Markdown to the HTML of its article: marks, planned links, boxes, forms.

Pure functions; scripts/hooks.py calls them from MkDocs' events.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Iterable
from typing import Any

from scripts.content import facts
from scripts.content.words import day, fill

_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+\.md)(#[\w-]+)?\)")
_FENCE = re.compile(r"(^```.*?^```[^\n]*$)", re.MULTILINE | re.DOTALL)
_EMBED = re.compile(r"<p>\[\[([\w-]+)(?::\s*([\w-]+))?\]\]</p>")


def markdown(
    text: str, slug: str, built: set[str], catalogue: Iterable[str], blanks: dict[str, Any]
) -> tuple[str, set[str]]:
    """Markdown ready for MkDocs, and the planned pages it wanted to link to.

    Identity blanks are filled, fact marks become spans, and a link to a page of the catalogue that
    is not written yet becomes its words alone.
    """
    planned: set[str] = set()
    known = set(catalogue)

    def link(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(slug), match[2]))
        target = target.removesuffix(".md")
        if target in known and target not in built:
            planned.add(target)
            return match[1]
        return match[0]

    parts = _FENCE.split(text)
    for position in range(0, len(parts), 2):
        parts[position] = _LINK.sub(link, facts.to_html(fill(parts[position], blanks)))
    return "".join(parts), planned


def article(
    content: str,
    meta: dict[str, Any],
    lang: str,
    words: dict[str, str],
    embed: Callable[[str, str], str],
) -> str:
    """The article with its boxes worded and its `[[form: id]]` lines replaced by what they name."""
    rules = meta.get("rules") or []
    content = content.replace(
        '<p class="jq-when" data-jq="today"> </p>', _today_strip(rules, lang, words)
    )
    if 'data-jq="rules"' in content:
        content = content.replace('<p data-jq="rules"> </p>', _rules(rules, lang, words))
    elif rules:
        content += _rules_section(rules, lang, words)
    if period := meta.get("period"):
        start, _, end = str(period).partition("–")
        years = fill(words["past_years"], {"from": start, "to": end})
        strip = f'<p class="jq-when">{words["past_strip"]} <span>{years}</span></p>'
        content = content.replace('<p class="jq-when" data-jq="then"> </p>', strip)
        ending = "past_end_historical" if meta.get("label") == "historical" else "past_end"
        content = content.replace(
            '<p data-jq="past-end"> </p>', f"<p><strong>{words[ending]}</strong></p>"
        )
    # Commands wider than a phone scroll in their box; the keyboard must reach it.
    content = content.replace("<pre><code", '<pre tabindex="0"><code')
    return _EMBED.sub(lambda m: embed(m[1], m[2] or ""), content)


def _today_strip(rules: list[dict[str, Any]], lang: str, words: dict[str, str]) -> str:
    if not rules:
        return f'<p class="jq-when">{words["today_plain"]}</p>'
    dates = [str(rule["checked_on"]) for rule in rules if rule.get("checked_on")]
    if len(dates) == len(rules):
        note = fill(words["today_checked"], {"day": day(min(dates), lang)})
    else:
        note = words["today_unchecked"]
    return f'<p class="jq-when">{words["today_strip"]} <span>{note}</span></p>'


def _rules(rules: list[dict[str, Any]], lang: str, words: dict[str, str]) -> str:
    if not rules:
        return ""
    items = []
    for rule in rules:
        name = html.escape(rule["name"])
        if url := rule.get("url"):
            name = f'<a href="{html.escape(url)}" rel="noopener">{name}</a>'
        blanks = {
            "issued": day(str(rule["issued"]), lang),
            "rule": name,
            "issuer": html.escape(rule["issuer"]),
        }
        items.append(f"<li>{fill(words['rule_from'], blanks)}</li>")
    return f'<ul class="jq-rules">{"".join(items)}</ul>'


def _rules_section(rules: list[dict[str, Any]], lang: str, words: dict[str, str]) -> str:
    """For a page that states rules without a box for today."""
    unchecked = any(not rule.get("checked_on") for rule in rules)
    note = f'<p class="jq-small">{words["today_unchecked"]}</p>' if unchecked else ""
    title = f'<h2 id="rules">{words["rules_title"]}</h2>'
    return f"<section>{title}{_rules(rules, lang, words)}{note}</section>"


def sources(
    ids: Iterable[str], known: dict[str, facts.Fact], period: str | None, words: dict[str, str]
) -> dict[str, Any] | None:
    """What the foot of a page says about its facts: a sentence, and a line per essay."""
    by_seed: dict[int, int] = {}
    for identifier in ids:
        if identifier in known:
            seed = known[identifier].seed
            by_seed[seed] = by_seed.get(seed, 0) + 1
    if not by_seed:
        return None
    start, _, end = (period or "2003–2007").partition("–")
    return {
        "text": fill(words["sources_text"], {"from": start, "to": end}),
        "lines": [
            fill(words["sources_facts"], {"n": count, "seed": words[f"seed_{seed}"]})
            for seed, count in sorted(by_seed.items())
        ],
    }
