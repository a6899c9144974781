"""`python -m forms_api.cli purge`: what is due goes now; with --dry-run it is only counted."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine

from forms_api import clock, heartbeat, privacy
from forms_api.forms import Form, load_all
from forms_api.heartbeat import Verdict
from forms_api.settings import Settings
from forms_api.store.engine import migrate, open_engine, refuse_missing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="只说会删什么，不改动 / say what would go, change nothing",
    )
    parser.add_argument(
        "--clock-is-right",
        action="store_true",
        help="日期和时间我看过，是对的：到期的照删，停了的接着来 / "
        "I have looked and date and time are right: delete what is due, and go on",
    )
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """0 once all that was due is gone, 1 when the clock may be wrong and nothing was deleted.

    Raises SettingsError and DefinitionError.
    """
    url = Settings.from_env(environ).database_url
    refuse_missing(url)
    engine = open_engine(url)
    migrate(engine)
    forms, now = load_all(), clock.now()
    try:
        due = dict(Counter(one.form for one in privacy.due(engine, forms, now.date())))
        codes, why = 0, ""
        if args.dry_run:
            with engine.connect() as connection:
                why = heartbeat.look(connection, now).why
        elif args.clock_is_right and not _confirmed(now, sum(due.values())):
            return 1
        else:
            verdict = _verdict(engine, forms, now, confirmed=args.clock_is_right)
            due, codes, why = _purge(engine, forms, verdict, due, bounded=not args.clock_is_right)
    finally:
        engine.dispose()
    stopped = bool(why) and not args.dry_run
    purged = 0 if args.dry_run or stopped else sum(due.values())
    result = {
        "dry_run": args.dry_run,
        "now": clock.utc(now),
        "due": sum(due.values()),
        "purged": purged,
        "forms": due,
        "codes": codes,
        "stopped": why,
    }
    if args.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        _tell(due, args.dry_run or stopped)
    if stopped:
        print(" / ".join(_sentences(why)), file=sys.stderr)
    return 1 if stopped else 0


def _verdict(
    engine: Engine, forms: Mapping[str, Form], now: datetime, *, confirmed: bool
) -> Verdict:
    def work(connection: Connection) -> Verdict:
        if confirmed:
            heartbeat.confirm(connection, now)
            return Verdict(now)
        return heartbeat.once(connection, now, lambda at: privacy.is_due(connection, forms, at))

    found: Verdict = privacy.directly(engine)(work)
    return found


def _purge(
    engine: Engine,
    forms: Mapping[str, Form],
    verdict: Verdict,
    due: dict[str, int],
    *,
    bounded: bool,
) -> tuple[dict[str, int], int, str]:
    """What is due or has gone by form, codes, and why nothing was deleted."""
    if verdict.why not in {"", "many"}:
        return due, 0, verdict.why
    write = privacy.directly(engine)
    try:
        done = privacy.purge(engine, write, forms, verdict.now, bounded=bounded)
    except privacy.TooMany:
        return due, 0, "many"
    return dict(done.forms), done.codes, ""


def _confirmed(now: datetime, due: int) -> bool:
    """At a terminal the person reads the date before it counts."""
    if not sys.stdin.isatty():
        return True
    said = f"{now:%Y-%m-%d %H:%M} ({now.tzname()})"
    print(f"现在是 {said}，到期 {due} 份。对吗？ / It is {said}; {due} are due. Is that right?")
    return input("yes? ").strip().lower() == "yes"


def _tell(forms: Mapping[str, int], kept: bool) -> None:
    verb = "到期，尚未删除 / due, not deleted" if kept else "已删除 / deleted"
    print(f"{verb}: {sum(forms.values())}")
    for form, count in sorted(forms.items()):
        print(f"  {form:<24}{count}")


def _sentences(why: str) -> tuple[str, str]:
    (zh, en), (do_zh, do_en) = heartbeat.REASONS[why], heartbeat.REMEDY
    return f"什么也没删：{zh}。请{do_zh}", f"nothing was deleted: {en}; {do_en}"
