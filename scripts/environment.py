"""The project's own Python environment, `.venv`: made, recognised, remade. Standard library only.

Its stamp is written last, so an environment without a valid one was left half-made.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts import environment_faults
from scripts.outcome import CannotRun, both
from scripts.progress import Step, say, step

# Each holds everything of the one before at the same versions; a test sees to it. The service's
# own is installed by pip alone into `.venv-forms` of a server, see the handbook.
FORMS = "requirements-forms.txt"
RUN = "requirements.txt"
DEV = "requirements-dev.txt"
STAMP = "jinqiao.json"


def folder(root: Path) -> Path:
    return root / ".venv"


def python(root: Path) -> Path:
    return folder(root) / "bin" / "python"


def is_inside(root: Path) -> bool:
    """Whether this very process runs on the environment's Python."""
    return Path(sys.prefix) == folder(root) or Path(sys.executable) == python(root)


def is_ready(root: Path, dev: bool = False) -> bool:
    """Whether the environment is whole and holds what the requirements file asks for now."""
    name = DEV if dev else RUN
    wanted = _digest(root / name)
    installed = _sound_stamp(root)
    return installed is not None and installed.get(name) == wanted


def ensure(root: Path, dev: bool = False) -> Path:
    """Make the environment or bring it up to date, if it is not; return its Python.

    Several processes may ask at once: one works, the others wait.
    """
    if is_ready(root, dev):
        return python(root)
    with _doing_it_alone(root), _said_in_a_sentence(root):
        if not is_ready(root, dev):
            if _sound_stamp(root) is None:
                _make(root)
            _install(root, DEV if dev else RUN)
    return python(root)


def _sound_stamp(root: Path) -> dict[str, str] | None:
    """Requirements file -> its digest when installed; None where the environment must be remade."""
    try:
        stamp = json.loads((folder(root) / STAMP).read_text(encoding="utf-8"))
        installed = dict(stamp["installed"])
        if stamp["folder"] != str(folder(root)) or stamp["python"] != _version_of(python(root)):
            return None
    except (OSError, ValueError, KeyError, TypeError, subprocess.SubprocessError):
        return None
    return installed


def _version_of(executable: Path) -> str:
    code = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
    command = [str(executable), "-I", "-S", "-c", code]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


def _digest(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except FileNotFoundError:
        raise CannotRun(
            f"缺少文件 {file.name}：请在完整的项目文件夹里运行。",
            f"{file.name} is missing: run this in a complete copy of the project.",
        ) from None


def _make(root: Path) -> None:
    """An empty environment on the Python below this one, in place of whatever lies there."""
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        raise environment_faults.no_venv()
    place = folder(root)
    with step(both("正在建立 Python 环境", "Making the Python environment"), announce=True):
        if place.is_symlink() or place.is_file():
            place.unlink()
        elif place.exists():
            (place / STAMP).unlink(missing_ok=True)
            shutil.rmtree(place)
        base = getattr(sys, "_base_executable", None) or sys.executable
        made = subprocess.run(
            [base, "-m", "venv", str(place)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=_clean_environment(),
        )
    if made.returncode:
        _log(root).write_text(made.stdout, encoding="utf-8")
        raise environment_faults.of_output(made.stdout, place)


def _install(root: Path, name: str) -> None:
    """What `name` pins, by hash and from ready-made packages only; then the stamp."""
    text = (root / name).read_text(encoding="utf-8")
    digest = _digest(root / name)
    total = len(re.findall(r"^[A-Za-z0-9].*==", text, re.MULTILINE))
    stamp = folder(root) / STAMP
    before = stamp.read_bytes() if stamp.exists() else None
    stamp.unlink(missing_ok=True)
    command = [str(python(root)), "-m", "pip", "install", "--require-hashes"]
    command += ["--only-binary", ":all:", "--no-input", "--progress-bar", "off"]
    command += ["--disable-pip-version-check", "-r", str(root / name)]
    what = both(f"正在安装 {total} 个软件包", f"Installing {total} packages")
    with step(f"{what} ({name})", announce=True) as progress:
        code, tail, untouched = _run_pip(command, root, progress, total)
    if code:
        if untouched and before:
            stamp.write_bytes(before)
        raise environment_faults.of_output(tail, folder(root))
    if digest == _digest(root / name):  # else it changed meanwhile: the next run installs again
        write_stamp(root, name)


def write_stamp(root: Path, name: str) -> None:
    """Say that the environment is whole and holds what `name` asks for."""
    names = (RUN, DEV) if name == DEV else (RUN,)
    stamp = {
        "folder": str(folder(root)),
        "python": _version_of(python(root)),
        "installed": {each: _digest(root / each) for each in names},
    }
    part = folder(root) / (STAMP + ".part")
    part.write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    part.replace(folder(root) / STAMP)


def _run_pip(command: list[str], root: Path, progress: Step, total: int) -> tuple[int, str, bool]:
    """Its exit code, the end of what it said, and whether it ended before it changed anything.

    All that it says goes to var/logs/environment.log.
    """
    tail: deque[str] = deque(maxlen=60)
    done, untouched = 0, True
    with (
        _log(root).open("w", encoding="utf-8") as log,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=_clean_environment(),
        ) as pip,
    ):
        assert pip.stdout is not None
        for line in pip.stdout:
            log.write(line)
            tail.append(line)
            if found := re.match(r"Collecting ([\w.\-]+)", line):
                done += 1
                progress.update(done, total, found[1])
            elif line.startswith("Installing collected"):
                untouched = False
                progress.update(total, total, both("写入磁盘", "writing to disk"))
            elif "Retrying (" in line:
                progress.update(done, total, both("网络不通，重试中", "no network, trying again"))
    return pip.returncode, "".join(tail), untouched


def _clean_environment() -> dict[str, str]:
    """pip's own settings stay as they are, except what would install somewhere else."""
    away = {"PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__", "PIP_TARGET", "PIP_PREFIX"}
    kept = {name: value for name, value in os.environ.items() if name not in away}
    return {**kept, "PIP_USER": "no", "PYTHONUTF8": "1", "LC_MESSAGES": "C"}


def _log(root: Path) -> Path:
    logs = root / "var" / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    return logs / "environment.log"


@contextmanager
def _doing_it_alone(root: Path) -> Iterator[None]:
    """The lock goes with the process, however that ends."""
    try:
        (root / "var").mkdir(exist_ok=True)
        lock = (root / "var" / "environment.lock").open("w")
    except OSError as problem:
        raise environment_faults.of_disk(problem, folder(root)) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            zh, en = "另一个命令正在准备环境，请稍候", "another command is preparing it, waiting"
            say(both(zh, en))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _said_in_a_sentence(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise environment_faults.of_disk(problem, folder(root)) from None
