"""The service needs nothing but what requirements-forms.txt names."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.utils import canonicalize_name

from scripts import environment
from scripts.outdated import _pins

ROOT = Path(__file__).resolve().parents[2]
# A package of another distribution cannot be imported, as in an environment without it.
ALONE = """
import sys
from importlib.metadata import packages_distributions
from importlib import import_module

class Without:
    refused = frozenset(sys.argv[1].split())

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.refused:
            raise ImportError(name)

sys.meta_path.insert(0, Without())
import pkgutil
import forms_api
names = [one.name for one in pkgutil.walk_packages(forms_api.__path__, "forms_api.")]
for name in names:
    if not name.startswith("forms_api.store.migrations."):  # alembic runs those
        import_module(name)
from forms_api.wsgi import app
import psycopg
print(app.test_client().get("/forms/health").json)
"""


def test_all_of_the_service_runs_with_its_own_requirements_alone(tmp_path: Path) -> None:
    allowed = {canonicalize_name(name) for name, _ in _pins(ROOT / environment.FORMS)}
    others = {
        package
        for package, owners in packages_distributions().items()
        if not {canonicalize_name(owner) for owner in owners} & allowed
    }
    assert {"mkdocs", "pagefind_bin", "minify", "playwright"} <= others
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ALONE, " ".join(others - {"forms_api", "scripts"})],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "FORMS_DATABASE_URL": f"sqlite:///{tmp_path / 'forms.sqlite'}",
            "FORMS_KEYS_FOLDER": str(tmp_path / "keys"),
            "FORMS_HOUSEKEEPING": "0",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "ok" in done.stdout


def test_the_service_has_less_than_two_thirds_of_what_is_pinned_to_run() -> None:
    forms, run = (len(_pins(ROOT / name)) for name in (environment.FORMS, environment.RUN))
    assert forms < run * 2 / 3
