"""Files of a tree that may share its files with the release being served, by hard links.

Nothing is ever written into a file that stands: it is left as it is, or a new one takes its name.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

TWINS = (".br", ".gz")


def lay(path: Path | str, body: bytes) -> None:
    """Let the file hold `body`. One that does already keeps its compressed twins."""
    name = os.fspath(path)
    try:
        with open(name, "rb") as file:  # noqa: PTH123  # called for thousands of files
            if os.fstat(file.fileno()).st_size == len(body) and file.read() == body:
                return
    except FileNotFoundError:
        pass
    else:
        remove(name)
    with open(name, "xb", buffering=0) as file:  # noqa: PTH123
        file.write(body)


def remove(path: Path | str) -> None:
    """The file and its compressed twins, if they stand."""
    for ending in ("", *TWINS):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{os.fspath(path)}{ending}")  # noqa: PTH108
