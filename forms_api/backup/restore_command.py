"""`python -m forms_api.cli restore`: put a backup into the database; what was erased stays so."""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from forms_api.backup.command import recipients_of
from forms_api.backup.faults import BackupError
from forms_api.backup.identities import add_identity_argument, given
from forms_api.backup.restoring import Restored, restore
from forms_api.settings import Settings
from forms_api.store.engine import open_engine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="一份备份 / a backup")
    add_identity_argument(parser)
    parser.add_argument(
        "--replace",
        action="store_true",
        help="数据库不是空的也换掉；先问，并先备份 / "
        "replace a database that is not empty; asks, and backs that up first",
    )
    parser.add_argument(
        "--yes", action="store_true", help="同 --replace 用：不再问 / with --replace: do not ask"
    )
    parser.add_argument(
        "--forgotten", type=Path, action="append", default=[], metavar="LIST",
        help="备份旁那份以外、更新的已删除清单 / a later list of what was erased than the backup's",
    )  # fmt: skip
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """0 once all is in the database. Raises SettingsError and BackupError."""
    settings = Settings.from_env(environ)
    identities = given(args, settings)
    if not identities:
        raise BackupError(
            "恢复要用受理岗的一把私钥：请加 --identity 私钥文件。",
            "restoring needs a desk's secret key: give its file with --identity.",
        )
    engine = open_engine(settings.database_url)
    try:
        done = restore(
            engine,
            args.file,
            identities,
            args.forgotten,
            recipients=recipients_of(settings) if args.replace else (),
            confirm=_ask(yes=args.yes) if args.replace else None,
        )
    finally:
        engine.dispose()
    if args.json:
        saved = str(done.saved_as) if done.saved_as else None
        print(json.dumps({**asdict(done), "saved_as": saved}))
    else:
        _tell(done)
    return 0


class _ask:
    """Asks at the terminal; without one only --yes counts."""

    def __init__(self, *, yes: bool) -> None:
        self._yes = yes

    def __call__(self, there: int, newer: int) -> bool:
        asks = sys.stdin.isatty() and not self._yes
        if asks or self._yes:
            say = [
                f"数据库里有 {there} 份，其中 {newer} 份是这份备份没有的，换掉以后看不到。",
                f"The database holds {there} submissions; {newer} of them are not in this backup",
                "and will not be there afterwards. A backup of them is made first.",
            ]
            print("\n".join(say), file=sys.stderr)
        return self._yes or (asks and input("yes? ").strip().lower() == "yes")


def _tell(done: Restored) -> None:
    count = done.manifest.submissions
    print(f"已恢复 {count} 份，备份于 {done.manifest.created_at}。")
    print(f"Restored: {count} submissions of a backup of {done.manifest.created_at}.")
    print(
        f"其中 {done.erased_again} 份此后已删除，没有再出现；删除记录到 {done.known_until} 为止，"
    )
    print("更晚的删除要有更新的名单（--forgotten）才知道。")
    print(f"{done.erased_again} of them were erased since and stay erased; erasures are known up")
    print(f"to {done.known_until}, later ones only from a newer list (--forgotten).")
    if done.due_again:
        print(f"另有 {done.due_again} 份此后到期删过，服务启动后按日期再删。")
        print(f"{done.due_again} more were deleted at their date since: the service does so again.")
    if done.not_obeyed:
        print(f"名单里有 {len(done.not_obeyed)} 行的日期不可能对（时钟快过），没有照它删：")
        print(f"{len(done.not_obeyed)} lines of the list cannot be right (a clock ran ahead) and")
        print(f"were not obeyed: {', '.join(done.not_obeyed)}")
    if done.saved_as:
        print(f"换掉的那些（{done.newer_lost} 份是新的）存在 {done.saved_as}。")
        print(f"What was replaced ({done.newer_lost} newer ones) is in {done.saved_as}.")
