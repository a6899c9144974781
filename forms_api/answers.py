"""An answer, its check and its field: what all kinds in fields.py share.

A check gives codes, never sentences; the words stand in strings/*.yml or in the definition's
own `say`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date
from typing import Any, ClassVar, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Setting

from forms_api.guards import clean
from forms_api.languages import Edition
from forms_api.options import Catalogue, Choice
from forms_api.words import Text

Value: TypeAlias = str | tuple[str, ...]
Schema: TypeAlias = dict[str, Any]

TOO_LONG: Final = "too-long"


@dataclass(frozen=True, slots=True)
class Context:
    """What a check may look at besides the answer: `values` are the answers checked so far."""

    catalogue: Catalogue
    today: date
    values: Mapping[str, Value] = default(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    code: str
    blanks: Mapping[str, int] = default(default_factory=dict)


class Field(BaseModel):
    """What all kinds share.

    `when` names the answers under which the field is asked at all; `tally` lets its choices
    be counted (see Form.counted_by_host), with `tally_by` apart for each answer to that field.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    kind: ClassVar[str]
    missing: ClassVar[str] = "required"
    codes: ClassVar[frozenset[str]] = frozenset()
    many: ClassVar[bool] = False

    name: str = Setting(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    label: Text
    hint: Text | None = None
    group: Text | None = None
    optional: bool = False
    when: Mapping[str, tuple[str, ...]] = {}
    tally: bool = False
    tally_by: str | None = None
    width: Literal["short", "medium"] | None = None
    autocomplete: str | None = None
    inputmode: str | None = None
    say: Mapping[str, Text] = {}

    @model_validator(mode="after")
    def _says_only_its_codes(self) -> "Field":
        if unknown := set(self.say) - self.all_codes():
            raise ValueError(f"say names codes this kind never gives: {', '.join(sorted(unknown))}")
        return self

    @classmethod
    def all_codes(cls) -> frozenset[str]:
        return cls.codes | {cls.missing, TOO_LONG}

    @property
    def longest(self) -> int:
        """Characters of an answer beyond which it is not looked at: no pattern, no folding.

        A kind whose answers are sentences says more.
        """
        return 60

    @property
    def empty(self) -> Value:
        return () if self.many else ""

    def asked(self, values: Mapping[str, Value]) -> bool:
        """`when` holds: of several answers to the other field, one is enough."""
        return all(
            set(wanted) & ({given} if isinstance(given := values.get(name, ""), str) else {*given})
            for name, wanted in self.when.items()
        )

    def check(self, given: Sequence[str], context: Context) -> tuple[Value, Fault | None]:
        """The value to keep, cleaned and folded, and what is wrong with it, if anything."""
        value = self.read(given)
        if not value:
            return self.empty, None if self.optional else Fault(self.missing)
        return self.bounded(value) or self.judge(value, context)

    def read(self, given: Sequence[str]) -> Value:
        """What was typed, to be judged or shown again: one pass, however long it is."""
        return clean(given[0]) if given else ""

    def bounded(self, value: Any) -> tuple[Value, Fault] | None:
        """The fault of an answer that is too long to be judged; the answer is kept."""
        return (value, self.over(value, self.longest)) if len(value) > self.longest else None

    def over(self, value: Value, most: int) -> Fault:
        return Fault(TOO_LONG, {"max": most, "over": len(value) - most})

    def judge(self, value: Any, context: Context) -> tuple[Value, Fault | None]:
        raise NotImplementedError

    def limits(self) -> Mapping[str, int]:
        """Numbers that hint and messages may name: {max}, {min}."""
        return {}

    def choices(self, lang: Edition, catalogue: Catalogue) -> Sequence[Choice]:
        return ()

    def shown(self, value: Value, lang: Edition, catalogue: Catalogue) -> str:
        """The answer in words, for the read-back and the desk."""
        return value if isinstance(value, str) else ", ".join(value)

    def typed(self, value: Value, lang: Edition, catalogue: Catalogue) -> str:
        """What stands in the control of a field that is not a choice."""
        return value if isinstance(value, str) else ""

    def json_schema(self, catalogue: Catalogue) -> Schema:
        return {"type": "string"}

    def described(self, catalogue: Catalogue) -> Schema:
        """The JSON Schema with the label in both languages."""
        return {"title": f"{self.label.zh} / {self.label.en}", **self.json_schema(catalogue)}

    def export(self, value: Value) -> str:
        """One cell under the field's name; several values are joined by a semicolon."""
        return value if isinstance(value, str) else "; ".join(value)
