"""A form as its definition says: what it asks, promises and keeps, and the check of its answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, SerializeAsAny
from pydantic import Field as Setting

from forms_api.answers import Context, Field, Value
from forms_api.fields import MISSING, Branch, Consent
from forms_api.options import Catalogue, FromData, branch_names
from forms_api.patterned import AccessCode, Page
from forms_api.words import Text


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
    """Days after what is named, and at most this many days after receipt.

    `event`: the day of the chosen course or activity, which is known when the answers arrive.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: Literal["handover", "answer", "closing", "receipt", "event"]
    days: int = Setting(ge=1, le=3650)
    at_most: int = Setting(ge=1, le=3650)


class Seats(BaseModel):
    """The fields that say of which course or activity how many seats are wanted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: str
    count: str


class Form(BaseModel):
    """`answer_days` is empty where nobody answers; `sooner` and `erases` go by choices.

    sooner: {ask: {delete: 1}} answers within one working day when `ask` is "delete";
    erases: {ask: [delete]} then erases, at once, what the access code in these answers opens.
    `before` stands above the form, one paragraph each. Without `check_page` the answers are not
    read back and no token is needed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Setting(pattern=r"^[a-z][a-z-]*[a-z]$")
    version: int = Setting(ge=1)
    page: str = Setting(pattern=r"^[a-z][a-z/-]*[a-z]$")  # "every": at the foot of all pages
    title: Text
    lead: Text
    short_title: Text
    desk: str
    desk_without_branch: str | None = None
    who: Text
    answer_days: int | None = Setting(default=None, ge=1, le=60)
    sooner: Mapping[str, Mapping[str, int]] = {}
    erases: Mapping[str, tuple[str, ...]] = {}
    seats: Seats | None = None
    before: tuple[Text, ...] = ()
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
    def counted_by_host(self) -> bool:
        """Whether choices are counted in the clear as they come: of forms that are kept at once,
        which ask one thing and nothing personal. Of all others desks count what they open.
        """
        return not self.check_page

    @property
    def counts(self) -> bool:
        """Whether any choice is counted at all."""
        return any(one.tally for one in self.fields)

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

    def prefilled(self, given: Mapping[str, str], catalogue: Catalogue) -> dict[str, Value]:
        """What an address may fill in: `branch` any field for one, `page`, `course`, `event`.

        Only what is known is taken over.
        """
        found: dict[str, Value] = {}
        for one in self.fields:
            value = given.get("branch" if isinstance(one, Branch) else one.name, "")
            if isinstance(one, Branch):
                known = value in branch_names(catalogue)
            elif isinstance(one, Page):
                known = value in catalogue.get("pages", ())
            elif one.name in {"course", "event"}:
                known = value in [choice.value for choice in one.choices("zh", catalogue)]
            else:
                known = False
            if known:
                found[one.name] = value
        return found

    def branch(self, values: Mapping[str, Value]) -> str | None:
        """The chosen branch's id; the one answer that is kept in the clear."""
        for one in self.fields:
            if isinstance(one, Branch) and values.get(one.name) not in {None, "", MISSING}:
                return str(values[one.name])
        return None

    def access_codes(self, values: Mapping[str, Value]) -> dict[str, str]:
        """Access codes of earlier receipts among the answers, by field name."""
        return {
            one.name: str(values[one.name])
            for one in self.fields
            if isinstance(one, AccessCode) and values.get(one.name)
        }

    def erased_code(self, values: Mapping[str, Value]) -> str | None:
        """The access code of what these answers ask to erase."""
        if any(values.get(name) in choices for name, choices in self.erases.items()):
            return next(iter(self.access_codes(values).values()), None)
        return None

    def days_to_answer(self, values: Mapping[str, Value]) -> int | None:
        """Working days until the answer is due; None where none is promised."""
        chosen = (days.get(str(values.get(name))) for name, days in self.sooner.items())
        return next((days for days in chosen if days), self.answer_days)

    def tallies(self, values: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
        """(field, choice) of the answers that are counted, by the host or by the desks."""
        for one in self.fields:
            if one.tally and (value := values.get(one.name)):
                start = f"{values[one.tally_by]}:" if one.tally_by else ""
                for choice in (value,) if isinstance(value, str) else value:
                    yield one.name, start + choice

    def unlisted(self, catalogue: Catalogue) -> set[str]:
        """The fields whose choices come from a list of the site that is not there."""
        chosen = {field.name: getattr(field, "options", None) for field in self.fields}
        return {
            name
            for name, one in chosen.items()
            if isinstance(one, FromData) and one.source not in catalogue
        }

    def json_schema(self, catalogue: Catalogue) -> dict[str, Any]:
        """JSON Schema of the answers as they are posted.

        A field with `when` is asked under some answers only; else it is not read.
        """
        asked = [one for one in self.fields if one.when and not one.optional]
        return {
            "type": "object",
            "title": f"{self.title.zh} / {self.title.en}",
            "properties": {one.name: one.described(catalogue) for one in self.fields},
            "required": [o.name for o in self.fields if not o.optional and not o.when],
            **({"allOf": [_asked_when(self, one) for one in asked]} if asked else {}),
        }

    def columns(self) -> tuple[str, ...]:
        """Export headings: names, never labels, so that a reworded question splits no file."""
        return tuple(one.name for one in self.fields if not isinstance(one, Consent))


def _asked_when(form: Form, field: Field) -> dict[str, Any]:
    """JSON Schema: under these answers this field must be there."""
    chosen = {
        name: {"contains": {"enum": [*some]}} if form.field(name).many else {"enum": [*some]}
        for name, some in field.when.items()
    }
    condition = {"properties": chosen, "required": [*chosen]}
    return {"if": condition, "then": {"required": [field.name]}}
