"""How long whoever writes waits for another, and what follows a write: in one place, the same on every kind of database."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from broadcaster.db.session import Database, once_written


def test_a_lock_is_waited_for_as_long_on_either_kind_of_database(database: Database) -> None:
    asked = (
        "PRAGMA busy_timeout" if database.is_sqlite else "SELECT setting FROM pg_settings WHERE name = 'lock_timeout'"
    )
    with database.read() as session:
        assert int(session.scalar(text(asked))) == 10_000


def test_what_follows_a_write_comes_once_after_the_whole_of_it_and_never_after_a_failed_one(database: Database) -> None:
    seen: list[int] = []
    with database.write() as session:
        once_written(session, "knock", lambda: seen.append(1))
        with session.begin_nested():  # a savepoint is no commit
            session.execute(text("SELECT 1"))
        once_written(session, "knock", lambda: seen.append(2))
        assert not seen
    assert seen == [2]
    with pytest.raises(RuntimeError), database.write() as session:
        once_written(session, "knock", lambda: seen.append(3))
        raise RuntimeError
    with database.write():
        pass
    assert seen == [2]
