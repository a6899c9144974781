"""The other end of a process that stands by (standby.py), as `serve` holds it."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from scripts.children import Child

READY = "ready"  # said once
_PROGRAM = Path("scripts/standby.py")


class Errand:
    """A process that gets ready, and then answers one question at a time.

    `fixed` is the fingerprint of the sources that it stands by for (see quick.py).
    """

    def __init__(self, root: Path, fixed: str) -> None:
        self.fixed = fixed
        command = [sys.executable, "-m", "scripts.standby", str(root)]
        environ = {**os.environ, "PYTHONPATH": str(root)}
        asked, self._asking = os.pipe()
        self._hearing, said = os.pipe()
        os.set_blocking(self._hearing, False)
        with os.fdopen(asked, "rb") as stdin, os.fdopen(said, "wb") as stdout:
            self._child = Child(command, root, environ, stdout=stdout, stdin=stdin)
        self._rest = b""

    @classmethod
    def begin(cls, root: Path, fixed: str) -> Errand | None:
        """None where the repository has no such program."""
        return cls(root, fixed) if (root / _PROGRAM).is_file() else None

    @property
    def lives(self) -> bool:
        return self._child.ended() is None

    def ask(self) -> bool:
        """False when nobody hears it any more."""
        try:
            os.write(self._asking, b"\n")
        except OSError:
            return False
        return True

    def hear(self) -> list[Any]:
        """The answers since the last call."""
        with contextlib.suppress(BlockingIOError):
            while some := os.read(self._hearing, 1 << 16):
                self._rest += some
        *lines, self._rest = self._rest.split(b"\n")
        return [json.loads(line) for line in lines]

    def stop(self) -> None:
        os.close(self._asking)
        self._child.stop(patience=5.0)
        os.close(self._hearing)
