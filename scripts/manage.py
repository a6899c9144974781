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
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)


class Command(NamedTuple):
    """`module` has `add_arguments(parser)` and `run(args) -> int`; `dev`: needs test tools too."""

    module: str
    zh: str
    en: str
    usage: str = ""
    dev: bool = False


COMMANDS = {
    "serve": Command(
        "scripts.serve",
        "在本机打开网站和表单，改动后自动重建",
        "open site and forms on this machine, rebuilding as you edit",
        "[--host HOST] [--port PORT] [--no-watch]",
    ),
    "check": Command(
        "scripts.check",
        "检查页面、数据和译文，指出每处问题所在的行",
        "check pages, data and translations; every problem with its line",
        "[--json]",
    ),
    "translated": Command(
        "scripts.translated",
        "看中文改了什么，再记下英文页已经跟上",
        "see what changed in Chinese, then say that the English page is level",
        "PAGE … [--yes] [--all --yes]",
    ),
    "build": Command(
        "scripts.build",
        "检查并生成整个网站，成为新的一版",
        "check, then build the whole site as a new release",
        "[--json]",
    ),
    "publish": Command(
        "scripts.publish",
        "发布改动；--rollback 退回上一版；--to 复制给文件主机",
        "publish what changed; --rollback goes back; --to copies it for a file host",
        "[--rollback] [--to DIR] [--json]",
    ),
    "test": Command(
        "scripts.testing",
        "运行全部测试；其余参数交给 pytest",
        "run all tests; further arguments go to pytest",
        "[--quick] [--all] [PYTEST ARGUMENTS]",
        dev=True,
    ),
    "index": Command(
        "scripts.search.index_command",
        "为任何 HTML 文件夹建立搜索索引",
        "make a search index for any folder of HTML",
        "FOLDER",
    ),
    "evaluate": Command(
        "scripts.search.evaluate_command",
        "用一份问题清单衡量搜索",
        "measure the search with a file of questions",
        "FILE [--json]",
        dev=True,
    ),
    "directory": Command(
        "scripts.directory.command",
        "把表格读进支部目录；生成带下拉选项的空表",
        "bring a spreadsheet into the directory; write an empty one with lists",
        "import FILE.xlsx|csv [--check] [--yes] | template [--out FILE]",
    ),
    "purge": Command(
        "scripts.purge",
        "删除到期的表单内容；--dry-run 只说会删什么",
        "delete what is due from the forms; --dry-run only says what",
        "[--dry-run] [--json]",
    ),
    "doctor": Command(
        "scripts.doctor",
        "查设置、密钥、备份、证书、逾期，说该做什么",
        "look at settings, keys, backups, certificate, overdue; what to do",
        "[--json]",
    ),
    "backup": Command(
        "scripts.backup",
        "备份表单数据库：用公钥封好，写完即核对",
        "back up the forms' database, sealed to the desks' keys, verified",
        "[--out DIR] [--check FILE] [--identity KEY] [--json]",
    ),
    "restore": Command(
        "scripts.restore",
        "从备份恢复；已删除的不会再出现",
        "restore a backup; what was erased stays erased",
        "FILE --identity KEY [--replace] [--forgotten LIST] [--json]",
    ),
    "keys": Command(
        "scripts.keys",
        "为受理岗生成、列出、更换密钥",
        "make, list and renew the keys of the desks",
        "new|list|rotate [NAME] [--passphrase] [--json]",
    ),
    "prove": Command(
        "scripts.prove.cli",
        "证明表单服务的承诺：不丢、不重、不漏",
        "prove what the forms service promises",
        "NAME [--quick] [--json]",
        dev=True,
    ),
    "bench": Command(
        "scripts.bench.cli",
        "实测速度和大小，并与同类软件比较",
        "measure speed and size beside comparable software",
        "NAME [--quick] [--json]",
        dev=True,
    ),
}


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
    lines = [
        "用法 / usage: python3 scripts/manage.py NAME …",
        "",
        "第一次运行会在 .venv 里装好所需的一切。",
        "The first run installs everything that is needed into .venv.",
        "",
    ]
    for name, command in COMMANDS.items():
        lines += [f"  {name:<12}{command.zh}", f"  {'':<12}{command.en}"]
    lines += [
        "",
        "每个命令的参数 / each command's options: python3 scripts/manage.py NAME --help",
        "结束代码 / exit codes: 0 完成 done · 1 有问题 problems found · 2 无法运行 could not run",
    ]
    return "\n".join(lines)


def command_help(name: str, command: Command) -> str:
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
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(overview(), file=sys.stdout if argv else sys.stderr)
        return 0 if argv else 2
    if argv[0] not in COMMANDS:
        near = difflib.get_close_matches(argv[0], COMMANDS, n=1)
        zh = f"是不是 {near[0]}？" if near else "--help 列出全部命令。"
        en = f"did you mean {near[0]}?" if near else "--help lists them all."
        return refuse(f"没有“{argv[0]}”这个命令：{zh} / there is no command “{argv[0]}”: {en}")
    if sys.path[:1] == [str(ROOT / "scripts")]:
        sys.path[0] = str(ROOT)  # so that scripts/build.py never hides a library's `build`
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


def dispatch(name: str, command: Command, rest: "list[str]") -> int:
    """A module that sets `PASSES_ON = True` finds what its parser does not know in `args.rest`."""
    module = importlib.import_module(command.module)
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
