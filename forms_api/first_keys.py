"""`keys new` without a name: a first desk is led through its key, a spare copy and a second key."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pyrage  # type: ignore[import-untyped]

from forms_api import keys
from forms_api.settings import SettingsError

RECOVERY: Final = "recovery"
Ask = Callable[[str], str]


def guide(folder: Path, recipients: Path, ask: Ask, secret: Ask, say: Callable[[str], None]) -> int:
    """0 when both keys are made and open with their passphrases. Raises SettingsError.

    `ask` gives a typed line, `secret` a passphrase that was typed twice.
    """
    say("要做三件事：您这个岗的钥匙、它的备份、一把备用钥匙。每把都有自己的口令。")
    say("Three things: your desk's key, a spare copy of it, and a second key in case it is lost.")
    say("")
    name = ask("1/3 哪个岗 / which desk [guide]: ").strip() or "guide"
    words = secret("口令，一句至少 12 个字的话 / passphrase, a sentence of 12 characters or more: ")
    _, path = keys.new(name, folder, recipients, words)
    _opens(path, words)
    say(f"    {path}")
    spare = ask("2/3 备份放在哪个文件夹，如 U 盘 / folder for a spare copy, a USB stick say: ")
    if spare.strip():
        copy = _copied(path, Path(spare.strip()))
        say(f"    {copy} ✓")
    else:
        say("    还没有备份：请尽快把上面那个文件复制到 U 盘。 / No spare copy yet: make one soon.")
    say("3/3 备用钥匙：口令写在纸上封好，和文件分开放，平时不用。")
    say("    The second key: its passphrase on paper, in an envelope, apart from its file.")
    apart = ask(
        "    文件放在哪个文件夹，另一个 U 盘 / folder for its file, another stick: "
    ).strip()
    other = secret("    它的口令 / its passphrase: ")
    _, second = keys.new(RECOVERY, Path(apart) if apart else folder, recipients, other)
    _opens(second, other)
    say(f"    {second} ✓")
    say("")
    say(f"两把都打得开。服务器只要这个文件，换上后重启服务 / the server needs only: {recipients}")
    say("打开收件箱 / open the inbox: python3 scripts/manage.py inbox")
    return 0


def _copied(path: Path, folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        copy = folder / path.name
        shutil.copyfile(path, copy)
        copy.chmod(0o600)
        if copy.read_bytes() != path.read_bytes():
            raise OSError
    except OSError as error:
        raise SettingsError(
            f"不能写到 {folder}：钥匙已生成在 {path}，请自己复制一份。 / "
            f"{folder} cannot be written; the key is in {path}, copy it yourself."
        ) from error
    return copy


def _opens(path: Path, words: str) -> None:
    """What was written is read back: a key that opens nothing is worse than none."""
    try:
        keys.secret(path, words)
    except (OSError, pyrage.DecryptError) as error:
        raise SettingsError(
            f"{path} 写坏了，请换个地方再做 / {path} was not written well."
        ) from error
