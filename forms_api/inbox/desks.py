"""The desks by their id: names in both languages, from the site's own list."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from forms_api import yaml_text
from forms_api.form import Form
from forms_api.settings import ROOT
from forms_api.words import Text

FILE: Final = ROOT / "docs" / "data" / "desks.yml"


def named(forms: Mapping[str, Form], path: Path = FILE) -> dict[str, Text]:
    """Those of the list; one that only a form names is called by its id."""
    listed = yaml_text.load(path.read_text("utf-8")) if path.is_file() else []
    found = {one["id"]: Text.model_validate(one["name"]) for one in listed}
    for form in forms.values():
        for desk in (form.desk, form.desk_without_branch):
            if desk and desk not in found:
                found[desk] = Text(zh=desk, en=desk)
    return found
