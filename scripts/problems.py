"""One shape for what any check finds: where it is, what kind it is, what to do about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """`file` is relative to the repository; `line` counts from 1 (0: the whole file).

    `column` is the letter of a spreadsheet's column, where the problem has one.
    """

    file: str
    line: int
    code: str
    message: str
    column: str = ""

    def as_dict(self) -> dict[str, str | int]:
        return asdict(self)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message} [{self.code}]"
