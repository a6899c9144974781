"""Answers in words: for the page in the desk's language, for searching in both."""

from collections.abc import Callable, Iterator, Mapping

from forms_api.answers import Field, Value
from forms_api.form import Form
from forms_api.languages import FOLDERS, Folder
from forms_api.options import Catalogue


class Labels:
    """`catalogue` gives the site's lists at the moment of use; without a release it is empty."""

    def __init__(self, forms: Mapping[str, Form], catalogue: Callable[[], Catalogue]) -> None:
        self._forms = forms
        self._catalogue = catalogue
        self._both: dict[tuple[str, str], dict[str, str]] = {}

    def texts(self, form: str, answers: Mapping[str, Value]) -> Iterator[str]:
        """What can be searched for: what was typed, and the words of what was chosen."""
        for name, value in answers.items():
            words = self._words(form, name)
            for one in (value,) if isinstance(value, str) else value:
                yield words.get(one, one)

    def rows(
        self, form: str, answers: Mapping[str, Value], lang: Folder
    ) -> Iterator[tuple[str, str, str]]:
        """Name, label and text of each answer that was given, in the form's order."""
        known = {one.name: one for one in self._forms[form].fields} if form in self._forms else {}
        catalogue = self._catalogue()
        for name in [*(name for name in known if name in answers), *(answers.keys() - known)]:
            value = answers[name]
            plain = value if isinstance(value, str) else "; ".join(value)
            if not plain:
                continue
            field = known.get(name)
            text = _shown(field, value, lang, catalogue) if field else plain
            yield name, field.label[lang] if field else name, text or plain

    def _words(self, form: str, name: str) -> dict[str, str]:
        """Both languages' words of each choice of a field, kept: there are many submissions."""
        key = (form, name)
        if key not in self._both:
            found: dict[str, str] = {}
            for field in self._forms[form].fields if form in self._forms else ():
                if field.name == name:
                    for lang in FOLDERS:
                        for choice in field.choices(lang, self._catalogue()):
                            found[choice.value] = f"{found.get(choice.value, '')} {choice.label}"
            self._both[key] = found
        return self._both[key]


def _shown(field: Field, value: Value, lang: Folder, catalogue: Catalogue) -> str:
    """In words; as it was sealed where it is no answer to this question (whoever writes to the
    database can seal anything), or to one of another version.
    """
    try:
        return field.shown(value, lang, catalogue)
    except Exception:
        return ""
