"""The service's other pages and what stands around a page: title, breadcrumbs, switch, shell."""

from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

from forms_api.languages import FOLDERS, Edition, called, prefix, public
from forms_api.shell import Shell
from forms_api.templating import fill, summary_box
from forms_api.words import words


def status_form_html(lang: Edition, problem: str = "", value: str = "") -> str:
    """`problem` is "", "malformed" or "unknown"."""
    error = words(lang)(f"status.{problem}") if problem else ""
    summary = Markup(summary_box([("code", error)] if error else [], lang))  # noqa: S704
    return fill("status_form.html", lang, error=error, value=value, summary=summary)


def status_html(
    lang: Edition,
    rows: Sequence[tuple[str, str]],
    replies: Sequence[tuple[str, str]],
    access_code: str,
    erasable: bool,
) -> str:
    """Dates and where things stand, and what desks answered; never what was sent."""
    shown = {"rows": rows, "replies": replies, "access_code": access_code, "erasable": erasable}
    return fill("status.html", lang, **shown)


def message_html(lang: Edition, title: str, text: str, links: Sequence[tuple[str, str]]) -> str:
    """A page that only says something: errors, "deleted"."""
    return fill("message.html", lang, title=title, text=text, links=links)


def say(lang: Edition, key: str) -> str:
    """One of the service's own sentences."""
    return words(lang)(key)


def title_text(lang: Edition, title: str, site: str, error: bool = False) -> str:
    """Title and site's name, with "错误："/"Error:" in front where an error is shown."""
    start = words(lang)("error.prefix") if error else ""
    return start + words(lang)("title", title=title, site=site)


def title_html(lang: Edition, title: str, site: str, error: bool = False) -> str:
    """A whole <title>."""
    return f"<title>{escape(title_text(lang, title, site, error))}</title>"


def crumbs_html(lang: Edition, name: str = "", url: str = "") -> str:
    return fill("crumbs.html", lang, prefix=prefix(lang), name=name, url=url)


def dressed(
    shell: Shell,
    lang: Edition,
    site: str,
    title: str,
    content: str,
    there: Callable[[str], str],
    *,
    crumb: tuple[str, str] | tuple[()] = (),
    rail: str = "",
    error: bool = False,
) -> str:
    """A whole page; `there` is its address by public code, `crumb` (name, address)."""
    return shell.fill(
        title=title_html(lang, title, site, error),
        description="",
        canonical="",
        crumbs=crumbs_html(lang, *crumb),
        content=content,
        rail=rail,
        **shell.switches(there),
    )


def plain_shell(lang: Edition, name: str) -> str:
    """The shell used when there is no build."""
    editions = [(public(one), called(one, FOLDERS)[1]) for one in FOLDERS if one != lang]
    return fill("plain_shell.html", lang, name=name, prefix=prefix(lang), editions=editions)
