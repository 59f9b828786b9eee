"""Why a database refuses, in words, and whether waiting may help: of SQLite by its code, of PostgreSQL by its state."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError

from broadcaster.errors import StationError
from broadcaster.home import SQLITE

_DAMAGED: Final = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})
_PASSING: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_FULL: Final = "ổ đĩa đã đầy, hãy xóa bớt tệp"
_LOCKED: Final = "một chương trình khác khóa nó quá lâu"
_WORDS: Final = {
    sqlite3.SQLITE_READONLY: "không có quyền ghi tệp station.db, hoặc ổ đĩa chỉ cho đọc",
    sqlite3.SQLITE_CANTOPEN: "không mở được tệp station.db: thiếu quyền, ổ đĩa chỉ cho đọc, hoặc đường dẫn quá dài",
    sqlite3.SQLITE_IOERR: "ổ đĩa không đọc hoặc ghi được tệp station.db",
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_NOTADB: "tệp station.db bị hỏng, hãy khôi phục từ bản sao lưu",
    sqlite3.SQLITE_CORRUPT: "tệp station.db bị hỏng, hãy khôi phục từ bản sao lưu",
}
"""Why SQLite refuses, by the low byte of its code."""
_DISK_FULL: Final = "53100"
_STATES: Final = {
    _DISK_FULL: _FULL,
    "53300": "máy chủ PostgreSQL đã hết chỗ nối",
    "55P03": _LOCKED,
    "40P01": _LOCKED,
    "57P01": "máy chủ PostgreSQL vừa tắt",
    "57P02": "máy chủ PostgreSQL vừa hỏng và đang bật lại",
    "57P03": "máy chủ PostgreSQL đang bật lên",
}
"""Why PostgreSQL refuses, by its SQLSTATE."""
_PAGE: Final = 65_536


class DatabaseUnavailableError(StationError):
    """Raised when the database does not answer, is locked too long, or its disk is full."""

    code = "database"

    def __init__(self, detail: str, *, full: bool = False, passing: bool = False) -> None:
        super().__init__(f"Cơ sở dữ liệu chưa dùng được: {detail}.")
        self.full = full
        """Whether the disk has no room for it."""
        self.passing = passing
        """Whether it may answer later by itself."""


def refused(error: DBAPIError, url: str) -> DatabaseUnavailableError | None:
    """What a driver's error says of the database as a whole; None for a fault of the statement."""
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    low = (code or 0) & 0xFF
    if not (isinstance(error, OperationalError) or error.connection_invalidated or low in _DAMAGED):
        return None
    detail = str(error.orig).strip().partition("\n")[0]
    if url.startswith("sqlite"):
        full = code == sqlite3.SQLITE_FULL or (code is not None and _no_room(url))
        words = _FULL if full else _WORDS.get(low, detail)
        return DatabaseUnavailableError(words, full=full, passing=full or low in _PASSING)
    state: str | None = getattr(error.orig, "sqlstate", None)
    known = _STATES.get(state or "")
    lost = f"chưa nối được tới máy chủ PostgreSQL ({detail})" if not state else detail
    return DatabaseUnavailableError(known or lost, full=state == _DISK_FULL, passing=known is not None or not state)


def _no_room(url: str) -> bool:
    """Whether the disk of a file of SQLite is full; it says so in several ways."""
    try:
        return shutil.disk_usage(Path(url.removeprefix(SQLITE)).parent).free < _PAGE
    except OSError:
        return False
