"""`python -m forms_api.cli database`: new makes the forms' database, where there never was one."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import make_url

from forms_api.backup import archive, forgotten
from forms_api.settings import Settings
from forms_api.store.engine import DatabaseUnusable, migrate, open_engine, revision_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="new")
    text = "新建空的数据库；有过的不再建 / make an empty one; not where there was one"
    one = actions.add_parser("new", help=text, description=text, allow_abbrev=False)
    one.add_argument(
        "--although-backups",
        action="store_true",
        help="有备份也新建，以前的不要了 / although there are backups: those are given up",
    )


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """0 once there is an empty database. Raises SettingsError and DatabaseUnusable."""
    settings = Settings.from_env(environ)
    if not args.although_backups:
        _refuse_where_one_was(settings)
    _refuse_file(settings)
    engine = open_engine(settings.database_url)
    try:
        if revision_of(engine) is not None:
            raise _already(_name(settings))
        migrate(engine)
    finally:
        engine.dispose()
    print(f"已新建 {_name(settings)}，是空的。 / {_name(settings)} was made; it is empty.")
    return 0


def _refuse_where_one_was(settings: Settings) -> None:
    """A lost database is restored; an empty one in its place would be backed up over it."""
    beside = settings.backups / forgotten.NAME
    there = archive.newest(settings.backups) or (beside if beside.exists() else None)
    if there is None:
        return
    raise DatabaseUnusable(
        f"有过一个数据库（{there}）：请用 restore 恢复；真的不要了，就加 --although-backups。",
        f"there was a database ({there}): restore it, or give --although-backups if it is "
        "really given up.",
    )


def _refuse_file(settings: Settings) -> None:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and Path(url.database or "").exists():
        raise _already(_name(settings))


def _already(name: str) -> DatabaseUnusable:
    return DatabaseUnusable(
        f"{name} 已经在了，什么也没改。", f"{name} is there already; nothing was changed."
    )


def _name(settings: Settings) -> str:
    url = make_url(settings.database_url)
    return url.database or "" if url.get_backend_name() == "sqlite" else str(url)
