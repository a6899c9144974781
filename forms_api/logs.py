"""One line of JSON an event, on stderr: routes, codes and times; no answers, no addresses."""

import logging
import sys
import time

import structlog
from flask import Flask, Response, g, request

_log = structlog.get_logger()


def configure() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def follow(app: Flask) -> None:
    """Logs every answer of the app, by route: an address could hold what was typed."""
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    g.started = time.perf_counter()


def _finish(reply: Response) -> Response:
    rule = request.url_rule.rule if request.url_rule else None
    if rule == "/forms/health" and reply.status_code == 200:
        return reply  # asked every few seconds by whoever watches the service
    form = (request.view_args or {}).get("form_id") if reply.status_code != 404 else None
    spent = (time.perf_counter() - g.get("started", time.perf_counter())) * 1000
    _log.info(
        "answered",
        method=request.method if request.url_rule else "other",
        route=rule,
        form=form,
        status=reply.status_code,
        problem=g.get("problem"),
        codes=g.get("problem_codes"),
        ms=round(spent, 1),
    )
    return reply
