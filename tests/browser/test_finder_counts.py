"""The finder counts as somebody would who reads the whole list."""

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypinyin import Style, pinyin

from scripts.directory.finder_columns import columns
from scripts.directory.finder_text import COMMON, names_of, plain, words_in
from scripts.directory.schema import Branch, Directory
from scripts.directory.words import load_words
from scripts.search.serving import Served, serve
from tests.browser.finder_tree import (
    HERE,
    HOLDS,
    WHO,
    Choice,
    Seen,
    expected,
    generated,
    write_finder,
)
from tests.site.directory_data import DATA, TODAY, lists

SCRIPTS = Path(__file__).parents[2] / "docs" / "assets" / "js"
READ = """() => Object.fromEntries([...document.querySelectorAll("[data-jq-value]")].map(link =>
  [link.dataset.jqValue, Number(link.parentNode.querySelector(".jq-count").textContent)]))"""


class Finder:
    """One page kept open; `choose` changes the address as a link would."""

    def __init__(self, page: Page, served: Served, root: Path, lang: str) -> None:
        self.page, self.root, self.path = page, root, HERE[lang]
        self.said: list[str] = []
        self.fetched: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.fetched.append(request.url))
        self.address = served.address
        start = json.loads((root / f"data/finder/{lang}.json").read_bytes())
        self.names = [f"{part}={key}" for part, key, *_ in start["values"]]
        self.loads("")

    def loads(self, query: str) -> None:
        self.page.goto(f"{self.address}{self.path}{query and '?' + query}")
        self.settles()

    def settles(self) -> None:
        expect(self.page.locator("[data-jq-list]")).to_have_attribute("aria-busy", "false")

    def choose(self, query: str) -> None:
        self.page.evaluate(
            "href => { history.pushState(null, '', href);"
            " dispatchEvent(new PopStateEvent('popstate')); }",
            f"{self.path}{query and '?' + query}",
        )
        self.settles()

    @property
    def count(self) -> int:
        found = re.search(r"\d+", self.page.locator("[data-jq-finder] h2").inner_text())
        return int(found[0]) if found else 0

    def seen(self) -> Seen:
        counts = self.page.evaluate(READ)
        return Seen(self.count, {self.names[int(v)]: n for v, n in counts.items()})

    def ids(self) -> list[str]:
        links = self.page.locator("[data-jq-list] .jq-card h4 a")
        hrefs = links.evaluate_all("all => all.map(one => one.getAttribute('href'))")
        return [href.strip("/").split("/")[-1] for href in hrefs]

    def bytes(self) -> int:
        """What was fetched of the finder's data, compressed with gzip."""
        names = {url.removeprefix(self.address) for url in self.fetched}
        kept = [self.root / name.lstrip("/") for name in names if name.startswith("/data/")]
        return sum(len(gzip.compress(path.read_bytes(), 6)) for path in kept)


@pytest.fixture(scope="module", params=["whole", "chunks"])
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, Path, Directory]]:
    """2,500 entries, in one file of columns and in several."""
    directory = generated(2500)
    root = write_finder(tmp_path_factory.mktemp("finder"), directory, request.param == "chunks")
    with serve(root, SCRIPTS) as served:
        yield served, root, directory


def choices(directory: Directory, number: int) -> list[Choice]:
    """Combinations of up to four conditions, each with some place or none."""
    chance = random.Random(number)  # noqa: S311  # cases, not secrets
    townships, taxonomies = lists()[1:]
    keys = {
        "home": list(townships),
        "who": list(WHO),
        "trade": list(taxonomies["trade"]),
        "service": list(taxonomies["services"]),
        "setup": list(taxonomies["setup"]),
        "anchor": list(taxonomies["anchor"]),
        "open": ["yes"],
        "checked": ["yes"],
    }
    somewhere = [branch.city.code for branch in directory.branches]
    somewhere += [branch.province.code for branch in directory.branches]
    made = [Choice(), Choice(everything=True), Choice(place=directory.branches[0].city.code)]
    made += [Choice(((part, chance.choice(some)),)) for part, some in keys.items()]
    for _ in range(number):
        parts = chance.sample(list(keys), chance.randint(0, 3))
        values = [(part, chance.choice(keys[part])) for part in parts]
        if "service" in parts and chance.random() < 0.5:
            other = ("service", chance.choice(keys["service"]))
            values += [other] if other not in values else []
        place = chance.choice(somewhere) if chance.random() < 0.5 else ""
        made.append(Choice(tuple(values), place, chance.random() < 0.2))
    return made


