"""What sample entries are put together from: the callings of their members, hours, meetings."""

from __future__ import annotations

from typing import NamedTuple


class Calling(NamedTuple):
    """Whom a branch gathers, as it stands in its name, and the values that go with it.

    `weight` is how often it occurs. `settings` and `services` are chosen from; a calling with an
    `association` belongs to a club of that name.
    """

    zh: str
    en: str
    weight: int
    kind: str
    setup: str
    anchor: str
    settings: tuple[str, ...]
    trade: str
    services: tuple[str, ...]
    association: tuple[str, str] | None = None


_WORK = ("reception", "rights_help", "union_contact", "jobs", "skills_training", "mediation")
_TRADE = ("product_sales", "rights_help", "small_loan_info", "enquiries", "training", "mediation")
_SITE = ("construction_certificates", "rights_help", "legal_aid_referral", "reception", "jobs")
_HOME = ("reception", "activities", "medical_visits", "children_study", "mediation", "enquiries")
_STUDY = ("study", "reception", "mentoring", "jobs", "activities")
_FOUND = ("invest_leads", "training", "product_sales", "union_contact", "jobs", "enquiries")
_FIRM, _SHOP, _PLACE = ("private_firm", "foreign_firm", "park"), ("market",), ("community",)

CALLINGS: tuple[Calling, ...] = (
    Calling("电子企业", "Electronics Firms", 9, "general", "joint", "enterprise", _FIRM,
            "electronics", _WORK),
    Calling("制造企业", "Manufacturing Firms", 8, "general", "joint", "enterprise", _FIRM,
            "manufacturing", _WORK),
    Calling("纺织企业", "Textile Firms", 5, "general", "attached", "enterprise", _FIRM,
            "textiles", _WORK),
    Calling("服装行业", "Garment Trade", 6, "general", "joint", "industry", (*_FIRM, "market"),
            "garments", _TRADE),
    Calling("鞋业", "Shoe Trade", 4, "general", "joint", "industry", (*_FIRM, "market"),
            "shoes", _TRADE),
    Calling("皮革市场", "Leather Market", 2, "general", "attached", "industry", _SHOP,
            "leather", _TRADE),
    Calling("家具行业", "Furniture Trade", 3, "general", "joint", "industry", ("market", "park"),
            "furniture", _TRADE),
    Calling("灯饰行业", "Lighting Trade", 2, "general", "joint", "industry", ("market", "park"),
            "lighting", _TRADE),
    Calling("建材市场", "Building Materials Market", 6, "general", "attached", "industry", _SHOP,
            "building_materials", _TRADE),
    Calling("建筑行业", "Construction Trade", 9, "general", "attached", "industry",
            ("construction_site",), "construction", _SITE),
    Calling("市政工程", "Municipal Works", 4, "general", "attached", "industry",
            ("construction_site",), "municipal_works", _SITE),
    Calling("产品销售行业", "Sales Trade", 4, "general", "joint", "industry", _SHOP,
            "sales", _TRADE),
    Calling("水产市场", "Seafood Market", 2, "general", "joint", "industry", _SHOP,
            "fishery", _TRADE),
    Calling("餐饮行业", "Catering Trade", 6, "general", "joint", "industry",
            ("market", "community"), "catering", _WORK),
    Calling("家政服务", "Household Services", 3, "general", "joint", "industry", _PLACE,
            "services", _WORK),
    Calling("港口物流", "Port Logistics", 3, "general", "joint", "industry", ("park",),
            "port_logistics", _WORK),
    Calling("软件园", "Software Park", 4, "general", "separate", "place", ("park", "building"),
            "software", _WORK),
    Calling("商务楼宇", "Business Buildings", 4, "general", "joint", "place", ("building",),
            "mixed", _WORK),
    Calling("电商园", "E-commerce Park", 3, "general", "joint", "place", ("park",),
            "ecommerce", _TRADE),
    Calling("快递骑手", "Couriers and Riders", 4, "general", "joint", "place",
            ("community", "building"), "new_employment", _WORK),
    Calling("社区", "Community", 8, "general", "joint", "place", _PLACE, "mixed", _HOME),
    Calling("新居民小区", "New Residents’ Estate", 2, "general", "attached", "place",
            ("resettled_estate",), "mixed", _HOME),
    Calling("候鸟老人", "Seasonal Residents", 1, "general", "joint", "place", _PLACE,
            "seasonal_residents", _HOME),
    Calling("同村老乡", "Fellow Villagers", 4, "general", "joint", "village",
            ("community", "market"), "", _HOME),
    Calling("同乡务工", "Workers from One Township", 4, "general", "joint", "township",
            ("community", "park"), "", _WORK),
    Calling("乡亲联谊会", "Natives’ Fellowship", 4, "fellowship", "joint", "place",
            ("community", "social_org"), "mixed", _HOME, ("乡亲联谊会", "Natives’ Fellowship")),
    Calling("创业者协会", "Entrepreneurs’ Association", 4, "entrepreneurs", "separate",
            "native_firm", ("private_firm", "social_org"), "mixed", _FOUND,
            ("创业者协会", "Entrepreneurs’ Association")),
    Calling("大学生之家", "Students’ Home", 4, "students", "separate", "place", ("campus",),
            "study", _STUDY, ("大学生之家", "Students’ Home")),
    Calling("联络处机关", "Liaison Office", 1, "office", "separate", "place",
            ("liaison_office",), "public_service", ("reception", "enquiries", "transfer_advice")),
)  # fmt: skip

