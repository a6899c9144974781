"""One line of JSON an event, on stderr: routes, codes and times; no answers, no addresses.

A form that was taken leaves no line, and no line names a form: beside the numbers in the database
its moment would tell when a submission came, and a log of the network's who was on the line then.
"""

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
    """Logs the app's answers by route: an address could hold what was typed."""
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    g.started = time.perf_counter()


def _finish(reply: Response) -> Response:
    rule = request.url_rule.rule if request.url_rule else None
    if reply.status_code < 400 and (request.method == "POST" or rule == "/forms/health"):
        return reply  # health is asked every few seconds by whoever watches the service
    spent = (time.perf_counter() - g.get("started", time.perf_counter())) * 1000
    _log.info(
        "answered",
        method=request.method if request.url_rule else "other",
        route=rule,
        status=reply.status_code,
        problem=g.get("problem"),
        codes=g.get("problem_codes"),
        ms=round(spent, 1),
    )
    return reply
