"""`python -m forms_api.cli inbox`: the desk's inbox in the browser, on this computer alone."""

import argparse
import html
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from flask import Flask
from sqlalchemy import Engine, make_url
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from forms_api.inbox.app import close, create_inbox
from forms_api.inbox.desktop import of
from forms_api.outbox import mailer_of
from forms_api.settings import Settings, SettingsError
from forms_api.store import fence
from forms_api.store.engine import address, is_known, migrate, open_engine, revision_of

HOST: Final = "127.0.0.1"
_MOVED: Final = (
    "这个数据库已经搬走，请用 --database 写明新的。 / "
    "This database was moved; name the new one with --database."
)
_MOVING: Final = (
    "搬数据库还没搬完：再运行一次 migrate-database；不搬了就加 --reopen。 / "
    "A move of this database is not finished: run migrate-database again, or with --reopen to "
    "give it up."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--database",
        metavar="URL",
        help="SQLite 文件或 PostgreSQL 地址，默认 FORMS_DATABASE_URL / "
        "an SQLite file or a PostgreSQL address; by default FORMS_DATABASE_URL",
    )
    parser.add_argument(
        "--identity",
        type=Path,
        metavar="FILE",
        help="受理岗的私钥文件，默认在 FORMS_KEYS_FOLDER 里找 / "
        "the desk's secret key file; by default those in FORMS_KEYS_FOLDER",
    )
    parser.add_argument(
        "--port", type=int, default=0, help="端口，默认随意 / port; by default any free one"
    )
    parser.add_argument("--desk", default="", help="坐在这里的是哪个岗 / which desk sits here")
    parser.add_argument(
        "--no-browser", action="store_true", help="只显示网址 / only print the address"
    )


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """0 after it was stopped. Raises SettingsError, and OSError for a port that is taken."""
    settings = Settings.from_env(environ)
    if args.database:
        settings = replace(settings, database_url=address(args.database))
    engine = opened(settings)
    identities = [args.identity.absolute()] if args.identity else found(settings.keys_folder)
    server = make_server(HOST, args.port, Flask(__name__), threaded=True, request_handler=_Quiet)
    mailer = mailer_of(settings) if settings.smtp_url else None
    own = settings.with_listed_recipients()
    app = create_inbox(own, engine, identities, server.port, mailer=mailer, desk=args.desk)
    server.app = app
    of(app).post.start()
    try:
        _serve(server, app, browser=not args.no_browser)
    finally:
        close(app)
    return 0


def opened(settings: Settings) -> Engine:
    """The database, brought up to date. Raises SettingsError for one that is not there or not ours.

    A mistyped path makes no new database; a development instance's own is made if it is missing.
    """
    url = make_url(settings.database_url)
    own = settings.database_url == Settings().database_url
    file = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
    if file and not own and not file.is_file():
        raise SettingsError(
            f"没有数据库 {file}，请核对路径。 / There is no database {file}; check the path."
        )
    engine = open_engine(settings.database_url)
    revision = revision_of(engine)
    if revision is not None and not is_known(revision):
        engine.dispose()
        raise SettingsError(
            "数据库是更新版本的程序建的，请先更新这里的程序。 / "
            "The database belongs to a newer version of the program; update this one first."
        )
    with engine.connect() as connection:
        standing = fence.found(connection)
    if standing:
        engine.dispose()
        raise SettingsError(_MOVED if standing.state == "moved" else _MOVING)
    migrate(engine)
    return engine


def found(folder: Path) -> list[Path]:
    """Key files of a folder, those under a passphrase first."""
    return [*sorted(folder.glob("*.age")), *sorted(folder.glob("*.key"))]


class _Quiet(WSGIRequestHandler):
    """Nothing is written about requests: an address may name a submission. Nothing is told of what
    answers.
    """

    def version_string(self) -> str:
        return "inbox"

    def log(self, type: str, message: str, *args: object) -> None:
        pass


def _serve(server: BaseWSGIServer, app: Flask, *, browser: bool) -> None:
    """Until it is interrupted; Enter in the terminal makes a new link."""
    threading.Thread(target=server.serve_forever, name="inbox", daemon=True).start()
    door = of(app).door
    print("收件箱在这台电脑上打开了，别的电脑看不到。按 Ctrl-C 停止。")
    print("The inbox is open on this computer and no other. Ctrl-C stops it.")
    print("这个网址只能用一次，按回车再要一个 / works once; Enter makes another:")
    print(door.link(), flush=True)
    try:
        with link_file(door.link()) as file:
            if browser:
                webbrowser.open(file.as_uri())
            for _ in sys.stdin if sys.stdin.isatty() else ():
                print(door.new_link(), flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        print()
    finally:
        server.shutdown()


@contextmanager
def link_file(link: str) -> Iterator[Path]:
    """A page that leads to the link, readable by this user alone: a list of processes shows the
    name of this file in the browser's command line, not the link.
    """
    text = f'<!doctype html><meta http-equiv="refresh" content="0;url={html.escape(link)}">\n'
    with tempfile.TemporaryDirectory(prefix="jinqiao-inbox-") as folder:  # 0700
        path = Path(folder) / "open.html"
        path.touch(0o600)
        path.write_text(text, "utf-8")
        yield path
