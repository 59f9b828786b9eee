"""Tell whether a database has the schema of this program, without the tools that would bring it there.

Every process asks this at its start; loading Alembic and each migration for it took a quarter of play-out's start.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import String, column, inspect, select, table

from broadcaster.db.session import Database

_FOLDER = Path(__file__).parent / "migrations" / "versions"
_TABLE = "alembic_version"


def newest() -> str:
    """The number of the newest migration; their names begin with it, in order."""
    return max(path.name.partition("_")[0] for path in _FOLDER.glob("[0-9]*_*.py"))


def is_empty(database: Database) -> bool:
    """Whether it never was the database of a station."""
    with database.connect() as connection:
        return not inspect(connection).has_table(_TABLE)


def is_current(database: Database) -> bool:
    """Whether the schema is that of this program."""
    with database.connect() as connection:
        if not inspect(connection).has_table(_TABLE):
            return False
        query = select(column("version_num", String)).select_from(table(_TABLE))
        return list(connection.scalars(query)) == [newest()]
