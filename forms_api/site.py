"""What the service takes from the site's current release, read again when it changed."""

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Generic, TypeVar

import structlog

from forms_api import chrome, traditional
from forms_api.languages import EDITIONS, Edition
from forms_api.options import Catalogue
from forms_api.shell import Shell

_T = TypeVar("_T")
#: While no release says whose site this is.
_NAMES = {"zh": "表单", "en": "Forms"}
_PREFIX = "REF"
_log = structlog.get_logger()


class _Followed(Generic[_T]):
    """The parsed text of a file; the default while it is missing, the last good one if broken."""

    def __init__(self, path: Path, parse: Callable[[str], _T], default: Callable[[], _T]) -> None:
        self._path = path
        self._parse = parse
        self._default = default
        self._seen: tuple[int, int, int] | None = None
        self._value: _T | None = None

    def get(self) -> _T:
        try:
            status = self._path.stat()
        except OSError:
            return self._default()
        seen = (status.st_mtime_ns, status.st_ino, status.st_size)
        if self._value is None or seen != self._seen:
            try:
                self._value = self._parse(self._path.read_text("utf-8"))
            except (OSError, ValueError) as error:
                _log.error("release file unusable", file=self._path.name, error=str(error))
            self._seen = seen
        return self._default() if self._value is None else self._value


class Site:
    """`release` is a folder or a symlink to one; it holds `_private`.

    `spoken` are the texts that must be known in Traditional characters for that edition to be
    offered at all: with fewer, a page would speak two kinds of Chinese.
    """

    def __init__(self, release: Path, spoken: Collection[str] = ()) -> None:
        private = release / "_private"
        self._identity = _Followed[dict[str, Any]](private / "identity.json", json.loads, dict)
        self._catalogue = _Followed[Catalogue](private / "catalogue.json", json.loads, dict)
        self._traditional = _Followed(
            private / traditional.FILE,
            lambda text: traditional.Table.parse(text, spoken),
            traditional.Table,
        )
        self._shells = {
            lang: _Followed(private / f"shell.{lang}.html", Shell.parse, self._plain(lang))
            for lang in EDITIONS
        }

    def _plain(self, lang: Edition) -> Callable[[], Shell]:
        return lambda: Shell.parse(chrome.plain_shell(lang, self.name(lang)))

    def name(self, lang: Edition) -> str:
        return traditional.of(self._identity.get().get("name", _NAMES), lang)

    @property
    def traditional(self) -> traditional.Table:
        """Empty where the release has no Traditional edition."""
        return self._traditional.get()

    @property
    def reference_prefix(self) -> str:
        return str(self._identity.get().get("reference_prefix") or _PREFIX)

    def is_published(self) -> bool:
        """Whether a release says whose site this is."""
        return bool(self._identity.get())

    @property
    def catalogue(self) -> Catalogue:
        return self._catalogue.get()

    def shell(self, lang: Edition) -> Shell:
        return self._shells[lang].get()
