"""The commands backup and restore: what they write, verify, refuse, and say."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forms_api.backup import archive, forgotten
from forms_api.backup.faults import BackupError
from forms_api.settings import ROOT
from tests.api.conftest import Instance
from tests.api.examples import ASK

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def command(instance: Instance, tmp_path: Path) -> Command:
    """The service's command line on the database of `instance`, with its first desk's key."""
    (tmp_path / "recipients.txt").write_text("\n".join(instance.settings.recipients))
    (tmp_path / "desk.key").write_text(f"# desk\n{instance.identity}\n")

    def run(
        *words: str, largest: int = resource.RLIM_INFINITY, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        ours = {name: text for name, text in os.environ.items() if not name.startswith("FORMS_")}
        ours |= {
            "FORMS_DATABASE_URL": instance.settings.database_url,
            "FORMS_RECIPIENTS_FILE": str(tmp_path / "recipients.txt"),
            "FORMS_BACKUPS": str(tmp_path / "backups"),
            "PYTHONUTF8": "1",
            **environ,
        }
        line = [sys.executable, "-m", "forms_api.cli", *words]
        return subprocess.run(
            line,
            cwd=ROOT,
            env=ours,
            capture_output=True,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest)),
        )

    return run


def told(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_backup_is_made_verified_and_restored_by_the_commands(
    instance: Instance, command: Command, tmp_path: Path
) -> None:
    instance.send("help-ask", ASK)
    made = told(command("backup", "--json"))
    path = Path(made["file"])
    assert (made["rows"]["submission"], made["opened"]) == (1, False)
    assert path.stat().st_mode & 0o077 == 0
    key = str(tmp_path / "desk.key")
    assert told(command("backup", "--check", str(path), "--identity", key, "--json"))["opened"]
    elsewhere = f"sqlite:///{tmp_path / 'new/forms.sqlite'}"
    line = ("restore", str(path), "--identity", key, "--json")
    done = told(command(*line, FORMS_DATABASE_URL=elsewhere))
    assert done["rows"]["submission"] == 1
    refused = command(*line, FORMS_DATABASE_URL=elsewhere)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "--replace" in refused.stderr
    unasked = command(*line, "--replace", FORMS_DATABASE_URL=elsewhere)
    assert unasked.returncode == 2
    assert "not confirmed" in unasked.stderr


def test_what_cannot_be_done_is_one_sentence_in_both_languages(
    command: Command, tmp_path: Path
) -> None:
    nowhere = command("backup", FORMS_DATABASE_URL=f"sqlite:///{tmp_path / 'none.sqlite'}")
    (tmp_path / "file").write_text("")
    keyless = command("restore", str(tmp_path / "file"))
    foreign = command("backup", "--check", str(tmp_path / "file"))
    for done, words in (
        (nowhere, "there is no database"),
        (keyless, "--identity"),
        (foreign, "is no backup"),
    ):
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert " / " in done.stderr
        assert words in done.stderr


def test_a_full_disk_is_told_in_a_sentence_and_leaves_nothing(
    instance: Instance, command: Command, tmp_path: Path
) -> None:
    instance.send("help-ask", ASK)
    done = command("backup", largest=64 * 1024)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr
    assert "the disk is full" in done.stderr
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_backup_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    later = tmp_path / "later.backup"
    later.write_bytes(b"jinqiao-backup 2\n{}\n")
    with pytest.raises(BackupError, match="newer version"):
        archive.verify(later)


def test_the_list_of_what_was_forgotten_grows_and_lets_go_of_what_is_too_old(
    tmp_path: Path,
) -> None:
    path = tmp_path / forgotten.NAME
    forgotten.add(path, {"TY-AAAA": "2025-01-01T00:00:00Z"}, "2024-01-01")
    assert forgotten.add(path, {"TY-BBBB": "2026-01-01T00:00:00Z"}, "2025-06-01") == 1
    assert set(forgotten.read(path)) == {"TY-BBBB"}
    path.write_text("rm -rf\n")
    with pytest.raises(BackupError, match="line 1"):
        forgotten.read(path)
