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

TRADITIONAL = Words(
    lang="zh-Hant",
    prefix="/zh-hant/",
    home_task="我該去哪個支部",
    search="搜索",
    menu="菜單",
    other_language="English",
    province="廣東",
    branch="駐深圳龍崗企業黨支部",
    branch_other="Shenzhen Longgang Firms",
    call_me="怎麼稱呼您",
    city="現在在哪個省、市",
    city_option="深圳",
    township="老家鄉鎮",
    township_option="榛渡鎮",
    situation="務工",
    want="和支部聯繫上",
    reply_status="查",
    agree=("我已讀", "單獨同意"),
    check="下一步：核對",
    confirm="確認發出",
    change="修改",
    one_error="有 1 處要改一下",
    no_name="請寫怎麼稱呼您，一個姓也行",
    error_prefix="錯誤：",
    read_back="請核對一遍",
    received="收到了",
    see_progress="查進度",
    show="看進度",
    state="已收到",
    lost="這裡沒有路",
)
