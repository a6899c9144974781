"""`python -m forms_api.cli answers pull`: answers and totals from the database as files to commit.

Files first, then the mark in the database: what stops in between is done again by the next pull.

Whoever writes to the database could write answers and totals of their own there. So what desks put
in the clear is taken only with a signature of a key in this computer's own recipients file.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError

from forms_api import (
    answer_files,
    clock,
    codes,
    detached_signatures,
    publishable,
    sealing,
    signatures,
    totals,
    yaml_text,
)
from forms_api.forms import load_all
from forms_api.settings import ROOT, Settings, SettingsError
from forms_api.signatures import NotGenuine, Trust
from forms_api.store import aggregates, answers, figures
from forms_api.store.answers import OFFERED, PublishedAnswer
from forms_api.store.engine import address, begin_writing, head, open_engine, revision_of

FOLDER: Final = ROOT / "docs/data/answers"
TOTALS: Final = "totals.yml"  # beside the folder of answers
#: Why something in the database is not taken for a desk's, see signatures.Flaw.
_WHY: Final = {
    "unsigned": "没有受理岗的签名 / without a desk's signature",
    "signature": "内容和签名对不上 / not what was signed",
    "unknown-key": "签名的公钥不在名单上 / signed by a key that is not listed",
    "revoked": "签名的钥匙收回了或被偷了 / signed by a key that was revoked or stolen",
    "name": "名字不对 / no name of an answer",
}
#: Forms that answer to nobody: what they are for is their totals. Desks count what they opened of
#: one, the host the other.
COUNTED: Final = ("branch-survey", "page-feedback")
_HEAD: Final = (
    "# 由 manage.py answers pull 写入：整月的合计数，不到 10 的不写（null）。\n"
    "# Written by manage.py answers pull: totals of whole months; below 10 is left out (null).\n"
)


@dataclass(slots=True)
class Pulled:
    """Slugs. `kept`: files that are as they were; `refused`: answers that fail today's check;
    `forged`: slugs, and forms whose totals are, with the reason, a key of _WHY.
    """

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    forged: dict[str, str] = field(default_factory=dict)
    totals: bool = False  # whether the file of totals is another than before


def pull(
    engine: Engine, folder: Path, today: date, trust: Trust, *, everything: bool = False
) -> Pulled:
    """Bring `folder` and the totals beside it up to date.

    What was pulled before is not written again, even where its file is gone, unless
    `everything` is wanted: a maintainer may have left it out on purpose.
    """
    done = Pulled()
    with engine.connect() as connection:
        there, gone = answers.to_pull(connection), answers.withdrawn(connection)
    taken = []
    for one in there:
        if not codes.is_slug(one.slug):
            done.forged[str(one.slug)] = "name"
            continue
        missing = not answer_files.path_of(folder, one.slug).exists()
        if not (one.state == OFFERED or (everything and missing)):
            done.kept.append(one.slug)
        elif flaw := _flaw(trust, one.signature, answers.KIND, one.said()):
            done.forged[one.slug] = flaw
        elif publishable.faults(one.topic, one.question, one.answer):
            done.refused.append(one.slug)
        else:
            new = answer_files.write(folder, one)
            (done.new if new else done.changed).append(one.slug)
            taken.append(one)
    for slug in sorted(filter(codes.is_slug, gone)):
        path = answer_files.path_of(folder, slug)
        if path.exists():
            path.unlink()
            done.removed.append(slug)
    done.totals = _write_totals(engine, folder.parent / TOTALS, today, trust, done.forged)
    _mark(engine, taken)
    return done


def _flaw(trust: Trust, signature: object, kind: str, said: Mapping[str, object]) -> str:
    """Why it is not from a desk; "" if it is."""
    try:
        detached_signatures.verify(trust, signature, kind, said)
    except NotGenuine as error:
        return error.flaw
    return ""


def _mark(engine: Engine, taken: list[PublishedAnswer]) -> None:
    if taken:
        with engine.begin() as connection:
            begin_writing(connection)
            answers.mark_pulled(connection, taken)


def _write_totals(
    engine: Engine, path: Path, today: date, trust: Trust, forged: dict[str, str]
) -> bool:
    """Whether they are others than before."""
    forms, months = load_all(), totals.months_before(today)
    known = yaml_text.load(path.read_text("utf-8")) if path.exists() else None
    before: Mapping[str, Any] = known if isinstance(known, dict) else {}
    published: Mapping[str, Any] = {} if before.get("sample") else before
    looked = dict(published.get("looked", {}))
    with engine.connect() as connection:
        counted = figures.counts(connection)
        chosen = {
            name: _host_counted(connection, name, months[-1], looked)
            if forms[name].counted_by_host
            else _desks_counted(connection, name, trust, forged)
            for name in COUNTED
        }
    past = published.get("service", {})
    made = {
        "until": months[-1],
        "looked": looked,
        "service": totals.service(counted.received, counted.took, forms.values(), months, past),
        "choices": {
            name: totals.choices(
                forms[name], chosen[name], published.get("choices", {}).get(name, {})
            )
            for name in COUNTED
        },
    }
    if made == before:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    answer_files.replace(path, answer_files.dump(made, _HEAD))
    return True


def _desks_counted(
    connection: Connection, form: str, trust: Trust, forged: dict[str, str]
) -> Mapping[str, Mapping[str, int | None]]:
    """Cells that a desk signed; none, so that those published stay, where it did not."""
    try:
        found = aggregates.find(connection, form)
        flaw = ""
        if found.released != {}:
            said = aggregates.said(form, found.released)
            flaw = _flaw(trust, found.signature, aggregates.KIND, said)
    except (ValueError, TypeError, RecursionError):  # no JSON
        flaw = "signature"
    if flaw:
        forged[form] = flaw
        return {}
    return found.released


def _host_counted(
    connection: Connection, form: str, until: str, looked: dict[str, str]
) -> Mapping[str, Mapping[str, int | None]]:
    """Cells of whole months; none, so that those published stay, until enough more have answered
    since these were looked at. `looked`: up to which month.
    """
    since = figures.choices(connection, form, until, after=looked.get(form, ""))
    if max((sum(cells.values()) for cells in since.values()), default=0) < totals.LEAST:
        return {}
    looked[form] = until
    return figures.choices(connection, form, until)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    text = (
        "把可公开的问答和合计数写成文件，供提交 / "
        "write publishable answers and totals as files, ready to commit"
    )
    one = actions.add_parser("pull", help=text, description=text)
    one.add_argument(
        "--database",
        metavar="URL",
        help="SQLite 文件或数据库地址，默认 FORMS_DATABASE_URL（有口令的写在那里，"
        "命令行别人看得到） / "
        "an SQLite file or the database's address, by default FORMS_DATABASE_URL (better for one "
        "that holds a password: others on the machine can read command lines)",
    )
    one.add_argument(
        "--recipients",
        type=Path,
        metavar="FILE",
        help="受理岗公钥的文件，用来核对签名，默认 FORMS_RECIPIENTS_FILE；要用您自己电脑上的，"
        "不用服务器上的 / "
        "the file of the desks' public keys that verify what is taken, by default "
        "FORMS_RECIPIENTS_FILE; the one on your own computer, never the server's",
    )
    one.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        default=FOLDER,
        help="写到哪里，默认 docs/data/answers / where to write them",
    )
    one.add_argument(
        "--all",
        action="store_true",
        help="取过但文件不在的也再写 / also those pulled before whose files are gone",
    )
    one.add_argument(
        "--json", action="store_true", help="只输出一个 JSON 对象 / print one JSON object on stdout"
    )


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """0 when all stands in files, 1 when something was left out. Raises SettingsError."""
    trust = _trusted(args.recipients, environ)
    engine = _opened(args.database or Settings.from_env(environ).database_url)
    try:
        done = pull(engine, args.to, clock.today(), trust, everything=args.all)
    finally:
        engine.dispose()
    if args.json:
        print(json.dumps(asdict(done)))
    else:
        _say(done, args.to, listed=bool(trust))
    return 1 if done.refused or done.forged else 0


def _trusted(recipients: Path | None, environ: Mapping[str, str]) -> Trust:
    """The keys of the file named or of the settings; an instance without any has its own key."""
    if recipients is not None:
        environ = {"FORMS_RECIPIENTS_FILE": str(recipients)}
    settings = Settings.from_env(environ).with_listed_recipients()
    own = ""
    if not settings.recipients and sealing.has_development_key(settings.keys_folder):
        identity = sealing.development_identity(settings.keys_folder)
        own = signatures.public_text(signatures.signing_key(identity))
    return Trust(settings.desk_keys, own)


def _opened(url: str) -> Engine:
    """Never makes or migrates a database: it may be another machine's."""
    try:
        parsed = make_url(address(url))
    except ArgumentError as error:
        raise SettingsError(
            "数据库地址看不懂：要以 sqlite:/// 或 postgresql+psycopg:// 开头。 / "
            "the database's address must begin with sqlite:/// or postgresql+psycopg://."
        ) from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise SettingsError(
            f"不认识这种数据库：{parsed.get_backend_name()}。 / "
            f"{parsed.get_backend_name()} is no database that the service keeps."
        )
    place = parsed.database or ""
    if parsed.get_backend_name() == "sqlite" and not Path(place).is_file():
        raise SettingsError(f"没有数据库 {place}。 / there is no database {place}.")
    engine = open_engine(parsed.render_as_string(hide_password=False))
    if (version := revision_of(engine)) != head():
        engine.dispose()
        raise SettingsError(
            f"数据库的版本是 {version}，程序要 {head()}：请用同一版程序，或先启动一次服务。 / "
            f"the database is of version {version}, this program wants {head()}: use the version "
            "that serves, or start the service once."
        )
    return engine


