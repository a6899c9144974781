"""The site's identity from one block: `extra.identity` of mkdocs.yml.

Checks the block, turns its colours into style, and writes what devices ask for by name: the web
manifests and /favicon.ico. Pictures are drawn in scripts/drawing.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from forms_api import yaml_text
from scripts import drawing, source_text
from scripts.assets import Assets
from scripts.content.words import identity_for
from scripts.outcome import both
from scripts.problems import Problem
from scripts.source_text import SourceError

FILE = "mkdocs.yml"
_NO_BLOCK = both(
    "缺少 extra.identity 一节（站名、县、主办单位……）",
    "the block extra.identity is missing (the site’s name, county, operator …)",
)
SHEET = "css/jinqiao.css"
SCHEMES = ("light", "dark")
#: Keys that are said in both languages, and those that are said once.
PAIRS = (
    "name", "line", "county", "people", "operator", "strip", "notice_title", "notice",
)  # fmt: skip
PLAIN = ("email", "phone", "filing", "reference_prefix", "leave_url")
SWITCHES = ("sample", "traditional", "offline")

Palette = dict[str, str]  # token → #rrggbb

_HEX = re.compile(r"#[0-9a-f]{6}\Z")
_TOKEN = re.compile(r"--(\w+):\s*(#[0-9a-f]{3,6})\b")
_BASE = {
    "light": re.compile(r"^:root \{(.*?)\}", re.DOTALL | re.MULTILINE),
    "dark": re.compile(r'^:root\[data-theme="dark"\] \{(.*?)\}', re.DOTALL | re.MULTILINE),
}
#: WCAG 2.2, 1.4.3 for text and 1.4.11 for borders, focus and drawings: (on it, ground, ratio).
_CONTRASTS = (
    ("ink", "bg", 4.5), ("ink", "wash", 4.5), ("ink", "past", 4.5),
    ("ink2", "bg", 4.5), ("ink2", "wash", 4.5),
    ("brand", "bg", 4.5), ("brand", "wash", 4.5), ("brand", "past", 4.5),
    ("onbrand", "brand", 4.5), ("white", "span", 4.5), ("pastink", "past", 4.5),
    ("err", "bg", 4.5), ("onfoot", "foot", 4.5),
    ("edge", "bg", 3.0), ("pastline", "bg", 3.0), ("focus", "bg", 3.0), ("gold", "bg", 3.0),
)  # fmt: skip


def palettes(sheet: str, colours: Mapping[str, Any]) -> dict[str, Palette]:
    """The colours of both schemes: those of the style sheet, and over them those of the block."""
    base = {
        scheme: {
            token: _long(value) for token, value in _TOKEN.findall(_block(sheet, scheme).lower())
        }
        for scheme in SCHEMES
    }
    given = {scheme: dict(colours.get(scheme) or {}) for scheme in SCHEMES}
    light = base["light"] | given["light"]
    return {"light": light, "dark": light | base["dark"] | given["dark"]}


def _block(sheet: str, scheme: str) -> str:
    found = _BASE[scheme].search(sheet)
    if found is None:
        raise ValueError(f"the style sheet has no block of {scheme} colours")
    return found[1]


def _long(colour: str) -> str:
    """`#fff` → `#ffffff`."""
    return colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])


def style(colours: Mapping[str, Any]) -> str:
    """Rules to stand at the end of the style sheet; empty when the block names no colour."""
    rules = []
    if light := _declarations(colours.get("light")):
        rules.append(f":root{{{light}}}")
    if dark := _declarations(colours.get("dark")):
        automatic = f':root:not([data-theme="light"]){{{dark}}}'
        rules.append(f"@media (prefers-color-scheme:dark){{{automatic}}}")
        rules.append(f':root[data-theme="dark"]{{{dark}}}')
    return "\n".join(rules)


def _declarations(colours: Any) -> str:
    return "".join(f"--{token}:{value};" for token, value in sorted((colours or {}).items()))


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    linear = []
    for start in (1, 3, 5):
        value = int(colour[start : start + 2], 16) / 255
        linear.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _address_fault(site_url: object) -> str:
    """The site is published at a domain's root: every address in it begins with "/"."""
    parts = urlsplit(site_url) if isinstance(site_url, str) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        return both(
            "site_url 要写完整的网址，例如 https://jinqiao.example.org/",
            "site_url must be a whole address such as https://jinqiao.example.org/",
        )
    if parts.path != "/" or parts.query or parts.fragment or parts.username:
        root = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"
        return both(
            f"site_url 只能是域名，以 / 结尾，不能带路径，例如 {root}；网站要放在域名的根目录",
            f"site_url must end at the domain with one /, such as {root}: the site is published at "
            "a domain’s root, not below a path",
        )
    return ""


def _line_of(text: str, key: str) -> int:
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if line.startswith(f"{key}:")), 1)


