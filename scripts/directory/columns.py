"""The columns of branches.csv: their names for the file and for messages, kinds and limits."""

from __future__ import annotations

from typing import NamedTuple

from scripts.directory.schema import Text


class Column(NamedTuple):
    """`kind` names the check; for term and terms, `name` is the list in taxonomies.yml."""

    name: str
    label: Text
    kind: str = "text"
    required: bool = False
    limit: int = 200


def _pair(
    name: str, zh: str, en: str, *, required: bool = False, limits: tuple[int, int] = (200, 200)
) -> list[Column]:
    """Two columns that are given together or not at all."""
    return [
        Column(f"{name}_zh", Text(f"{zh}（中文）", f"{en} (Chinese)"), "pair", required, limits[0]),
        Column(f"{name}_en", Text(f"{zh}（英文）", f"{en} (English)"), "pair", required, limits[1]),
    ]


def _name(name: str, zh: str, en: str) -> list[Column]:
    chinese, english = _pair(name, zh, en, required=True, limits=(60, 120))
    hant = Column(f"{name}_zh_hant", Text(f"{zh}（繁体）", f"{en} (Traditional)"), limit=60)
    return [chinese, hant, english]


def _one(
    name: str, zh: str, en: str, kind: str = "text", required: bool = False, limit: int = 200
) -> list[Column]:
    return [Column(name, Text(zh, en), kind, required, limit)]


COLUMNS: tuple[Column, ...] = tuple(
    column
    for group in (
        _one("id", "编号", "id", "id", True, 60),
        _one("fictional", "是否示例", "sample entry", "yes_no", True),
        _one("status", "状态", "status", "term", True),
        _one("merged_into", "并入哪个支部", "merged into", "text"),
        _one("closed_on", "撤销日期", "closed on", "date"),
        _name("name", "名称", "name"),
        _name("short_name", "简称", "short name"),
        _one("aliases_zh", "别名（中文）", "aliases (Chinese)", "list"),
        _one("aliases_en", "别名（英文）", "aliases (English)", "list"),
        _one("kind", "类型", "kind", "term", True),
        _one("setup", "建立方式", "way of set-up", "term", True),
        _one("anchor", "依托", "anchor", "term", True),
        _one("setting", "所在场所", "setting", "term", True),
        _one("trade", "行业", "trade", "term"),
        _one("province_code", "省份代码", "province code", "place", True, 6),
        _pair("province", "省份", "province", required=True),
        _one("city_code", "城市代码", "city code", "place", True, 6),
        _pair("city", "城市", "city", required=True),
        _one("district_code", "区县代码", "district code", "place", False, 6),
        _pair("district", "区县", "district"),
        _pair("county", "老家的县", "home county", required=True),
        _pair("township", "老家乡镇", "home township", required=True),
        _pair("village", "老家的村", "home village"),
        _pair("address", "地址", "address"),
        _one("phone", "电话", "phone", "phone", False, 40),
        _one("email", "邮箱", "e-mail", "email", False, 254),
        _pair("hours", "接待时间", "hours"),
        _pair("meeting_pattern", "活动时间", "meeting pattern"),
        _pair("home_office", "家乡主管办公室", "responsible home office", required=True),
        _pair("host_guidance", "当地指导单位", "guidance at the host city"),
        _one("approved_by_level", "批准层级", "approved by level", "term"),
        _one("management_relations", "管理关系", "management relations", "terms"),
        _one("services", "能帮的事", "services", "terms"),
        _one("open_to_non_members", "是否向群众开放", "open to non-members", "yes_no", True),
        _pair("association", "协会", "association"),
        _pair("paired_with", "结对单位", "paired with"),
        _one("has_union", "有没有工会", "union", "yes_no"),
        _one("has_volunteers", "有没有志愿者", "volunteers", "yes_no"),
        _one("languages", "语言", "languages", "terms"),
        _one("founded_year", "建立年份", "year founded", "year", True),
        _one("verified_on", "核对日期", "checked on", "date", True),
        _pair("note", "说明", "note"),
    )
    for column in group
)

BY_NAME: dict[str, Column] = {column.name: column for column in COLUMNS}

PAIRS: tuple[str, ...] = tuple(
    column.name.removesuffix("_zh")
    for column in COLUMNS
    if column.kind == "pair" and column.name.endswith("_zh")
)
