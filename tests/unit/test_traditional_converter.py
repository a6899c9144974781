"""Simplified → Traditional, as a reader of the Traditional edition meets it."""

from pathlib import Path

import pytest
import yaml

from scripts.content.glossary import load_terms
from scripts.directory.importer import load_directory
from scripts.traditional.converter import Converter, load

ROOT = Path(__file__).parents[2]
CASES = yaml.safe_load((ROOT / "tests/cases/traditional.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def convert() -> Converter:
    return load(ROOT)


@pytest.mark.parametrize(("simplified", "traditional"), CASES["words"].items())
def test_words_come_out_as_a_careful_reader_writes_them(
    convert: Converter, simplified: str, traditional: str
) -> None:
    assert convert(simplified) == traditional


@pytest.mark.parametrize("text", CASES["kept"])
def test_english_and_markup_stay_as_they_are(convert: Converter, text: str) -> None:
    assert convert(text) == text


def test_every_page_keeps_its_length_to_the_character(convert: Converter) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "docs/zh").rglob("*.md")]
    texts += [path.read_text(encoding="utf-8") for path in (ROOT / "docs/data").glob("*.*")]
    assert len(texts) > 70
    assert list(map(len, convert.many(texts))) == list(map(len, texts))


def test_every_term_is_written_as_the_glossary_has_it(convert: Converter) -> None:
    terms = load_terms(ROOT)
    assert [convert(one.name("zh-Hans")) for one in terms] == [one.name("zh-Hant") for one in terms]


def test_branches_are_called_as_their_rows_say(convert: Converter) -> None:
    """A row may give its own Traditional name; search and lists of the sample hold one of each."""
    names = [one.name for one in load_directory(ROOT)[0].branches if one.name.hant]
    assert len(names) > 50
    assert [convert(name.zh) for name in names] == [name.hant for name in names]


def test_many_texts_come_out_as_each_alone_does(convert: Converter) -> None:
    texts = ["头", "发", "", "后\n台\n", "a\x00里", "面\x1f条", "“x” y"]
    assert convert.many(texts) == [convert(text) for text in texts]
    assert convert.many([]) == []
    assert list(map(len, convert.many(texts))) == list(map(len, texts))


def test_a_phrase_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="里面"):
        Converter({"里面": "裡"}, {}, {})
