"""Days instead of moments, nothing that leads to a person in what is erased.

The keys of forms that are kept at once go: they were made of the sender's address.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

# Table, column, its new name, whether it may be empty.
_DAYS = (
    ("submission", "received_at", "received_on", False),
    ("idempotency", "created_at", "created_on", False),
    ("consent", "given_at", "given_on", False),
    ("consent", "withdrawn_at", "withdrawn_on", True),
    ("event", "at", "day", False),
    ("note", "at", "day", False),
    ("reply", "at", "day", False),
    ("tombstone", "at", "day", False),
    ("outbox", "sent_at", "sent_on", True),
)
_INDEXED = (("idempotency", "created_at", "created_on"), ("tombstone", "at", "day"))
_NEXT = {
    "sqlite": "date(substr({0}, 1, 10), '+1 day')",
    "postgresql": "to_char(substr({0}, 1, 10)::date + 1, 'YYYY-MM-DD')",
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table, column, _, _ in _DAYS:
        # From 16:00 in UTC on it is the next day in China.
        day = _NEXT[dialect].format(column)
        op.execute(
            f"UPDATE {table} SET {column} = CASE WHEN substr({column}, 12, 2) >= '16' "  # noqa: S608
            f"THEN {day} ELSE substr({column}, 1, 10) END"
        )
    for table, old, _ in _INDEXED:
        op.drop_index(f"ix_{table}_{old}", table)
    for table in dict.fromkeys(name for name, *_ in _DAYS):
        with op.batch_alter_table(table) as changed:
            for name, old, new, empty in _DAYS:
                if name == table:
                    changed.alter_column(
                        old,
                        new_column_name=new,
                        existing_type=sa.String(20),
                        type_=sa.String(10),
                        existing_nullable=empty,
                    )
            if table == "submission":
                changed.alter_column("due_on", existing_type=sa.String(10), nullable=True)
    for table, _, new in _INDEXED:
        op.create_index(f"ix_{table}_{new}", table, [new])
    _forget()


def _forget() -> None:
    """Of what was erased all that leads to the person; the moments of letters that were sent."""
    op.execute(
        "UPDATE submission SET branch = NULL, desk = '', due_on = NULL, answered_on = NULL, "
        "closed_on = NULL, duplicate_of = NULL WHERE status = 'withdrawn'"
    )
    op.execute(
        "UPDATE event SET submission = NULL WHERE action <> 'erased' AND submission IN "
        "(SELECT id FROM submission WHERE status = 'withdrawn')"
    )
    op.execute("UPDATE outbox SET next_at = substr(next_at, 1, 10) || 'T00:00:00Z'")
    op.execute("UPDATE idempotency SET wrapped_code = NULL")  # each began with a moment
    op.execute(
        "DELETE FROM idempotency WHERE submission IN "
        "(SELECT id FROM submission WHERE form = 'page-feedback')"
    )


def downgrade() -> None:
    for table, _, new in _INDEXED:
        op.drop_index(f"ix_{table}_{new}", table)
    op.execute("UPDATE submission SET due_on = received_on WHERE due_on IS NULL")
    for table in dict.fromkeys(name for name, *_ in _DAYS):
        with op.batch_alter_table(table) as changed:
            for name, old, new, empty in _DAYS:
                if name == table:
                    changed.alter_column(
                        new,
                        new_column_name=old,
                        existing_type=sa.String(10),
                        type_=sa.String(20),
                        existing_nullable=empty,
                    )
            if table == "submission":
                changed.alter_column("due_on", existing_type=sa.String(10), nullable=False)
    for table, old, _ in _INDEXED:
        op.create_index(f"ix_{table}_{old}", table, [old])
