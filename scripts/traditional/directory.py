"""The directory in Traditional characters: the same entries, their Chinese texts converted.

Whoever makes pages of it takes it for Simplified: what stands under `zh` is Traditional.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final

from scripts.directory.schema import Branch, Directory, Place, Places, Taxonomies, Term, Text
from scripts.undisturbed import undisturbed

Many = Callable[[Sequence[str]], list[str]]

_TEXTS: Final = tuple(one.name for one in fields(Branch) if one.type in ("Text", "Text | None"))


class Converted:
    """Converts each text and each entry once, in however many directories it stands."""

    def __init__(self, many: Many) -> None:
        self._many = many
        self._known: dict[str, str] = {}
        #: By id: the entry and what it became.
        self._entries: dict[str, tuple[Branch, Branch]] = {}
        self._last: tuple[Directory, Directory] | None = None

    def texts(self, texts: Sequence[str]) -> list[str]:
        """In the same order."""
        self._learn(texts)
        return [self._known[text] for text in texts]

    def words(self, words: Mapping[str, str]) -> dict[str, str]:
        """The same keys."""
        self._learn(words.values())
        return {key: self._known[text] for key, text in words.items()}

    def directory(self, directory: Directory) -> Directory:
        """The same for the same. Districts of the list of places, which no page shows, stay."""
        if not (self._last and self._last[0] is directory):
            with undisturbed():
                self._last = directory, self._made(directory)
        return self._last[1]

    def _made(self, directory: Directory) -> Directory:
        entries = self._entries
        fresh = [
            branch
            for branch in directory.branches
            if (known := entries.get(branch.id)) is None or known[0] is not branch
        ]
        self._learn(_texts(directory, fresh))
        places = directory.places
        provinces = {code: self._place(place) for code, place in places.provinces.items()}
        cities = {code: self._place(place) for code, place in places.cities.items()}
        townships = {
            slug: replace(town, name=self._text(town.name))
            for slug, town in directory.townships.items()
        }
        for branch in fresh:
            given: dict[str, Any] = {
                name: text and self._text(text)
                for name in _TEXTS
                if (text := getattr(branch, name)) is not None
            }
            made = replace(
                branch,
                **given,
                aliases_zh=tuple(self._known[alias] for alias in branch.aliases_zh),
                province=provinces[branch.province.code],
                city=cities[branch.city.code],
                township=townships[branch.township.slug],
            )
            entries[branch.id] = branch, made
        return Directory(
            tuple(entries[branch.id][1] for branch in directory.branches),
            Places(provinces, cities, places.districts),
            townships,
            self._taxonomies(directory.taxonomies),
        )

    def _learn(self, texts: Iterable[str]) -> None:
        unknown = list({text for text in texts if text not in self._known})
        self._known |= zip(unknown, self._many(unknown), strict=True)

    def _text(self, text: Text) -> Text:
        return Text(text.hant or self._known[text.zh], text.en, text.hant)

    def _place(self, place: Place) -> Place:
        return replace(place, name=self._text(place.name), short=self._text(place.short))

    def _taxonomies(self, lists: Taxonomies) -> dict[str, dict[str, Term]]:
        return {
            name: {
                value: replace(
                    term,
                    label=self._text(term.label),
                    people=term.people and self._text(term.people),
                )
                for value, term in terms.items()
            }
            for name, terms in lists.items()
        }


def _texts(directory: Directory, fresh: Iterable[Branch]) -> Iterator[str]:
    places = directory.places
    for place in (*places.provinces.values(), *places.cities.values()):
        yield from (place.name.zh, place.short.zh)
    for town in directory.townships.values():
        yield town.name.zh
    for terms in directory.taxonomies.values():
        for term in terms.values():
            yield term.label.zh
            if term.people:
                yield term.people.zh
    for branch in fresh:
        yield from branch.aliases_zh
        for name in _TEXTS:
            if text := getattr(branch, name):
                yield text.zh
