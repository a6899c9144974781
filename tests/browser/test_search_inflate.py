"""Files of the index on phones whose browsers cannot unzip them."""

import gzip
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from scripts.search.serving import BLANK, serve

SCRIPTS = Path(__file__).parents[2] / "docs" / "assets" / "js"


@pytest.fixture(scope="module")
def inflate(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[bytes], bytes]]:
    script = """async bytes => {
      const {gunzip} = await import("/assets/js/inflate.js");
      return Array.from(gunzip(new Uint8Array(bytes)));
    }"""
    with serve(tmp_path_factory.mktemp("tree"), SCRIPTS) as served:
        page = browser.new_page()
        page.goto(f"{served.address}{BLANK}en/")
        yield lambda data: bytes(page.evaluate(script, list(data)))
        page.close()


TEXTS = {
    "repeated": b"abcabc" * 3000,
    "long way back": bytes(range(256)) * 130 + b"again",
    "noise": random.Random(1).randbytes(30_000),  # noqa: S311 - repeatable, not secret
    "one byte": b"x",
    "nothing": b"",
}


@pytest.mark.parametrize("level", [0, 1, 9])
@pytest.mark.parametrize("data", TEXTS.values(), ids=TEXTS)
def test_what_was_zipped_comes_out_again(
    inflate: Callable[[bytes], bytes], data: bytes, level: int
) -> None:
    assert inflate(gzip.compress(data, level)) == data


def test_a_named_gzip_file_is_read(inflate: Callable[[bytes], bytes]) -> None:
    zipped = gzip.compress(b"x" * 9, mtime=0)
    assert inflate(zipped[:3] + bytes([8]) + zipped[4:10] + b"name\0" + zipped[10:]) == b"x" * 9
