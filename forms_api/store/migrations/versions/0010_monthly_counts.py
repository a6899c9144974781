"""Counts by month, of choices only those that the host may know; the desks' own counts, sealed.

What people chose in forms was counted by day in the clear: that goes. The desks count what is
still there when they open it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0005"
branch_labels = None
depends_on = None

# Counted by page and choice, by the host itself; and what was counted when it was purged.
_STAYS = "field = '' OR form = 'page-feedback'"


def upgrade() -> None:
    _again("day", "month", 7, f"substr(day, 1, 7), sum(count) FROM tally WHERE {_STAYS}")
    op.add_column(
        "submission", sa.Column("counted", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.create_table(
        "aggregate",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("form", sa.String(60), nullable=False, unique=True),
        sa.Column("edition", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("released", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("aggregate")
    op.drop_column("submission", "counted")
    _again("month", "day", 10, "month || '-01', sum(count) FROM tally")


def _again(old: str, new: str, length: int, rows: str) -> None:
    """The table anew, with another last part of its key."""
    op.execute(
        f"CREATE TABLE tally_before AS SELECT form, field, choice, {rows} "
        f"GROUP BY form, field, choice, {'substr(day, 1, 7)' if old == 'day' else old}"
    )
    op.drop_table("tally")
    op.create_table(
        "tally",
        sa.Column("form", sa.String(60), primary_key=True),
        sa.Column("field", sa.String(40), primary_key=True),
        sa.Column("choice", sa.String(60), primary_key=True),
        sa.Column(new, sa.String(length), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.execute("INSERT INTO tally SELECT * FROM tally_before")
    op.drop_table("tally_before")
