"""A desk's signature beside the answers and totals that stand in the clear for the site."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None

_TABLES = ("published_answer", "aggregate")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("signature", sa.Text))


def downgrade() -> None:
    for table in _TABLES:
        op.drop_column(table, "signature")
