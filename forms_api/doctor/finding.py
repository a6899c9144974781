"""One line of the doctor's: how bad, what, and what to do, in both languages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

# error: something does not work or is about to be lost. warning: it soon will. note: good to know.
Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`message` and `remedy` hold both languages, Chinese first."""

    level: Level
    code: str
    message: str
    remedy: str


def finding(level: Level, code: str, message: tuple[str, str], remedy: tuple[str, str]) -> Finding:
    """Each pair is Chinese, English."""
    return Finding(level, code, " / ".join(message), " / ".join(remedy))


def rising(amount: float, warn: float, fail: float) -> Level | None:
    """The level of an amount that is worse the larger it is; None while it is small enough."""
    return "error" if amount > fail else "warning" if amount > warn else None


Check = Callable[[], list[Finding]]
