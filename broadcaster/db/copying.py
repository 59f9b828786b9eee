"""All rows of one database brought into another, whichever kind each of them is."""

from __future__ import annotations

from sqlalchemy import Connection, Table, bindparam, func, inspect, select, text, update

from broadcaster.db import models  # noqa: F401 - every table must be known
from broadcaster.db.base import Base
from broadcaster.db.session import Database

_AT_ONCE = 500


def holds_rows(database: Database) -> bool:
    """Whether any table of ours is there and holds anything."""
    with database.engine.connect() as connection:
        there = set(inspect(connection).get_table_names())
        tables = [table for table in Base.metadata.sorted_tables if table.name in there]
        return any(connection.execute(select(1).select_from(table).limit(1)).first() for table in tables)


def copy_rows(source: Database, target: Database) -> None:
    """Copy every row of `source`, as it is at one moment, into `target`; both have the schema of this program.

    All of it or nothing. Numbers stay as they are, and the next ones come after them.
    """
    with source.engine.connect() as old, target.engine.begin() as new:
        if not source.is_sqlite:
            old = old.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901 - the same connection
        for table in Base.metadata.sorted_tables:
            _copy(table, old, new)
            if not target.is_sqlite:
                _count_on(table, new)


def _copy(table: Table, old: Connection, new: Connection) -> None:
    """Copy one table; what points at another row of the same table is filled in when all its rows are there."""
    own = {c.name for c in table.columns if any(key.column.table is table for key in c.foreign_keys)}
    keys = list(table.primary_key.columns)
    pointing = []
    found = old.execute(select(table).order_by(*keys).execution_options(yield_per=_AT_ONCE))
    for part in found.mappings().partitions():
        rows = [dict(row) for row in part]
        pointing += [row for row in rows if any(row[name] is not None for name in own)]
        new.execute(table.insert(), [row | dict.fromkeys(own) for row in rows])
    if pointing:
        statement = update(table).where(*(c == bindparam(f"key_{c.name}") for c in keys))
        values = [{f"key_{c.name}": row[c.name] for c in keys} | {n: row[n] for n in own} for row in pointing]
        new.execute(statement.values({name: bindparam(name) for name in own}), values)


def _count_on(table: Table, new: Connection) -> None:
    column = table.autoincrement_column
    if column is None:
        return
    last = new.scalar(select(func.max(column)))
    sequence = new.scalar(
        text("SELECT pg_get_serial_sequence(:table, :name)"), {"table": table.name, "name": column.name}
    )
    if last is not None and sequence is not None:
        new.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})
