"""What is taken along: a contact for the phone, a city's list on paper, a link in a chat."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from scripts.directory import contact_card, feeds, pages
from scripts.directory.importer import load_directory
from scripts.directory.private_numbers import private_number
from tests.site.directory_data import IDENTITY, ROOT, SHELLS, SITE_URL, TODAY

DIRECTORY = load_directory(ROOT)[0]
PREFIX = {"zh": "", "en": "en/"}
LANGUAGES = pytest.mark.parametrize("lang", ["zh", "en"])


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("public")
    meets = feeds.meeting(ROOT, DIRECTORY, TODAY)
    pages.fill(
        DIRECTORY, SHELLS, out, today=TODAY, identity=IDENTITY, site_url=SITE_URL, meets=meets
    )
    feeds.write(DIRECTORY, ROOT, out, TODAY, SITE_URL)
    return out


def opened(public: Path, path: str) -> HTMLParser:
    return HTMLParser((public / path / "index.html").read_text("utf-8"))


def lines_of(card: bytes) -> dict[str, str]:
    """Property → value, unfolded and unescaped."""
    text = card.decode().replace("\r\n ", "")
    found = dict(line.split(":", 1) for line in text.strip().split("\r\n"))
    signs = {"\\n": "\n", "\\,": ",", "\\;": ";"}
    for name, value in found.items():
        for escaped, sign in signs.items():
            found[name] = found[name].replace(escaped, sign) if escaped in value else found[name]
    return found


@LANGUAGES
def test_every_open_branch_offers_a_contact_and_no_other_does(public: Path, lang: str) -> None:
    for branch in DIRECTORY.branches:
        page = opened(public, f"{PREFIX[lang]}find/directory/{branch.id}")
        hrefs = [link.attributes["href"] or "" for link in page.css("article a")]
        cards = [href for href in hrefs if href.endswith(".vcf")]
        assert cards == ([f"/data/cards/{branch.id}.vcf"] if branch.is_open else [])
        for href in (*cards, *(href for href in hrefs if href.endswith(".ics"))):
            assert (public / href[1:]).is_file(), href
    cards = {path.stem for path in (public / "data/cards").iterdir()}
    assert cards == {branch.id for branch in DIRECTORY.open_branches}


def test_a_contact_is_the_office_in_both_languages_and_no_person(public: Path) -> None:
    for branch in DIRECTORY.open_branches:
        card = (public / contact_card.address(branch)).read_bytes()
        assert b"\n" not in card.replace(b"\r\n", b"")
        assert max(map(len, card.split(b"\r\n"))) <= 75
        said = lines_of(card)
        assert list(said)[:3] == ["BEGIN", "VERSION", "N"] and list(said)[-1] == "END"
        assert said["VERSION"] == "3.0" and said["N"] == ";;;;" and said["FN"] == branch.name.zh
        assert said["ORG"] == f"{branch.name.zh};{branch.name.en}"
        assert said.get("TEL;TYPE=WORK,VOICE", "") == contact_card.dialled(branch.phone)
        assert said.get("EMAIL;TYPE=WORK", "") == branch.email
        assert said["URL"] == f"{SITE_URL}find/directory/{branch.id}/"
        assert f"checked on {branch.verified_on}" in said["NOTE"] and "示例数据" in said["NOTE"]
        assert all(private_number(value) is None for value in said.values())


@pytest.mark.parametrize(
    ("phone", "dialled"),
    [
        ("000-5550-0100", "000-5550-0100"),
        ("0755 5550 0001", "075555500001"),
        ("0755-5550-0001 转 12", "0755-5550-0001,12"),
        ("0755-5550-0001ext 12", "0755-5550-0001,12"),
        ("12371", "12371"),
    ],
)
def test_an_extension_is_dialled_after_a_pause(phone: str, dialled: str) -> None:
    assert contact_card.dialled(phone) == dialled


def test_signs_with_a_meaning_are_escaped_on_a_card() -> None:
    branch = dataclasses.replace(DIRECTORY.open_branches[0], phone="0755-5550-0001 转 12")
    name = dataclasses.replace(branch.name, zh="甲；乙;丙,丁\\戊")
    card = contact_card.card(dataclasses.replace(branch, name=name), "").decode()
    assert "FN:甲；乙\\;丙\\,丁\\\\戊\r\n" in card
    assert "TEL;TYPE=WORK,VOICE:0755-5550-0001\\,12\r\n" in card
    assert "URL" not in card


@LANGUAGES
def test_every_city_with_an_open_branch_has_a_list_to_print(public: Path, lang: str) -> None:
    for city in {branch.city.code for branch in DIRECTORY.branches}:
        there = [branch for branch in DIRECTORY.open_branches if branch.city.code == city]
        path = f"{PREFIX[lang]}find/directory/city/{city}"
        hrefs = [link.attributes["href"] for link in opened(public, path).css("article a")]
        assert (f"/{path}/print/" in hrefs) == bool(there)
        if not there:
            continue
        page = opened(public, f"{path}/print")
        rows = page.css("tbody tr")
        assert len(rows) == len(there)
        titles = {row.css_first("th").text() for row in rows}
        assert all(any(branch.title(lang) in title for title in titles) for branch in there)
        words = page.css_first("article").text()
        assert f"{SITE_URL}{path}/" in words
        for branch in there:
            assert branch.phone in words and branch.email in words
        assert not page.css("article [style]")


@LANGUAGES
def test_a_link_in_a_chat_shows_the_title_of_its_page(public: Path, lang: str) -> None:
    branch = DIRECTORY.branches[0]
    for path in (branch.id, f"city/{branch.city.code}", f"kind/{branch.kind}"):
        page = opened(public, f"{PREFIX[lang]}find/directory/{path}")
        said = {
            tag.attributes["property"]: tag.attributes["content"]
            for tag in page.css("meta[property]")
        }
        assert said["og:title"] == page.css_first("h1").text()
        described = page.css_first("meta[name=description]").attributes["content"]
        assert said["og:description"] == described
        assert said["og:url"] == page.css_first("link[rel=canonical]").attributes["href"]
