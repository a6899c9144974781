"""A Markdown extension that gives plain pages their shape.

Pages are plain Markdown with fixed anchors (CONTRIBUTING.md, “Add a page”). The parts named by
those anchors become the site's boxes: `{#today}` a solid box, `{#then}` a dashed one, `{#steps}`
ringed numbers, `{#next}` the next step; the first paragraph is the lead, a list of telephone links
the phone list. The words of the boxes (dates, rules, years) come from scripts/content/dress.py.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

_BOXES = {"today": "jq-today", "then": "jq-past"}


class SectionsTreeprocessor(Treeprocessor):
    """Runs after attribute lists are read and before the contents list is collected."""

    def run(self, root: Element) -> None:
        _mark_lead(root)
        for parent in list(root.iter()):
            for child in parent:
                if child.tag == "ul" and _is_phone_list(child):
                    _dress_phones(child)
        _wrap_tables(root)
        _wrap_sections(root)


def _mark_lead(root: Element) -> None:
    children = list(root)
    for heading, following in pairwise(children):
        if heading.tag == "h1" and following.tag == "p":
            following.set("class", "jq-lead")


def _is_phone_list(element: Element) -> bool:
    def starts_with_phone(item: Element) -> bool:
        first = item[0] if len(item) else None
        if first is not None and first.tag == "p":
            first = first[0] if len(first) else None
        return (
            first is not None
            and first.tag == "a"
            and (first.get("href") or "").startswith("tel:")
            and not (item.text or "").strip()
        )

    return len(element) > 0 and all(starts_with_phone(item) for item in element)


def _dress_phones(element: Element) -> None:
    element.set("class", "jq-phones")
    for item in element:
        if item[0].tag == "p":
            paragraph = item[0]
            item.remove(paragraph)
            item.text = paragraph.text
            item.extend(list(paragraph))
        number, rest = item[0], list(item)[1:]
        words = Element("span")
        words.text = (number.tail or "").lstrip(" ：:—–")
        number.tail = None
        for part in rest:
            item.remove(part)
            words.append(part)
        item.append(words)


def _wrap_tables(root: Element) -> None:
    """A wide table scrolls in its own box, reachable by keyboard, and never the page."""
    for parent in list(root.iter()):
        for position, child in enumerate(list(parent)):
            if child.tag == "table":
                box = Element("div", {"class": "jq-table", "tabindex": "0", "role": "group"})
                parent.remove(child)
                box.append(child)
                parent.insert(position, box)


def _wrap_sections(root: Element) -> None:
    """Wrap each h2 with a known anchor and all that follows it up to the next h2."""
    children = list(root)
    for child in children:
        root.remove(child)
    target = root
    for child in children:
        if child.tag == "h2":
            target = root
            anchor = child.get("id", "")
            if anchor in _BOXES:
                target = SubElement(root, "section", {"class": _BOXES[anchor]})
                SubElement(target, "p", {"class": "jq-when", "data-jq": anchor}).text = " "
            elif anchor == "steps":
                target = SubElement(root, "div", {"class": "jq-steps"})
        if child.tag == "ul" and _last_anchor(root, target) == "next":
            child.set("class", "jq-next")
            _first_link_as_button(child)
        target.append(child)
    for box in root.findall("section"):
        if box.get("class") == "jq-past":
            SubElement(box, "p", {"data-jq": "past-end"}).text = " "
        elif box.get("class") == "jq-today":
            SubElement(box, "p", {"data-jq": "rules"}).text = " "


def _last_anchor(root: Element, target: Element) -> str:
    for element in reversed(list(root)):
        if element.tag == "h2":
            return element.get("id", "") if target is root else ""
    return ""


def _first_link_as_button(element: Element) -> None:
    for item in element:
        link = item.find(".//a")
        if link is not None and item is element[0]:
            link.set("class", "jq-button")
        if link is not None and (link.tail or "").strip():
            note = Element("span")
            note.text, link.tail = (link.tail or "").strip(), " "
            parent = item if link in list(item) else item[0]
            parent.insert(list(parent).index(link) + 1, note)


class SectionsExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # the name is Python-Markdown's
        # attr_list runs at 8, the contents list at 5
        md.treeprocessors.register(SectionsTreeprocessor(md), "jq-sections", 6)


def makeExtension(**options: Any) -> SectionsExtension:  # the name is Python-Markdown's
    return SectionsExtension(**options)
