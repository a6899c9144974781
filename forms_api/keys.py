"""`python -m forms_api.cli keys`: desks' key pairs: new, list, rotate.

A secret key belongs on the desk's own computer, never on the public host; the host gets the
recipients file, which holds public keys only:

    # liaison, since 2026-11-21
    age1…
    # liaison, since 2025-11-21, retired 2026-11-21: age1…
"""

import argparse
import getpass
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import pyrage  # type: ignore[import-untyped]

from forms_api import clock
from forms_api.sealing import key_id
from forms_api.settings import VAR, SettingsError

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")
_ABOUT: Final = re.compile(
    r"# (?P<name>[a-z][a-z0-9-]*), since (?P<since>[\d-]{10})"
    r"(?:, retired (?P<retired>[\d-]{10}): (?P<key>age1\w+))?"
)


@dataclass(frozen=True, slots=True)
class Key:
    """One public key of the recipients file; `retired` is "" while answers are sealed to it."""

    name: str
    recipient: str
    since: str
    retired: str = ""

    @property
    def id(self) -> str:
        return key_id(self.recipient)

    def lines(self) -> str:
        about = f"# {self.name}, since {self.since}"
        if self.retired:
            return f"{about}, retired {self.retired}: {self.recipient}\n"
        return f"{about}\n{self.recipient}\n"


def listed(recipients: Path) -> list[Key]:
    """The keys of a recipients file; a key without a line about it is called "unnamed"."""
    found: list[Key] = []
    about = ("unnamed", "")
    for line in recipients.read_text("utf-8").splitlines() if recipients.exists() else ():
        match = _ABOUT.match(line)
        if match and match["retired"]:
            found.append(Key(match["name"], match["key"], match["since"], match["retired"]))
        elif match:
            about = (match["name"], match["since"])
        elif line.startswith("age1"):
            found.append(Key(about[0], line.strip(), about[1]))
            about = ("unnamed", "")
    return found


def new(name: str, folder: Path, recipients: Path, passphrase: str) -> tuple[Key, Path]:
    """A fresh pair: the secret one in `folder` (0600, under a passphrase unless it is ""), the
    public one added to `recipients`.

    Raises SettingsError for a name that will not do or is in use.
    """
    if not _NAME.fullmatch(name):
        raise SettingsError(f"{name} cannot be a key's name: use small letters, digits and -.")
    if any(key.name == name and not key.retired for key in listed(recipients)):
        raise SettingsError(f"{name} has a key already; rotate gives it a new one.")
    key, path = _pair(name, folder, passphrase)
    _write(recipients, [*listed(recipients), key])
    return key, path


def rotate(name: str, folder: Path, recipients: Path, passphrase: str) -> tuple[Key, Path]:
    """A new key for `name`; the old one is marked, and no new answer is sealed to it.

    What is already stored stays sealed to the old key alone: the desk keeps that key until it has
    sealed those submissions anew or they are purged. Raises SettingsError for an unknown name.
    """
    keys = listed(recipients)
    if not any(key.name == name and not key.retired for key in keys):
        raise SettingsError(f"{name} has no key in {recipients}; new makes one.")
    key, path = _pair(name, folder, passphrase)
    today = clock.today().isoformat()
    marked = [
        Key(one.name, one.recipient, one.since, today)
        if one.name == name and not one.retired
        else one
        for one in keys
    ]
    _write(recipients, [*marked, key])
    return key, path


def secret(path: Path, passphrase: str = "") -> str:
    """The AGE-SECRET-KEY-… of an identity file. Raises pyrage.DecryptError."""
    raw = path.read_bytes()
    if raw.startswith(b"age-encryption.org/"):
        raw = bytes(pyrage.passphrase.decrypt(raw, passphrase))
    return raw.decode("utf-8").split()[-1]


def _pair(name: str, folder: Path, passphrase: str) -> tuple[Key, Path]:
    identity = pyrage.x25519.Identity.generate()
    key = Key(name, str(identity.to_public()), clock.today().isoformat())
    text = f"# {name}, since {key.since}. Public key: {key.recipient}\n{identity}\n".encode()
    if passphrase:
        text = bytes(pyrage.passphrase.encrypt(text, passphrase))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{name}-{key.id}.{'age' if passphrase else 'key'}"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(text)
    return key, path


def _write(recipients: Path, keys: Sequence[Key]) -> None:
    """Whole or not at all: a service that starts meanwhile reads the old or the new list."""
    recipients.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = recipients.with_name(f"{recipients.name}.{os.getpid()}")
    part.write_text("".join(key.lines() for key in keys), "utf-8")
    part.replace(recipients)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    for action, text in (
        ("new", "make a key pair for a desk"),
        ("rotate", "make a desk's next key pair and mark its old one"),
        ("list", "show the keys of the recipients file"),
    ):
        one = actions.add_parser(action, help=text, description=text)
        one.add_argument(
            "--json",
            action="store_true",
            help="只输出一个 JSON 对象 / print one JSON object on stdout",
        )
        one.add_argument("--recipients", type=Path, help="默认 / default: FORMS_RECIPIENTS_FILE")
        if action != "list":
            one.add_argument(
                "name", help="哪个岗的密钥，如 liaison / whose key: a desk, such as liaison"
            )
            one.add_argument("--folder", type=Path, help="私钥放在哪里 / where the secret key goes")
            one.add_argument(
                "--passphrase",
                action="store_true",
                help="输入口令，或由 stdin 给出 / asked for, or on stdin",
            )


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """0 when done. Raises SettingsError."""
    folder = Path(environ.get("FORMS_KEYS_FOLDER") or VAR / "dev" / "keys")
    given = environ.get("FORMS_RECIPIENTS_FILE")
    recipients: Path = args.recipients or Path(given or folder / "recipients.txt")
    if args.action == "list":
        keys = listed(recipients)
        rows = [{"id": key.id, **asdict(key)} for key in keys]
        for key in [] if args.json else keys:
            print(f"{key.id}  {key.name:<16}{key.since:<12}{key.retired and '→ ' + key.retired}")
        if args.json:
            print(json.dumps({"recipients": str(recipients), "keys": rows}))
        return 0
    make = new if args.action == "new" else rotate
    words = _passphrase() if args.passphrase else ""
    key, path = make(args.name, args.folder or folder, recipients, words)
    if args.json:
        print(json.dumps({"id": key.id, "secret": str(path), "recipient": key.recipient}))
        return 0
    print(f"{key.id}: {path}")
    print("私钥只放在受理岗自己的电脑上，另存一份备份；服务器只要下面这个文件，换上后重启服务。")
    print("Keep the secret key on the desk's own computer, with a spare copy. The server needs")
    print(f"only this file, and a restart: {recipients}")
    if args.action == "rotate":
        print("旧私钥先别删：以前收到的内容只有它能打开，要等受理岗重新封装或者到期清除。")
        print("Keep the old secret key: it alone opens what came before, until the desk has")
        print("sealed that anew or it is purged.")
    return 0


def _passphrase() -> str:
    if not sys.stdin.isatty():
        words = sys.stdin.readline().rstrip("\n")
    else:
        words = getpass.getpass("口令 / passphrase: ")
        if words != getpass.getpass("再输一次 / again: "):
            raise SettingsError("The two passphrases differ.")
    if len(words) < 8:
        raise SettingsError("A passphrase needs at least eight characters.")
    return words
