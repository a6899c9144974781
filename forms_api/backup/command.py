"""`python -m forms_api.cli backup`: save the database, sealed to the desks' keys; verify files."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from forms_api.backup import making
from forms_api.backup.identities import add_identity_argument, given
from forms_api.sealing import development_recipients
from forms_api.settings import Settings
from forms_api.store.engine import open_engine, refuse_missing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="放在哪里，默认 FORMS_BACKUPS / where to; by default FORMS_BACKUPS",
    )
    parser.add_argument(
        "--check", type=Path, metavar="FILE", help="只核对一份备份 / verify a backup, make none"
    )
    parser.add_argument(
        "--list-only",
        action="store_true",
        help="只更新删除名单，很快 / only bring the list of what was erased up to date; quick",
    )
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )
    add_identity_argument(parser)


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """0 once it is on the disk and verified. Raises SettingsError and BackupError."""
    settings = Settings.from_env(environ)
    identities = given(args, settings)
    if args.check:
        about = making.check(args.check, identities)
        return _tell(args, args.check, asdict(about), opened=bool(identities))
    refuse_missing(settings.database_url)
    engine = open_engine(settings.database_url)
    folder, dropped = args.out or settings.backups, list[Path]()
    try:
        if args.list_only:
            count = making.note_forgotten(engine, folder)
            print(json.dumps({"forgotten": count}) if args.json else f"{folder}: {count}")
            return 0
        path, about = making.make(engine, folder, recipients_of(settings))
        if identities:
            making.check(path, identities)
        if folder == settings.backups:
            dropped = making.drop_old(engine, folder, settings.backup_days)
    finally:
        engine.dispose()
    return _tell(args, path, asdict(about), opened=bool(identities), dropped=dropped)


def recipients_of(settings: Settings) -> tuple[str, ...]:
    return settings.recipients or development_recipients(settings.keys_folder)


def _tell(
    args: argparse.Namespace,
    path: Path,
    about: Mapping[str, Any],
    *,
    opened: bool,
    dropped: Sequence[Path] = (),
) -> int:
    if args.json:
        old = [one.name for one in dropped]
        print(json.dumps({"file": str(path), "opened": opened, "dropped": old, **about}))
        return 0
    count = about["rows"].get("submission", 0)
    print(f"{path}: {count} 份 / {count} submissions, {about['created_at']}")
    if opened:
        print("已核对：能打开，各表行数相符。 / Verified: it opens, and every table's rows agree.")
    else:
        print("已核对：文件完整，每把公钥各有一把锁；能不能打开，要用 --identity 私钥才知道。")
        print("Verified: the file is whole, with a lock for each public key; whether it opens")
        print("is known only with a secret key (--identity).")
    if dropped:
        print(
            f"删掉了 {len(dropped)} 份太旧的备份。 / {len(dropped)} backups too old were deleted."
        )
    return 0
