"""Two halves of a piece of work at once: one in a forked process, one here."""

from __future__ import annotations

import gc
import os
import pickle
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, NoReturn, TypeVar

from scripts.children import end_with_parent

T = TypeVar("T")


class Promise(Generic[T]):
    """What the other process will have made; `result` waits for it."""

    def __init__(self, pid: int, pipe: int, name: str) -> None:
        self._pid, self._pipe, self._name = pid, pipe, name
        self._sent: bytes | None = None
        self._done: tuple[T] | None = None

    def result(self) -> T:
        """Raises RuntimeError when the other process failed; its traceback is on stderr."""
        if self._sent is None:
            with os.fdopen(self._pipe, "rb") as pipe:
                self._sent = pipe.read()
            _, status = os.waitpid(self._pid, 0)
            self._sent = b"" if status else self._sent
        if not self._sent:
            raise RuntimeError(f"{self._name} failed beside the build")
        if self._done is None:
            self._done = (pickle.loads(self._sent),)  # noqa: S301  # from our own child
        return self._done[0]


@contextmanager
def beside(task: Callable[[], T], name: str = "") -> Iterator[Promise[T]]:
    """Run `task` in a copy of this process while the block runs here; both end together.

    The task sees everything as it stands now and changes nothing here: it writes files, and what
    it returns is sent back.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    gc.collect()
    gc.freeze()  # so that collecting does not copy what the two processes share
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Other threads of ours only tell the time: no lock of theirs is needed in the child.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if not pid:
        _run(task, writing)
    os.close(writing)
    promise: Promise[T] = Promise(pid, reading, name or task.__name__)
    try:
        yield promise
    finally:
        gc.unfreeze()
        promise.result()


def _run(task: Callable[[], T], pipe: int) -> NoReturn:
    """In the child."""
    end_with_parent()
    code = 1
    try:
        sent = pickle.dumps(task())
        with os.fdopen(pipe, "wb") as out:
            out.write(sent)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)
