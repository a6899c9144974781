"""Submissions with their consents, events, tallies and idempotency keys."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", sa.String(20), nullable=False, unique=True),
        sa.Column("form", sa.String(60), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("lang", sa.String(2), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("desk", sa.String(60), nullable=False),
        sa.Column("branch", sa.String(120)),
        sa.Column("received_at", sa.String(20), nullable=False),
        sa.Column("due_on", sa.String(10), nullable=False),
        sa.Column("answered_on", sa.String(10)),
        sa.Column("closed_on", sa.String(10)),
        sa.Column("retain_until", sa.String(10), nullable=False),
        sa.Column("spam_score", sa.Integer, nullable=False),
        sa.Column("spam_reason", sa.String(40), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary),
        sa.Column("key_ids", sa.String(200), nullable=False),
        sa.Column("code_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("duplicate_of", sa.Integer, sa.ForeignKey("submission.id")),
    )
    op.create_index("ix_submission_status", "submission", ["status"])
    op.create_index("ix_submission_retain_until", "submission", ["retain_until"])
    op.create_table(
        "idempotency",
        sa.Column("key_hash", sa.LargeBinary, primary_key=True),
        sa.Column("body_hash", sa.LargeBinary, nullable=False),
        sa.Column("submission", sa.Integer, sa.ForeignKey("submission.id"), nullable=False),
        sa.Column("wrapped_code", sa.LargeBinary),
        sa.Column("created_at", sa.String(20), nullable=False),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("submission", sa.Integer, sa.ForeignKey("submission.id"), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("notice_version", sa.String(20), nullable=False),
        sa.Column("notice_hash", sa.LargeBinary, nullable=False),
        sa.Column("separate", sa.Boolean, nullable=False),
        sa.Column("given_at", sa.String(20), nullable=False),
        sa.Column("withdrawn_at", sa.String(20)),
    )
    op.create_index("ix_consent_submission", "consent", ["submission"])
    op.create_table(
        "event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("submission", sa.Integer, sa.ForeignKey("submission.id")),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("actor", sa.String(60), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
    )
    op.create_index("ix_event_submission", "event", ["submission"])
    op.create_table(
        "tally",
        sa.Column("form", sa.String(60), primary_key=True),
        sa.Column("field", sa.String(40), primary_key=True),
        sa.Column("choice", sa.String(60), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    for name in ("tally", "event", "consent", "idempotency", "submission"):
        op.drop_table(name)
