"""What an operator's monitoring reads, on a port of this machine only: /metrics and /health.

Routes, statuses, times and counts; no answers, no addresses. The public address has only
/forms/health, which says whether the service is up.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, make_wsgi_app
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from forms_api import clock, heartbeat, privacy, services
from forms_api.forms import Form
from forms_api.services import Services
from forms_api.store import forgetting, letters

_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Counts an app's answers; `serve(port)` lets them be read."""

    def __init__(self, app: Flask) -> None:
        self._mine = services.of(app)
        self.registry = CollectorRegistry()
        self._answers = Counter(
            "jinqiao_answers", "Answers by route and status", ["route", "status"],
            registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "jinqiao_seconds", "Time to answer by route", ["route"], buckets=_BUCKETS,
            registry=self.registry,
        )  # fmt: skip
        self.registry.register(_State(self._mine))
        app.before_request(self._start)
        app.after_request(self._finish)

    def _start(self) -> None:
        g.counted_from = time.perf_counter()

    def _finish(self, reply: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        self._answers.labels(route, str(reply.status_code)).inc()
        began = g.get("counted_from")
        if began is not None:
            self._seconds.labels(route).observe(time.perf_counter() - began)
        return reply

    def serve(self, port: int) -> WSGIServer:
        """In a thread, on 127.0.0.1. Raises OSError when the port is taken."""
        server = make_server("127.0.0.1", port, self.wsgi, handler_class=_Silent)
        threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
        return server

    def wsgi(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/health":
            return list(make_wsgi_app(self.registry)(environ, start))
        detail = health(self._mine)
        status = "200 OK" if detail["status"] == "ok" else "503 Service Unavailable"
        start(status, [("Content-Type", "application/json")])
        return [json.dumps(detail).encode()]


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: who reads metrics is of no interest."""


class _State:
    """What is true at the moment of reading."""

    def __init__(self, mine: Services) -> None:
        self._mine = mine

    def collect(self) -> Iterator[Metric]:
        detail = health(self._mine)
        yield GaugeMetricFamily("jinqiao_up", "The database answers", detail["database"] == "ok")
        stopped = detail.get("forgetting", "ok") != "ok"
        yield GaugeMetricFamily("jinqiao_forgetting_stopped", "The clock may be wrong", stopped)
        yield GaugeMetricFamily("jinqiao_waiting_jobs", "Jobs for the writer", detail["queue"])
        boxes = GaugeMetricFamily("jinqiao_outbox", "Letters by state", labels=["state"])
        for state, count in detail.get("outbox", {}).items():
            boxes.add_metric([state], count)
        yield boxes
        yield GaugeMetricFamily("jinqiao_stuck", "Given up; mend mail", detail.get("stuck", 0))
        # Not by form: whoever reads this every few seconds would know what came at which moment.
        yield GaugeMetricFamily("jinqiao_received", "Ever received", detail.get("received", 0))


def health(mine: Services) -> dict[str, Any]:
    """`status` is ok, or degraded: nothing can be written, letters are stuck, forgetting stopped.

    `database` is ok, gone (not the file that was opened), full, away or busy. `forgetting` is ok,
    or why it stopped: a key of heartbeat.REASONS.
    """
    detail: dict[str, Any] = {
        "database": mine.health.state(),
        "kind": mine.engine.dialect.name,
        "queue": mine.writer.waiting(),
        "forms": len(mine.forms),
    }
    try:
        with mine.engine.connect() as connection:
            detail["outbox"] = letters.counts(connection)
            detail["stuck"] = letters.stuck(connection)[0]
            detail["received"] = sum(forgetting.totals(connection).values())
            detail["forgetting"] = _forgetting(connection, mine.forms)
    except SQLAlchemyError:
        detail["database"] = "away" if detail["database"] == "ok" else detail["database"]
    stuck, stopped = detail.get("stuck", 0), detail.get("forgetting", "ok") != "ok"
    well = detail["database"] == "ok" and not stuck and not stopped
    detail["status"] = "ok" if well else "degraded"
    return detail


def _forgetting(connection: Connection, forms: Mapping[str, Form]) -> str:
    verdict = heartbeat.look(
        connection, clock.now(), lambda now: privacy.is_due(connection, forms, now)
    )
    return verdict.why or "ok"
