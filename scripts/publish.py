"""`manage.py publish`: build what is not built yet and serve it; go back; copy it elsewhere."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from forms_api import clock
from scripts import fingerprint, handing, release
from scripts.build import build
from scripts.outcome import DONE, SHORT, CannotRun, both
from scripts.progress import say
from scripts.rebuild import released

ROOT = Path(__file__).resolve().parent.parent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rollback",
        action="store_true",
        help="退回上一版，不重新生成 / go back to the release before; builds nothing",
    )
    parser.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        help="再把静态网站完整复制到这个文件夹，交给任何文件主机或 CDN / "
        "then copy the static site whole to this folder, for any file host or CDN",
    )
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )


def run(args: argparse.Namespace) -> int:
    return publish(ROOT, rollback=args.rollback, to=args.to, as_json=args.json)


def publish(root: Path, *, rollback: bool, to: Path | None, as_json: bool) -> int:
    """On any problem nothing changes: what was being served is served on."""
    result: dict[str, Any] = {"built": False, "problems": []}
    if rollback:
        _go_back(root)
    elif not is_level(root):
        built = build(root)
        result["built"], result["seconds"] = True, built.seconds
        result["problems"] = [problem.as_dict() for problem in built.problems]
        for problem in [] if as_json else built.problems:
            print(problem)
        if built.problems:
            say(both("有问题，没有发布", "there are problems, nothing was published"))
    result["release"] = _stamp(root)
    if to is not None and not result["problems"]:
        result["copied"] = handing.copy_whole(root / "var/current/public", result["release"], to)
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
    elif not result["problems"]:
        _tell(result, to)
    return SHORT if result["problems"] else DONE


def is_level(root: Path) -> bool:
    """Whether the release being served was made from the present sources, today."""
    have = released(root) or {}
    same_day = have.get("today") == clock.today().isoformat()
    return same_day and have.get("fingerprint") == fingerprint.of_sources(root)


def _go_back(root: Path) -> None:
    releases, current = root / "var/releases", root / "var/current"
    if not releases.is_dir() or release.roll_back(releases, current) is None:
        raise CannotRun(
            "没有更早的一版可退：最多保留三版。",
            "there is no earlier release to go back to: three are kept.",
        )


def _stamp(root: Path) -> str:
    served = root / "var/current"
    return served.resolve().name if (served / "public").is_dir() else ""


def _tell(result: dict[str, Any], to: Path | None) -> None:
    stamp = result["release"]
    say(both(f"现在显示的是 {stamp} 这一版", f"release {stamp} is being served"))
    if to is not None:
        count = result["copied"]
        say(both(f"{count} 个文件已复制到 {to}", f"{count} files copied to {to}"))
