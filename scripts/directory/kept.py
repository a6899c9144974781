"""Which pages come out otherwise than in an earlier release, by the entries that differ.

An entry's page shows its own row, the cards of entries near it, and what it was merged into; a
browse page shows the entries of its group. All others stay as they lie in the earlier release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

from scripts.directory.groups import Group, all_groups, nearby
from scripts.directory.schema import Branch, Directory


@dataclass(frozen=True)
class Kept:
    """The release whose web root is `earlier` shows `before`; the new one is to show `now`."""

    earlier: Path
    before: Directory
    now: Directory

    @property
    def in_order(self) -> bool:
        """Whether entries that stand in both directories follow each other as they did: lists with
        equal days do as the spreadsheet does."""
        old, new = self.before.by_id, self.now.by_id
        return [id_ for id_ in old if id_ in new] == [id_ for id_ in new if id_ in old]

    @cached_property
    def changed(self) -> frozenset[str]:
        """Ids that came, went or mean something else."""
        old, new = self.before.by_id, self.now.by_id
        return frozenset(id_ for id_ in old.keys() | new.keys() if old.get(id_) != new.get(id_))

    @cached_property
    def gone(self) -> frozenset[str]:
        return self.changed - self.now.by_id.keys()

    @cached_property
    def entries(self) -> frozenset[str]:
        """Ids of entries whose pages are to be made."""
        near_now, near_before = nearby(self.now), nearby(self.before)

        def differs(branch: Branch) -> bool:
            if branch.id in self.changed or branch.merged_into in self.changed:
                return True
            if branch.province.code not in self._provinces:
                return False
            shown = [other.id for other in near_now.of(branch)]
            if not self.changed.isdisjoint(shown):
                return True
            return shown != [other.id for other in near_before.of(branch)]

        return frozenset(branch.id for branch in self.now.branches if differs(branch))

    def group(self, group: Group) -> bool:
        """Whether the browse page of `group` is to be made."""
        if (group.facet, group.key) in self._groups:
            return True
        if group.facet != "city" or group.count:
            return False
        # A city without open entries names others of its province.
        place = self.now.places.cities[group.key]
        return (place.parent or place.code) in self._provinces

    @cached_property
    def cards(self) -> frozenset[str]:
        """Ids of open entries whose contact cards are to be made."""
        found = (self.now.by_id.get(id_) for id_ in self.changed)
        return frozenset(branch.id for branch in found if branch and branch.is_open)

    @cached_property
    def no_cards(self) -> frozenset[str]:
        """Ids that had a contact card and have none any more."""
        was = (self.before.by_id.get(id_) for id_ in self.changed)
        return frozenset(branch.id for branch in was if branch and branch.is_open) - self.cards

    def lost_groups(self) -> Iterator[Group]:
        """Groups that have no page any more."""
        now = {group.path for groups in all_groups(self.now).values() for group in groups}
        for groups in all_groups(self.before).values():
            yield from (group for group in groups if group.path not in now)

    def unchanged(self, lines: Sequence[bytes]) -> Mapping[str, bytes]:
        """Of a file that has a line for each entry of `before`, those that stay, by id; none when
        the number of lines says that it is not so."""
        if len(lines) != len(self.before.branches):
            return {}
        found = zip(self.before.by_id, lines, strict=True)
        return {id_: line for id_, line in found if id_ not in self.changed}

    @cached_property
    def same_pages(self) -> bool:
        """Whether there is a page for just what had one."""
        if self.before.by_id.keys() != self.now.by_id.keys():
            return False
        old, new = (
            {group.path for groups in all_groups(side).values() for group in groups}
            for side in (self.before, self.now)
        )
        return old == new

    @cached_property
    def _both(self) -> tuple[Branch, ...]:
        sides = (self.before.by_id, self.now.by_id)
        return tuple(side[id_] for side in sides for id_ in self.changed if id_ in side)

    @cached_property
    def _provinces(self) -> frozenset[str]:
        return frozenset(branch.province.code for branch in self._both)

    @cached_property
    def _groups(self) -> frozenset[tuple[str, str]]:
        return frozenset(chain.from_iterable(map(_groups_of, self._both)))


def _groups_of(branch: Branch) -> Iterator[tuple[str, str]]:
    """(facet, key) of the browse pages that show an entry."""
    yield "province", branch.province.code
    yield "city", branch.city.code
    yield "home", branch.township.slug
    yield "trade", branch.trade
    yield "kind", branch.kind
