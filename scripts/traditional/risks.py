"""Words of the site that OpenCC may turn wrong, for a person to look at once.

Most characters with two Traditional forms (里 裡, 只 隻, 干 幹 乾, 系 係 繫, 面 麵) are settled by
OpenCC's phrases. What is reported: one that no phrase settles, one that a phrase gives its rare
form (发 髮: 发卡 may be a hair clip or the issuing of cards), and one whose words can be parted in
two ways. Whatever a row of docs/data/traditional.tsv or a term of the glossary holds is settled;
a row that says what OpenCC does anyway keeps its words from being reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from scripts import source_text
from scripts.content.words import load_config
from scripts.directory.importer import load_directory
from scripts.directory.schema import Branch, Text
from scripts.problems import Problem
from scripts.search.tables import VARIANTS, traditional_to_simplified
from scripts.search.tokens import HAN
from scripts.traditional import converter, terms
from scripts.traditional.phrasebook import Phrasebook, Reading

CODE = "traditional"
BRANCHES, TOWNSHIPS = "docs/data/branches.csv", "docs/data/townships.csv"
#: Where the words of the Traditional edition come from. Place names of the whole country are not
#: among them: those that branches use stand in branches.csv.
WORDS = (
    "mkdocs.yml",
    "docs/zh/**/*.md",
    "docs/data/*.yml",
    "docs/data/answers/**/*.*",
    "docs/data/glossary.tsv",
    "docs/data/pages.tsv",
    BRANCHES,
    TOWNSHIPS,
    "docs/theme/**/*.html",
    "forms_api/definitions/*.yml",
    "forms_api/strings/*.yml",
)
#: Usual in two forms or more: outside a phrase neither can be taken for granted.
TWO_WAY = "系复历制准周托汇签干注征尽冲致采谷钟卷斗范云游舍卜沈面"
#: Simplified character and the form it rarely takes, pair by pair.
RARE = (
    "发髮 后后 里里 只隻 只祇 面麵 干乾 干干 表錶 出齣 松鬆 胡鬍 姜薑 谷穀 家傢 向嚮 别彆 当噹 团糰"
    " 困睏 了瞭 借藉 征征 云云 于于 余余 范范 丑丑 台颱 台檯"
)
#: Their rare form is what anybody means by them.
_PLAIN = (
    "干净 晒干 包干 若干 相干 公里 海里 英里 千里 万里 里程 里弄 邻里 故里 头发 理发 白发 手表 钟表"
    " 电表 轻松 放松 宽松 松绑 松开 凭借 借口 借助 借着 皇后 太后 只身 船只 台风 出征 谷雨 稻谷"
    " 胡子 别扭 向往 向导 饭团 姜汤 面条 面粉 面包 面食 一目了然 小丑"
)
PLAIN = frozenset(_PLAIN.split())
#: 里 and 后 keep their form in names.
IN_NAMES = re.compile(r"[里后](?=[^的]?[区县镇乡村路街庙])")
#: 下面条款 holds no 面条: the words in PLAIN may be parted otherwise.
_PARTED = re.compile(r"(?<=[上下方全里外前后])面条|面条(?=[款例件目文])")
_COMMENT = re.compile(r"^\s*#.*", re.MULTILINE)


def _parted(run: str, at: int) -> bool:
    return any(found.start() <= at < found.end() for found in _PARTED.finditer(run))


class Risks:
    """Reads runs of Chinese characters; each is judged once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._rare = {(pair[0], pair[1]) for pair in RARE.split()}
        risky = "".join(sorted({*TWO_WAY, *(one for one, _ in self._rare)}))
        self._risky = frozenset(risky)
        self._runs = re.compile(f"[{HAN}]*[{risky}][{HAN}]*")
        self._told: dict[str, list[str]] = {}

    @cached_property
    def _book(self) -> Phrasebook:
        return Phrasebook(terms.forms(self.root))

    @cached_property
    def _settled(self) -> list[re.Pattern[str]]:
        ours = (terms.phrases(self.root), terms.glossary_terms(self.root))
        return [
            re.compile("|".join(map(re.escape, sorted(phrases, key=len, reverse=True))))
            for phrases in ours
            if phrases
        ]

    @cached_property
    def _traditional(self) -> re.Pattern[str]:
        """Characters that stand in no Simplified text."""
        only = {*traditional_to_simplified()} - {*VARIANTS} - {*self._book.simplified()}
        return re.compile(f"[{''.join(only)}]")

    def in_file(self, path: Path) -> Iterator[Problem]:
        """One notice for each run of characters, at the first line that has it."""
        text = source_text.read(path)
        if path.suffix == ".yml":
            text = _COMMENT.sub("", text)
        for run in sorted(set(self._runs.findall(text))):
            if run not in self._told:
                self._told[run] = list(self._judge(run))
            for message in self._told[run]:
                line = text.count("\n", 0, text.index(run)) + 1
                yield Problem(path.relative_to(self.root).as_posix(), line, CODE, message)

    def _judge(self, run: str) -> Iterator[str]:
        left = self._book.from_the_left(run)
        right: Reading | None = None
        for at, character in enumerate(run):
            if character not in self._risky:
                continue
            phrase, made = left.phrases[at], left.text[at]
            if not phrase and (character in TWO_WAY or IN_NAMES.match(run, at)):
                why = "no phrase of OpenCC settles it"
            elif self._is_rare(character, made, phrase) or _parted(run, at):
                why = f"OpenCC reads “{phrase}”"
            else:
                right = right or self._book.from_the_right(run)
                if right.text[at] == made:
                    continue
                other = right.phrases[at] or character
                why = f"OpenCC reads “{phrase or character}”, not “{other}”"
            if not self._is_settled(run, at) and not self._traditional.search(run):
                words = slice(max(0, at - 2), at + 3)
                yield (
                    f"“{run[words]}” becomes “{left.text[words]}”: {why}; say in {terms.EXCEPTIONS}"
                    f" how “{character}” is written there, even if it is right"
                )

    def _is_rare(self, character: str, made: str, phrase: str) -> bool:
        if (character, made) not in self._rare or made == self._book.usual(character):
            return False
        return not any(character in word and word in phrase for word in PLAIN)

    def _is_settled(self, run: str, at: int) -> bool:
        return any(
            found.start() <= at < found.end()
            for pattern in self._settled
            for found in pattern.finditer(run)
        )


