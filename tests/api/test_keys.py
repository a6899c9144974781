"""Desks' keys: made, listed and renewed; the secret half private, the public half in one file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest

from forms_api import keys
from forms_api.sealing import Sealer, open_sealed
from forms_api.settings import Settings, SettingsError

BRIDGE = "回老家的那座石桥还在不在"  # twelve characters


def make(tmp_path: Path, name: str, passphrase: str = "") -> tuple[keys.Key, Path]:
    return keys.new(name, tmp_path / "secret", tmp_path / "recipients.txt", passphrase)


def recipients(tmp_path: Path) -> tuple[str, ...]:
    """As the service reads them."""
    settings = Settings.from_env({"FORMS_RECIPIENTS_FILE": str(tmp_path / "recipients.txt")})
    return settings.recipients


@pytest.mark.parametrize("passphrase", ["", "回老家的那座桥 2003"])
def test_a_new_pair_opens_what_the_service_seals_to_it(tmp_path: Path, passphrase: str) -> None:
    key, path = make(tmp_path, "liaison", passphrase)
    assert recipients(tmp_path) == (key.recipient,)
    sealed = Sealer(recipients(tmp_path)).seal({"question": "在吗"})
    assert open_sealed(sealed, keys.secret(path, passphrase)) == {"question": "在吗"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert (b"AGE-SECRET-KEY" in path.read_bytes()) is not bool(passphrase)
    assert "SECRET" not in (tmp_path / "recipients.txt").read_text("utf-8")


def test_a_wrong_passphrase_opens_nothing(tmp_path: Path) -> None:
    _, path = make(tmp_path, "liaison", "long enough words")
    with pytest.raises(pyrage.DecryptError):
        keys.secret(path, "some other words")


def test_a_key_file_that_asks_for_hours_of_work_is_refused(tmp_path: Path) -> None:
    _, path = make(tmp_path, "liaison", "long enough words")
    path.write_bytes(re.sub(rb"(scrypt \S+) \d+", rb"\1 30", path.read_bytes(), count=1))
    with pytest.raises(pyrage.DecryptError, match="Excessive work"):
        keys.secret(path, "long enough words")


def test_after_a_rotation_new_answers_need_the_new_key_and_old_ones_the_old(
    tmp_path: Path,
) -> None:
    _, first = make(tmp_path, "guide")
    make(tmp_path, "liaison")
    before = Sealer(recipients(tmp_path)).seal({"n": "1"})
    key, second = keys.rotate("guide", tmp_path / "secret", tmp_path / "recipients.txt", "")
    after = Sealer(recipients(tmp_path)).seal({"n": "2"})
    assert len(recipients(tmp_path)) == 2 and key.recipient in recipients(tmp_path)
    assert open_sealed(before, keys.secret(first)) == {"n": "1"}
    assert open_sealed(after, keys.secret(second)) == {"n": "2"}
    with pytest.raises(pyrage.DecryptError):
        open_sealed(after, keys.secret(first))
    states = [(one.name, bool(one.retired)) for one in keys.listed(tmp_path / "recipients.txt")]
    assert states == [("guide", True), ("liaison", False), ("guide", False)]


@pytest.mark.parametrize("name", ["", "Guide", "../guide", "guide desk", "g" * 40])
def test_a_name_that_could_not_be_a_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError):
        make(tmp_path, name)


def test_a_second_key_of_one_name_and_a_rotation_of_none_are_refused(tmp_path: Path) -> None:
    make(tmp_path, "guide")
    with pytest.raises(SettingsError, match="rotate"):
        make(tmp_path, "guide")
    with pytest.raises(SettingsError, match="new"):
        keys.rotate("liaison", tmp_path, tmp_path / "recipients.txt", "")


def test_keys_written_by_hand_are_listed_too(tmp_path: Path) -> None:
    public = str(pyrage.x25519.Identity.generate().to_public())
    (tmp_path / "recipients.txt").write_text(f"# by hand\n{public}\n", "utf-8")
    make(tmp_path, "guide")
    assert [one.name for one in keys.listed(tmp_path / "recipients.txt")] == ["unnamed", "guide"]


def command(tmp_path: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "FORMS_KEYS_FOLDER": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "-m", "forms_api.cli", "keys", *arguments],
        env=environ,
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_command_makes_lists_and_refuses_in_a_sentence(tmp_path: Path) -> None:
    made = command(tmp_path, "new", "guide", "--passphrase", "--json", given=f"{BRIDGE[:11]}\n")
    assert made.returncode == 2 and "12 characters" in made.stderr
    made = command(tmp_path, "new", "guide", "--passphrase", "--json", given=f"{BRIDGE}\n")
    assert made.returncode == 0, made.stderr
    path = Path(json.loads(made.stdout)["secret"])
    assert path.suffix == ".age" and keys.secret(path, BRIDGE)
    assert made.stderr == ""
    turned = command(tmp_path, "rotate", "guide")
    assert turned.returncode == 0 and "旧私钥" in turned.stdout
    assert "没有口令" in turned.stderr and "no passphrase" in turned.stderr
    shown = json.loads(command(tmp_path, "list", "--json").stdout)["keys"]
    assert [bool(key["retired"]) for key in shown] == [True, False]


def test_a_key_of_before_signatures_gets_its_own_into_the_list(tmp_path: Path) -> None:
    listed = tmp_path / "recipients.txt"
    new, path = keys.new("guide", tmp_path, listed, "")
    old = listed.read_text("utf-8").replace(f", signs {new.signs}", "")
    listed.write_text(f"{old}# by hand\n", "utf-8")
    assert [key.signs for key in keys.listed(listed)] == [""]
    assert recipients(tmp_path) == (new.recipient,)
    assert "keys sign" in command(tmp_path, "list").stdout
    done = command(tmp_path, "sign", "--identity", str(path), "--json")
    assert json.loads(done.stdout)["signs"] == new.signs
    assert keys.listed(listed) == [new]
    _, other = keys.new("liaison", tmp_path / "else", tmp_path / "other.txt", "")
    refused = command(tmp_path, "sign", "--identity", str(other))
    assert refused.returncode == 2 and "does not list" in refused.stderr


@pytest.mark.parametrize(("stolen", "end"), [(False, "revoked"), (True, "stolen")])
def test_a_revoked_and_a_stolen_key_are_marked_each_in_its_way(
    tmp_path: Path, stolen: bool, end: str
) -> None:
    listed = tmp_path / "recipients.txt"
    make(tmp_path, "guide")
    make(tmp_path, "liaison")
    keys.revoke("guide", listed, stolen=stolen)
    gone, left = keys.listed(listed)
    assert (gone.end, left.end) == (end, "") and gone.signs
    keys.revoke("guide", listed)
    assert keys.listed(listed)[0] == gone  # who was once a thief's stays one
    assert recipients(tmp_path) == (left.recipient,)


def test_a_first_desk_is_led_through_its_key_a_spare_copy_and_a_second_key(tmp_path: Path) -> None:
    stick, other = tmp_path / "stick", tmp_path / "other stick"
    typed = ["", BRIDGE, str(stick), str(other), "另外一座很老的木桥早就没有了"]
    led = command(tmp_path, "new", given="\n".join(typed) + "\n")
    assert led.returncode == 0, led.stderr
    names = {one.name for one in keys.listed(tmp_path / "recipients.txt")}
    assert names == {"guide", "recovery"}
    (first,), (copy,), (second,) = (list(at.glob("*.age")) for at in (tmp_path, stick, other))
    assert copy.read_bytes() == first.read_bytes()
    assert len(recipients(tmp_path)) == 2 and b"SECRET" not in first.read_bytes()
    assert keys.secret(second, typed[4])
    assert command(tmp_path, "new").returncode == 2


def test_the_last_key_and_an_unknown_one_cannot_be_revoked(tmp_path: Path) -> None:
    make(tmp_path, "guide")
    for name, why in (("guide", "last"), ("liaison", "no key")):
        with pytest.raises(SettingsError, match=why):
            keys.revoke(name, tmp_path / "recipients.txt")
