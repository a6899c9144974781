"""The finder's files: what they hold, what they weigh, what they are called."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from scripts.directory import finder
from scripts.directory.finder_columns import SYMBOLS, columns, six
from scripts.directory.finder_text import gaps, plain, words_in
from scripts.directory.importer import load_directory
from scripts.directory.words import load_words
from scripts.traditional.converter import load
from scripts.traditional.directory import Converted
from tests.browser.finder_tree import generated
from tests.site.directory_data import DATA, TODAY, multiplied

DIRECTORY = load_directory(DATA.parents[1])[0]
SHOWN = set("".join(SYMBOLS[:64]))


def weight(*paths: Path) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in paths)


def test_ten_thousand_entries_can_be_filtered_after_sixty_kilobytes(tmp_path: Path) -> None:
    finder.write(generated(10_000), tmp_path, TODAY, DATA)
    data = tmp_path / finder.FOLDER
    assert len(list(data.glob("*/c*.json"))) == 1
    for lang in ("zh", "en"):
        before = weight(data / f"{lang}.json", *data.glob("*/c0.json"))
        assert 30_000 < before <= 60_000
        cards = [weight(path) for path in list(data.glob(f"*/{lang}/*.json"))[:50]]
        assert max(cards) <= 2_000
    assert max(weight(path) for path in data.glob("*/t*.json")) <= 6_000


def test_a_place_is_a_range_with_open_and_recently_checked_branches_first() -> None:
    table = columns(DIRECTORY, load_words(DATA), TODAY)
    for span in table.spans:
        there = table.rows[span.start : span.end]
        assert {branch.city.code for branch in there} == {span.city.code}
        opened, others = there[: span.open - span.start], there[span.open - span.start :]
        assert all(branch.is_open for branch in opened)
        assert not any(branch.is_open for branch in others)
        days = [branch.verified_on for branch in opened]
        assert days == sorted(days, reverse=True)
    assert table.spans[-1].end == len(DIRECTORY.branches)


@pytest.mark.parametrize("size", [1, 5, 6, 7, 24, 25, 64, 1000])
def test_bits_as_text_give_the_bits_back(size: int) -> None:
    bits = sum(1 << row for row in range(0, size, 3))
    text = six(bits, size)
    back = sum(SYMBOLS.index(symbol) << 6 * at for at, symbol in enumerate(text))
    assert back == bits and set(text) <= SHOWN and len(text) == -(-size // 6)


def test_gaps_as_text_give_the_rows_back() -> None:
    rows = [0, 1, 33, 34, 70, 5000, 5001, 90_000, 2_000_000]
    back, row, part, shift = [], -1, 0, 0
    for symbol in gaps(rows):
        number = SYMBOLS.index(symbol)
        part |= (number & 31) << shift
        shift += 5
        if number < 32:
            row += part + 1
            back.append(row)
            part = shift = 0
    assert back == rows


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("駐深圳龍崗", {"驻深", "深圳", "圳龙", "龙岗"}),
        ("Lüliang’s Town, the ２nd", {"luliangs", "town", "2nd"}),
        ("村 a 镇", {"村", "镇"}),
        ("深圳KTV产业", {"深圳", "ktv", "产业"}),
        ("", set()),
    ],
)
def test_names_become_pairs_and_words(text: str, words: set[str]) -> None:
    assert words_in(plain(text)) == words


def test_the_folder_changes_with_its_content_and_with_nothing_else(tmp_path: Path) -> None:
    def folder() -> str:
        start = json.loads((tmp_path / "data/finder/zh.json").read_bytes())
        assert (tmp_path / start["folder"].strip("/")).is_dir()
        assert len(list((tmp_path / "data/finder").iterdir())) == 3
        return str(start["folder"])

    finder.write(DIRECTORY, tmp_path, TODAY, DATA)
    first = folder()
    finder.write(DIRECTORY, tmp_path, TODAY, DATA)
    assert folder() == first
    finder.write(multiplied(DIRECTORY, 70), tmp_path, TODAY, DATA)
    assert folder() != first


def test_the_traditional_edition_has_names_and_cards_of_its_own_and_shares_the_rest(
    tmp_path: Path,
) -> None:
    converted = Converted(load(DATA.parents[1]).many)
    finder.write(DIRECTORY, tmp_path, TODAY, DATA, traditional=converted)
    plain, shown = (
        json.loads((tmp_path / f"data/finder/{name}.json").read_bytes())
        for name in ("zh", "zh-hant")
    )
    assert shown.pop("url") == "/zh-hant/find/directory/{id}/"
    assert [name for _, name, *_ in shown["provinces"]] == converted.texts(
        [name for _, name, *_ in plain["provinces"]]
    )
    assert "快遞" in "".join(label for _, _, label, _ in shown["values"])
    names = {"url", "provinces", "cities", "values"}
    assert {k: v for k, v in shown.items() if k not in names} == {
        k: v for k, v in plain.items() if k not in names
    }
    cards = json.loads((tmp_path / plain["folder"].strip("/") / "zh-hant/0.json").read_bytes())
    branch = DIRECTORY.by_id[cards[0][0]]
    assert cards[0][1] == converted.directory(DIRECTORY).by_id[branch.id].title("zh")


def test_an_empty_directory_has_data_too(tmp_path: Path) -> None:
    written = finder.write(multiplied(DIRECTORY, 0), tmp_path, TODAY, DATA)
    start = json.loads((tmp_path / "data/finder/en.json").read_bytes())
    assert (start["rows"], start["values"], start["cities"]) == (0, [], [])
    assert written.files == 3