def test_counts_are_those_of_reading_the_whole_list(
    browser: Browser, made: tuple[Served, Path, Directory]
) -> None:
    served, root, directory = made
    page = browser.new_page()
    finder = Finder(page, served, root, "zh")
    for choice in choices(directory, 24):
        finder.choose(choice.query)
        seen = finder.seen()
        assert len(seen.values) > 60
        wanted, fit = expected(directory, choice, finder.names)
        assert seen == wanted, choice
        shown = finder.ids()
        assert len(set(shown)) == min(20, len(fit)) and set(shown) <= fit
    page.close()
    assert finder.said == []


def test_a_part_of_the_columns_gives_the_counts_of_all_of_them(
    browser: Browser, made: tuple[Served, Path, Directory]
) -> None:
    """Each choice as the first one of a visit, when little has been fetched."""
    served, root, directory = made
    if not list(root.glob("data/finder/*/v0.json")):
        return  # all columns are one file
    first = [
        Choice((("home", "songjian"),)),
        Choice((("service", "jobs"),)),
        Choice(place="440000"),
        Choice(place="440300"),
        Choice((("trade", "construction"),), "330000"),
    ]
    for choice in first:
        page = browser.new_page()
        finder = Finder(page, served, root, "en")
        finder.choose(choice.query)
        seen = finder.seen()
        assert seen == expected(directory, choice, finder.names)[0], choice
        page.close()
        assert finder.said == []


FIND = """async texts => {
  const { openDirectory, each } = await import("/assets/js/directory.js");
  const data = await openDirectory("/data/finder/zh.json"), found = [];
  for (const text of texts) {
    const rows = [];
    each(await data.match(text) || data.none(), row => rows.push(row));
    found.push(rows);
  }
  return found;
}"""


def fields_of(branch: Branch) -> list[str]:
    """All that a branch is known by, each by itself."""
    places = (branch.province.short, branch.city.short, branch.district, branch.village)
    texts = [*names_of(branch), branch.township.name.zh]
    texts += [place.zh for place in places if place]
    trade = lists()[2]["trade"].get(branch.trade)
    return [plain(text) for text in [*texts, trade.label.zh if trade else ""]]


def initials(fields: list[str], letters: str) -> bool:
    """Whether characters in a row may begin so, in any of their readings."""

    def fits(part: str) -> bool:
        return all(
            letter in {one[0] for one in pinyin(c, style=Style.NORMAL, heteronym=True)[0]}
            for c, letter in zip(part, letters, strict=True)
        )

    size = len(letters)
    return any(fits(f[i : i + size]) for f in fields for i in range(len(f) - size + 1))


def test_characters_are_found_only_where_they_stand_in_a_row(
    browser: Browser, made: tuple[Served, Path, Directory]
) -> None:
    """镇镇 of 古镇镇 is not 镇镇镇, and 深圳 with 圳龙 of another name is not 深圳龙."""
    served, _, directory = made
    rows = columns(directory, load_words(DATA), TODAY).rows
    known = [fields_of(branch) for branch in rows]
    chance = random.Random(7)  # noqa: S311  # cases, not secrets
    texts = ["镇镇镇", "镇镇镇镇"]
    for fields in chance.sample(known, 60):
        pairs = sorted(word for word in words_in("|".join(fields)) if len(word) == 2)
        joined = [a + b[1] for a in pairs for b in pairs if a[1] == b[0] and not a.isascii()]
        texts += chance.sample(joined, min(4, len(joined)))
    page = browser.new_page()
    page.goto(f"{served.address}{HERE['zh']}")
    found = page.evaluate(FIND, texts)
    letters = ["zzz", "zzzz", "zszg", "gzz"]
    spelt = page.evaluate(FIND, letters)
    page.close()
    often = Counter(word for fields in known for word in words_in("|".join(fields)))
    compared = 0
    for text, got in zip(texts, found, strict=True):
        if max(often[text[:2]], often[text[1:3]]) > len(rows) * COMMON:
            continue  # such a word says nothing
        wanted = [row for row, fields in enumerate(known) if any(text in one for one in fields)]
        assert got == wanted, text
        compared += 1
    assert compared > 100 and any(not got for got in found)
    for word, got in zip(letters, spelt, strict=True):
        assert all(initials(known[row], word) for row in got), word
    assert spelt[0] and len(spelt[1]) < len(spelt[0])


def test_every_value_that_can_be_chosen_is_one_that_the_reference_knows() -> None:
    assert set(HOLDS) == {
        "home", "who", "trade", "service", "setup", "anchor", "open", "checked",
    }  # fmt: skip
