"""What Alembic runs for each command: it migrates over the connection that it is given."""

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
