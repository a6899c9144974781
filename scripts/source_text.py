"""Source files as text: UTF-8 with or without a BOM, and every file that is none named beforehand.

Whoever saves a list or a page on an office PC may get GBK, UTF-16, an empty file, or half of one.
`faults` says so with file and line before anything reads further; `SourceError` carries what a
loader finds later, so that no command ends in a traceback over a file that a person can mend.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml
from jinja2 import Environment, TemplateSyntaxError

from forms_api import yaml_text
from scripts.outcome import both
from scripts.problems import Problem

CODE: Final = "source"
CODES: Final = (CODE, "not_utf8")
#: What a build reads as text, below the root. Answers are files of their own, one each.
TEXTS: Final = (
    "mkdocs.yml",
    "docs/zh/**/*.md",
    "docs/en/**/*.md",
    "docs/data/*.yml",
    "docs/data/*.tsv",
    "docs/data/*.csv",
    "docs/data/answers/*.yml",
    "docs/theme/**/*.html",
    "docs/assets/**/*.css",
    "docs/assets/**/*.js",
    "docs/worker/*.js",
    "forms_api/definitions/*.yml",
    *(f"{folder}/*.yml" for folder in ("forms_api/strings", "forms_api/inbox/strings")),
)
#: Columns without which a table cannot be read; each has a line of headings.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "docs/data/pages.tsv": (
        "slug", "title_zh", "title_en", "audience", "type", "label", "own_facts",
    ),
    "docs/data/facts.tsv": ("id", "seed", "section", "gist_zh", "gist_en", "page_slug"),
    "docs/data/glossary.tsv": (
        "zh_hans", "zh_hant", "pinyin", "en", "aliases_zh_hans", "aliases_zh_hant", "aliases_en",
        "def_zh", "def_en",
    ),
    "docs/data/discouraged.tsv": ("variant", "use_instead", "lang", "why"),
    "docs/data/plain_words.tsv": ("word", "lang", "why"),
    "docs/data/moved.tsv": ("from", "to"),
    "docs/data/traditional.tsv": ("simplified", "traditional", "why"),
    "docs/data/places.csv": (
        "code", "level", "parent", "name_zh", "name_en", "short_zh", "pinyin",
    ),
    "docs/data/townships.csv": ("slug", "name_zh", "name_zh_hant", "name_en"),
}  # fmt: skip
#: Folders with a table of words for each language.
STRINGS: Final = ("forms_api/strings", "forms_api/inbox/strings")
#: Files of YAML that are lists; the others hold names with their values.
LISTS: Final = frozenset({"docs/data/desks.yml", "docs/data/events.yml"})


class SourceError(Exception):
    """Source files that cannot be read or understood; what to do about each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


def read(path: Path) -> str:
    """Text without its BOM and with \\n at line ends. Raises SourceError."""
    return decode(path.read_bytes(), path)


