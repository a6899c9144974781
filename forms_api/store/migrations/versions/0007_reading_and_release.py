"""Which desk opened a submission on which day, and what waits to be released for the site."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, once in (("reading", False), ("proposal", True)):
        op.create_table(
            name,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column(
                "submission",
                sa.Integer,
                sa.ForeignKey("submission.id"),
                nullable=False,
                unique=once or None,
            ),
            sa.Column("sealed", sa.LargeBinary, nullable=False),
        )
    op.create_index("ix_reading_submission", "reading", ["submission"])


def downgrade() -> None:
    op.drop_table("proposal")
    op.drop_table("reading")
