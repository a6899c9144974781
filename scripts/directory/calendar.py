"""Events as iCalendar (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from scripts.directory.events import Event

#: Octets of a line, without its end.
LONGEST = 75
_ZONE = "Asia/Shanghai"
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_TIMEZONE = (
    "BEGIN:VTIMEZONE",
    f"TZID:{_ZONE}",
    "BEGIN:STANDARD",
    "DTSTART:19910915T000000",
    "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800",
    "TZNAME:CST",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def city_calendar(code: str) -> str:
    """The name below /data/ of a city's own calendar."""
    return f"events-{code}.ics"


def branch_calendar(id_: str) -> str:
    """The same of a branch: an id begins with a letter, a code with a figure."""
    return f"events-{id_}.ics"


def calendar(events: Iterable[Event], today: date, site_url: str) -> bytes:
    """UTF-8 with CRLF, lines folded at 75 octets. Titles are bilingual: 中文 / English."""
    host = site_url.split("//")[-1].strip("/") or "localhost"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{host}//events//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        *_TIMEZONE,
    ]
    for event in events:
        lines += _event(event, today, site_url, host)
    lines.append("END:VCALENDAR")
    return b"".join(b"\r\n".join(folded(line.encode())) + b"\r\n" for line in lines)


def _event(event: Event, today: date, site_url: str, host: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.id}@{host}"
    yield f"DTSTAMP:{today:%Y%m%d}T000000Z"
    yield f"DTSTART;TZID={_ZONE}:{_local(event.starts)}"
    yield f"DTEND;TZID={_ZONE}:{_local(event.ends)}"
    yield f"SUMMARY:{escaped(f'{event.title.zh} / {event.title.en}')}"
    yield f"LOCATION:{escaped(f'{event.venue.zh} / {event.venue.en}')}"
    if event.fictional:
        yield f"DESCRIPTION:{escaped('示例数据，活动是虚构的。 / Sample data: a fictional event.')}"
    if event.branch and site_url:
        yield f"URL:{site_url}find/directory/{event.branch}/"
    yield f"CATEGORIES:{event.kind.upper()}"
    yield "END:VEVENT"


def _local(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S}"


def escaped(value: str) -> str:
    """A text as it stands in a property of iCalendar and vCard alike."""
    return value.translate(_ESCAPES)


def folded(line: bytes) -> Iterator[bytes]:
    """Pieces of at most 75 octets, continued with a space; no character is cut."""
    first = True
    while line:
        room = LONGEST if first else LONGEST - 1
        end = min(room, len(line))
        while end < len(line) and line[end] & 0b1100_0000 == 0b1000_0000:
            end -= 1
        yield line[:end] if first else b" " + line[:end]
        line, first = line[end:], False
