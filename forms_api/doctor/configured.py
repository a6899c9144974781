"""Settings, recipients, secrets and their age, mailboxes, the release."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from forms_api import keys, outbox, smtp, traditional, words
from forms_api.doctor.finding import Finding, finding
from forms_api.forms import Form
from forms_api.settings import Settings

ROTATE_DAYS: Final = 365
_ROTATE: Final = ("换一次：见维护手册“密钥”。", "renew it: see “Keys” in the handbook.")


_LINES: Final = {
    "smtps": ("TLS，证书核对过", "TLS, with a certificate that holds"),
    "smtp": ("STARTTLS，证书核对过", "STARTTLS, with a certificate that holds"),
    "smtp+plain": ("不加密，只到本机", "not encrypted, to this machine alone"),
}


def check(
    settings: Settings, environ: Mapping[str, str], forms: Mapping[str, Form], today: date
) -> Iterator[Finding]:
    yield from _stage(settings)
    yield from _recipients(Path(environ.get("FORMS_RECIPIENTS_FILE") or "/nonexistent"), today)
    yield from _secret(settings, today)
    yield from _mail(settings, forms)
    if not (settings.release / "_private" / "catalogue.json").is_file():
        yield finding(
            "warning",
            "no-release",
            (f"{settings.release} 里没有网站", f"there is no site in {settings.release}"),
            ("运行 publish，或改 FORMS_RELEASE。", "run publish, or set FORMS_RELEASE."),
        )
    yield from _traditional(settings.release / "_private" / traditional.FILE, forms)


def _traditional(path: Path, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """A release of an older version lacks sentences of this one."""
    try:
        traditional.Table.parse(path.read_text("utf-8"), words.spoken(forms))
    except FileNotFoundError:  # no Traditional edition is offered
        return
    except (OSError, ValueError):
        yield finding(
            "warning",
            "traditional-incomplete",
            (
                "网站的繁体字表不全，看繁体的人填表时看到的是简体",
                "the site's Traditional words are not complete: forms answer in Simplified",
            ),
            ("用现在的版本再发布一次：publish。", "publish again with the present version."),
        )


def _stage(settings: Settings) -> Iterator[Finding]:
    if not settings.production:
        yield finding(
            "note",
            "development",
            ("这是试用，不是正式启用", "this is a trial, not in production"),
            ("正式启用时写 FORMS_PRODUCTION=1。", "set FORMS_PRODUCTION=1 when it is."),
        )
        return
    if held := sorted(_secret_keys(settings.keys_folder)):
        yield finding(
            "error",
            "secret-key-here",
            (f"服务器上有私钥：{held[0]}", f"a secret key lies on the server: {held[0]}"),
            (
                "移到受理岗的电脑上，从这里删掉，再换一把新的。",
                "move it to the desk's computer, delete it here and rotate it.",
            ),
        )


def _secret_keys(folder: Path) -> Iterable[str]:
    if not folder.is_dir():
        return []
    return [path.name for path in folder.iterdir() if path.suffix in {".key", ".age"}]


def _recipients(path: Path, today: date) -> Iterator[Finding]:
    if not path.is_file():
        return
    if path.stat().st_mode & 0o022:
        yield finding(
            "error",
            "recipients-open",
            (f"{path} 别人也能改", f"others may write to {path}"),
            (
                f"chmod 644 {path}，再看 keys list 里有没有不认识的公钥。",
                f"chmod 644 {path}, then look for unknown keys in keys list.",
            ),
        )
    unsigned = [key.name for key in keys.listed(path) if not key.signs and not key.retired]
    if unsigned:
        names = ", ".join(unsigned)
        yield finding(
            "warning",
            "no-signature",
            (
                f"{path} 里没有 {names} 的签名，进度页认不出它们的答复",
                f"{path} lacks the signature of {names}: the status page cannot verify its answers",
            ),
            (
                "在那个岗的电脑上运行 keys sign，把文件换过来，重启服务。",
                "run keys sign on that desk's computer, put the file here, restart the service.",
            ),
        )
    for key in keys.listed(path):
        if key.retired or not key.since:
            continue
        days = (today - date.fromisoformat(key.since)).days
        if days > ROTATE_DAYS:
            yield finding(
                "warning",
                "key-old",
                (f"{key.name} 的密钥用了 {days} 天", f"the key of {key.name} is {days} days old"),
                (f"keys rotate {key.name}。", f"keys rotate {key.name}."),
            )


def _secret(settings: Settings, today: date) -> Iterator[Finding]:
    if not settings.production:
        return
    if not settings.secret_since:
        yield finding(
            "warning",
            "secret-undated",
            ("不知道 FORMS_SECRET 是哪天换的", "nobody noted when FORMS_SECRET was set"),
            ("把日期写进 FORMS_SECRET_SINCE。", "put the date into FORMS_SECRET_SINCE."),
        )
    elif (days := (today - date.fromisoformat(settings.secret_since)).days) > ROTATE_DAYS:
        words = (f"FORMS_SECRET 用了 {days} 天", f"FORMS_SECRET is {days} days old")
        yield finding("warning", "secret-old", words, _ROTATE)


def _mail(settings: Settings, forms: Mapping[str, Form]) -> Iterator[Finding]:
    if not settings.smtp_url:
        if settings.production:
            yield finding(
                "warning",
                "mail-unset",
                ("没有邮件服务器，受理岗收不到通知", "no mail server: desks are not notified"),
                ("写 FORMS_SMTP_URL 和 FORMS_MAIL_FROM。", "set FORMS_SMTP_URL, FORMS_MAIL_FROM."),
            )
        return
    if smtp.address(settings.smtp_url).scheme == "smtp+plain":
        zh, en = _LINES["smtp+plain"]
        yield finding(
            "note",
            "mail-plain",
            (f"到邮件服务器的线路：{zh}", f"the line to the mail server: {en}"),
            ("邮件服务不在本机时，改用 smtps:// 。", "if it is elsewhere, use smtps:// instead."),
        )
    for desk in sorted({form.desk for form in forms.values()} | {"operator"}):
        if desk not in settings.desk_mail:
            name = f"FORMS_DESK_MAIL_{desk.upper().replace('-', '_')}"
            yield finding(
                "error",
                "mailbox-missing",
                (f"{desk} 没有邮箱", f"{desk} has no mailbox"),
                (f"写 {name}。", f"set {name}."),
            )


def mail_server(settings: Settings) -> Iterator[Finding]:
    """Connects, verifies and logs in, and sends nothing."""
    if not settings.smtp_url:
        return
    scheme = smtp.address(settings.smtp_url).scheme
    try:
        outbox.smtp_of(settings).try_out()
    except smtp.MailError as error:
        zh, en = smtp.why(str(error))
        yield finding(
            "error",
            "mail-server",
            (f"邮件发不出去：{zh}", f"no mail can be sent: {en}"),
            ("见维护手册“邮件”。", "see “Mail” in the handbook."),
        )
    else:
        zh, en = _LINES[scheme]
        yield finding(
            "note",
            "mail-server",
            (f"邮件服务器连得上：{zh}", f"the mail server answers: {en}"),
            ("不用做什么。", "nothing to do."),
        )


def unreadable(reason: str) -> Finding:
    """The finding for settings with which the service does not start."""
    return finding(
        "error",
        "settings",
        (f"设置有错，服务启动不了：{reason}", f"the service does not start: {reason}"),
        ("改这个变量，见维护手册“表单服务的设置”。", "mend that variable; the handbook lists all."),
    )
