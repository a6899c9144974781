"""A service of its own for each test: real SQLite file, real keys, a small catalogue."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyrage
import pytest
from flask import Flask
from flask.testing import FlaskClient

from forms_api import services
from forms_api.app import close, create_app
from forms_api.settings import Settings
from forms_api.tokens import Draft
from tests.api.databases import KINDS, new_database, postgresql_server
from tests.api.examples import new_release


@dataclass(frozen=True)
class Instance:
    """One running app with the secret key that opens what it sealed."""

    app: Flask
    settings: Settings
    identity: str
    folder: Path

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    @property
    def services(self) -> services.Services:
        return services.of(self.app)

    def check(self, form: str, answers: dict[str, Any], **headers: str) -> Any:
        return self.client.post(f"/forms/{form}/check", json=answers, headers=headers)

    def confirm(self, form: str, checked: dict[str, Any], client: FlaskClient | None = None) -> Any:
        return (client or self.client).post(
            f"/forms/{form}",
            json={"token": checked["token"]},
            headers={"Idempotency-Key": checked["idempotency_key"]},
        )

    def send(self, form: str, answers: dict[str, Any]) -> Any:
        """The receipt of a whole journey."""
        reply = self.check(form, answers)
        assert reply.status_code == 200, reply.json
        receipt = self.confirm(form, reply.json)
        assert receipt.status_code == 201, receipt.json
        return receipt.json

    def token(self, draft: Draft, at: float | None = None) -> str:
        return self.services.tokens.issue(draft, at)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.services.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL server: the address of its first database."""
    with postgresql_server() as address:
        yield address


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'forms.sqlite'}"
    return new_database(request.getfixturevalue("server"), f"t{secrets.token_hex(6)}")


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return new_release(tmp_path)


@pytest.fixture
def new_instance(tmp_path: Path, release: Path) -> Iterator[Callable[..., Instance]]:
    """`new_instance(max_body=…)`: an app of these settings, closed after the test."""
    started: list[Flask] = []

    def start(*, testing: bool = True, **changes: Any) -> Instance:
        desks = [pyrage.x25519.Identity.generate() for _ in range(2)]
        settings = replace(
            Settings(
                database_url=f"sqlite:///{tmp_path / 'forms.sqlite'}",
                recipients=tuple(str(desk.to_public()) for desk in desks),
                release=release,
                rate_limit="",
            ),
            **changes,
        )
        app = create_app(settings, testing=testing)
        started.append(app)
        return Instance(app, settings, str(desks[0]), tmp_path)

    yield start
    for app in started:
        close(app)


@pytest.fixture
def instance(new_instance: Callable[..., Instance]) -> Instance:
    return new_instance()


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """One app for all tests of a module that can do with what others have stored."""
    folder = tmp_path_factory.mktemp("door")
    desk = pyrage.x25519.Identity.generate()
    settings = replace(
        Settings(rate_limit=""),
        database_url=f"sqlite:///{folder / 'forms.sqlite'}",
        recipients=(str(desk.to_public()),),
        release=new_release(folder),
    )
    app = create_app(settings, testing=True)
    yield Instance(app, settings, str(desk), folder)
    close(app)
