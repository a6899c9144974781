"""create_inbox: the settings in, the desk's web application out."""

from collections.abc import Sequence
from pathlib import Path

from flask import Flask, Response, request
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from forms_api import forms, languages
from forms_api.inbox import desks, door, pages, wording
from forms_api.inbox.desktop import Desktop, SealerOf, attach, here, of
from forms_api.inbox.door import Door
from forms_api.inbox.labels import Labels
from forms_api.inbox.post import Post
from forms_api.inbox.replies import Letterhead
from forms_api.inbox.routes import entering, exporting, looking, publishing, working
from forms_api.inbox.vault import Vault
from forms_api.outbox import Mailer
from forms_api.privacy import directly
from forms_api.settings import Settings
from forms_api.site import Site

#: What a page asks by itself: nobody is at work for that.
_BY_ITSELF = {"entering.left", "entering.keep"}
_OUTSIDE = {"entering.look_in", "entering.enter", "entering.asset"}  # what needs no cookie
_LONGEST = 256 * 1024  # bytes of a posted form


def create_inbox(
    settings: Settings,
    engine: Engine,
    identities: Sequence[Path],
    port: int,
    *,
    mailer: Mailer | None = None,
    desk: str = "",
    testing: bool = False,
) -> Flask:
    """The database must be up to date. `identities` are key files to choose from; `desk` is who is
    meant to sit here, "" to ask.

    Raises forms.DefinitionError.
    """
    app = Flask("forms_api.inbox", static_folder=None, template_folder=None)
    app.testing = testing
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = _LONGEST
    attach(app, _desktop(settings, engine, identities, port, mailer, desk))
    app.before_request(_check)
    app.after_request(door.add_headers)
    app.register_error_handler(404, lambda error: pages.message("lost", status=404))
    app.register_error_handler(405, lambda error: pages.message("lost", status=405))
    app.register_error_handler(413, lambda error: pages.message("too_long", status=413))
    app.register_error_handler(SQLAlchemyError, _database)
    if not testing:
        app.register_error_handler(500, lambda error: pages.message("broken", status=500))
    for module in (entering, looking, working, publishing, exporting):
        app.register_blueprint(module.blueprint)
    return app


def close(app: Flask) -> None:
    """Forgets the key, stops sending, closes the database."""
    mine = of(app)
    mine.vault.lock()
    mine.post.stop()
    mine.engine.dispose()


def _desktop(
    settings: Settings,
    engine: Engine,
    identities: Sequence[Path],
    port: int,
    mailer: Mailer | None,
    desk: str,
) -> Desktop:
    definitions = forms.load_all(forms.DEFINITIONS)
    site = Site(settings.release, wording.of_letters())
    labels = Labels(definitions, lambda: site.catalogue)
    first = identities[0] if identities else None
    vault = Vault(engine, labels, first, settings.inbox_minutes * 60, desk_keys=settings.desk_keys)
    write = directly(engine)
    named = desks.named(definitions)
    letterhead = Letterhead(settings, definitions, named, site)
    return Desktop(
        settings=settings,
        engine=engine,
        write=write,
        forms=definitions,
        desks=named,
        site=site,
        labels=labels,
        door=Door(port),
        vault=vault,
        post=Post(write, mailer, letterhead, vault),
        seal_for_desks=SealerOf(settings.recipients),
        identities=tuple(identities),
        asked_desk=desk,
    )


def _check() -> Response | None:
    """Host, cookie, token, then whether somebody is at work."""
    mine = here()
    if not mine.door.is_for_us(request):
        return pages.message("outside", status=421)
    if request.endpoint in _OUTSIDE:
        return None
    if not mine.door.is_inside(request):
        return pages.message("outside", status=403)
    if request.method == "POST" and not mine.door.is_our_post(request):
        return pages.message("foreign", status=403)
    if lang := languages.parse(request.args.get("lang")):
        mine.lang = languages.source(lang)
    if request.endpoint not in _BY_ITSELF and "idle" not in request.args:
        mine.vault.touch_if_open()
    return None


def _database(error: SQLAlchemyError) -> Response:
    return pages.message("database", status=503, kind=type(error).__name__)
