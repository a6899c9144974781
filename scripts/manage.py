"""The one door to Jinqiao's commands: python3 scripts/manage.py NAME …

Everything here must be readable by Python 3.6 up to the check of the version, so that an old
Python is told in a sentence what is missing. Until the environment exists, only the standard
library is there; then the same command line is run again on the environment's own Python.
"""

import argparse
import difflib
import errno
import importlib
import os
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scripts.commands import Command

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)


def starts(name: str) -> bool:
    """Whether there is such a Python and it runs (a version manager's shim may not)."""
    nowhere = subprocess.DEVNULL
    return bool(shutil.which(name)) and not subprocess.call(
        [name, "-c", ""], stdout=nowhere, stderr=nowhere
    )


def unfit(version: "tuple[int, ...]", system: str, starts: "Callable[[str], bool]") -> str:
    """Why this Python cannot run the project and what to do; empty when it can."""
    if version[:2] < OLDEST:
        found = [name for name in ("python3.13", "python3.12", "python3.11") if starts(name)]
        zh = "请运行 " + found[0] if found else "请先安装它"
        en = "run it with " + found[0] if found else "install that first"
        have = "{}.{}".format(*version[:2])
        return (
            f"需要 Python 3.11 或更新的版本，现在是 {have}：{zh}。 / "
            f"Python 3.11 or newer is needed, this is {have}: {en}."
        )
    if system == "nt":
        return (
            "Windows 上请在 WSL（Linux 子系统）里运行。 / "
            "On Windows, run this inside WSL (the Linux subsystem)."
        )
    return ""


def overview() -> str:
    from scripts.commands import COMMANDS

    lines = [
        "用法 / usage: python3 scripts/manage.py NAME …",
        "",
        "第一次运行会在 .venv 里装好所需的一切。",
        "The first run installs everything that is needed into .venv.",
        "",
    ]
    for name, command in COMMANDS.items():
        lines += [f"  {name:<18}{command.zh}", f"  {'':<18}{command.en}"]
    lines += [
        "",
        "每个命令的参数 / each command's options: python3 scripts/manage.py NAME --help",
        "结束代码 / exit codes: 0 完成 done · 1 有问题 problems found · 2 无法运行 could not run",
    ]
    return "\n".join(lines)


def command_help(name: str, command: "Command") -> str:
    """What is known of a command before its own parser can be asked."""
    return "\n".join(
        [
            f"用法 / usage: python3 scripts/manage.py {name} {command.usage}".rstrip(),
            "",
            f"  {command.zh}",
            f"  {command.en}",
            "",
            "环境装好后（第一次运行任何命令时），--help 会列出全部参数。",
            "Once the environment is made (by the first run of any command), --help lists all.",
        ]
    )


def main(argv: "list[str]") -> int:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # Python 3.7, and not replaced by a test
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")
    problem = unfit(sys.version_info[:3], os.name, starts)
    if problem:
        return refuse(problem)
    if sys.path[:1] == [str(ROOT / "scripts")]:
        sys.path[0] = str(ROOT)  # so that scripts/build.py never hides a library's `build`
    from scripts.commands import COMMANDS

    if not argv or argv[0] in ("-h", "--help", "help"):
        print(overview(), file=sys.stdout if argv else sys.stderr)
        return 0 if argv else 2
    if argv[0] not in COMMANDS:
        near = difflib.get_close_matches(argv[0], COMMANDS, n=1)
        zh = f"是不是 {near[0]}？" if near else "--help 列出全部命令。"
        en = f"did you mean {near[0]}?" if near else "--help lists them all."
        return refuse(f"没有“{argv[0]}”这个命令：{zh} / there is no command “{argv[0]}”: {en}")
    return guarded(argv)


def guarded(argv: "list[str]") -> int:
    """Run the command; whatever goes wrong becomes one sentence and an exit code."""
    from scripts.outcome import CannotRun, both

    try:
        return enter(argv)
    except CannotRun as reason:
        return refuse(str(reason))
    except KeyboardInterrupt:
        return refuse(both("已停止。", "stopped."))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as problem:
        if isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EROFS):
            zh, en = "磁盘已满或只读：", "the disk is full or read-only:"
            return refuse(both(f"{zh}{problem.filename}。", f"{en} {problem.filename}."))
        return refuse(kept_for_later(problem))


def enter(argv: "list[str]") -> int:
    """Prepare the environment, then run the command on it: here, or in this process's place."""
    from scripts import environment
    from scripts.commands import COMMANDS

    command = COMMANDS[argv[0]]
    if {"-h", "--help"} & set(argv[1:]) and not environment.is_ready(ROOT, command.dev):
        print(command_help(argv[0], command))
        return 0
    python = str(environment.ensure(ROOT, command.dev))
    if environment.is_inside(ROOT):
        return dispatch(argv[0], command, argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    door = [python, str(ROOT / "scripts" / "manage.py"), *argv]
    os.execve(python, door, {**os.environ, "PYTHONUTF8": "1"})  # noqa: S606


def dispatch(name: str, command: "Command", rest: "list[str]") -> int:
    """A module that sets `PASSES_ON = True` finds what its parser does not know in `args.rest`."""
    from scripts.commands import SERVICE

    module = importlib.import_module(command.module)
    if command.module == SERVICE:
        return int(module.main([name, *rest], prog="manage.py"))
    parser = argparse.ArgumentParser(
        prog=f"manage.py {name}",
        description=f"{command.zh}。 / {command.en[0].upper()}{command.en[1:]}.",
        allow_abbrev=False,
    )
    module.add_arguments(parser)
    args, unknown = parser.parse_known_args(rest)
    if unknown and not getattr(module, "PASSES_ON", False):
        parser.error("不认识的参数 / unknown argument: " + " ".join(unknown))
    args.rest = unknown
    return int(module.run(args))


def kept_for_later(problem: Exception) -> str:
    """The traceback goes to a file; a person gets a sentence."""
    details = ROOT / "var" / "last-error.txt"
    text = "".join(traceback.format_exception(problem))
    what = type(problem).__name__
    try:
        details.parent.mkdir(exist_ok=True)
        details.write_text(text, encoding="utf-8")
    except OSError:
        sys.stderr.write(text)
    return (
        f"程序出错（{what}），详情在 var/last-error.txt，请随错误报告附上。 / "
        f"a fault in the program ({what}); var/last-error.txt has the details for a report."
    )


def refuse(sentence: str) -> int:
    """The only way to say no: through bytes, which even Python 3.6 in a C locale can print."""
    sys.stdout.flush()
    sys.stderr.flush()
    buffer = getattr(sys.stderr, "buffer", None)
    if buffer is None:
        sys.stderr.write(sentence + "\n")
    else:
        buffer.write((sentence + "\n").encode("utf-8"))
        buffer.flush()
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
