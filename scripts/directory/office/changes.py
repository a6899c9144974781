"""What an import would change, entry by entry and field by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from scripts.directory.cells import Row
from scripts.directory.columns import BY_NAME, COLUMNS
from scripts.directory.office.values import Reader
from scripts.outcome import both

#: Of each group so many entries are listed; the rest is counted.
LISTED = 200
_ENDED = ("closed", "merged")


@dataclass(frozen=True)
class Change:
    """`fields` are (column, before, after); empty for an entry that comes or goes as a whole."""

    id: str
    name: str
    fields: tuple[tuple[str, str, str], ...] = ()


@dataclass
class Changes:
    """`ended` are changes that close or merge an entry; the other changes are in `changed`."""

    added: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    ended: list[Change] = field(default_factory=list)
    removed: list[Change] = field(default_factory=list)
    same: int = 0
    kept: int = 0  # not in the file at all

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.ended or self.removed)


def between(
    present: Mapping[str, Row], rows: Iterable[Row], given: Iterable[Row], reader: Reader
) -> Changes:
    """From the rows of branches.csv to `rows`; `given` are those that the file names."""
    found = Changes()
    named = {row["id"] for row in given}
    after = {row["id"]: row for row in rows}
    for key, row in after.items():
        old = present.get(key)
        if old is None:
            found.added.append(Change(key, row["name_zh"]))
        elif key not in named:
            found.kept += 1
        elif fields := tuple(_fields(old, row, reader)):
            ends = row["status"] in _ENDED and old["status"] not in _ENDED
            (found.ended if ends else found.changed).append(Change(key, row["name_zh"], fields))
        else:
            found.same += 1
    found.removed = [
        Change(key, old["name_zh"]) for key, old in present.items() if key not in after
    ]
    return found


def _fields(old: Row, new: Row, reader: Reader) -> Iterator[tuple[str, str, str]]:
    for column in COLUMNS:
        before, after = old[column.name], new[column.name]
        # 是 in branches.csv and yes in the file are the same.
        if before != after and reader.read(before, column.name) != after:
            yield column.name, before, after


def told(changes: Changes) -> Iterator[str]:
    """Lines for a person; in both languages where they say anything."""
    for sign, entries, zh, en in (
        ("+", changes.added, "要新增", "to add"),
        ("~", changes.changed, "要改", "to change"),
        ("x", changes.ended, "要标为撤销或并入", "to mark as closed or merged"),
        ("-", changes.removed, "要整条删去", "to remove altogether"),
    ):
        if not entries:
            continue
        yield both(f"{zh} {len(entries)} 个", f"{en}: {len(entries)}")
        for entry in entries[:LISTED]:
            yield f"  {sign} {entry.id}  {entry.name}"
            for name, before, after in entry.fields:
                label = BY_NAME[name].label
                yield f"      {label.zh} / {label.en}: {before or '∅'} → {after or '∅'}"
        if len(entries) > LISTED:
            rest = len(entries) - LISTED
            yield "  " + both(f"…… 还有 {rest} 个", f"… and {rest} more")
    if changes.same or changes.kept:
        yield both(
            f"没有变化 {changes.same} 个，文件里没有、照旧保留 {changes.kept} 个",
            f"unchanged: {changes.same}; not in the file and kept as they are: {changes.kept}",
        )
