"""`python -m forms_api.cli purge`: what is due goes now; with --dry-run it is only counted."""

import argparse
import json
from collections import Counter
from collections.abc import Mapping

from forms_api import clock, privacy
from forms_api.forms import load_all
from forms_api.settings import Settings
from forms_api.store.engine import migrate, open_engine, refuse_missing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="只说会删什么，不改动 / say what would go, change nothing",
    )
    parser.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """0 once all that was due is gone. Raises SettingsError and DefinitionError."""
    url = Settings.from_env(environ).database_url
    refuse_missing(url)
    engine = open_engine(url)
    migrate(engine)
    forms = load_all()
    try:
        if args.dry_run:
            found = privacy.due(engine, forms, clock.today())
            done = privacy.Purged(dict(Counter(one.form for one in found)))
        else:
            done = privacy.purge(engine, privacy.directly(engine), forms)
    finally:
        engine.dispose()
    total = sum(done.forms.values())
    result = {
        "dry_run": args.dry_run,
        "due": total,
        "purged": 0 if args.dry_run else total,
        "forms": done.forms,
        "codes": done.codes,
    }
    if args.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        verb = "到期，尚未删除 / due, not deleted" if args.dry_run else "已删除 / deleted"
        print(f"{verb}: {total}")
        for form, count in sorted(done.forms.items()):
            print(f"  {form:<24}{count}")
    return 0
