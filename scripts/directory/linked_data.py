"""What search engines and shared links are told of a page: JSON-LD and Open Graph."""

from __future__ import annotations

from html import escape
from typing import Any

from scripts.directory.schema import Branch
from scripts.directory.words import within
from scripts.inline_json import linked_data


def open_graph(title: str, description: str, url: str) -> str:
    """What a chat shows of a link; the shell has the rest (picture, name of the site)."""
    rows = (("title", title), ("description", description), ("url", url))
    return "".join(f'<meta property="og:{name}" content="{escape(text)}">\n' for name, text in rows)


def organization(branch: Branch, lang: str, url: str) -> str:
    """A JSON-LD data block. Organization, never GovernmentOffice: nothing here is official."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": branch.name[lang],
        "alternateName": [branch.short_name[lang], branch.name["en" if lang == "zh" else "zh"]],
        "url": url,
        "foundingDate": str(branch.founded_year),
        "areaServed": within(branch.district, branch.city.short, lang),
    }
    if branch.closed_on:
        data["dissolutionDate"] = branch.closed_on.isoformat()
    if branch.is_open and branch.phone:
        data["telephone"] = branch.phone
    if branch.email:
        data["email"] = branch.email
    if branch.is_open and branch.address:
        data["address"] = {
            "@type": "PostalAddress",
            "addressCountry": "CN",
            "addressRegion": branch.province.short[lang],
            "addressLocality": branch.city.short[lang],
            "streetAddress": branch.address[lang],
        }
    return linked_data(data)
