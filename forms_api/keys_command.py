"""`python -m forms_api.cli keys`: desks' key pairs: new, list, rotate, revoke."""

import argparse
import getpass
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from forms_api import first_keys, keys, privacy
from forms_api.backup.identities import add_identity_argument
from forms_api.backup.identities import given as identities_given
from forms_api.resealing import Resealed, reseal
from forms_api.sealing import Sealer
from forms_api.settings import VAR, Settings, SettingsError
from forms_api.store.engine import migrate, open_engine, refuse_missing

_TEXTS = (
    ("new", "生成一对密钥；不写岗位就一步步带着做 / a key pair; without a name, be led"),
    ("rotate", "换新密钥，标记旧的 / the next key pair; marks the old one"),
    ("revoke", "收回离任者的密钥，存着的全部重新封装 / end a key, seal all anew"),
    ("sign", "把签名公钥写进名单，以前生成的钥匙补一次 / list the signature of an older key"),
    ("list", "列出收件公钥 / show the public keys that answers are sealed to"),
)


#: Characters of a passphrase.
SHORTEST: Final = 12
_BARE = (
    "注意：这把私钥没有口令，谁拿到文件谁就能看到所有人填的内容，只适合演示。请加 --passphrase。\n"
    "Careful: this secret key has no passphrase. Whoever gets the file reads what everybody\n"
    "wrote; it suits a demonstration only. Use --passphrase."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    for action, text in _TEXTS:
        one = actions.add_parser(action, help=text, description=text)
        one.add_argument(
            "--json",
            action="store_true",
            help="只输出一个 JSON 对象 / print one JSON object on stdout",
        )
        one.add_argument(
            "--recipients",
            type=Path,
            metavar="FILE",
            help="公钥文件，默认 FORMS_RECIPIENTS_FILE / "
            "the file of public keys; by default FORMS_RECIPIENTS_FILE",
        )
        if action not in ("list", "sign"):
            one.add_argument(
                "name",
                nargs="?" if action == "new" else None,
                help="哪个岗的密钥，如 liaison / whose key: a desk, such as liaison",
            )
        if action in ("new", "rotate"):
            one.add_argument("--folder", type=Path, help="私钥放在哪里 / where the secret key goes")
            one.add_argument(
                "--passphrase",
                action="store_true",
                help="用口令保护（询问，或从标准输入读） / protect it (asked for, or on stdin)",
            )
        if action == "revoke":
            one.add_argument(
                "--stolen",
                action="store_true",
                help="可能落在别人手里：它签过的都不再算数 / "
                "it may be in other hands: nothing that it ever signed counts any more",
            )
        if action in ("revoke", "sign"):
            add_identity_argument(one)


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """0 when done; 1 when something could not be sealed anew. Raises SettingsError, BackupError."""
    folder = Path(environ.get("FORMS_KEYS_FOLDER") or VAR / "dev" / "keys")
    given = environ.get("FORMS_RECIPIENTS_FILE")
    recipients: Path = args.recipients or Path(given or folder / "recipients.txt")
    if args.action == "list":
        return _list(recipients, as_json=args.json)
    if args.action == "sign":
        return _sign(args, recipients, environ)
    if args.action == "revoke":
        return _revoke(args, recipients, environ)
    if args.name is None:
        return first_keys.guide(args.folder or folder, recipients, _line, _passphrase, print)
    make = keys.new if args.action == "new" else keys.rotate
    words = _passphrase() if args.passphrase else ""
    key, path = make(args.name, args.folder or folder, recipients, words)
    if not words:
        print(_BARE, file=sys.stderr)
    if args.json:
        print(json.dumps({"id": key.id, "secret": str(path), "recipient": key.recipient}))
        return 0
    print(f"{key.id}: {path}")
    print("私钥只放在受理岗自己的电脑上，另存一份备份；服务器只要下面这个文件，换上后重启服务。")
    print("Keep the secret key on the desk's own computer, with a spare copy. The server needs")
    print(f"only this file, and a restart: {recipients}")
    if args.action == "rotate":
        print("旧私钥先别删：以前收到的只有它能打开，等到重新封装（keys revoke）或者到期清除。")
        print("Keep the old secret key: it alone opens what came before, until that is sealed")
        print("anew (keys revoke) or purged.")
    return 0


def _list(recipients: Path, *, as_json: bool) -> int:
    found = keys.listed(recipients)
    if as_json:
        rows = [{"id": key.id, **asdict(key)} for key in found]
        print(json.dumps({"recipients": str(recipients), "keys": rows}))
        return 0
    for key in found:
        end = f"→ {key.retired} {key.end}" if key.retired else ""
        unsigned = "" if key.signs or key.retired else "没有签名 / no signature: keys sign"
        print(f"{key.id}  {key.name:<16}{key.since:<12}{end}{unsigned}".rstrip())
    return 0


def _sign(args: argparse.Namespace, recipients: Path, environ: Mapping[str, str]) -> int:
    settings = replace(Settings.from_env(environ), recipients=())
    identities = identities_given(args, settings)
    if not identities:
        raise SettingsError("请用 --identity 写明私钥文件。 / name the secret key with --identity.")
    key = keys.add_signing(identities[0], recipients)
    if args.json:
        print(json.dumps({"id": key.id, "name": key.name, "signs": key.signs}))
        return 0
    print(f"{key.id}  {key.name}: {key.signs}")
    print(f"把 {recipients} 换到服务器和每个岗的电脑上，重启服务。")
    print("Put that file on the server and on every desk's computer, and restart the service.")
    return 0


def _revoke(args: argparse.Namespace, recipients: Path, environ: Mapping[str, str]) -> int:
    """The list first, then everything stored; what comes in before the service has the new list
    is sealed to the old one, so it is done once more afterwards.
    """
    settings = replace(Settings.from_env(environ), recipients=())
    identities = identities_given(args, settings)
    if not identities:
        raise SettingsError(
            "请用 --identity 写明一把还在用的私钥 / name a secret key in use with --identity."
        )
    refuse_missing(settings.database_url)
    gone = keys.revoke(args.name, recipients, stolen=args.stolen)
    left = tuple(one.recipient for one in keys.listed(recipients) if not one.retired)
    engine = open_engine(settings.database_url)
    migrate(engine)
    try:
        done = reseal(engine, privacy.directly(engine), Sealer(left), identities, _tell)
    finally:
        engine.dispose()
    if args.json:
        print(json.dumps({"id": gone.id, "resealed": done.done, "closed": done.closed}))
    else:
        _say(done, recipients)
    return 1 if done.closed else 0


def _say(done: Resealed, recipients: Path) -> None:
    print(f"重新封装了 {done.done} 件 / sealed anew: {done.done}")
    if done.closed:
        print(f"这把私钥打不开的有 {done.closed} 件，换一把再运行一次。")
        print(f"{done.closed} are not opened by this key: run it once more with another.")
    print(f"把 {recipients} 换到服务器上，重启服务，再运行一次：其间收到的也要重新封装。")
    print("Put that file on the server, restart the service, and run this once more for what came")
    print("in between. Older backups still open with the old key: make a new one, delete those.")


def _tell(done: int, total: int) -> None:
    if done % 1000 == 0 or done == total:
        print(f"{done}/{total}", file=sys.stderr)


def _line(prompt: str) -> str:
    """Typed, or a line of stdin. Raises SettingsError where there is none."""
    try:
        return input(prompt)
    except EOFError:
        raise SettingsError(
            "没有输入，什么也没做完 / nothing was typed, so this is not finished."
        ) from None


def _passphrase(prompt: str = "口令 / passphrase: ") -> str:
    if not sys.stdin.isatty():
        words = sys.stdin.readline().rstrip("\n")
    else:
        words = getpass.getpass(prompt)
        if words != getpass.getpass("再输一次 / again: "):
            raise SettingsError("两次口令不一样。 / The two passphrases differ.")
    if len(words) < SHORTEST:
        raise SettingsError(
            f"口令至少要 {SHORTEST} 个字符，一句只有自己知道的话最好。 / "
            f"A passphrase needs at least {SHORTEST} characters; a sentence only you know is best."
        )
    return words
