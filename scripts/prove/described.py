"""Requests made from the API's own description, by schemathesis, at a live service.

Left out, each with its reason, since what people write is taken more kindly than a schema can say:
see LEFT_OUT. Everything else must hold: no server error, no status, type or body of an answer that
the document does not have, no method that it does not have, examples that work.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from forms_api import openapi
from forms_api.forms import load_all
from scripts.outcome import CannotRun
from scripts.progress import say
from scripts.prove.instance import Running, folder
from scripts.traditional import converter, strings

ROOT: Final = Path(__file__).resolve().parents[2]
LEFT_OUT: Final = {
    "negative_data_rejection": "full-width digits, spaces, 3 人 for 3 and fields that are not "
    "asked are taken, though a schema would not",
    "positive_data_acceptance": "numbers that look like identity or bank cards, invented codes "
    "and tokens are refused, though a schema takes them",
}
_TWO: Final = [{"value": "one", "zh": "一", "en": "One"}, {"value": "two", "zh": "二", "en": "Two"}]
_COMING: Final = [{**one, "seats": 5, "on": "2099-12-31"} for one in _TWO]
CATALOGUE: Final[dict[str, Any]] = {
    "cities": [{"group": {"zh": "省", "en": "Province"}, "options": _TWO}],
    **dict.fromkeys(("townships", "trades", "settings", "anchors"), _TWO),
    **dict.fromkeys(("courses", "events"), _COMING),
    "pages": ["help/ask"],
    "branches": {"ty-one": {"zh": "第一支部", "en": "First Branch"}},
}


#: The operations of the quick run.
_FEW: Final = "/forms/(help-ask|page-feedback|status|health)"


def run(seed: int, quick: bool) -> dict[str, Any]:
    """Requests made, unique failures by title, and the checks left out with the reason."""
    with folder() as where:
        write_release(where)
        service = Running(where)
        try:
            found = _schemathesis(where, f"http://127.0.0.1:{service.port}", seed, quick)
        finally:
            service.stop()
    return {
        "schema_requests": found["test_cases"]["generated"],
        "schema_failures": [
            f"{one['title']}: {', '.join(one['operations'])}" for one in found["failures"]
        ],
        "checks_left_out": LEFT_OUT,
    }


def write_release(where: Path) -> None:
    """Lists to choose from, and all that is said in Traditional characters, below `where`."""
    private = where / "release/_private"
    private.mkdir(parents=True)
    (private / "catalogue.json").write_text(json.dumps(CATALOGUE), "utf-8")
    strings.write(ROOT, private, CATALOGUE, {}, converter.load(ROOT).many)


def _schemathesis(where: Path, url: str, seed: int, quick: bool) -> dict[str, Any]:
    document, report = where / "openapi.json", where / "report.json"
    document.write_text(json.dumps(openapi.document(load_all(), CATALOGUE, url)), "utf-8")
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(document), "--url", url]
    command += ["--seed", str(seed), "--max-examples", "2" if quick else "100", "--no-shrink"]
    command += ["--exclude-checks", ",".join(LEFT_OUT), "--report-json-path", str(report)]
    command += ["--include-path-regex", _FEW] if quick else []
    ran = subprocess.run(command, capture_output=True, text=True, cwd=where)
    try:
        found: dict[str, Any] = json.loads(report.read_text("utf-8"))
    except (OSError, ValueError):
        found = {"complete": False}
    if not found["complete"] or found["errors"]:
        last = (ran.stdout + ran.stderr).strip().splitlines()[-1:]
        raise CannotRun("schemathesis 没有跑完。", f"schemathesis did not finish: {last}")
    if found["failures"]:
        say(ran.stdout.partition("= FAILURES =")[2].partition("= WARNINGS =")[0])
    return found
