"""The directory's open data cut down to what the search box needs: one small file per language."""

from collections.abc import Mapping, Sequence
from typing import Any

LOCALES = {"zh": "zh-Hans", "en": "en"}


def columns(data: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """`data` as scripts/directory/feeds.py writes it → what docs/assets/js/branches.js reads.

    Each row: id, title, place, further words, province code, numbers of services, status.
    """
    locale = LOCALES.get(lang, lang)
    lists = data.get("lists", {})
    services = list(lists.get("services", {}))
    rows: list[Sequence[Any]] = []
    provinces: dict[str, str] = {}
    address = ""
    for entry in data["branches"]:
        to = entry.get("destination") or {}
        home = entry.get("home") or {}
        province = to.get("province") or {}
        if province.get("code"):
            provinces[province["code"]] = _word(province, locale)
        title = _word(entry.get("short_name") or entry["name"], locale)
        place = (", " if locale == "en" else "").join(
            filter(None, (_word(to.get(part), locale) for part in ("city", "district")))
        )
        further = [_word(entry["name"], locale), _word(province, locale)]
        further += [_word(to.get(part), locale) for part in ("city", "district")]
        further += [_word(home.get(part), locale) for part in ("township", "village")]
        further += [_word(lists.get("trade", {}).get(entry.get("trade")), locale)]
        further += (entry.get("aliases") or {}).get(locale, [])
        kept = [word for word in dict.fromkeys(further) if word and word != title]
        offered = [services.index(one) for one in entry.get("services") or [] if one in services]
        code = province.get("code", "")
        rows.append((entry["id"], title, place, kept, code, offered, entry["status"]))
        address = entry["url"].get(locale, "").replace(entry["id"], "{id}")
    return {
        "url": address,
        "provinces": provinces,
        "services": [_word(lists["services"][one], locale) for one in services],
        "rows": rows,
    }


def _word(pair: Mapping[str, str] | None, locale: str) -> str:
    return (pair or {}).get(locale) or ""
