"""Bring a database's schema to the version of this program, and tell where it differs from the models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from broadcaster.db.base import Base
from broadcaster.db.session import Database

_FOLDER = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database, target: str = "head") -> None:
    """Run every migration that is missing, all in one transaction."""
    with _begun(database) as connection:
        command.upgrade(_config(connection), target)


def downgrade(database: Database, target: str = "base") -> None:
    """Take migrations back to `target`; for tests of the way back."""
    with _begun(database) as connection:
        command.downgrade(_config(connection), target)


@contextmanager
def _begun(database: Database) -> Iterator[Connection]:
    """Begin one transaction in which SQLite lets a table be made anew that others refer to.

    The switch is deaf inside a transaction; a migration that makes a table anew MUST check the references itself.
    """
    with database.connect() as connection:
        raw = connection.connection.driver_connection if database.is_sqlite else None
        if raw is not None:
            raw.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            if raw is not None:
                raw.execute("PRAGMA foreign_keys = ON")


def drift(database: Database) -> list[object]:
    """The differences between the migrated schema and the models; empty when there are none."""
    with database.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))