#: Where people from inland counties go; a code that is not here counts 1.
PROVINCES = {
    "440000": 24, "330000": 16, "320000": 14, "310000": 10, "110000": 8, "350000": 8,
    "370000": 5, "420000": 4, "120000": 3, "430000": 3, "500000": 3, "510000": 3, "410000": 2,
    "210000": 2, "610000": 2, "130000": 2, "340000": 2, "360000": 2, "530000": 2, "450000": 2,
}  # fmt: skip
CITIES = {
    "440300": 12, "440100": 9, "441900": 9, "440600": 5, "442000": 3, "441300": 3, "440400": 2,
    "330100": 6, "330200": 6, "330300": 6, "330700": 4, "330600": 3, "320500": 7, "320200": 4,
    "320100": 4, "320400": 3, "350200": 5, "350500": 5, "350100": 4, "370200": 4, "420100": 6,
    "430100": 5, "510100": 6, "410100": 4, "610100": 5, "210200": 3, "340100": 4, "530100": 4,
}  # fmt: skip

HOURS = (
    ("周一至周五 9:00–17:00", "Mon–Fri 9:00–17:00"),
    ("周六、周日 14:00–18:00", "Sat–Sun 14:00–18:00"),
    ("周二、周四 19:00–21:00", "Tue and Thu 19:00–21:00"),
    ("每天 19:30–21:00", "Daily 19:30–21:00"),
    ("请先发邮件约时间", "By appointment, e-mail first"),
)
MEETINGS = (
    ("每月第一个周六上午", "First Saturday of each month, morning"),
    ("每月最后一个周日下午", "Last Sunday of each month, afternoon"),
    ("每月 15 日晚，线上线下结合", "15th of each month, evening, on site and online"),
    ("每季度一次，另行通知", "Once a quarter, announced in advance"),
    ("每周三午休半小时学习", "Half an hour of study each Wednesday at noon"),
)
VILLAGES = (
    ("砧下村", "Zhenxia Village"), ("蓑坞村", "Suowu Village"), ("簪头村", "Zantou Village"),
    ("笛溪村", "Dixi Village"), ("箬岭村", "Ruoling Village"), ("渡口村", "Dukou Village"),
)  # fmt: skip
BUILDINGS = (("望笛楼", "Wangdi Building"), ("栖笺楼", "Qijian Building"),
             ("听铃楼", "Tingling Building"))  # fmt: skip
NOTES = {
    "paused": ("人员变动，暂停活动；来信由老家乡镇代答",
               "Paused after people moved; the home township answers mail"),
    "closed": ("成员已返乡或转出，支部撤销，保留条目供查询",
               "Members returned or transferred; branch dissolved, entry kept for reference"),
    "merged": ("人数减少，并入邻近支部（示例情节）",
               "Merged into a branch nearby as numbers fell (sample story)"),
}  # fmt: skip


def chinese(number: int) -> str:
    """十二 for 12; from a hundred on in figures."""
    digits = "〇一二三四五六七八九"
    if number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{digits[tens]}十"
    return head + (digits[ones] if ones else "")
