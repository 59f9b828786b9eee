"""Room inside SQLite's own files: small rows are written on a disk that others have filled to its last block.

A reserve beside the files is eaten by whoever fills the disk as soon as it is given up; pages that the database and its
write-ahead log hold already are nobody else's. A server's disk is its own affair.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import text

from broadcaster.db.session import Database
from broadcaster.home import SQLITE

ROOM: Final = 6_000_000
"""Bytes: more than the log holds before SQLite begins it anew (a thousand pages), and many hundreds of rows."""


def keep(database: Database, size: int = ROOM) -> None:
    """See to it that the files have this room; to be asked while the disk has twice as much."""
    if not database.is_sqlite or _has(database, size):
        return
    with database.write() as session:
        session.execute(text("DROP TABLE IF EXISTS loa_room"))
        session.execute(text("CREATE TABLE loa_room (filler BLOB)"))
        session.execute(text("INSERT INTO loa_room VALUES (zeroblob(:size))"), {"size": size})
    _settle(database)  # the pages have their place in the file itself
    with database.write() as session:
        session.execute(text("DROP TABLE loa_room"))
    _settle(database)  # the next write begins at the head of the log


def _settle(database: Database) -> None:
    with database.read() as session:
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        session.execute(text("PRAGMA wal_checkpoint(PASSIVE)"))


def _has(database: Database, size: int) -> bool:
    with database.read() as session:
        pages, page = (int(session.scalar(text(f"PRAGMA {name}")) or 0) for name in ("freelist_count", "page_size"))
    try:
        log = Path(f"{database.url.removeprefix(SQLITE)}-wal").stat().st_size
    except OSError:
        log = 0
    return pages * page >= size // 2 and log >= size * 5 // 6
