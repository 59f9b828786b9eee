"""New stations, whose database went the way through all its versions once for a whole run."""

from __future__ import annotations

import functools
import sqlite3
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from broadcaster.clock import Clock
from broadcaster.db import schema
from broadcaster.db.session import Database
from broadcaster.services.setup.founding import init
from broadcaster.services.station import Station


@functools.cache
def no_rows() -> bytes:
    """The file of a database of today's version with nothing in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "station.db"
        database = Database(f"sqlite:///{path}")
        schema.upgrade(database)
        database.dispose()
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return path.read_bytes()


def founded(
    root: Path, *, overrides: Mapping[str, Mapping[str, Any]] | None = None, clock: Clock | None = None
) -> Station:
    """Found a station over a database file of its own, as `init` does."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "station.db").write_bytes(no_rows())
    return init(root, overrides=overrides, clock=clock)
