"""`python -m forms_api.cli doctor`: what is wrong or soon will be, a line each with what to do."""

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date

from forms_api import clock, workdays
from forms_api.doctor import configured, kept, machine
from forms_api.doctor.finding import Finding, finding
from forms_api.forms import load_all
from forms_api.settings import Settings, SettingsError


def examine(environ: Mapping[str, str], *, mail: bool = False) -> Iterator[Finding]:
    """All findings about the service; with settings that do not hold, only that. With `mail` the
    mail server is tried.
    """
    try:
        settings = Settings.from_env(environ)
    except SettingsError as error:
        yield configured.unreadable(str(error))
        return
    now, forms = clock.now(), load_all()
    yield from configured.check(settings, environ, forms, now.date())
    if mail:
        yield from configured.mail_server(settings)
    yield from machine.check(settings, now)
    if settings.production:
        yield from machine.modes(settings, environ)
    yield from kept.check(settings, forms, now)
    yield from holidays(now.date())


def holidays(today: date) -> Iterator[Finding]:
    """Next year's are announced in November; from December on promised dates reach into it."""
    following = today.year + 1
    missing = [year for year in (today.year, following) if not workdays.is_known(year)]
    if missing and (missing[0] == today.year or today.month == 12):
        year = missing[0]
        yield finding(
            "warning",
            "holidays",
            (f"还没有 {year} 年的放假安排", f"the holidays of {year} are missing"),
            (
                "更新 holidays 这个库，见“更新依赖”。",
                "renew the library holidays: see “Renew the pinned requirements”.",
            ),
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--mail",
        action="store_true",
        help="连一次邮件服务器，什么也不发 / try the mail server, send nothing",
    )
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """1 when something is to be done, else 0."""
    found = list(examine(environ, mail=args.mail))
    if args.json:
        print(json.dumps({"findings": [asdict(one) for one in found]}, ensure_ascii=False))
    for one in [] if args.json else found:
        print(f"{one.level:<8}{one.code}: {one.message}\n        → {one.remedy}")
    return 1 if any(one.level != "note" for one in found) else 0
