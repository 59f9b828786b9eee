"""The command line of a test."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

Loa = Callable[..., SimpleNamespace]


def rows(home: Path, table: str) -> int:
    with sqlite3.connect(home / "station.db") as db:
        return db.execute(f"select count(*) from {table}").fetchone()[0]
