"""What is behind the index and what was withdrawn, as a real pip and a small index see it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from scripts import outdated
from scripts.outcome import CannotRun
from tests.serving import serving

#: Versions by package; a version with a reason was withdrawn.
INDEX = {
    "held": {"1.0": "", "1.1": ""},
    "major-step": {"1.9": "", "2.0": ""},
    "level": {"3.0.1": ""},
    "pulled": {"1.0": "leaks keys", "0.9": ""},
    "along": {"1.0.0": "", "1.0.1": ""},
    "tried": {"1.2": "", "1.3": "", "1.4": "broken"},
}
RUNTIME = "held==1.0 major-step==1.9 level==3.0.1 pulled==1.0 along==1.0.0"
PROJECT = """
[project]
dependencies = ["held<1.1", "Major_Step>=1", "level", "pulled[more]==1.0"]
optional-dependencies = {dev = ["tried"]}
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project with these pins; pip asks the small index alone."""
    for name, versions in INDEX.items():
        page = tmp_path / "simple" / name
        page.mkdir(parents=True)
        links = [link(page, name, version, why) for version, why in versions.items()]
        (page / "index.html").write_text("".join(links))
    runtime = RUNTIME.split()
    pins = [f"{pin} \\\n    --hash=sha256:{'0' * 64}" for pin in runtime]
    (tmp_path / "requirements.txt").write_text("\n".join(pins) + "\n")
    elsewhere = "nowhere==1 ; sys_platform == 'win32'"
    (tmp_path / "requirements-dev.txt").write_text("\n".join([*pins, elsewhere, "tried==1.2\n"]))
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with serving(partial(Quiet, directory=str(tmp_path))) as address:
        monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple")
        yield tmp_path


def link(page: Path, name: str, version: str, why: str) -> str:
    """A wheel with nothing in it, and its line in the index."""
    snake = name.replace("-", "_")
    wheel, info = f"{snake}-{version}-py3-none-any.whl", f"{snake}-{version}.dist-info"
    with zipfile.ZipFile(page / wheel, "w") as made:
        made.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        made.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        made.writestr(f"{info}/RECORD", "")
    yanked = f' data-yanked="{why}"' if why else ""
    return f'<a href="{wheel}"{yanked}>{wheel}</a>\n'


def test_each_package_that_is_behind_or_withdrawn_is_told_with_its_part_and_step(
    project: Path,
) -> None:
    found = {one.name: one for one in outdated.look(project)}
    assert {
        name: (one.latest, one.step, one.part, one.declared) for name, one in found.items()
    } == {
        "held": ("1.1", "minor", "runtime", True),
        "major-step": ("2.0", "major", "runtime", True),
        "pulled": ("0.9", "major", "runtime", True),
        "along": ("1.0.1", "patch", "runtime", False),
        "tried": ("1.3", "minor", "dev", True),
    }
    assert {name: one.yanked for name, one in found.items() if one.yanked} == {
        "pulled": "leaks keys"
    }


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ("1.2.3", "2.0", "major"),
        ("1.2", "1.10", "minor"),
        ("1.2.3", "1.2.4", "patch"),
        ("2026.1", "2026.1.post1", "patch"),
        ("1.0.0.1", "1.0.0.2", "patch"),
        ("1.0", "1.0.0", ""),
    ],
)
def test_a_step_is_the_first_number_that_differs(old: str, new: str, step: str) -> None:
    assert outdated.step_between(old, new) == step


def test_without_an_index_it_says_so_in_a_sentence(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    with pytest.raises(CannotRun, match="the package index cannot be reached"):
        outdated.look(project)
