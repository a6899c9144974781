"""`python -m forms_api.cli migrate-database`: from SQLite to PostgreSQL, counted and compared."""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy.exc import ArgumentError

from forms_api.backup.faults import BackupError
from forms_api.moving.moving import Compared, Differs, give_up, move
from forms_api.settings import Settings
from forms_api.store.engine import open_engine, refuse_missing

_PG = "postgresql+psycopg://"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to",
        required=True,
        metavar="URL",
        help=f"空的 PostgreSQL 数据库，以 {_PG} 开头；密码放在 ~/.pgpass 里 / "
        "an empty PostgreSQL database; keep its password in ~/.pgpass",
    )
    parser.add_argument(
        "--reopen",
        action="store_true",
        help="不搬了：中断以后让旧数据库重新收表单 / "
        "give up an interrupted move: the old database takes forms again",
    )
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """0 once everything is there, 1 when it does not compare. Raises BackupError."""
    settings = Settings.from_env(environ)
    if not settings.database_url.startswith("sqlite:"):
        raise BackupError(
            "只能从 SQLite 搬出：FORMS_DATABASE_URL 写的不是。",
            "only SQLite can be moved from, and FORMS_DATABASE_URL names something else.",
        )
    refuse_missing(settings.database_url)
    if not args.to.startswith(_PG):
        raise BackupError(f"--to 要以 {_PG} 开头。", f"--to must begin with {_PG}.")
    try:
        source, target = open_engine(settings.database_url), open_engine(args.to)
    except (ArgumentError, ValueError):
        raise BackupError(
            "看不懂 --to 的地址。", "the address after --to is not understood."
        ) from None
    try:
        if args.reopen:
            give_up(source, target)
            said = "旧数据库照常收表单。 / The old database takes forms again."
            print(json.dumps({"moved": False, "reopened": True}) if args.json else said)
            return 0
        try:
            tables, same = move(source, target, _Progress()), True
        except Differs as found:
            tables, same = found.tables, False
    finally:
        source.dispose()
        target.dispose()
    if args.json:
        listed = {name: asdict(one) for name, one in tables.items()}
        print(json.dumps({"moved": same, "again": same and not tables, "tables": listed}))
    else:
        _tell(tables, same)
    return 0 if same else 1


class _Progress:
    """Each table on stderr once it has begun, and every ten thousand rows."""

    def __init__(self) -> None:
        self._table, self._said = "", 0

    def __call__(self, table: str, rows: int) -> None:
        if table != self._table or rows - self._said >= 10_000:
            self._table, self._said = table, rows
            print(f"{table} {rows} …", file=sys.stderr, flush=True)


def _tell(tables: Mapping[str, Compared], same: bool) -> None:
    for name, one in tables.items():
        rows = f"{one.rows}" if one.equal else f"{one.rows} ≠ {one.arrived}"
        print(f"{name:<14}{rows:>8}  {one.checksum[:16]} {'=' if one.equal else '≠ '}"
              f"{'' if one.equal else one.arrived_checksum[:16]}")  # fmt: skip
    if not same:
        print("两边不一样，新数据库里什么也没留下，旧数据库照常收表单。")
        print("The two differ; nothing is left in the new database, the old one takes forms again.")
        return
    if not tables:
        print("上次运行已经全部搬完。 / An earlier run had moved everything already.")
    print("已搬完，旧数据库不再收表单。现在把 FORMS_DATABASE_URL 换成新地址，重启服务，")
    print("再运行 doctor；在那以前，读者看到的是“表单正在搬家”。")
    print("Moved; the old database takes no more forms. Now set FORMS_DATABASE_URL to the new")
    print("address, restart the service and run doctor; until then readers are told to wait.")
