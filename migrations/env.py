"""Alembic's entry: runs over the connection that `lpdeck.store.schema` hands in."""

from alembic import context

from lpdeck.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True)
context.run_migrations()
