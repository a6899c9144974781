"""`python -m forms_api.cli outbox`: letters that wait or were given up; --retry tries those."""

import argparse
import json
from collections.abc import Mapping

from sqlalchemy import select

from forms_api import privacy, smtp
from forms_api.settings import Settings
from forms_api.store import letters
from forms_api.store.engine import migrate, open_engine, refuse_missing
from forms_api.store.tables import outbox


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--retry", action="store_true", help="重发已放弃的通知 / try dead letters again"
    )
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """1 while letters were given up that an operator can help, else 0. Raises SettingsError."""
    url = Settings.from_env(environ).database_url
    refuse_missing(url)
    engine = open_engine(url)
    migrate(engine)
    revived = 0
    try:
        if args.retry:
            revived = privacy.directly(engine)(letters.revive)
        with engine.connect() as connection:
            counts, stuck = letters.counts(connection), letters.stuck(connection)[0]
            c = outbox.c
            columns = select(c.dedupe, c.desk, c.state, c.attempts, c.last_error)
            rows = connection.execute(columns.where(c.state != "sent").order_by(c.id)).mappings()
            unsent = [dict(row) for row in rows]
    finally:
        engine.dispose()
    if args.json:
        print(json.dumps({**counts, "revived": revived, "unsent": unsent}))
    else:
        print(" · ".join(f"{state} {count}" for state, count in counts.items()))
        for row in unsent:
            error = " / ".join(smtp.why(row.pop("last_error") or ""))
            print("  ".join(str(value) for value in (*row.values(), error)))
    return 1 if stuck else 0
