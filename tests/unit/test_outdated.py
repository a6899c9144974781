"""What is behind the index and what was withdrawn, as a real pip and a small index see it."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from scripts import audit, outdated
from scripts.manage import main
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
    (tmp_path / "requirements-forms.txt").write_text("\n".join(pins[:1]) + "\n")
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
        "held": ("1.1", "minor", "forms", True),
        "major-step": ("2.0", "major", "site", True),
        "pulled": ("0.9", "major", "site", True),
        "along": ("1.0.1", "patch", "site", False),
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


class Osv(BaseHTTPRequestHandler):
    """Answers three questions in the form that OSV documents for /v1/querybatch."""

    reply = b"""{"results": [
        {"vulns": [{"id": "PYSEC-2023-62", "modified": "2024-11-21T14:22:57Z"},
                   {"id": "GHSA-m2qf-hxjv-5gpq", "modified": "2024-10-21T17:42:22Z"}]},
        {},
        {"vulns": [{"id": "GHSA-h5c8-rqwp-cp95", "modified": "2025-01-14T08:57:01Z"}]}]}"""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        known = self.path == "/v1/querybatch" and asked[0] == {
            "package": {"name": "flask", "ecosystem": "PyPI"},
            "version": "2.3.1",
        }
        self.send_response(200 if known else 400)
        self.end_headers()
        self.wfile.write(self.reply)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class Odd(Osv):
    reply = b'{"results": [{}]}'


PINS = [("flask", "2.3.1"), ("granian", "2.8.9"), ("jinja2", "3.1.2")]


def test_pins_with_a_known_vulnerability_are_named_with_their_advisories() -> None:
    with serving(Osv) as address:
        found = audit.vulnerable(PINS, address)
    assert [(one.name, one.advisories) for one in found] == [
        ("flask", ("GHSA-m2qf-hxjv-5gpq", "PYSEC-2023-62")),
        ("jinja2", ("GHSA-h5c8-rqwp-cp95",)),
    ]


@pytest.mark.parametrize(("service", "said"), [(None, "cannot be reached"), (Odd, "1 answers to")])
def test_an_audit_that_cannot_be_made_is_a_sentence_and_no_all_clear(
    service: type[Osv] | None, said: str
) -> None:
    if service is None:
        with pytest.raises(CannotRun, match=said):
            audit.vulnerable(PINS, "http://127.0.0.1:1")
        return
    with serving(service) as address, pytest.raises(CannotRun, match=said):
        audit.vulnerable(PINS, address)


def test_the_command_ends_with_2_when_nobody_could_be_asked() -> None:
    assert main(["outdated", "--audit", "--osv", "http://127.0.0.1:1"]) == 2


def test_each_requirements_file_holds_the_one_before_and_hashes() -> None:
    root = outdated.ROOT
    held: set[tuple[str, str]] = set()
    for file in outdated.PARTS.values():
        text = (root / file).read_text("utf-8")
        pins = {(name, rest.split(";")[0].strip()) for name, rest in outdated._pins(root / file)}
        assert held < pins
        blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
        assert all("--hash=sha256:" in block for block in blocks if "==" in block)
        assert not re.search(r"https?:|--(?:extra-)?index-url|--find-links", text)
        held = pins
