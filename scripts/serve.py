"""`manage.py serve`: the site and its forms on this machine, rebuilt as the sources change."""

from __future__ import annotations

import argparse
import errno
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from scripts.outcome import DONE, SHORT, CannotRun, both
from scripts.progress import say, step
from scripts.rebuild import Rebuilder, Result, line_of, released
from scripts.service import Service

ROOT = Path(__file__).resolve().parent.parent
TICK = 0.5  # seconds between two looks at the children


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="监听的地址；0.0.0.0 让同一网络的手机也能打开 / "
        "address to listen on; 0.0.0.0 lets a phone on the same network in",
    )
    parser.add_argument(
        "--port", type=_port, default=8000, help="端口，默认 8000 / port, by default 8000"
    )
    parser.add_argument(
        "--no-watch",
        action="store_true",
        help="改动后不自动重建 / do not rebuild when a source changes",
    )


def run(args: argparse.Namespace) -> int:
    return serve(ROOT, args.host, args.port, watch=not args.no_watch)


def serve(root: Path, host: str, port: int, watch: bool) -> int:
    """Until Ctrl-C or SIGTERM, which end it with 0 and leave no process behind."""
    refuse_taken_port(host, port)
    stop = threading.Event()

    def interrupt(*_: object) -> None:
        stop.set()  # Python drops an exception that is raised while it calls a weak reference back
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    rebuilder = Rebuilder(root)
    service = Service(root, host, port)
    try:
        if not _first_build(rebuilder, root):
            return SHORT
        service.start()
        service.wait_until_it_answers()
        _print_address(service, watch)
        if watch:
            rebuilder.stand_by()
        _look_after(rebuilder, service, watch, stop)
    except KeyboardInterrupt:
        pass
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if stop.is_set():
            say(both("正在停止…", "stopping …"))
        rebuilder.stop()
        service.stop()
    return DONE


def refuse_taken_port(host: str, port: int) -> None:
    """Before any work: a minute's build for nothing is worse than a refusal."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise CannotRun(
                f"端口 {port} 已被占用：请停掉占用它的程序，或换一个：serve --port {port + 1}。",
                f"port {port} is taken: stop what uses it, or take another: "
                f"serve --port {port + 1}.",
            ) from None
        if problem.errno == errno.EACCES:
            raise CannotRun(
                f"没有权限使用端口 {port}：请换 1024 以上的端口，例如 serve --port 8000。",
                f"port {port} needs privileges: take one above 1024, such as serve --port 8000.",
            ) from None
        raise CannotRun(
            f"无法在 {host} 上监听：--host 请填本机的地址，例如 127.0.0.1。",
            f"cannot listen on {host}: give --host an address of this machine, such as 127.0.0.1.",
        ) from None


def _first_build(rebuilder: Rebuilder, root: Path) -> bool:
    """Whether there is a site to serve: of these sources, or at least the last good one."""
    if not rebuilder.start_if_due():
        return True
    with step(both("正在生成网站", "Building the site"), announce=True):
        result = rebuilder.finished(wait=True)
    assert result is not None
    _tell(result)
    if result.code == DONE:
        return True
    if released(root) is None:
        return False
    zh, en = (
        "先显示上一次成功的网站，改好后自动重建",
        "showing the last good site until it is mended",
    )
    say(both(zh, en))
    return True


def _look_after(rebuilder: Rebuilder, service: Service, watch: bool, stop: threading.Event) -> None:
    """The service is started afresh for its own changes, but not on what did not build."""
    restart_due, well = False, True
    rebuilder.due = True  # for what changed before the first tick, while nobody watched
    for changed in _changes(rebuilder.root) if watch else _ticks():
        if stop.is_set():
            return
        rebuilder.due |= bool(changed)
        restart_due |= any(path.startswith("forms_api/") for path in changed)
        if rebuilder.start_if_due():
            say(both("有改动，正在重建…", "something changed, rebuilding …"))
        result = rebuilder.finished()
        if result is not None:
            well = result.code == DONE
            _tell(result)
        if restart_due and well and not rebuilder.running and not rebuilder.due:
            restart_due = False
            service.restart()
        service.tend()


def _ticks() -> Iterator[set[str]]:
    while True:
        time.sleep(TICK)
        yield set()


def _changes(root: Path) -> Iterator[set[str]]:
    """Paths relative to the repository that changed since the last tick, most often none."""
    import watchfiles

    folders = [root / name for name in ("docs", "forms_api", "scripts") if (root / name).is_dir()]
    config = root / "mkdocs.yml"
    before = _state(config)
    try:
        for changes in watchfiles.watch(
            *folders, debounce=400, rust_timeout=int(TICK * 1000), yield_on_timeout=True
        ):
            changed = {Path(path).relative_to(root).as_posix() for _, path in changes}
            now = _state(config)
            if now != before:  # its folder is too large to watch, and editors replace the file
                before = now
                changed.add("mkdocs.yml")
            yield changed
    except (OSError, RuntimeError) as problem:
        zh, en = f"无法继续监视改动（{problem}）", f"changes are no longer watched ({problem})"
        say(both(zh, en))
        yield from _ticks()


def _state(file: Path) -> tuple[int, int, int]:
    try:
        status = file.stat()
    except OSError:
        return 0, 0, 0
    return status.st_mtime_ns, status.st_size, status.st_ino


def _tell(result: Result) -> None:
    if result.code == DONE:
        zh, en = f"已重建（{result.seconds:.1f} 秒）", f"rebuilt in {result.seconds:.1f} s"
        say(both(zh, en))
        return
    for problem in result.problems:
        say(line_of(problem))
    count = len(result.problems)
    zh, en = f"有 {count} 处问题，网站没有更新", f"{count} problems, the site was not updated"
    say(both(zh, en))


def _print_address(service: Service, watch: bool) -> None:
    zh = "，改动后自动重建" if watch else ""
    en = ", rebuilt as you edit" if watch else ""
    print(f"\n  网站已在 {service.url} 打开{zh}；按 Ctrl-C 停止。", flush=True)
    print(f"  The site is open at {service.url}{en}; Ctrl-C stops it.\n", flush=True)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("1–65535")
    return int(text)
