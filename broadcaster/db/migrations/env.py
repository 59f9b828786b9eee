"""Alembic's environment: runs on a connection handed over by `broadcaster.db.schema`."""

from alembic import context

from broadcaster.db.base import Base, PlainWord, UtcDateTime
from broadcaster.db.models import __all__ as _models  # noqa: F401 - registers every table


def _plain_types(kind, item, _autogen):
    """Write our column types as the plain ones they are kept in: a migration must not change when they do."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, PlainWord):
        return "sa.String(32)"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=False,
    render_item=_plain_types,
)
with context.begin_transaction():
    context.run_migrations()
