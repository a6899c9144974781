"""create_app: the settings in, a Flask app with its collaborators out."""

import atexit

from flask import Flask
from sqlalchemy import Engine, select
from werkzeug.middleware.proxy_fix import ProxyFix

from forms_api import (
    asking,
    forms,
    headers,
    limits,
    logs,
    lookup,
    problems,
    public,
    sealing,
    services,
    signatures,
    words,
)
from forms_api.at_once import Clicks
from forms_api.health import Health
from forms_api.keeping import Keeping
from forms_api.sealing import Sealer
from forms_api.services import Services
from forms_api.settings import Settings, SettingsError
from forms_api.signatures import Trust
from forms_api.site import Site
from forms_api.store.engine import (
    is_vulnerable,
    migrate,
    open_engine,
    refuse_empty,
    refuse_missing,
    sqlite_version,
)
from forms_api.store.tables import submission
from forms_api.store.writer import Writer
from forms_api.tokens import Tokens


def create_app(settings: Settings, *, testing: bool = False) -> Flask:
    """Opens and migrates the database. Raises SettingsError, forms.DefinitionError and
    DatabaseUnusable: in production none is made here.

    With `testing` an unexpected exception is raised instead of answered.
    """
    app = Flask("forms_api", static_folder=None, template_folder=None)
    app.testing = testing
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_body
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    mine = _services(settings)
    services.attach(app, mine)
    logs.follow(app)
    app.before_request(asking.speak_as_the_site)
    app.before_request(asking.refuse_foreign_posts)
    app.after_request(headers.add)
    problems.register(app)
    limits.limit_posts(app, (public.blueprint, lookup.blueprint), settings, mine.visitors)
    app.url_map.converters["form"] = public.FormId
    app.url_map.merge_slashes = False  # //x would lead to an address made of the Host header
    app.register_blueprint(public.blueprint)
    app.register_blueprint(lookup.blueprint)
    return app


def rehearse(settings: Settings) -> None:
    """All that could stop the start, before there is a server: raises as `create_app` does."""
    forms.load_all(forms.DEFINITIONS)
    engine = _engine(settings)
    try:
        _refuse_lost_key(settings, engine)
        _sealer(settings)
    finally:
        engine.dispose()


def close(app: Flask) -> None:
    """Writes what waits and closes the database."""
    mine = services.of(app)
    mine.writer.close()
    mine.engine.dispose()


def _services(settings: Settings) -> Services:
    definitions = forms.load_all(forms.DEFINITIONS)
    engine = _engine(settings)
    _refuse_lost_key(settings, engine)
    sealer = _sealer(settings)
    writer = Writer(engine, settings.queue)
    site = Site(settings.release, words.spoken(definitions))
    keeping = Keeping(
        engine,
        writer,
        sealer,
        lambda: settings.reference_prefix or site.reference_prefix,
        settings.wait_seconds,
        settings.secret,
        Trust(settings.desk_keys, _own_signature(settings)),
    )
    atexit.register(writer.close)
    return Services(
        settings=settings,
        forms=definitions,
        site=site,
        tokens=Tokens(settings.secret),
        engine=engine,
        writer=writer,
        keeping=keeping,
        health=Health(engine, writer, settings.disk_reserve),
        visitors=limits.Visitors(),
        clicks=Clicks(),
    )


def _sealer(settings: Settings) -> Sealer:
    recipients = settings.recipients or sealing.development_recipients(settings.keys_folder)
    try:
        return Sealer(recipients)
    except ValueError as error:
        raise SettingsError(f"FORMS_RECIPIENTS_FILE cannot be used: {error}.") from error


def _refuse_lost_key(settings: Settings, engine: Engine) -> None:
    """A new key in place of a trial's own opens nothing of what is there."""
    if settings.recipients or sealing.has_development_key(settings.keys_folder):
        return
    with engine.connect() as connection:
        sealed = connection.execute(
            select(submission.c.id).where(submission.c.ciphertext.is_not(None)).limit(1)
        ).first()
    if sealed:
        engine.dispose()
        raise SettingsError(
            f"FORMS_KEYS_FOLDER：{settings.keys_folder} 里的私钥不见了，收到的只有它能打开。"
            "请把它放回去；不要了，就删掉数据库再开始。 / "
            f"FORMS_KEYS_FOLDER: the secret key in {settings.keys_folder} is gone, and it alone "
            "opens what came in. Put it back; or delete the database and begin again."
        )


def _own_signature(settings: Settings) -> str:
    """Of a development instance, whose only key is its own."""
    if settings.recipients:
        return ""
    identity = sealing.development_identity(settings.keys_folder)
    return signatures.public_text(signatures.signing_key(identity))


def _engine(settings: Settings) -> Engine:
    if settings.production and settings.database_url.startswith("sqlite"):
        version = sqlite_version()
        if is_vulnerable(version):
            raise SettingsError(
                f"FORMS_DATABASE_URL names SQLite, but SQLite {'.'.join(map(str, version))} can "
                "corrupt the database; install a pysqlite3 with 3.51.3 or later."
            )
    if settings.production:
        refuse_missing(settings.database_url)
    engine = open_engine(settings.database_url)
    try:
        if settings.production:
            refuse_empty(engine)
        migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine
