"""A desk's secret key for opening a backup: its file, with its passphrase if it has one."""

import argparse
import getpass
import sys
from pathlib import Path

import pyrage  # type: ignore[import-untyped]

from forms_api.backup.faults import BackupError
from forms_api.keys import secret
from forms_api.settings import Settings


def add_identity_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--identity",
        type=Path,
        metavar="KEY",
        help="受理岗的私钥文件 / file of a desk's secret key",
    )


def given(args: argparse.Namespace, settings: Settings) -> list[str]:
    """The key that is named, or a development instance's own. Raises BackupError."""
    own = settings.keys_folder / "desk.key"
    path: Path | None = args.identity
    if path is None and not settings.recipients and own.is_file():
        path = own
    if path is None:
        return []
    try:
        sealed = path.read_bytes().startswith(b"age-encryption.org/")
        text = secret(path, _passphrase() if sealed else "")
        pyrage.x25519.Identity.from_str(text)
    except (OSError, ValueError, IndexError, pyrage.DecryptError, pyrage.IdentityError) as error:
        raise BackupError(
            f"{path} 里没有能用的私钥，或者口令不对。",
            f"{path} holds no usable secret key, or the passphrase is wrong.",
        ) from error
    return [text]


def _passphrase() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass("口令 / passphrase: ")
