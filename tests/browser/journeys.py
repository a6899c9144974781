"""The words of a journey in each language: what a visitor looks for and presses."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Words:
    lang: str
    prefix: str
    home_task: str
    search: str
    menu: str
    other_language: str
    province: str
    branch: str
    branch_other: str
    call_me: str
    city: str
    city_option: str
    township: str
    township_option: str
    situation: str
    want: str
    reply_status: str
    agree: tuple[str, ...]
    check: str
    confirm: str
    change: str
    one_error: str
    no_name: str
    error_prefix: str
    read_back: str
    received: str
    see_progress: str
    show: str
    state: str
    lost: str
    searches: dict[str, str] = field(default_factory=dict)


CHINESE = Words(
    lang="zh",
    prefix="/",
    home_task="我该去哪个支部",
    search="搜索",
    menu="菜单",
    other_language="English",
    province="广东",
    branch="驻深圳龙岗企业党支部",
    branch_other="Shenzhen Longgang Firms",
    call_me="怎么称呼您",
    city="现在在哪个省、市",
    city_option="深圳",
    township="老家乡镇",
    township_option="榛渡镇",
    situation="务工",
    want="和支部联系上",
    reply_status="查",
    agree=("我已读", "单独同意"),
    check="下一步：核对",
    confirm="确认发出",
    change="修改",
    one_error="有 1 处要改一下",
    no_name="请写怎么称呼您，一个姓也行",
    error_prefix="错误：",
    read_back="请核对一遍",
    received="收到了",
    see_progress="查进度",
    show="看进度",
    state="已收到",
    lost="这里没有路",
    searches={"隐私": "/about/privacy/", "失去聯繫": "/find/lost-contact/"},
)

ENGLISH = Words(
    lang="en",
    prefix="/en/",
    home_task="Which branch is mine",
    search="Search",
    menu="Menu",
    other_language="简体中文",
    province="Guangdong",
    branch="Shenzhen Longgang Firms",
    branch_other="驻深圳龙岗企业党支部",
    call_me="What may we call you?",
    city="Province and city you are in",
    city_option="Shenzhen",
    township="Home township",
    township_option="Zhendu Town",
    situation="Work",
    want="Contact with a branch",
    reply_status="status page",
    agree=("I have read", "Separate consent"),
    check="Next: check your answers",
    confirm="Confirm and send",
    change="Change",
    one_error="One answer needs a change",
    no_name="Tell us what to call you; a surname is enough",
    error_prefix="Error: ",
    read_back="Check your answers",
    received="Received",
    see_progress="See the status",
    show="Show the status",
    state="Received",
    lost="No bridge here",
    searches={"lost contact": "/en/find/lost-contact/", "privacy": "/en/about/privacy/"},
)
