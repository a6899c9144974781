"""What one running inbox consists of, kept on app.extensions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from flask import Flask, current_app
from sqlalchemy import Engine

from forms_api.form import Form
from forms_api.inbox.actions import Actions
from forms_api.inbox.counting import Counting
from forms_api.inbox.door import Door
from forms_api.inbox.labels import Labels
from forms_api.inbox.post import Post
from forms_api.inbox.vault import Vault
from forms_api.languages import Folder
from forms_api.privacy import Write
from forms_api.sealing import Sealer
from forms_api.settings import Settings
from forms_api.site import Site
from forms_api.words import Text

_NAME: Final = "jinqiao-inbox"
_DRAFTS: Final = 100  # of all pages
_SEARCHES: Final = 50  # how many texts are remembered


@dataclass(slots=True)
class Desktop:
    """One person at one computer: the language and what was searched for are theirs.

    `drafts`: what was being written when the inbox locked itself, by page, until it is shown
    again. Searches are forgotten with the key.
    """

    settings: Settings
    engine: Engine
    write: Write
    forms: Mapping[str, Form]
    desks: Mapping[str, Text]
    site: Site
    labels: Labels
    door: Door
    vault: Vault
    post: Post
    seal_for_desks: "SealerOf"
    identities: tuple[Path, ...] = ()
    asked_desk: str = ""
    lang: Folder = "zh"
    searches: dict[int, str] = field(default_factory=dict)
    drafts: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    @property
    def actions(self) -> Actions:
        return Actions(self.engine, self.write, self.vault.desk)

    def keep_draft(self, page: str, typed: dict[str, str]) -> None:
        """Of several windows with one page each has its own."""
        kept = self.drafts.setdefault(page, [])
        if typed not in kept:
            kept.append(typed)
        while sum(map(len, self.drafts.values())) > _DRAFTS:
            self.draft_of(next(iter(self.drafts)))

    def draft_of(self, page: str) -> dict[str, str] | None:
        """Given away once: from now on it stands in that page."""
        kept = self.drafts.get(page, [])
        typed = kept.pop(0) if kept else None
        if not kept:
            self.drafts.pop(page, None)
        return typed

    def remember(self, text: str) -> int:
        """The number under which an address names what is searched for."""
        number = max(self.searches, default=0) + 1
        self.searches[number] = text
        self.searches.pop(number - _SEARCHES, None)
        return number

    def __post_init__(self) -> None:
        self.vault.forgets.append(self.searches.clear)
        self.vault.follows.append(
            Counting(
                self.engine,
                self.write,
                self.forms,
                self._sealer_of_all,
                self.vault.sign,
                self.vault.sign_public,
            )
        )

    def _sealer_of_all(self) -> Sealer | None:
        """None where this desk knows only its own key: the others could not go on counting."""
        alone = self.seal_for_desks.alone
        return None if alone else self.seal_for_desks.sealer(self.vault.recipient)


@dataclass(frozen=True, slots=True)
class SealerOf:
    """To whom notes and answers are sealed; `alone`: to this desk's own key, since no list of the
    others is known here.
    """

    recipients: tuple[str, ...]

    @property
    def alone(self) -> bool:
        return not self.recipients

    def sealer(self, own: str) -> Sealer:
        """Raises ValueError for a recipient that is no age public key."""
        return Sealer(tuple(dict.fromkeys((*self.recipients, *([own] if self.alone else [])))))


def attach(app: Flask, desktop: Desktop) -> None:
    app.extensions[_NAME] = desktop


def of(app: Flask) -> Desktop:
    return cast(Desktop, app.extensions[_NAME])


def here() -> Desktop:
    return of(current_app)
