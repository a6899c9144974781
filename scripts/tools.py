"""Programs and fonts that tests need and pip cannot bring: found, or installed, or asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scripts.outcome import CannotRun, both
from scripts.progress import step

# The system's package managers and how each installs without asking.
MANAGERS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "apt-get": (
        ("apt-get", "update"),
        ("apt-get", "install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"),
    ),
    "dnf": (("dnf", "install", "-y"),),
    "apk": (("apk", "add", "--no-cache"),),
    "zypper": (("zypper", "--non-interactive", "install"),),
    "pacman": (("pacman", "-Sy", "--noconfirm"),),
}


@dataclass(frozen=True)
class Tool:
    """`find` says where the tool is, or None; `packages` are its names for each manager.

    `last_resort` is a command that may bring it where the system's packages do not.
    """

    zh: str
    en: str
    find: Callable[[], Path | None]
    packages: Mapping[str, tuple[str, ...]]
    last_resort: tuple[str, ...] = field(default=())


_WITHOUT_WINDOWS = ("chromium-headless-shell",)  # the name of Debian's package and its program
_WITH_WINDOWS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def _browser() -> Path | None:
    """First the one built of the same source without windows, which opens pages more quickly."""
    own = sorted(_downloaded().glob("chromium_headless_shell-*/*/chrome-headless-shell"))
    return _first(_WITHOUT_WINDOWS, reversed(own)) or _browser_with_windows()


def _browser_with_windows() -> Path | None:
    own = sorted(_downloaded().glob("chromium-*/chrome-*/chrome"), reverse=True)
    return _first(
        _WITH_WINDOWS, [Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"), *own]
    )


def _downloaded() -> Path:
    """Where Playwright puts browsers of its own."""
    return Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or "~/.cache/ms-playwright").expanduser()


def _first(names: Iterable[str], others: Iterable[Path]) -> Path | None:
    """A browser that really starts: Ubuntu's `chromium-browser` may only name a snap."""
    candidates = [Path(path) for name in names if (path := shutil.which(name))]
    candidates += [path for path in others if path.exists()]
    return next((path for path in candidates if _starts(path)), None)


def _starts(program: Path) -> bool:
    try:
        shown = subprocess.run([program, "--version"], capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return shown.returncode == 0 and b"Chrom" in shown.stdout


def _chinese_font() -> Path | None:
    if sys.platform == "darwin":
        return Path("/System/Library/Fonts")
    if not shutil.which("fc-list"):
        return None
    listed = subprocess.run(
        ["fc-list", ":lang=zh", "--format=%{file}\n"], capture_output=True, text=True
    )
    return next((Path(line) for line in listed.stdout.splitlines() if line), None)


_PLAYWRIGHT = (sys.executable, "-m", "playwright", "install")
CHROMIUM = Tool(
    zh="浏览器 Chromium",
    en="the browser Chromium",
    find=_browser,
    packages={**dict.fromkeys(MANAGERS, ("chromium",)), "apt-get": _WITHOUT_WINDOWS},
    last_resort=(*_PLAYWRIGHT, "--only-shell", "chromium"),
)
# Only this one keeps a page that was left (back/forward cache).
CHROMIUM_WITH_WINDOWS = Tool(
    zh="带窗口的浏览器 Chromium",
    en="the browser Chromium with its windows",
    find=_browser_with_windows,
    packages=dict.fromkeys(MANAGERS, ("chromium",)),
    last_resort=(*_PLAYWRIGHT, "--no-shell", "chromium"),
)
CHINESE_FONT = Tool(
    zh="中文字体",
    en="a Chinese font",
    find=_chinese_font,
    packages={
        "apt-get": ("fontconfig", "fonts-noto-cjk"),
        "dnf": ("fontconfig", "google-noto-sans-cjk-fonts"),
        "apk": ("fontconfig", "font-noto-cjk"),
        "zypper": ("fontconfig", "noto-sans-sc-fonts"),
        "pacman": ("fontconfig", "noto-fonts-cjk"),
    },
)
STRACE = Tool(
    zh="系统调用跟踪工具 strace",
    en="the system-call tracer strace",
    find=lambda: Path(path) if (path := shutil.which("strace")) else None,
    packages={name: ("strace",) for name in MANAGERS},
)


def _in_sbin(name: str) -> Path | None:
    """Also where servers lie: people who are not root often have no such folder on their PATH."""
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin"
    found = shutil.which(name, path=path)
    return Path(found) if found else None


NGINX = Tool(
    zh="网页服务器 nginx",
    en="the web server nginx",
    find=lambda: _in_sbin("nginx"),
    packages={name: ("nginx",) for name in MANAGERS},
)
SYSTEMD = Tool(
    zh="核对 systemd 文件的 systemd-analyze",
    en="systemd-analyze, which verifies files for systemd",
    find=lambda: _in_sbin("systemd-analyze"),
    packages={name: ("systemd",) for name in MANAGERS},
)
#: By the whole of `manage.py test`.
NEEDED = (CHROMIUM, CHROMIUM_WITH_WINDOWS, CHINESE_FONT, STRACE, NGINX, SYSTEMD)


def require(tool: Tool, root: Path, manager: str | None = None) -> Path:
    """Where the tool is; installed first if need be and if we may. Never done without.

    `manager` is one of MANAGERS, "" for none; by default the one that this machine has.
    """
    found = tool.find()
    if found is None:
        manager = _manager() if manager is None else manager
        _install(tool, manager, root / "var/logs/tools.log")
        found = tool.find()
    if found is None:
        manager = manager or "apt-get"
        how = f"{' '.join(MANAGERS[manager][-1][:2])} {' '.join(tool.packages[manager])}"
        raise CannotRun(
            f"测试需要{tool.zh}，也未能自动装上：请安装后再运行一次（例如以 root 身份 {how}）。",
            f"the tests need {tool.en}, which could not be installed by itself: "
            f"install it and run this again (as root, for instance: {how}).",
        )
    return found


def _install(tool: Tool, manager: str, log: Path) -> None:
    """Whatever may help, in turn, until the tool is there; all output goes to the log."""
    commands: list[tuple[str, ...]] = []
    if manager and os.geteuid() == 0:
        *before, last = MANAGERS[manager]
        commands += [*before, last + tool.packages[manager]]
    if tool.last_resort:
        commands.append(tool.last_resort)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as output:
        for command in commands:
            if command == tool.last_resort and tool.find():
                return
            what = both(f"正在安装{tool.zh}", f"Installing {tool.en}")
            with step(f"{what} ({' '.join(command[:3])})", announce=True):
                subprocess.run(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                )


def _manager() -> str:
    return next((name for name in MANAGERS if shutil.which(name)), "")
