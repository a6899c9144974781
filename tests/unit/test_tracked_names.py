"""What is in the repository can be checked out everywhere, Windows and macOS included."""

import re
import subprocess
from collections import Counter
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
#: Characters that Windows reserves, a dot or a blank at the end, and the names of its devices.
RESERVED = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$', re.ASCII)
DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)")
LARGEST = 1024 * 1024


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [name.decode() for name in listed.stdout.split(b"\0") if name]


def cannot_stand_on_windows(name: str) -> bool:
    return any(RESERVED.search(part) or DEVICES.match(part) for part in PurePosixPath(name).parts)


def test_every_tracked_name_can_stand_on_windows() -> None:
    assert [name for name in tracked() if cannot_stand_on_windows(name)] == []


def test_the_rule_knows_the_names_that_windows_refuses() -> None:
    refused = [
        'c -l)" = 1 ] \\&\\& git push|',
        "docs/a:b.md",
        "what?.md",
        "docs/nul.md",
        "x. ",
        "COM1",
    ]
    assert [name for name in refused if not cannot_stand_on_windows(name)] == []


def test_no_two_tracked_names_differ_in_case_alone() -> None:
    twice = {name for name, times in Counter(map(str.casefold, tracked())).items() if times > 1}
    assert twice == set()


def test_no_tracked_file_is_larger_than_a_mebibyte() -> None:
    paths = [ROOT / name for name in tracked()]
    assert [path.name for path in paths if path.is_file() and path.stat().st_size > LARGEST] == []
