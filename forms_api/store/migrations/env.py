"""Run by Alembic inside the connection and transaction that store.engine.migrate opened."""

from alembic import context

from forms_api.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
