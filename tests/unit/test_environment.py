"""The environment is made once, recognised when half-made, and a failure is one sentence.

Real virtual environments and a real pip, fed with a tiny package from a folder.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import environment
from scripts.environment_faults import of_output
from scripts.outcome import CannotRun

ROOT = Path(__file__).resolve().parents[2]


def wheel(folder: Path, name: str, version: str = "1.0") -> str:
    """Put a package that is one empty module into `folder`; returns its pinned line."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    hashes = {file: hashlib.sha256(text.encode()).digest() for file, text in files.items()}
    files[f"{info}/RECORD"] = "".join(
        f"{file},sha256={base64.urlsafe_b64encode(digest).rstrip(b'=').decode()},\n"
        for file, digest in hashes.items()
    )
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(zipfile.ZipInfo(file), text)  # of 1980: the same file each time
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


Prepare = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, shelf: Path) -> Path:
    """A repository whose environment holds one small package, as for tests too."""
    root = tmp_path_factory.mktemp("project").resolve()
    (root / environment.RUN).write_text(wheel(shelf, "plank"))
    (root / environment.DEV).write_text(wheel(shelf, "plank"))
    done = prepare(root, shelf)
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def project(made: Path) -> Path:
    """As `made`, whatever the test before did to the stamp or the requirements."""
    line = (made / environment.DEV).read_text()
    (made / environment.RUN).write_text(line)
    environment.write_stamp(made, environment.RUN)
    return made


def prepare(root: Path, shelf: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Ask for the environment as the door does: 0, or 2 with the sentence on stderr."""
    return subprocess.run(**asking(root, shelf, **settings), capture_output=True, timeout=120)


def asking(root: Path, shelf: Path, **settings: str) -> dict[str, object]:
    program = (
        "import sys; from pathlib import Path; from scripts import environment, outcome\n"
        "try: environment.ensure(Path(sys.argv[1]))\n"
        "except outcome.CannotRun as reason: print(reason, file=sys.stderr); sys.exit(2)\n"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    offline = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(shelf)}
    return {
        "args": [sys.executable, "-c", program, str(root)],
        "cwd": ROOT,
        "env": kept | offline | settings,
        "text": True,
    }


def has(root: Path, module: str) -> bool:
    return not subprocess.call([environment.python(root), "-c", f"import {module}"], stderr=-3)


def test_a_fresh_copy_gets_its_environment(made: Path) -> None:
    assert has(made, "plank")
    assert environment.is_ready(made)


def test_a_whole_environment_is_left_alone(project: Path, shelf: Path) -> None:
    done = prepare(project, shelf)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_new_requirements_are_installed_into_the_same_environment(
    project: Path, shelf: Path
) -> None:
    with (project / environment.RUN).open("a") as file:
        file.write(wheel(shelf, "beam"))
    assert not environment.is_ready(project)
    done = prepare(project, shelf)
    assert done.returncode == 0, done.stderr
    assert "Making" not in done.stderr
    assert has(project, "beam")


def test_a_refused_update_leaves_the_environment_usable(project: Path, shelf: Path) -> None:
    before = (project / environment.RUN).read_text()
    (project / environment.RUN).write_text(before + "absent==9 --hash=sha256:" + 64 * "0" + "\n")
    done = prepare(project, shelf)
    assert done.returncode == 2
    assert "no ready-made package of absent==9" in done.stderr.splitlines()[-1]
    (project / environment.RUN).write_text(before)
    assert environment.is_ready(project)


def test_a_package_that_is_not_the_pinned_one_is_not_installed(project: Path, shelf: Path) -> None:
    line = wheel(shelf, "rotten")
    wrong = re.sub(r"sha256:\w+", "sha256:" + 64 * "0", line)
    (project / environment.RUN).write_text((project / environment.RUN).read_text() + wrong)
    done = prepare(project, shelf)
    assert done.returncode == 2
    assert "does not match its pinned hash" in done.stderr.splitlines()[-1]
    assert not has(project, "rotten")


def test_without_a_network_it_says_what_to_do(project: Path, shelf: Path) -> None:
    line = "absent==9 --hash=sha256:" + 64 * "0" + "\n"
    (project / environment.RUN).write_text(line)
    closed = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}
    done = prepare(project, shelf, **closed)
    assert done.returncode == 2
    assert "连不上软件包索引" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_half_made_environment_is_made_again_by_one_of_two(project: Path, shelf: Path) -> None:
    (environment.folder(project) / environment.STAMP).unlink()
    shutil.rmtree(next(environment.folder(project).glob("lib/python*/site-packages")))
    (environment.folder(project) / "left-over").touch()
    line = asking(project, shelf) | {"stdout": -1, "stderr": -1}
    both = [subprocess.Popen(**line) for _ in range(2)]  # type: ignore[call-overload]
    said = sorted(process.communicate(timeout=120)[1] for process in both)
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("Making" in text for text in said) == 1
    assert sum("waiting" in text for text in said) == 1
    assert has(project, "plank")
    assert not (environment.folder(project) / "left-over").exists()


def spoil_stamp(root: Path, old: str, new: str) -> None:
    stamp = environment.folder(root) / environment.STAMP
    text = stamp.read_text()
    assert old in text
    stamp.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda r: spoil_stamp(r, str(r), "/else"), id="the folder was moved"),
        pytest.param(
            lambda r: spoil_stamp(r, sys.version.split()[0], "3.11.0"), id="its Python was replaced"
        ),
        pytest.param(
            lambda r: (environment.folder(r) / environment.STAMP).unlink(), id="it was left half"
        ),
        pytest.param(
            lambda r: (environment.folder(r) / environment.STAMP).write_text("{"),
            id="its stamp is torn",
        ),
        pytest.param(lambda r: (r / environment.RUN).write_text(""), id="requirements changed"),
    ],
)
def test_an_environment_is_not_trusted_when(project: Path, spoil: Callable[[Path], None]) -> None:
    assert environment.is_ready(project)
    spoil(project)
    assert not environment.is_ready(project)


def test_an_environment_whose_python_is_gone_is_not_trusted(project: Path) -> None:
    python = environment.python(project)
    target = python.readlink()
    python.unlink()
    assert not environment.is_ready(project)
    python.symlink_to("/nowhere/python")
    assert not environment.is_ready(project)
    python.unlink()
    python.symlink_to(target)
    assert environment.is_ready(project)


def test_missing_requirements_are_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match=r"requirements\.txt is missing"):
        environment.ensure(tmp_path)


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "the disk is full"),
        ("OSError: [Errno 30] Read-only file system: '/x/.venv'", "cannot be written"),
        ("Error: [Errno 13] Permission denied: '/x/.venv'", "cannot be written"),
        ("not created successfully because ensurepip is not available", "install the package"),
        ("WARNING: Retrying (Retry(total=4)) after connection broken", "cannot be reached"),
        ("ReadTimeoutError: HTTPSConnectionPool: Read timed out.", "cannot be reached"),
        ("ERROR: No matching distribution found for granian==2.8.7", "of granian==2.8.7 for"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "pinned hash"),
        ("Segmentation fault", "var/logs/environment.log"),
    ],
)
def test_what_a_tool_printed_becomes_one_sentence(output: str, told: str) -> None:
    reason = of_output(output, Path("/x/.venv"))
    assert told in reason.en
    assert reason.zh
    assert "\n" not in str(reason)


def test_what_tests_need_includes_all_that_the_site_needs_at_the_same_versions() -> None:
    pinned = [
        dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))
        for name in (environment.RUN, environment.DEV)
    ]
    assert pinned[0].items() <= pinned[1].items()
