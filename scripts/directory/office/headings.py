"""Finds the row of headings and which column of branches.csv each heading means."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from scripts.directory.columns import BY_NAME, COLUMNS
from scripts.directory.faults import told_at
from scripts.directory.office.table import Table, Value, shown
from scripts.directory.schema import Text
from scripts.directory.sheet import letter
from scripts.problems import Problem

#: Headings are looked for in the first rows only.
DEPTH = 30
#: With fewer headings than this a row is a title, or a sheet of something else.
FEWEST = 3

#: What offices call columns besides the name in branches.csv and its two labels.
_ALSO = {
    "id": "支部编号|branch id",
    "fictional": "示例|sample",
    "status": "支部状态",
    "closed_on": "撤销时间|closing date",
    "name_zh": "名称|支部名称|党支部名称|全称|中文名称|name|Chinese name",
    "name_en": "英文名称|支部英文名称|English name",
    "short_name_zh": "简称|支部简称|short name",
    "short_name_en": "英文简称|English short name",
    "aliases_zh": "别名|aliases",
    "kind": "支部类型|类别",
    "setup": "组建方式|设置方式",
    "anchor": "依托对象|依托什么建",
    "setting": "场所|场所类型",
    "trade": "所属行业|industry",
    "province_zh": "省份|省|所在省份|所在省|province",
    "city_zh": "城市|市|所在城市|所在市|地市|city",
    "district_zh": "区县|县区|所在区县|district",
    "county_zh": "老家的县|家乡县|原籍县|home county",
    "township_zh": "老家乡镇|家乡乡镇|原籍乡镇|乡镇|home township|township",
    "village_zh": "老家的村|家乡村|村|home village",
    "address_zh": "地址|办公地址|联系地址|详细地址|address",
    "address_en": "英文地址|English address",
    "phone": "办公电话|联系电话|座机|固定电话|telephone|tel|office phone",
    "email": "邮件|电子邮箱|电子邮件|邮箱地址|mail|e-mail address",
    "hours_zh": "接待时间|办公时间|开放时间|hours|opening hours",
    "meeting_pattern_zh": "活动时间|活动安排|meetings",
    "home_office_zh": "家乡主管办公室|主管单位|主管办公室|管理单位|home office",
    "host_guidance_zh": "当地指导单位|指导单位",
    "services": "服务|服务事项|服务内容|help offered",
    "open_to_non_members": "向群众开放|对群众开放",
    "association_zh": "协会|所属协会",
    "paired_with_zh": "结对单位",
    "has_union": "工会|有工会",
    "has_volunteers": "志愿者|有志愿者",
    "founded_year": "成立年份|founded",
    "verified_on": "核对时间|核实日期|最近核对|last checked|verified on",
    "note_zh": "说明|备注|note|remarks",
}

_PRIVATE = re.compile(
    r"姓名|书记|委员|负责人|联系人|身份证|手机|人数|名单|党费|生日|出生|住址|家庭"
    r"|secretary|committeemember|contactperson|person|idcard|idnumber|mobile|headcount"
    r"|numberofmembers|dateofbirth|birthday|homeaddress|dues"
)


@dataclass
class Headings:
    """`row` counts from 0; `columns` leads from a column's index to its name in branches.csv."""

    row: int
    columns: dict[int, str]
    problems: list[Problem] = field(default_factory=list)

    @property
    def letters(self) -> dict[str, str]:
        return {name: letter(index) for index, name in self.columns.items()}


def plain(heading: str) -> str:
    """Without blanks, brackets, stars and case: “电 话 *”, “名称(中文)”, "E-mail"."""
    folded = unicodedata.normalize("NFKC", heading).casefold()
    return re.sub(r"[\s\W_]+", "", folded)


@cache
def meanings() -> dict[str, str]:
    """Plain heading → name of the column."""
    found = {plain(word): name for name, also in _ALSO.items() for word in also.split("|")}
    for column in COLUMNS:  # the file's own names win
        for heading in (column.name, column.label.zh, column.label.en):
            found[plain(heading)] = column.name
    return found


def meaning(heading: str) -> str:
    """The column that a heading names in either language or both (电话, phone, 电话 / phone)."""
    known = meanings()
    halves = [plain(part) for part in re.split(r"[\n/|]", heading) if plain(part)]
    named = {known.get(half, "") for half in halves}
    return known.get(plain(heading), "") or (named.pop() if len(named) == 1 else "")


def find(table: Table) -> int | None:
    """The row, from 0, with the most headings that are known; None when there is none."""
    best, most = None, FEWEST
    for number, row in enumerate(table.rows[:DEPTH]):
        if (known := count(row)) >= most:  # headings may be merged over two rows
            best, most = number, known
    return best


def count(row: Sequence[Value]) -> int:
    """How many columns of branches.csv a row names."""
    return len({meaning(shown(value)) for value in row if value != ""} - {""})


def names_ids(table: Table, row: int) -> bool:
    return any(meaning(shown(value)) == "id" for value in table.rows[row])


def read(table: Table, row: int, file: str) -> Headings:
    """What each column means, and all faults of the headings at once."""
    found = Headings(row, {})
    cells = table.rows[row]
    width = max(len(cells) for cells in table.rows)
    seen: set[str] = set()
    for index in range(width):
        heading = shown(cells[index]).strip() if index < len(cells) else ""
        name = meaning(heading) if heading else ""
        if name and name not in seen:
            found.columns[index] = name
            seen.add(name)
        elif code := _fault(heading, name, table, row, index):
            label = BY_NAME[name].label if name else Text(_short(heading), _short(heading))
            near = _nearest(heading) if code == "unknown_column" else None
            blanks = {"name": _short(heading)}
            if near:
                code = "near_column"
                blanks |= {"zh": near.zh, "en": near.en}
            message = told_at(row + 1, letter(index), label, code, **blanks)
            found.problems.append(Problem(file, row + 1, code, message, letter(index)))
    return found


def _fault(heading: str, name: str, table: Table, row: int, index: int) -> str:
    if name:
        return "duplicate_column"
    if heading:
        return "private_column" if _PRIVATE.search(plain(heading)) else "unknown_column"
    below = (cells[index] for cells in table.rows[row + 1 :] if index < len(cells))
    return "no_heading" if any(shown(value).strip() for value in below) else ""


def _short(heading: str) -> str:
    words = " ".join(heading.split())
    return words if len(words) <= 30 else words[:29] + "…"


def _nearest(heading: str) -> Text | None:
    near = difflib.get_close_matches(plain(heading), meanings(), n=1, cutoff=0.7)
    return BY_NAME[meanings()[near[0]]].label if near else None
