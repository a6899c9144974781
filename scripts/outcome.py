"""How a command ends. Standard library only: the door uses it before the environment exists."""

from __future__ import annotations

DONE = 0  # done, holds
SHORT = 1  # ran, and fell short or found problems
CANNOT = 2  # could not run


def both(zh: str, en: str) -> str:
    """One sentence in both languages, for a terminal."""
    return f"{zh} / {en}"


class CannotRun(Exception):
    """Why a command cannot run and what to do, in one sentence; the door prints it and ends with 2.

    Raise it for what the person at the keyboard can change; a bug stays an ordinary exception.
    """

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(both(zh, en))
        self.zh = zh
        self.en = en
