"""A copy of the static release in another folder, for a file host or a CDN: whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from forms_api import headers
from scripts import moved
from scripts.outcome import CannotRun
from scripts.walk import files_below

MARK = ".jinqiao-release"  # its text is the release's stamp; only a folder with it is replaced


def copy_whole(public: Path, stamp: str, target: Path) -> int:
    """Put the tree at `target` in place of an earlier copy; the number of files.

    It is copied beside the target, compared, and swapped in by renaming: whoever reads the target
    meanwhile has the old copy, then the new one. Raises CannotRun for a folder that is not ours.
    """
    target = target.resolve()
    _refuse_foreign(target)
    fresh = target.with_name(f".{target.name}.new-{os.getpid()}")
    old = target.with_name(f".{target.name}.old-{os.getpid()}")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copytree(public, fresh)
        count = _compared(public, fresh)
        (fresh / MARK).write_text(stamp + "\n", encoding="utf-8")
        for name, text in told_to_hosts(public).items():
            (fresh / name).write_text(text, encoding="utf-8")
        if target.exists():
            _rename(target, old)
        fresh.rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        if old.exists() and not target.exists():
            old.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    return count


def told_to_hosts(public: Path) -> dict[str, str]:
    """`_headers` and `_redirects`, which several file hosts read; to others they are two files.

    Such a host joins what two rules say of one header: so what may be kept for good is said only
    where everything below a folder may be, and the rest is left to the host, which asks again.
    """
    common = "".join(f"  {name}: {value}\n" for name, value in headers.SITE.items())
    rules = [f"/*\n{common}"]
    for folder in sorted([*public.glob("assets/*/"), *public.glob("data/finder/*/")]):
        base = f"/{folder.relative_to(public).as_posix()}"
        names = [f"{base}/{name}" for name in files_below(folder)]
        asked = [name for name in names if not name.endswith((".br", ".gz"))]
        if asked and all(headers.cache_of(name) == headers.FOREVER for name in asked):
            rules.append(f"{base}/*\n  Cache-Control: {headers.FOREVER}\n")
    try:
        known = json.loads((public.parent / "_private" / moved.LIST).read_text("utf-8"))
    except OSError:
        known = {}
    redirects = "".join(f"{old} {new} 301\n" for old, new in known.items())
    return {"_headers": "\n".join(rules), "_redirects": redirects}


def _refuse_foreign(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir() or (any(target.iterdir()) and not (target / MARK).is_file()):
        raise CannotRun(
            f"{target} 里有别的东西，没有动它：--to 请给一个空的或新的文件夹。",
            f"{target} holds something else and was left alone: give --to an empty or new folder.",
        )


def _compared(public: Path, fresh: Path) -> int:
    """Every file is there in its full size."""
    wanted = {name: (public / name).stat().st_size for name in files_below(public)}
    found = {name: (fresh / name).stat().st_size for name in files_below(fresh)}
    if wanted != found:
        raise CannotRun(
            "复制中途网站有变动，没有换上：请再运行一次。",
            "the site changed while it was copied, and nothing was replaced: run this again.",
        )
    return len(wanted)


def _rename(target: Path, old: Path) -> None:
    try:
        target.rename(old)
    except OSError:
        raise CannotRun(
            f"{target} 不能整个换掉（可能是挂载点）：--to 请给它里面的一个文件夹。",
            f"{target} cannot be replaced as a whole (a mount point?): give --to a folder in it.",
        ) from None