def check(root: Path) -> Iterator[Problem]:
    """Everything wrong with the block and the site's address, each at its line.

    Raises SourceError where there is no block at all.
    """
    text = source_text.read(root / FILE)
    config = yaml_text.load(text)
    extra = config.get("extra")
    block = extra.get("identity") if isinstance(extra, dict) else None
    if not isinstance(block, dict):
        raise SourceError([Problem(FILE, 1, "identity", _NO_BLOCK)])
    lines = _lines(text)
    if fault := _address_fault(config.get("site_url")):
        yield Problem(FILE, _line_of(text, "site_url"), "site-url", fault)

    def problem(message: str, *keys: str) -> Problem:
        return Problem(FILE, lines.get(keys) or lines[()], "identity", message)

    for key in PAIRS:
        pair = block.get(key)
        if not isinstance(pair, dict) or set(pair) != {"zh", "en"} or not all(pair.values()):
            yield problem(f"{key} needs words in both languages: {{zh: …, en: …}}", key)
    for key in PLAIN:
        if not isinstance(block.get(key), str):
            yield problem(f'{key} needs a text, or "" for none', key)
    if not str(block.get("leave_url")).startswith("https://"):
        yield problem("leave_url must begin with https://", "leave_url")
    for key in SWITCHES:
        if not isinstance(block.get(key), bool):
            yield problem(f"{key} is true or false", key)
    if not re.fullmatch(r"[A-Z]{2,6}", str(block.get("reference_prefix"))):
        yield problem("reference_prefix is two to six capital letters", "reference_prefix")
    for key in sorted(set(block) - {*PAIRS, *PLAIN, *SWITCHES, "colours"}):
        yield problem(f"{key} is not a key of the identity block", key)
    sheet = source_text.read(root / "docs/assets" / SHEET)
    for keys, message in _colour_faults(sheet, block.get("colours") or {}):
        yield problem(message, "colours", *keys)


def _colour_faults(sheet: str, colours: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """(scheme and token, what is wrong): names and notation first, contrast once those hold."""
    known = palettes(sheet, {})["dark"]
    faults: list[tuple[tuple[str, ...], str]] = [
        ((str(scheme),), f"colours has {scheme}: only light and dark are known")
        for scheme in sorted(set(colours) - set(SCHEMES))
    ]
    for scheme in SCHEMES:
        for token, value in (colours.get(scheme) or {}).items():
            if token not in known:
                faults.append(
                    ((scheme, token), f"{token} is no colour; known are {', '.join(known)}")
                )
            elif not _HEX.match(str(value)):
                faults.append(((scheme, token), f"{token}: write #rrggbb in lower case"))
    yield from faults
    if faults:
        return
    for scheme, palette in palettes(sheet, colours).items():
        given = colours.get(scheme) or {}
        for ink, ground, least in _CONTRASTS:
            ratio = contrast(palette.get(ink, "#ffffff"), palette[ground])
            if ratio < least:
                token = ink if ink in given else ground
                yield (
                    (scheme, token),
                    f"{scheme}: {ink} on {ground} has a contrast of {ratio:.1f}:1, "
                    f"at least {least}:1 is needed",
                )


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """The line of each key of the block, counted from 1; () is the block itself."""
    found: dict[tuple[str, ...], int] = {}

    def walk(node: yaml.Node, path: tuple[str, ...]) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                here = (*path, key.value)
                found[here] = key.start_mark.line + 1
                walk(value, here)

    document = yaml.compose(text)
    if document is not None:
        walk(document, ())
    block = ("extra", "identity")
    return {path[2:]: line for path, line in found.items() if path[:2] == block}


def load_palettes(root: Path, identity: Mapping[str, Any]) -> dict[str, Palette]:
    """The colours the site is published in."""
    sheet = source_text.read(root / "docs/assets" / SHEET)
    return palettes(sheet, identity["colours"] or {})


def assets(root: Path, identity: Mapping[str, Any]) -> Assets:
    """docs/assets with the block's colours at the end of the style sheet, and its pictures."""
    folder = root / "docs/assets"
    made = drawing.pictures(load_palettes(root, identity))
    sheet = source_text.read(folder / SHEET)
    made[SHEET] = f"{sheet}\n{style(identity['colours'] or {})}".encode()
    return Assets(folder, made)


def security_txt(identity: Mapping[str, Any], site_url: str, today: date) -> str:
    """RFC 9116: whom to tell of a weakness; "" without an address.

    It expires ten to eleven months from now, on the first of a month, so that two hosts that
    publish in the same month publish the same.
    """
    if not identity["email"]:
        return ""
    months = today.year * 12 + today.month - 1 + 11
    expires = date(months // 12, months % 12 + 1, 1)
    return (
        f"Contact: mailto:{identity['email']}\n"
        f"Expires: {expires.isoformat()}T00:00:00Z\n"
        "Preferred-Languages: zh, en\n"
        f"Canonical: {site_url}.well-known/security.txt\n"
    )


def write(
    public: Path,
    assets: Assets,
    identity: dict[str, Any],
    palette: Palette,
    security: str,
) -> None:
    """The files that are asked for by name: /favicon.ico, a web manifest per language, and
    /.well-known/security.txt with the text `security`, if there is any.
    """
    if security:
        (public / ".well-known").mkdir()
        (public / ".well-known/security.txt").write_text(security, encoding="utf-8")
    small = assets.published["icon-32.png"][1]
    (public / "favicon.ico").write_bytes(drawing.ico(small, 32))
    for lang, prefix, code in (("zh", "", "zh-Hans"), ("en", "en/", "en")):
        words = identity_for(identity, lang)
        manifest = {
            "name": f"{words['name']} · {words['line']}",
            "short_name": words["name"],
            "lang": code,
            "start_url": f"/{prefix}",
            "scope": "/",
            "display": "browser",
            "background_color": palette["bg"],
            "theme_color": palette["foot"],
            "icons": [
                {
                    "src": assets.url(f"icon-{size}.png"),
                    "sizes": f"{size}x{size}",
                    "type": "image/png",
                    "purpose": "any maskable",
                }
                for size in drawing.APP_SIZES
            ],
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        (public / prefix / "manifest.webmanifest").write_text(text + "\n", encoding="utf-8")