def decode(raw: bytes, path: Path) -> str:
    """The text of a file's bytes; `path` names it in the SourceError."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
        raise SourceError([Problem(_shown(path), line, "not_utf8", _NOT_UTF8)]) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


@contextmanager
def understood(path: Path) -> Iterator[None]:
    """What a loader stumbles over in a file that can be read becomes a SourceError that names it.

    A cell or a setting that is missing or of another kind raises one of these; anything else is a
    fault of the program and stays what it is.
    """
    try:
        yield
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, yaml.YAMLError) as fault:
        what = f"{type(fault).__name__}: {' '.join(str(fault).split())}"[:200]
        message = both(
            f"读得出，但看不懂（{what}）：多半缺了一项，或者文件不完整",
            f"cannot be understood ({what}): something is missing, or the file is cut short",
        )
        raise SourceError([Problem(_shown(path), 0, CODE, message)]) from fault


def _shown(path: Path) -> str:
    """Below the repository, wherever that lies."""
    tops = [at for at, part in enumerate(path.parts) if part in ("docs", "forms_api")]
    return "/".join(path.parts[tops[-1] :]) if tops else path.name


def faults(root: Path) -> list[Problem]:
    """Files that are no UTF-8, are empty, cannot be parsed or lack their columns; every one."""
    found = sorted(problem for path in _files(root) for problem in _faults(root, path))
    return found or sorted(_missing_words(root))


def _missing_words(root: Path) -> Iterator[Problem]:
    """Words that one of the two languages of a table lacks: it was cut short, or not translated."""
    for folder in STRINGS:
        files = {lang: f"{folder}/{lang}.yml" for lang in ("zh", "en")}
        if not all((root / file).is_file() for file in files.values()):
            continue
        keys = {lang: set(_keys(yaml_text.load(read(root / file)))) for lang, file in files.items()}
        for lang, other in (("zh", "en"), ("en", "zh")):
            if missing := sorted(keys[other] - keys[lang]):
                names = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
                message = both(
                    f"缺少 {len(missing)} 条：{names}（{other}.yml 里有）",
                    f"lacks {len(missing)} that {other}.yml has: {names}",
                )
                yield Problem(files[lang], 0, CODE, message)


def _keys(table: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _keys(value, f"{before}{name}.")
        else:
            yield f"{before}{name}"


def _files(root: Path) -> Iterator[Path]:
    for pattern in TEXTS:
        yield from (path for path in sorted(root.glob(pattern)) if path.is_file())


def _faults(root: Path, path: Path) -> Iterator[Problem]:
    file, raw = path.relative_to(root).as_posix(), path.read_bytes()
    try:
        text = decode(raw, path)
    except SourceError as error:
        yield from error.problems
        return
    if "\0" in text:
        yield Problem(file, text.count("\n", 0, text.index("\0")) + 1, CODE, _NUL)
    elif not text.strip():
        yield Problem(file, 0, CODE, _EMPTY)
    elif path.suffix == ".yml":
        yield from _yaml_faults(file, text)
    elif file in COLUMNS:
        yield from _table_faults(file, text)
    elif path.suffix == ".html":
        yield from _template_faults(file, text)


def _yaml_faults(file: str, text: str) -> Iterator[Problem]:
    try:
        found: Any = yaml_text.load(text)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        said = str(getattr(fault, "problem", None) or fault)
        message = both(
            f"YAML 读不下去（{said}）：看看这一行和上一行的缩进、引号、冒号",
            f"no YAML from here ({said}): look at indentation, quotes and colons here and above",
        )
        yield Problem(file, mark.line + 1 if mark else 0, CODE, message)
        return
    wanted, zh, en = (
        (list, "一串条目，每条以 - 开头", "a list whose items begin with -")
        if file in LISTS
        else (dict, "名称: 内容", "names with their values")
    )
    if not isinstance(found, wanted):
        yield Problem(file, 1, CODE, both(f"这里应当是{zh}", f"this must be {en}"))


def _template_faults(file: str, text: str) -> Iterator[Problem]:
    try:
        Environment(autoescape=True).parse(text)
    except TemplateSyntaxError as fault:
        message = both(f"模板语法不对：{fault.message}", f"template: {fault.message}")
        yield Problem(file, fault.lineno, CODE, message)


def _table_faults(file: str, text: str) -> Iterator[Problem]:
    tabs = file.endswith(".tsv")
    rows = csv.reader(
        text.splitlines(),
        delimiter="\t" if tabs else ",",
        quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL,
    )
    head = next(rows)
    if missing := [name for name in COLUMNS[file] if name not in head]:
        names = ", ".join(missing)
        message = both(
            f"第一行缺少列名 {names}（用{'制表符' if tabs else '逗号'}分开）",
            f"the first row lacks {names} ({'tabs' if tabs else 'commas'} part the columns)",
        )
        yield Problem(file, 1, CODE, message)
        return
    for row in rows:
        if row and len(row) != len(head):
            message = both(
                f"这一行有 {len(row)} 格，第一行有 {len(head)} 格",
                f"this row has {len(row)} cells, the first one {len(head)}",
            )
            yield Problem(file, rows.line_num, CODE, message)


_NOT_UTF8: Final = both(
    "不是 UTF-8。请用编辑器“另存为”，编码选 UTF-8；表格另存为“CSV UTF-8”",
    "not UTF-8. Save it again with the encoding UTF-8; a table as “CSV UTF-8”",
)
_NUL: Final = both(
    "夹着空字节，多半是另一种编码。请另存为 UTF-8",
    "holds NUL bytes, so it is probably in another encoding. Save it as UTF-8",
)
_EMPTY: Final = both(
    "文件是空的。请找回原来的内容，用不着的文件请删掉",
    "this file is empty. Get its content back, or delete it if it is not wanted",
)
