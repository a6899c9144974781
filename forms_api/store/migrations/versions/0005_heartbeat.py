"""The heartbeat: until when the clocks of this database were trusted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("too_many_since", sa.String(20)),
        sa.Column("confirmed_at", sa.String(20)),
    )


def downgrade() -> None:
    op.drop_table("heartbeat")
