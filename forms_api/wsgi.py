"""The application a WSGI server imports; the only place that reads the environment."""

import os
import time
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Final

import structlog

from forms_api import logs, outbox, services
from forms_api.app import create_app
from forms_api.housekeeping import Housekeeper
from forms_api.metrics import Metrics
from forms_api.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ANSWERING: Final = 2.0  # seconds in which those who wait are told to come again


def _end(reason: str) -> None:
    """Everything kept from now on would be lost: the system starts the service anew, which takes
    what is there then, or says what is missing.
    """
    structlog.get_logger().critical("database gone", reason=reason)
    time.sleep(ANSWERING)
    os._exit(1)


logs.configure()
_settings = Settings.from_env(os.environ)
_forms = create_app(_settings)
app: "WSGIApplication" = _forms
services.of(_forms).health.when_gone(_end)
if _settings.metrics_port:
    Metrics(_forms).serve(_settings.metrics_port)
if _settings.housekeeping:
    Housekeeper(_forms).start()
    _delivery = outbox.of(_forms)
    _delivery.start()
    # What was sent is noted, so that a restart does not send it again. Workers are processes of
    # multiprocessing: they run these when they end, and nothing of atexit.
    Finalize(None, _delivery.stop, exitpriority=10)

if _settings.site:
    from forms_api.site_files import SiteFiles

    app = SiteFiles(_settings.site, app, _settings.site_problems)
