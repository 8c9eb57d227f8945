"""Alembic's environment: runs migrations over the given connection."""

from alembic import context

from hdr_bench.web.database.locks import VERSION_TABLE
from hdr_bench.web.database.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
