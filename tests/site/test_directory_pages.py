"""Every entry and every browse page, in both languages, as a reader without JavaScript has them."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from datetime import date
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from scripts.directory import pages
from tests.site.directory_data import IDENTITY, SHELLS, SITE_URL, TODAY, multiplied
from tests.site.directory_site import (
    BY_ID,
    DIRECTORY,
    LANGUAGES,
    PREFIX,
    entry,
    fill,
    listed,
    words,
)


def test_every_entry_has_a_page_in_both_languages(public: Path) -> None:
    for branch in DIRECTORY.branches:
        for lang in LANGUAGES:
            page = entry(public, branch.id, lang)
            assert words(page.css_first("h1#top")) == branch.name[lang]
            assert len(page.css("h1")) == 1
            address = f"{SITE_URL}{PREFIX[lang]}find/directory/{branch.id}/"
            canonical = page.css_first("link[rel=canonical]")
            assert canonical is not None and canonical.attributes["href"] == address
            assert "示例数据" in page.html if lang == "zh" else "Sample data" in (page.html or "")


def test_titles_and_descriptions_are_there_and_not_too_long(public: Path) -> None:
    for branch in DIRECTORY.branches:
        for lang, limit in (("zh", 80), ("en", 200)):
            page = entry(public, branch.id, lang)
            assert (
                words(page.css_first("title")) == f"{branch.name[lang]} · {IDENTITY['name'][lang]}"
            )
            description = page.css_first("meta[name=description]")
            assert description is not None
            assert 10 < len(description.attributes["content"] or "") <= limit


def test_every_link_of_every_page_leads_somewhere(public: Path) -> None:
    built = {f"/{p.parent.relative_to(public).as_posix()}/" for p in public.rglob("index.html")}
    known = built | {"/", "/en/"}
    for path in public.rglob("find/directory/**/index.html"):
        page = HTMLParser(path.read_text("utf-8"))
        for link in page.css("a"):
            target = (link.attributes["href"] or "").partition("#")[0]
            elsewhere = target.startswith(("tel:", "mailto:", "/data/"))
            assert target in known or elsewhere, (path, target)


def test_the_language_switch_leads_to_the_same_page(public: Path) -> None:
    for path in (public / "find/directory").rglob("index.html"):
        here = f"/{path.parent.relative_to(public).as_posix()}/"
        if here == "/find/directory/":
            continue
        for lang, base, target in (("zh", public, f"/en{here}"), ("en", public / "en", here)):
            page = HTMLParser((base / here.strip("/") / "index.html").read_text("utf-8"))
            switches = [*page.css("header a"), *page.css("footer a")]
            assert [link.attributes["href"] for link in switches] == [target, target], (lang, here)


def test_an_entry_says_how_to_reach_the_branch_first(public: Path) -> None:
    page = entry(public, "ty-shenzhen-longgang-firms")
    assert [words(node) for node in page.css("h2")] == [
        "怎么联系", "谁可以来", "基本情况", "附近的支部", "接着看",
    ]  # fmt: skip
    phone = page.css_first(".jq-reach .jq-big a")
    assert phone is not None and phone.attributes["href"] == "tel:000-5550-0047"
    reach = words(page.css_first(".jq-reach"))
    assert reach.index("000-5550-0047") < reach.index("请先发邮件") < reach.index("@example.org")
    assert reach.endswith("深圳龙岗区示例路 47 号望笛楼 3 层 存进通讯录（VCF）")


FACTS = {
    "zh": {
        "活动时间": "每月最后一个周日下午",
        "能帮的事": "工会联系、维权、就业",
        "建立方式": "单独建，依托外地企业，2003 年建立",
        "所在场所": "民营企业",
        "行业": "电子",
        "类型": "一般驻外支部",
        "老家": "榛渡镇",
        "归谁管、谁答复": "棠砚县榛渡镇党委组织办公室",
        "当地指导": "龙岗区示例街道党群服务中心",
        "批准层级": "县级",
        "管理关系": "过渡管理",
        "工会和志愿者": "有工会",
        "语言": "普通话",
        "也叫": "驻深圳龙岗企业支部、在深圳龙岗企业支部",
    },
    "en": {
        "Meetings": "Last Sunday of each month, afternoon",
        "Help offered": "Union contact, rights help, jobs",
        "Set-up": "Set up on its own, based on a firm away from home; founded 2003",
        "Setting": "Private firm",
        "Trade": "Electronics",
        "Kind": "General branch away",
        "Home": "Zhendu Town",
        "Answered for by": "Organisation Office, Party Committee of Zhendu Town, Tangyan County",
        "Local guidance": "Sample Sub-district Party–Masses Service Centre, Longgang District",
        "Approved at": "County level",
        "Management relations": "Transitional",
        "Union and volunteers": "Has a union",
        "Languages": "Mandarin",
        "Also called": "Shenzhen branch, Shenzhen Longgang Firms branch",
    },
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_facts_are_put_in_the_words_of_the_language(lang: str, public: Path) -> None:
    page = entry(public, "ty-shenzhen-longgang-firms", lang)
    rows = page.css("dl.jq-list > div")
    found = {
        words(row.css_first("dt")): (row.css_first("dd") or row).text().strip() for row in rows
    }
    assert found == FACTS[lang]


WHO = [
    ("ty-shenzhen-longgang-firms", "在深圳龙岗区民营企业上班、老家在榛渡镇一带的党员。",
     "Members from Zhendu Town who work in private firms in Longgang District, Shenzhen."),
    ("ty-beijing-catering-trade", "在北京大兴区做餐饮、老家在竹砧镇一带的党员。",
     "Members from Zhuzhen Town who work in catering in Daxing District, Beijing."),
    ("ty-beijing-students-home", "在北京海淀区上大学、老家在松笺镇一带的党员。",
     "Members from Songjian Town who study in Haidian District, Beijing."),
    ("ty-hangzhou-xiaoshan-suowu-village", "在杭州萧山区居住、老家在白蓑乡蓑坞村一带的党员。",
     "Members from Suowu Village in Baisuo Township who live in Xiaoshan District, Hangzhou."),
    ("ty-shenzhen-couriers-and-riders",
     "在深圳福田区送快递、跑外卖或开网约车、老家在松笺镇一带的党员。",
     "Members from Songjian Town who deliver parcels or meals, or drive for platforms, "
     "in Futian District, Shenzhen."),
]  # fmt: skip


@pytest.mark.parametrize(("id_", "zh", "en"), WHO, ids=[row[0] for row in WHO])
def test_who_may_come_is_one_natural_sentence(id_: str, zh: str, en: str, public: Path) -> None:
    for lang, sentence in (("zh", zh), ("en", en)):
        page = entry(public, id_, lang)
        assert words(page.css_first("#who + p")).startswith(sentence)


def test_an_open_branch_says_that_others_may_come_too(public: Path) -> None:
    text = entry(public, "ty-beijing-natives-fellowship").text()
    assert "不是党员的老乡，也可以来参加公开活动。" in text


def test_a_closed_branch_leads_on_and_shows_no_phone_of_its_own(public: Path) -> None:
    page = entry(public, "ty-harbin-farm-produce-sales")
    assert words(page.css_first(".jq-meta .jq-label")) == "已撤销"
    assert "这个支部已于 2025 年 9 月 30 日撤销。" in page.text()
    assert page.css(".jq-big") == [] and page.css("#who") == []
    assert page.css("a.jq-button[href='/find/directory/']")
    assert page.css("p a[href='tel:12371']")


def test_a_merged_branch_leads_to_the_one_it_became_part_of(public: Path) -> None:
    for lang in LANGUAGES:
        page = entry(public, "ty-beijing-liaison-office", lang)
        (button,) = page.css("a.jq-button:not(.jq-quiet)")
        target = f"/{PREFIX[lang]}find/directory/ty-beijing-natives-fellowship/"
        assert button.attributes["href"] == target
        assert page.css(".jq-big") == []


def test_a_paused_branch_says_so_and_can_still_be_asked(public: Path) -> None:
    page = entry(public, "ty-taiyuan-zantou-village")
    assert words(page.css_first(".jq-meta .jq-label")) == "暂停"
    note = "这个支部目前暂停活动。人员变动，暂停活动；来信由老家乡镇代答。"
    assert note in [words(node) for node in page.css(".jq-note")]
    assert page.css(".jq-big")


def test_an_old_entry_warns_after_180_days_and_not_before(tmp_path: Path) -> None:
    branch = BY_ID["ty-shenzhen-longgang-firms"]
    warned = {}
    for day in (date(2026, 5, 25), date(2026, 5, 24)):
        old = dataclasses.replace(branch, verified_on=day)
        fill(dataclasses.replace(DIRECTORY, branches=(old,)), tmp_path)
        warned[day] = "超过半年没有核对" in entry(tmp_path, branch.id).text()
    assert warned == {date(2026, 5, 25): False, date(2026, 5, 24): True}


def test_correction_goes_to_the_form_when_there_is_one(tmp_path: Path) -> None:
    one = dataclasses.replace(DIRECTORY, branches=(BY_ID["ty-kunshan-electronics-firms"],))
    for forms, zh, en in (
        ((), "/find/correct-listing/", "/en/find/correct-listing/"),
        (
            ("find-correct-listing",),
            "/forms/find-correct-listing?branch=ty-kunshan-electronics-firms&lang=zh-Hans",
            "/forms/find-correct-listing?branch=ty-kunshan-electronics-firms&lang=en",
        ),
    ):
        fill(one, tmp_path, forms)
        for lang, target in (("zh", zh), ("en", en)):
            page = entry(tmp_path, "ty-kunshan-electronics-firms", lang)
            (button,) = page.css("a.jq-quiet")
            assert button.attributes["href"] == target


def test_pages_that_are_not_built_yet_are_not_linked_to(tmp_path: Path) -> None:
    fill(DIRECTORY, tmp_path, ("find-correct-listing",))
    page = entry(tmp_path, "ty-kunshan-electronics-firms")
    links = {link.attributes["href"] for link in page.css("a")}
    assert not links & {"/away/register/", "/find/", "/find/which-branch/", "/help/rights/"}


def test_breadcrumbs_go_from_home_to_the_city(public: Path) -> None:
    def crumbs(id_: str, lang: str) -> list[tuple[str, str | None]]:
        links = entry(public, id_, lang).css(".jq-crumbs a")
        return [(words(link), link.attributes["href"]) for link in links]

    assert crumbs("ty-shenzhen-longgang-firms", "zh") == [
        ("首页", "/"),
        ("找组织", "/find/"),
        ("支部目录", "/find/directory/"),
        ("广东", "/find/directory/province/440000/"),
        ("深圳", "/find/directory/city/440300/"),
    ]
    assert [text for text, _ in crumbs("ty-shanghai-pudong-buildings", "en")] == [
        "Home", "Find", "Branch directory", "Shanghai",
    ]  # fmt: skip


def test_the_data_block_describes_an_organisation_and_no_government_office(public: Path) -> None:
    for branch in DIRECTORY.branches:
        for lang in LANGUAGES:
            block = entry(public, branch.id, lang).css_first("head script")
            assert block is not None and block.attributes["type"] == "application/ld+json"
            data = json.loads(block.text())
            assert data["@type"] == "Organization"
            assert data["name"] == branch.name[lang]
            assert data["url"] == f"{SITE_URL}{PREFIX[lang]}find/directory/{branch.id}/"
            assert ("telephone" in data) == bool(branch.is_open and branch.phone)


def test_nearby_branches_are_active_and_of_the_city_before_the_province(public: Path) -> None:
    for branch in DIRECTORY.branches:
        near = [BY_ID[id_] for id_ in listed(entry(public, branch.id))]
        rivals = [
            other
            for other in DIRECTORY.branches
            if other.status == "active" and other.id != branch.id
            and other.province.code == branch.province.code
        ]  # fmt: skip
        same_city = [other for other in rivals if other.city.code == branch.city.code]
        assert len(near) == min(4, len(rivals))
        assert set(near) <= set(rivals)
        in_city = [other.city.code == branch.city.code for other in near]
        assert in_city == sorted(in_city, reverse=True)
        assert sum(in_city) == min(4, len(same_city))


def test_no_private_number_is_on_any_page(public: Path) -> None:
    private = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{15}|\d{17}[\dXx])(?!\d)")
    for path in public.rglob("*.html"):
        assert not private.search(path.read_text("utf-8")), path


def test_what_an_entry_says_is_never_taken_for_markup(tmp_path: Path) -> None:
    branch = BY_ID["ty-kunshan-electronics-firms"]
    sly = '"><script>alert(1)</script>&'
    odd = dataclasses.replace(
        branch,
        name=dataclasses.replace(branch.name, zh=sly),
        short_name=dataclasses.replace(branch.short_name, en=sly),
        address=dataclasses.replace(branch.name, zh=sly, en=sly),
        aliases_zh=(sly,),
        note=dataclasses.replace(branch.name, zh=sly, en=sly),
        status="paused",
    )
    fill(dataclasses.replace(DIRECTORY, branches=(odd,)), tmp_path)
    for path in tmp_path.rglob("*.html"):
        page = HTMLParser(path.read_text("utf-8"))
        kinds = [node.attributes.get("type") for node in page.css("script")]
        assert kinds in ([], ["application/ld+json"]), path
    assert words(entry(tmp_path, odd.id).css_first("h1")) == sly


def test_time_grows_with_the_entries_and_no_faster(tmp_path: Path) -> None:
    def seconds(entries: int) -> float:
        directory, out = multiplied(DIRECTORY, entries), tmp_path / str(entries)
        began = sum(os.times()[:4])
        pages.fill(
            directory,
            SHELLS,
            out,
            today=TODAY,
            identity=IDENTITY,
            site_url=SITE_URL,
            browse=False,
        )
        return sum(os.times()[:4]) - began  # with the processes it started

    seconds(60)
    few, many = 250, 2000
    assert seconds(many) < 3 * (many / few) * seconds(few)