def notices(root: Path) -> list[Problem]:
    """What a person should look at; nothing of it keeps a site from being built.

    None where the office does not publish the edition.
    """
    if not load_config(root)["extra"]["identity"].get("traditional"):
        return []
    risks = Risks(root)
    found = [found for path in _files(root) for found in risks.in_file(path)]
    if (root / BRANCHES).is_file():
        directory, _ = load_directory(root)
        many = converter.load(root).many
        branches = (name for branch in directory.branches for name in _names(branch))
        townships = (town.name for town in directory.townships.values())
        found += [*unlike(BRANCHES, branches, many), *unlike(TOWNSHIPS, townships, many)]
    return sorted(found)


def unlike(
    file: str, names: Iterable[Text], many: Callable[[Sequence[str]], list[str]]
) -> Iterator[Problem]:
    """Names that a row of `file` gives otherwise than the converter does: home, lists on guide
    pages and the finder's filters are converted, and would show another name."""
    given = [name for name in dict.fromkeys(names) if name.hant]
    for name, said in zip(given, many([one.zh for one in given]), strict=True):
        if said != name.hant:
            message = f"“{name.zh}” is “{name.hant}” in its row, “{said}” elsewhere"
            yield Problem(file, 0, CODE, f"{message}; say it in {terms.EXCEPTIONS}")


def _names(branch: Branch) -> tuple[Text, Text]:
    """Those that a row may give in Traditional."""
    return branch.name, branch.short_name


def _files(root: Path) -> Iterable[Path]:
    return (path for pattern in WORDS for path in sorted(root.glob(pattern)) if path.is_file())


def faults(root: Path) -> Iterator[Problem]:
    """Rows of the exceptions that cannot be used; the first line is no row."""
    if (head := terms.header(root)) and head != terms.COLUMNS:
        message = f"the first line must be “{' '.join(terms.COLUMNS)}”, with tabs between"
        yield Problem(terms.EXCEPTIONS, 1, CODE, message)
    seen: dict[str, int] = {}
    for one in terms.load_exceptions(root):
        if not (one.simplified and one.traditional and one.why):
            message = "a row needs three cells: simplified, traditional, why"
        elif len(one.simplified) != len(one.traditional):
            message = f"“{one.simplified}” and “{one.traditional}” are not of equal length"
        elif one.simplified in seen:
            message = f"“{one.simplified}” stands in line {seen[one.simplified]} already"
        elif one.is_form and one.simplified not in traditional_to_simplified():
            message = (
                f"a single character is a Traditional one to be written otherwise everywhere; give"
                f" “{one.simplified}” with the words around it"
            )
        else:
            seen[one.simplified] = one.line
            continue
        yield Problem(terms.EXCEPTIONS, one.line, CODE, message)
