"""The commands backup and restore: what they write, verify, refuse, and say."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forms_api import cli
from forms_api.backup import archive, forgotten
from forms_api.backup.faults import BackupError
from forms_api.settings import ROOT, Settings
from forms_api.store.forgetting import Stone
from tests.api.conftest import Instance
from tests.api.examples import ASK

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def environ(instance: Instance, tmp_path: Path) -> dict[str, str]:
    """For commands on the database of `instance`, whose first desk's key is in desk.key."""
    (tmp_path / "recipients.txt").write_text("\n".join(instance.settings.recipients))
    (tmp_path / "desk.key").write_text(f"# desk\n{instance.identity}\n")
    return {
        "FORMS_DATABASE_URL": instance.settings.database_url,
        "FORMS_RECIPIENTS_FILE": str(tmp_path / "recipients.txt"),
        "FORMS_BACKUPS": str(tmp_path / "backups"),
    }


@pytest.fixture
def command(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """The service's command line: its exit code, what it prints, what it says on stderr."""

    def run(*words: str, **more: str) -> tuple[int, str, str]:
        for name, value in {**environ, **more}.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        code = cli.main(words)
        return code, *capsys.readouterr()

    return run


def told(done: tuple[int, str, str]) -> Any:
    code, shown, said = done
    assert code == 0, said
    return json.loads(shown)


def refused(done: tuple[int, str, str], words: str) -> None:
    """One sentence in both languages, and the exit code of what could not run."""
    code, _, said = done
    assert code == 2
    assert said.count("\n") == 1
    assert " / " in said
    assert words in said


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
    refused(command(*line, FORMS_DATABASE_URL=elsewhere), "--replace")
    refused(command(*line, "--replace", FORMS_DATABASE_URL=elsewhere), "not confirmed")
    again = told(command(*line, "--replace", "--yes", FORMS_DATABASE_URL=elsewhere))
    assert again["saved_as"]


def test_what_cannot_be_done_is_one_sentence_in_both_languages(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    none = f"sqlite:///{tmp_path / 'none.sqlite'}"
    refused(command("backup", FORMS_DATABASE_URL=none), "there is no database")
    refused(command("restore", str(tmp_path / "file")), "--identity")
    refused(command("backup", "--check", str(tmp_path / "file")), "is no backup")
    wrong = ("--identity", str(tmp_path / "recipients.txt"))
    refused(command("restore", str(tmp_path / "file"), *wrong), "no usable secret key")


def test_a_full_disk_is_told_in_a_sentence_and_leaves_nothing(
    instance: Instance, environ: dict[str, str], tmp_path: Path
) -> None:
    instance.send("help-ask", ASK)
    largest = 64 * 1024  # bytes that a file may have
    done = subprocess.run(
        [sys.executable, "-m", "forms_api.cli", "backup"],
        cwd=ROOT,
        env={**os.environ, **environ, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest)),
    )
    refused((done.returncode, done.stdout, done.stderr), "the disk is full")
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
    forgotten.add(path, {"TY-AAAA": Stone("2025-01-01", "asked")})
    later = {"TY-BBBB": Stone("2026-01-01", "retention")}
    assert forgotten.add(path, later) == 2
    assert forgotten.add(path, later, "2025-06-01") == 1
    assert forgotten.read(path) == later
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("rm -rf\n")
    with pytest.raises(BackupError, match="line 1"):
        forgotten.read(path)


@pytest.mark.parametrize(
    ("one", "other", "stands"),
    [("", "retention", "retention"), ("retention", "", "retention"),
     ("retention", "asked", "asked"), ("withdrawn", "", "withdrawn"),
     ("asked", "retention", "asked")],
)  # fmt: skip
def test_of_two_lists_the_line_that_knows_more_stands(one: str, other: str, stands: str) -> None:
    both = forgotten.merged(
        {"TY-AAAA": Stone("2026-01-01", one)}, {"TY-AAAA": Stone("2026-02-02", other)}
    )
    assert both["TY-AAAA"].why == stands


def test_a_list_of_before_reasons_were_noted_is_read(tmp_path: Path) -> None:
    path = tmp_path / forgotten.NAME
    path.write_text("# of an older program\nTY-AAAA-BBBB 2026-01-01T00:00:00Z\n")
    assert forgotten.read(path) == {"TY-AAAA-BBBB": Stone("2026-01-01", "")}


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", r"最多留 (\d+) 天"), ("en", r"for at most (\d+) days")]
)
def test_the_privacy_page_says_how_long_backups_stay(lang: str, words: str) -> None:
    page = (ROOT / f"docs/{lang}/about/privacy.md").read_text("utf-8")
    section = page.partition("{#backups}")[2].partition("\n## ")[0]
    assert re.findall(words, section) == [str(Settings().backup_days)]
