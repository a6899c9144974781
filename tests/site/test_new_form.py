"""A new form is one YAML file and one line on a page: done here, in a copy, and then used."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.check import check
from scripts.sources import read_sources

RECIPE = "### Add a form"
SENDING = """
import json, sys
from dataclasses import replace
from pathlib import Path
from forms_api.app import close, create_app
from forms_api.settings import Settings
here = Path.cwd()
settings = Settings(database_url=f"sqlite:///{here / 'f.sqlite'}", keys_folder=here / "keys",
                    release=here / "release", rate_limit="")
app = create_app(settings)
client = app.test_client()
answers = json.loads(sys.argv[1])
bad = client.post("/forms/help-lift/check", json={**answers, "seats": "20"})
read_back = client.post("/forms/help-lift/check", json=answers).json
receipt = client.post("/forms/help-lift", json={"token": read_back["token"]},
                      headers={"Idempotency-Key": read_back["idempotency_key"]})
found = [bad.status_code, bad.json["problems"], read_back["answers"], receipt.status_code]
print(json.dumps(found))
close(app)
"""


def from_the_recipe(root: Path) -> tuple[str, str]:
    """The YAML and the line that CONTRIBUTING shows."""
    recipe = (
        (root / "CONTRIBUTING.md").read_text("utf-8").partition(RECIPE)[2].partition("\n### ")[0]
    )
    block = recipe.partition("```yaml\n")[2].partition("```")[0]
    line = next(text.strip() for text in recipe.splitlines() if text.strip().startswith("[[form:"))
    lines = block.splitlines()
    indent = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(text[indent:] for text in lines) + "\n", line


@pytest.fixture(scope="module")
def copy(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources with the recipe followed."""
    there = tmp_path_factory.mktemp("copy")
    for name in ("docs", "forms_api"):
        shutil.copytree(root / name, there / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "mkdocs.yml", there)
    definition, line = from_the_recipe(root)
    (there / "forms_api/definitions/help-lift.yml").write_text(definition, "utf-8")
    for lang in ("zh", "en"):
        with (there / f"docs/{lang}/help/request-service.md").open("a", encoding="utf-8") as page:
            page.write(f"\n{line}\n")
    return there


def test_the_check_finds_nothing_wrong_and_the_page_shows_the_form(copy: Path) -> None:
    assert [problem.message for problem in check(copy).problems] == []
    sources = read_sources(copy)
    for lang, label in (("zh", "哪天走"), ("en", "Which day")):
        html = sources.embed("form", "help-lift", lang)  # type: ignore[arg-type]
        assert 'action="/forms/help-lift/check"' in html and label in html


def test_the_service_takes_it_with_its_limits(copy: Path) -> None:
    answers = {
        "lang": "en", "day": "2026-12-01", "seats": "2", "reply_by": "none", "consent": "yes",
    }  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-c", SENDING, json.dumps(answers)],
        cwd=copy, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(copy)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    status, problems, read_back, kept = json.loads(ran.stdout.splitlines()[-1])
    assert (status, [one["field"] for one in problems]) == (422, ["seats"])
    assert [row["name"] for row in read_back] == ["day", "seats", "reply_by", "consent"]
    assert kept == 201
