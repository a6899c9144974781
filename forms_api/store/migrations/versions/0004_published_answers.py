"""Questions and answers that a desk offers for the site."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "published_answer",
        sa.Column("slug", sa.String(20), primary_key=True),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("question_zh", sa.Text, nullable=False),
        sa.Column("question_en", sa.Text, nullable=False),
        sa.Column("answer_zh", sa.Text, nullable=False),
        sa.Column("answer_en", sa.Text, nullable=False),
        sa.Column("checked", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("holder", sa.LargeBinary, unique=True),
    )
    op.create_index("ix_published_answer_state", "published_answer", ["state"])


def downgrade() -> None:
    op.drop_table("published_answer")
