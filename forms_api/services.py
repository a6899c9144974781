"""The collaborators of one app, kept on app.extensions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app
from sqlalchemy import Engine

from forms_api.forms import Form
from forms_api.health import Health
from forms_api.keeping import Keeping
from forms_api.limits import Visitors
from forms_api.settings import Settings
from forms_api.site import Site
from forms_api.store.writer import Writer
from forms_api.tokens import Tokens

if TYPE_CHECKING:
    from forms_api.at_once import Clicks

_NAME = "jinqiao"


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    forms: Mapping[str, Form]
    site: Site
    tokens: Tokens
    engine: Engine
    writer: Writer
    keeping: Keeping
    health: Health
    visitors: Visitors
    clicks: "Clicks"


def attach(app: Flask, services: Services) -> None:
    app.extensions[_NAME] = services


def of(app: Flask) -> Services:
    return cast(Services, app.extensions[_NAME])


def here() -> Services:
    """Those of the request's app."""
    return of(current_app)
