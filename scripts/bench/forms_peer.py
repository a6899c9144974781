"""The peer of `bench forms`: one Django REST framework endpoint that keeps what our service keeps.

It reads the same answers with a serializer, seals them with the same library for the same
recipients, and writes the same rows of the same tables in one transaction, with the same
promises: one record a key, a reference that is new, full sync. It is set up to be quick: JSON
alone, no sessions, no authentication, connections that stay open, the write lock taken at once.
Its days are reckoned more simply. gunicorn loads `application`; the environment says where
database and recipients are.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from forms_api import codes, tokens
from forms_api.sealing import Sealer
from forms_api.settings import DEVELOPMENT_SECRET
from forms_api.tokens import Draft

PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
    "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON"
)
if not settings.configured:
    settings.configure(
        SECRET_KEY="measured, not published",  # noqa: S106
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": os.environ["PEER_DATABASE"],
                "CONN_MAX_AGE": None,
                "OPTIONS": {
                    "timeout": 20,
                    "transaction_mode": "IMMEDIATE",
                    "init_command": PRAGMAS,
                },
            }
        },
        REST_FRAMEWORK={
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "UNAUTHENTICATED_USER": None,
        },
    )
    django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models, transaction  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402


class Row(models.Model):  # of a table that our migrations made
    class Meta:
        abstract = True
        app_label = "peer"
        managed = False


class Submission(Row):
    reference = models.CharField(max_length=20, unique=True)
    form = models.CharField(max_length=60)
    version = models.IntegerField()
    lang = models.CharField(max_length=2)
    status = models.CharField(max_length=10)
    desk = models.CharField(max_length=60)
    received_on = models.CharField(max_length=10)
    due_on = models.CharField(max_length=10)
    retain_until = models.CharField(max_length=10)
    spam_score = models.IntegerField()
    spam_reason = models.CharField(max_length=40)
    ciphertext = models.BinaryField(null=True)
    key_ids = models.CharField(max_length=200)
    code_hash = models.BinaryField(unique=True)
    public_key = models.BinaryField()

    class Meta(Row.Meta):
        db_table = "submission"


class Idempotency(Row):
    key_hash = models.BinaryField(primary_key=True)
    body_hash = models.BinaryField()
    submission = models.ForeignKey(Submission, models.CASCADE, db_column="submission")
    wrapped_code = models.BinaryField(null=True)
    created_on = models.CharField(max_length=10)

    class Meta(Row.Meta):
        db_table = "idempotency"


class Consent(Row):
    submission = models.ForeignKey(Submission, models.CASCADE, db_column="submission")
    purpose = models.CharField(max_length=40)
    notice_version = models.CharField(max_length=20)
    notice_hash = models.BinaryField()
    separate = models.BooleanField()
    given_on = models.CharField(max_length=10)

    class Meta(Row.Meta):
        db_table = "consent"


class Event(Row):
    submission = models.ForeignKey(Submission, models.CASCADE, db_column="submission")
    day = models.CharField(max_length=10)
    actor = models.CharField(max_length=60)
    action = models.CharField(max_length=40)

    class Meta(Row.Meta):
        db_table = "event"


class Outbox(Row):
    dedupe = models.CharField(max_length=120, unique=True)
    submission = models.ForeignKey(Submission, models.CASCADE, db_column="submission")
    kind = models.CharField(max_length=20)
    desk = models.CharField(max_length=60)
    facts = models.CharField(max_length=2000)
    state = models.CharField(max_length=10)
    attempts = models.IntegerField()
    next_at = models.CharField(max_length=20)

    class Meta(Row.Meta):
        db_table = "outbox"


class Question(serializers.Serializer):
    topic = serializers.ChoiceField(["dues", "branch", "transfer", "other"])
    question = serializers.CharField(min_length=5, max_length=1000)
    publish_ok = serializers.ChoiceField(["yes", "no"])
    reply_by = serializers.ChoiceField(["phone", "email", "status", "none"])
    contact = serializers.EmailField()
    consent = serializers.ChoiceField(["yes"])


SEALER = Sealer(Path(os.environ["PEER_RECIPIENTS"]).read_text("utf-8").split())
KEY_IDS = json.dumps(SEALER.key_ids)
NOTICE = bytes(32)


class Submit(APIView):
    def post(self, request: Request) -> Response:
        given = Question(data=request.data)
        given.is_valid(raise_exception=True)
        key = request.headers["Idempotency-Key"]
        draft = Draft("help-ask", 1, "zh", key, given.validated_data)
        columns, code = _columns(draft)
        with transaction.atomic():
            earlier = Idempotency.objects.filter(key_hash=tokens.key_hash(key)).first()
            kept = earlier.submission if earlier else _keep(draft, columns, code)
        if earlier:
            code = tokens.unwrap_code(key, bytes(earlier.wrapped_code), DEVELOPMENT_SECRET)
        receipt = {
            "form": kept.form,
            "reference": kept.reference,
            "access_code": codes.grouped(code),
            "received_on": kept.received_on,
            "due_on": kept.due_on,
        }
        return Response(receipt, status=201)


def _columns(draft: Draft) -> tuple[dict[str, Any], str]:
    """What is sealed and reckoned before the write lock is taken, and the access code."""
    now = dt.datetime.now(dt.UTC)
    code = codes.new_access_code()
    locks = codes.locks(code)
    answers = {name: text for name, text in draft.values.items() if name != "consent"}
    payload = {"form": draft.form, "version": draft.version, "lang": "zh", "answers": answers}
    columns = {
        "reference": codes.new_reference("TY"),
        "form": draft.form,
        "version": draft.version,
        "lang": draft.lang,
        "status": "received",
        "desk": "guide",
        "received_on": now.date().isoformat(),
        "due_on": (now.date() + dt.timedelta(7)).isoformat(),
        "retain_until": (now.date() + dt.timedelta(90)).isoformat(),
        "spam_score": 0,
        "spam_reason": "",
        "ciphertext": SEALER.seal(payload),
        "key_ids": KEY_IDS,
        "code_hash": locks.code_hash,
        "public_key": locks.public_key,
    }
    return columns, code


def _keep(draft: Draft, columns: dict[str, Any], code: str) -> Submission:
    while Submission.objects.filter(reference=columns["reference"]).exists():
        columns["reference"] = codes.new_reference("TY")
    one: Submission = Submission.objects.create(**columns)
    day, reference = one.received_on, one.reference
    Idempotency.objects.create(
        key_hash=tokens.key_hash(draft.key),
        body_hash=tokens.body_hash(draft.key, draft),
        submission=one,
        wrapped_code=tokens.wrap_code(draft.key, code, DEVELOPMENT_SECRET),
        created_on=day,
    )
    Consent.objects.create(
        submission=one, purpose="base", notice_version="2026-11", notice_hash=NOTICE,
        separate=False, given_on=day,
    )  # fmt: skip
    Event.objects.create(submission=one, day=day, actor="public", action="received")
    facts = {"reference": reference, "form": one.form, "desk": one.desk, "due_on": one.due_on}
    Outbox.objects.create(
        dedupe=f"received:{reference}", submission=one, kind="received", desk=one.desk,
        facts=json.dumps(facts), state="waiting", attempts=0, next_at=f"{day}T00:00:00Z",
    )  # fmt: skip
    return one


urlpatterns = [path("submissions", Submit.as_view())]
application = get_wsgi_application()
