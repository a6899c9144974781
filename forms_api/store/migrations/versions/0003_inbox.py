"""What the desks' inbox needs: editions, notes, its copy of an answer, sealed letters."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "submission", sa.Column("edition", sa.Integer, nullable=False, server_default="0")
    )
    op.create_table(
        "note",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("submission", sa.Integer, sa.ForeignKey("submission.id"), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("desk", sa.String(60), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_note_submission", "note", ["submission"])
    op.add_column("reply", sa.Column("way", sa.String(10), nullable=False, server_default="status"))
    op.add_column("reply", sa.Column("kept", sa.LargeBinary))
    op.add_column("outbox", sa.Column("sealed", sa.LargeBinary))


def downgrade() -> None:
    op.drop_column("outbox", "sealed")
    op.drop_column("reply", "kept")
    op.drop_column("reply", "way")
    op.drop_table("note")
    op.drop_column("submission", "edition")