def _say(done: Pulled, folder: Path, *, listed: bool) -> None:
    for sign, text, slugs in (
        ("+", "新的 / new", done.new),
        ("~", "改过 / changed", done.changed),
        ("-", "撤下 / removed", done.removed),
        ("!", "没有写，请在收件箱里改 / left out, change it in the inbox", done.refused),
    ):
        for slug in slugs:
            print(f"{sign} {slug}  {text}")
    for name, flaw in done.forged.items():
        print(f"! {_plain(name)}  没有写：{_WHY[flaw].replace(' / ', ' / left out: ')}")
    if done.forged:
        print(
            "这些不是受理岗放行的，或者放行时还没有签名：在收件箱里看过，重新放行；不认识的，"
            "照“被人闯入以后”处理。合计数在收件箱下次清点时重新签。 / No desk released these, or "
            "did so before releases were signed: look at them in the inbox and release them anew; "
            "if nobody knows them, see “After a break-in”. Totals are signed anew when an inbox "
            "counts next."
        )
    if done.forged and not listed:
        print(
            "这里没有公钥：用 FORMS_RECIPIENTS_FILE 或 --recipients 写明公钥文件。 / "
            "No public keys are known here: name the file with FORMS_RECIPIENTS_FILE or "
            "--recipients."
        )
    zh = f"新 {len(done.new)}，改 {len(done.changed)}，撤 {len(done.removed)}"
    en = f"{len(done.new)} new, {len(done.changed)} changed, {len(done.removed)} removed"
    said = ("合计数有更新", "totals renewed") if done.totals else ("合计数没变", "totals unchanged")
    print(f"{folder}：{zh}；{said[0]} / {en}; {said[1]}")
    if done.new or done.changed or done.removed or done.totals:
        print("看过以后提交 docs/data，再 publish。 / Look at docs/data, commit it, then publish.")


def _plain(name: str) -> str:
    """For a terminal: it may come from whoever writes to the database."""
    return name if name.isprintable() and len(name) <= 60 else ascii(name[:60])
