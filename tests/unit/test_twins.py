"""Compressed twins hold what their file holds, and only where they save something."""

import gzip
from pathlib import Path

import brotli
import pytest

from scripts.twins import write_missing, write_twins

TEXT = "很长的一页 " * 200


def put(public: Path, name: str, text: str = TEXT) -> Path:
    path = public / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("length", [300, 70_000], ids=["short", "longer than the small window"])
def test_twins_hold_the_same_bytes(tmp_path: Path, length: int) -> None:
    body = bytes(number * number % 251 for number in range(length))
    write_twins(tmp_path / "a.json", body)
    assert gzip.decompress((tmp_path / "a.json.gz").read_bytes()) == body
    assert brotli.decompress((tmp_path / "a.json.br").read_bytes()) == body


def test_every_text_gets_twins_but_for_short_ones_pictures_and_entries(tmp_path: Path) -> None:
    wanted = ["index.html", "en/help/index.html", "data/a.json", "find/directory/index.html"]
    wanted += ["data/finder/zh.json", "data/finder/0123456789ab/c0.json"]
    others = [
        "a.png",
        "data/finder/0123456789ab/zh/0.json",
        "find/directory/x/index.html",
        "en/find/directory/city/1/index.html",
    ]
    for name in wanted + others:
        put(tmp_path, name)
    put(tmp_path, "short.html", "short")
    write_missing(tmp_path)
    twins = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.gz")}
    assert twins == {f"{name}.gz" for name in wanted}
    assert twins == {
        path.relative_to(tmp_path).with_suffix(".gz").as_posix() for path in tmp_path.rglob("*.br")
    }
