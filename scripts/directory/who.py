"""The sentence on who may come, put together from an entry's data."""

from __future__ import annotations

from scripts.directory.schema import Branch, Directory, Term, Text
from scripts.directory.words import Words, within

_LIVES = Text("居住或工作", "live or work")


def people(directory: Directory, branch: Branch, lang: str) -> str:
    """What the people of a branch do there, as it stands in the sentence.

    The kind says it (students study); else the trade, where the branch is built on one; else the
    setting.
    """
    lists = directory.taxonomies
    kind = lists["kind"][branch.kind]
    setting = lists["setting"][branch.setting]
    trade = lists["trade"].get(branch.trade)
    by_trade = branch.anchor == "industry" or branch.trade in ("new_employment",)
    order: list[Term | None] = [kind, trade if by_trade else None, setting, trade]
    for term in order:
        if term and term.people:
            return term.people[lang]
    return _LIVES[lang]


def home(branch: Branch, lang: str) -> str:
    """枣簪乡簪头村; Zantou Village in Zaozan Township."""
    if branch.village and lang == "en":
        return f"{branch.village.en} in {branch.township.name.en}"
    return within(branch.village, branch.township.name, lang)


def members(directory: Directory, branch: Branch, words: Words, lang: str) -> str:
    """在深圳龙岗区民营企业上班、老家在榛渡镇一带的党员。"""
    return words["who_members"].format(
        place=within(branch.district, branch.city.short, lang),
        people=people(directory, branch, lang),
        home=home(branch, lang),
    )
