"""Assets are named by their content, so that a cached copy is never out of date."""

import gzip
from pathlib import Path

import brotli
import pytest

from scripts.assets import Assets


def folder(root: Path, **files: str) -> Assets:
    for name, text in files.items():
        path = root / "js" / f"{name}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Assets(root)


def test_a_name_changes_with_the_content_alone(tmp_path: Path) -> None:
    first = folder(tmp_path, a="let x = 1;").url("js/a.js")
    assert first == folder(tmp_path, a="let  x = 1; // a comment").url("js/a.js")
    assert first != folder(tmp_path, a="let x = 2;").url("js/a.js")


def test_a_module_names_the_published_module_and_changes_with_it(tmp_path: Path) -> None:
    assets = folder(tmp_path, a='import("./b.js");', b="export const y = 1;")
    name, body = assets.published["js/a.js"]
    assert assets.published["js/b.js"][0].rpartition("/")[2] in body.decode()
    changed = folder(tmp_path, b="export const y = 2;")
    assert changed.published["js/a.js"][0] != name


def test_compressed_twins_hold_the_same_bytes(tmp_path: Path) -> None:
    source, public = tmp_path / "assets", tmp_path / "public"
    source.mkdir()
    folder(source, a="\n".join(f"export const value{n} = {n};" for n in range(99))).write(public)
    plain = next((public / "assets/js").glob("*.js"))
    assert gzip.decompress(Path(f"{plain}.gz").read_bytes()) == plain.read_bytes()
    assert brotli.decompress(Path(f"{plain}.br").read_bytes()) == plain.read_bytes()


def test_an_unknown_asset_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        folder(tmp_path, a="1;").url("js/nothing.js")
