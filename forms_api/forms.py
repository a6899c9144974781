"""A form as its definition says: loaded once from YAML into frozen objects.

Pure Python: neither Flask nor a database, so that the site's build can use it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, SerializeAsAny, ValidationError
from pydantic import Field as Setting

from forms_api.answers import Context, Field, Value
from forms_api.fields import Branch, Consent, Contact, kind_of
from forms_api.languages import FOLDERS
from forms_api.options import Catalogue, branch_names
from forms_api.words import Text

DEFINITIONS: Final = Path(__file__).parent / "definitions"
COMMON: Final = "_common.yml"
# What the service itself uses: names in a posted form, and addresses beside /forms/<id>.
RESERVED: Final = frozenset({"lang", "website", "token", "change", "code"})
RESERVED_IDS: Final = frozenset({"status", "health", "inbox"})


class DefinitionError(Exception):
    """All faults of all definition files: one line each, "file: field: what"."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Problem:
    """One answer to change; the words come from render.message."""

    field: str
    code: str
    blanks: Mapping[str, int] = default(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """`values` holds every field that was asked: cleaned, folded, in the definition's order."""

    values: Mapping[str, Value]
    problems: tuple[Problem, ...]


class Retention(BaseModel):
    """Days after the named event, and at most this many days after receipt."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: Literal["handover", "answer", "closing", "receipt", "event"]
    days: int = Setting(ge=1, le=3650)
    at_most: int = Setting(ge=1, le=3650)


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Setting(pattern=r"^[a-z][a-z-]*[a-z]$")
    version: int = Setting(ge=1)
    page: str = Setting(pattern=r"^[a-z][a-z/-]*[a-z]$")
    title: Text
    lead: Text
    short_title: Text
    desk: str
    desk_without_branch: str | None = None
    who: Text
    answer_days: int = Setting(ge=1, le=60)
    answer: Text
    kept: Text
    retention: Retention
    never_short: Text
    never: tuple[Text, ...] = Setting(min_length=1)
    sensitive: bool = False
    check_page: bool = True
    fields: tuple[SerializeAsAny[Field], ...] = Setting(min_length=1)

    def field(self, name: str) -> Field:
        """Raises KeyError."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def consents(self) -> tuple[Consent, ...]:
        return tuple(one for one in self.fields if isinstance(one, Consent))

    def check(
        self, given: Mapping[str, Sequence[str]], catalogue: Catalogue, today: date
    ) -> Checked:
        """Checks each field that is asked; names the form does not know are left out."""
        values: dict[str, Value] = {}
        problems: list[Problem] = []
        for one in self.fields:
            if not one.asked(values):
                continue
            context = Context(catalogue, today, values)
            values[one.name], fault = one.check(given.get(one.name, ()), context)
            if fault:
                problems.append(Problem(one.name, fault.code, fault.blanks))
        return Checked(values, tuple(problems))

    def as_given(self, given: Mapping[str, Sequence[str]]) -> dict[str, Value]:
        """What was posted, unchecked, to be shown in the form again."""
        return {one.name: one.read(given.get(one.name, ())) for one in self.fields}

    def prefilled(self, branch: str, catalogue: Catalogue) -> dict[str, Value]:
        """A known branch's id in the field that asks for one; else nothing."""
        known = branch in branch_names(catalogue)
        return {one.name: branch for one in self.fields if known and isinstance(one, Branch)}

    def branch(self, values: Mapping[str, Value]) -> str | None:
        """The chosen branch's id; the one answer besides tallies that is kept in the clear."""
        for one in self.fields:
            if isinstance(one, Branch) and values.get(one.name):
                return str(values[one.name])
        return None

    def tallies(self, values: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
        """(field, choice) of the answers the definition allows to be counted in the clear."""
        for one in self.fields:
            if one.tally and (value := values.get(one.name)):
                for choice in (value,) if isinstance(value, str) else value:
                    yield one.name, choice

    def json_schema(self, catalogue: Catalogue) -> dict[str, Any]:
        """JSON Schema of the answers as they are posted."""
        return {
            "type": "object",
            "title": self.title.en,
            "properties": {one.name: one.json_schema(catalogue) for one in self.fields},
            "required": [o.name for o in self.fields if not o.optional and not o.when],
        }

    def columns(self) -> tuple[str, ...]:
        """Export headings: names, never labels, so that a reworded question splits no file."""
        return tuple(one.name for one in self.fields if not isinstance(one, Consent))


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
        raw = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
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
        for other in (*one.when, *([one.by] if isinstance(one, Contact) else [])):
            if other not in names[:position]:
                yield f"field {one.name}: depends on {other}, which does not stand before it"
    if form.sensitive and not any(one.separate for one in form.consents):
        yield "sensitive, but without a separate consent"
