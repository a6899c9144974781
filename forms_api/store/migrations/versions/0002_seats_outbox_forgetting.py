"""Seats and places, replies, the outbox, and tombstones of what was forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seat",
        sa.Column("event", sa.String(120), primary_key=True),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
    )
    op.create_table(
        "place",
        sa.Column("submission", sa.Integer, sa.ForeignKey("submission.id"), primary_key=True),
        sa.Column("event", sa.String(120), sa.ForeignKey("seat.event"), nullable=False),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("waiting", sa.Boolean, nullable=False),
    )
    op.create_index("ix_place_event", "place", ["event"])
    op.create_table(
        "reply",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("submission", sa.Integer, sa.ForeignKey("submission.id"), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("desk", sa.String(60), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_reply_submission", "reply", ["submission"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("dedupe", sa.String(120), nullable=False, unique=True),
        sa.Column("submission", sa.Integer, sa.ForeignKey("submission.id")),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("desk", sa.String(60), nullable=False),
        sa.Column("facts", sa.String(2000), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.String(20), nullable=False),
        sa.Column("lease", sa.String(40)),
        sa.Column("lease_until", sa.String(20)),
        sa.Column("sent_at", sa.String(20)),
        sa.Column("last_error", sa.String(200)),
    )
    op.create_index("ix_outbox_submission", "outbox", ["submission"])
    op.create_index("ix_outbox_state_next_at", "outbox", ["state", "next_at"])
    op.create_table(
        "tombstone",
        sa.Column("reference", sa.String(20), primary_key=True),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("why", sa.String(20), nullable=False),
    )
    op.create_index("ix_tombstone_at", "tombstone", ["at"])


def downgrade() -> None:
    for name in ("tombstone", "outbox", "reply", "place", "seat"):
        op.drop_table(name)
