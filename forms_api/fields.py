"""The kinds of field: one small class each, with its check, HTML, JSON Schema and export column."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import Field as Setting
from pydantic import field_validator

from forms_api import traditional
from forms_api.answers import Context, Fault, Field, Schema, Value
from forms_api.contacts import check_email, check_phone, holds_mobile
from forms_api.guards import clean, fold, refused_number
from forms_api.languages import EDITIONS, TRADITIONAL, Edition, source
from forms_api.options import Catalogue, Choice, FromData, Listed, branch_names
from forms_api.patterned import AccessCode, Day, Month, Number, Page, Reference
from forms_api.words import Text

MISSING: Final = "missing"


class TextLine(Field):
    """`mobiles: false` refuses personal mobile numbers, for what may be published."""

    kind = "text"
    codes = frozenset({"too-short", "id-number", "bank-number", "mobile"})

    min: int = Setting(default=1, ge=1)
    max: int = Setting(ge=1, le=2000)
    mobiles: bool = True

    @property
    def longest(self) -> int:
        """A little more than is kept, so that whoever has to shorten also learns what else goes."""
        return self.max + self.max // 5

    def bounded(self, value: str) -> tuple[Value, Fault] | None:
        return (value, self.over(value, self.max)) if len(value) > self.longest else None

    def read(self, given: Sequence[str]) -> Value:
        return " ".join(clean(given[0]).split()) if given else ""

    def judge(self, value: str, context: Context) -> tuple[Value, Fault | None]:
        if refusal := refused_number(value):
            return value, Fault(refusal)
        if not self.mobiles and holds_mobile(value):
            return value, Fault("mobile")
        if len(value) > self.max:
            return value, self.over(value, self.max)
        if len(value) < self.min:
            return value, Fault("too-short", {"min": self.min})
        return value, None

    def limits(self) -> Mapping[str, int]:
        return {"min": self.min, "max": self.max}

    def json_schema(self, catalogue: Catalogue) -> Schema:
        return {"type": "string", "minLength": self.min, "maxLength": self.max}


class Area(TextLine):
    """Several lines; line ends are kept."""

    kind = "area"

    rows: int = Setting(default=5, ge=2, le=20)

    def read(self, given: Sequence[str]) -> Value:
        return clean(given[0]) if given else ""


class _Chosen(Field):
    missing = "choose"
    codes = frozenset({"unknown-choice"})

    options: FromData | Listed

    @field_validator("options", mode="before")
    @classmethod
    def _a_list_is_written_out(cls, options: object) -> object:
        return {"options": options} if isinstance(options, list) else options

    def choices(self, lang: Edition, catalogue: Catalogue) -> Sequence[Choice]:
        return tuple(self.options.choices(lang, catalogue))

    def known(self, catalogue: Catalogue) -> list[str]:
        return [choice.value for choice in self.choices("zh", catalogue)]

    def bounded(self, value: Any) -> None:
        """Choices are looked up, which takes no longer for a long one: there is nothing to cut."""

    def judge(self, value: Any, context: Context) -> tuple[Value, Fault | None]:
        if value not in self.known(context.catalogue):
            return "", Fault("unknown-choice")
        return value, None

    def shown(self, value: Value, lang: Edition, catalogue: Catalogue) -> str:
        chosen = (value,) if isinstance(value, str) else value
        labels = [
            choice.label
            if choice.group in ("", choice.label)
            else f"{choice.group} · {choice.label}"
            for choice in self.choices(lang, catalogue)
            if choice.value in chosen
        ]
        return (", " if lang == "en" else "、").join(labels)

    def json_schema(self, catalogue: Catalogue) -> Schema:
        return {"type": "string", "enum": self.known(catalogue)}


class Select(_Chosen):
    kind = "select"


class Radios(_Chosen):
    """Nothing is chosen beforehand."""

    kind = "radios"


class Checks(_Chosen):
    kind = "checks"
    missing = "choose-some"
    many = True

    def read(self, given: Sequence[str]) -> Value:
        return tuple(dict.fromkeys(text for text in map(clean, given) if text))

    def judge(self, value: tuple[str, ...], context: Context) -> tuple[Value, Fault | None]:
        known = dict.fromkeys(self.known(context.catalogue))
        if any(one not in known for one in value):
            return tuple(one for one in value if one in known), Fault("unknown-choice")
        return tuple(one for one in known if one in value), None

    def json_schema(self, catalogue: Catalogue) -> Schema:
        return {
            "type": "array",
            "items": {"type": "string", "enum": self.known(catalogue)},
            "minItems": 0 if self.optional else 1,
            "uniqueItems": True,
        }


class Contact(Field):
    """An e-mail address or a phone number: what the answer to `by` asks for, else either."""

    kind = "contact"
    codes = frozenset(
        {"email", "email-name", "phone", "phone-short", "phone-long", "id-number", "bank-number"}
    )

    by: str | None = None
    max: int = Setting(default=254, ge=5, le=254)

    @property
    def longest(self) -> int:
        return self.max

    def limits(self) -> Mapping[str, int]:
        return {"max": self.max}

    def judge(self, value: str, context: Context) -> tuple[Value, Fault | None]:
        # 15-digit numbers with a possible birth date are no phone numbers in use.
        if refusal := refused_number(value):
            return value, Fault(refusal)
        phone = context.values.get(self.by) == "phone" if self.by else "@" not in fold(value)
        check = check_phone if phone else check_email
        kept, code = check(fold(value))
        return (value, Fault(code)) if code else (kept, None)

    def json_schema(self, catalogue: Catalogue) -> Schema:
        return {"type": "string", "minLength": 5, "maxLength": self.max}


class Branch(Field):
    """A branch of the directory, by its id or its full name in any edition; kept as the id.

    `missing_words` are what a person writes about a branch that the directory lacks; kept as
    "missing", which no branch may be called.
    """

    kind = "branch"
    codes = frozenset({"unknown-branch", "id-number", "bank-number"})

    missing_words: Text | None = None

    @property
    def longest(self) -> int:
        return 200

    def judge(self, value: str, context: Context) -> tuple[Value, Fault | None]:
        if refusal := refused_number(value):
            return value, Fault(refusal)
        branches = branch_names(context.catalogue)
        if self.missing_words and value.casefold() in self._missing_words():
            return MISSING, None
        if value in branches:
            return value, None
        chinese = {value, *traditional.meant(value)}
        found = [
            key
            for key, names in branches.items()
            if names["zh"] in chinese or value in (names["en"], names.get(TRADITIONAL))
        ]
        return (found[0], None) if len(found) == 1 else (value, Fault("unknown-branch"))

    def _missing_words(self) -> set[str]:
        words = self.missing_words
        return {MISSING, *(words[one].casefold() for one in EDITIONS)} if words else set()

    def shown(self, value: Value, lang: Edition, catalogue: Catalogue) -> str:
        if value == MISSING and self.missing_words:
            return self.missing_words[lang]
        names = branch_names(catalogue).get(str(value))
        return traditional.of(names, lang) if names else str(value)

    def typed(self, value: Value, lang: Edition, catalogue: Catalogue) -> str:
        """The name, unless two branches share it."""
        branches, folder = branch_names(catalogue), source(lang)
        if own := branches.get(str(value)):
            shared = sum(names[folder] == own[folder] for names in branches.values()) > 1
            return str(value) if shared else traditional.of(own, lang)
        return self.shown(value, lang, catalogue)

    def json_schema(self, catalogue: Catalogue) -> Schema:
        return {"type": "string", "maxLength": self.longest}


class Consent(Field):
    """A tick box with its notice. Never ticked beforehand; kept as "yes"."""

    kind = "consent"
    missing = "consent"

    notice: Text | None = None
    version: str
    purpose: str
    separate: bool = False

    def bounded(self, value: Any) -> None:
        """There is one good answer, and no pattern."""

    def judge(self, value: str, context: Context) -> tuple[Value, Fault | None]:
        return ("yes", None) if value == "yes" else ("", Fault("consent"))

    def wording(self, lang: Edition) -> str:
        """Everything the person agrees to; hashed into the consent record."""
        return "\n".join(text[lang] for text in (self.notice, self.label) if text)

    def json_schema(self, catalogue: Catalogue) -> Schema:
        return {"const": "yes"}


KINDS: Final[Mapping[str, type[Field]]] = {
    kind.kind: kind
    for kind in (
        *(TextLine, Area, Select, Radios, Checks, Number, Month, Day),
        *(Contact, Branch, AccessCode, Reference, Page, Consent),
    )
}


def kind_of(name: str) -> type[Field]:
    """Raises ValueError for an unknown kind, naming the known ones."""
    if name not in KINDS:
        raise ValueError(f"unknown kind {name!r}; known are {', '.join(KINDS)}")
    return KINDS[name]
