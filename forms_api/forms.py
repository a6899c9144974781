"""Definitions: loaded once from YAML into frozen forms, every fault named.

Pure Python: neither Flask nor a database, so that the site's build can use it.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from forms_api import yaml_text
from forms_api.answers import Field
from forms_api.fields import Contact, kind_of
from forms_api.form import Checked as Checked
from forms_api.form import Form as Form
from forms_api.form import Problem as Problem
from forms_api.form import Retention as Retention
from forms_api.languages import FOLDERS

DEFINITIONS: Final = Path(__file__).parent / "definitions"
COMMON: Final = "_common.yml"
#: The field that people do not see. Its name and label are none that browsers and password
#: managers fill in (a "website" they do), and templates/parts.html tells them to leave it alone.
TRAP: Final = "remark"
# What the service itself uses: names in a posted form, and addresses beside /forms/<id>.
RESERVED: Final = frozenset({"lang", TRAP, "token", "back", "html"})
RESERVED_IDS: Final = frozenset({"status", "health", "inbox"})


class DefinitionError(Exception):
    """All faults of all definition files: one line each, "file: field: what"."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def load_all(folder: Path = DEFINITIONS) -> dict[str, Form]:
    """Every form of a folder by id. Raises DefinitionError with all faults found."""
    common, faults = _read(folder / COMMON)
    forms: dict[str, Form] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.name.startswith("_"):
            continue
        raw, found = _read(path)
        form, more = _form(path, raw, common) if not found else (None, found)
        faults += more
        if form:
            forms[form.id] = form
    if faults:
        raise DefinitionError(faults)
    return forms


def _read(path: Path) -> tuple[dict[str, Any], list[str]]:
    try:
        raw = yaml_text.load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return {}, [f"{path.name}: cannot be read: {' '.join(str(error).split())}"]
    if not isinstance(raw, dict):
        return {}, [f"{path.name}: is not a list of named settings"]
    return raw, []


def _form(
    path: Path, raw: dict[str, Any], common: Mapping[str, Any]
) -> tuple[Form | None, list[str]]:
    try:
        raws = [*raw.pop("fields", []), *_common_fields(raw, common)]
    except (KeyError, TypeError, AttributeError) as error:
        return None, [f"{path.name}: reply_by or consents name what {COMMON} lacks: {error}"]
    built, faults = _fields(path.name, raws)
    try:
        form = Form(**raw, fields=tuple(built))
    except ValidationError as error:
        return None, faults + [f"{path.name}: {_say(one)}" for one in error.errors()]
    faults += [f"{path.name}: {fault}" for fault in _inconsistencies(path, form)]
    return (None, faults) if faults else (form, [])


def _common_fields(raw: dict[str, Any], common: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fields every form has: how to reply, where, and the consents it names."""
    extra: list[dict[str, Any]] = []
    if ways := raw.pop("reply_by", None):
        options = {option["value"]: option for option in common["reply_by"]["options"]}
        extra.append({**common["reply_by"], "options": [options[way] for way in ways]})
        extra.append(common["contact"])
    consents = raw.pop("consents", [])
    extra += [common["consents"][name] for name in consents]
    return extra


def _fields(file: str, raws: Sequence[Any]) -> tuple[list[Field], list[str]]:
    built: list[Field] = []
    faults: list[str] = []
    for position, raw in enumerate(raws, start=1):
        raw = dict(raw) if isinstance(raw, dict) else {}
        name = raw.get("name", f"number {position}")
        try:
            built.append(kind_of(str(raw.pop("kind", ""))).model_validate(raw))
        except ValidationError as error:
            faults += [f"{file}: field {name}: {_say(one)}" for one in error.errors()]
        except ValueError as error:
            faults.append(f"{file}: field {name}: {error}")
    return built, faults


def _say(error: Any) -> str:
    """One pydantic error as "place: language: message"."""
    place = [str(part) for part in error["loc"] if part not in ("FromData", "Listed")]
    language = [f"language {part}" for part in place if part in FOLDERS]
    where = ".".join(part for part in place if part not in FOLDERS)
    return ": ".join(filter(None, [where, *language, error["msg"]]))


def _inconsistencies(path: Path, form: Form) -> Iterator[str]:
    names = [one.name for one in form.fields]
    if form.id != path.stem:
        yield f"id is {form.id}, but the file is named {path.stem}"
    if form.id in RESERVED_IDS:
        yield f"id {form.id} is used by the service itself"
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"field {name}: stands twice"
    for name in sorted(RESERVED & set(names)):
        yield f"field {name}: the name is used by the service itself"
    for position, one in enumerate(form.fields):
        by = [one.by] if isinstance(one, Contact) and one.by else []
        for other in (*one.when, *by, *filter(None, [one.tally_by])):
            if other not in names[:position]:
                yield f"field {one.name}: depends on {other}, which does not stand before it"
    seats = [form.seats.of, form.seats.count] if form.seats else []
    for name in (*form.sooner, *form.erases, *seats):
        if name not in names:
            yield f"names the field {name}, which it does not have"
    if form.retention.after == "event" and not form.seats:
        yield "kept after an event, but seats names none"
    if form.counted_by_host and sum(one.tally for one in form.fields) > 1:
        yield "kept at once, so that the host counts it: no more than one field may have a tally"
    if form.sensitive and not any(one.separate for one in form.consents):
        yield "sensitive, but without a separate consent"
