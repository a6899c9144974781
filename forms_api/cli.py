"""`python -m forms_api.cli NAME`: serve (granian; also the site in development), purge, keys …"""

import argparse
import os
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from sqlalchemy.exc import DatabaseError, IntegrityError

from forms_api import database_command, keys_command, mailing, pulling, purging
from forms_api.app import rehearse
from forms_api.backup import command as backing_up
from forms_api.backup import restore_command as restoring
from forms_api.backup.faults import BackupError
from forms_api.doctor import command as doctor
from forms_api.forms import DefinitionError
from forms_api.inbox import command as inbox
from forms_api.moving import command as moving
from forms_api.settings import Settings, SettingsError
from forms_api.store import fence
from forms_api.store.engine import DatabaseUnusable
from forms_api.store.file_guard import StorageError

THREADS = 64  # requests that may wait for the same commit
_DONE, _CANNOT = 0, 2
#: What they write is for others to read: pages of the site, public keys.
_SHARED = frozenset({"answers", "keys"})
# Each has `add_arguments(parser)` and `run(args, environ) -> int`.
MODULES: Mapping[str, tuple[Any, str]] = {
    "inbox": (inbox, "受理岗的收件箱，只在本机打开"),
    "purge": (purging, "删除到期的；--dry-run 只数不删"),
    "keys": (keys_command, "受理岗的密钥：生成、列出、更换、收回"),
    "outbox": (mailing, "没发出的通知；--retry 再发"),
    "answers": (pulling, "可公开的问答和合计数写成文件"),
    "backup": (backing_up, "备份数据库，用公钥封好；核对备份"),
    "restore": (restoring, "从备份恢复；删过的不回来"),
    "migrate-database": (moving, "从 SQLite 搬到 PostgreSQL，逐表核对"),
    "database": (database_command, "新建数据库，正式启用前做一次"),
    "doctor": (doctor, "哪里不对、该做什么，一行一条"),
}


def main(arguments: Sequence[str] | None = None, *, prog: str = "python -m forms_api.cli") -> int:
    """The exit code: 0 after a clean stop, 2 when it could not start. `prog`: how it was called."""
    parser = argparse.ArgumentParser(prog=prog, description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser(
        "serve", help="运行服务，直到中断 / answer requests until interrupted"
    )
    serve.add_argument("--host", default="127.0.0.1", help="监听地址 / address to listen on")
    serve.add_argument("--port", type=int, default=8000, help="监听端口 / port to listen on")
    serve.add_argument(
        "--site",
        type=Path,
        help="同时提供这个文件夹里的网站 / also serve the built site in this folder",
    )
    serve.add_argument(
        "--problems",
        type=Path,
        help="上次生成的问题，显示在页面上 / problems of the last build, shown on pages",
    )
    for name, (module, zh) in MODULES.items():
        text = f"{zh} / " + (module.__doc__ or "").split("\n")[0].split(": ", 1)[-1]
        module.add_arguments(
            commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        )
    args = parser.parse_args(arguments)
    former = os.umask(0o077)
    if args.command in _SHARED:
        os.umask(former)
    try:
        if args.command == "serve":
            return _serve(args)
        code: int = MODULES[args.command][0].run(args, os.environ)
    except Exception as error:
        if sentence := _sentence(error):
            print(sentence, file=sys.stderr)
            return _CANNOT
        raise
    finally:
        os.umask(former)
    return code


def _sentence(error: Exception) -> str | None:
    """Why it could not run, in both languages; None for a fault of the program."""
    if isinstance(error, SettingsError | DefinitionError | BackupError | DatabaseUnusable):
        return str(error)
    if fence.refused(error):
        return (
            "这个数据库正在搬或已经搬走，什么也没改。 / "
            "this database moves or was moved; nothing was changed."
        )
    if isinstance(error, DatabaseError) and not isinstance(error, IntegrityError):
        reason = str(error.orig).splitlines()[0]
        return f"数据库用不了：{reason}。 / the database cannot be used: {reason}."
    if isinstance(error, StorageError):
        return f"数据库用不了：{error}。 / the database cannot be used: {error}."
    if isinstance(error, OSError) and error.filename:
        name, why = error.filename, error.strerror
        return f"{name} 用不了：{why}。 / {name} cannot be used: {why}."
    return None


def _serve(args: argparse.Namespace) -> int:
    """All that can be wrong is found here: a worker could only end with a traceback."""
    if args.site:
        os.environ["FORMS_SITE"] = str(args.site.absolute())
    if args.problems:
        os.environ["FORMS_SITE_PROBLEMS"] = str(args.problems.absolute())
    settings = Settings.from_env(os.environ)
    with _held_port(args.host, args.port), _held_port("127.0.0.1", settings.metrics_port):
        rehearse(settings)
        Granian(
            "forms_api.wsgi:app",
            address=args.host,
            port=args.port,
            interface=Interfaces.WSGI,
            workers=1,
            blocking_threads=THREADS,
            log_level=LogLevels.error,
            workers_kill_timeout=10,
        ).serve()
    return _DONE


@contextmanager
def _held_port(host: str, port: int) -> Iterator[None]:
    """Nobody else gets it until the end; the server, which shares ports, does.

    Raises SettingsError when it is taken or the address is not this machine's. 0 is no port.
    """
    if not port:
        yield
        return
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        held = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise _no_port(host, port, error) from error
    with held:
        try:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind(address)
        except OSError as error:
            raise _no_port(host, port, error) from error
        if hasattr(socket, "SO_REUSEPORT"):
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        yield


def _no_port(host: str, port: int, error: OSError) -> SettingsError:
    why = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
    return SettingsError(
        f"不能在 {host} 的端口 {port} 上监听：{why}。 / cannot listen on {host} port {port}: {why}."
    )


if __name__ == "__main__":
    raise SystemExit(main())
