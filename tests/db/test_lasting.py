"""What a write promises of a power cut: all of it is down on the disk before the answer, unless it says otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from broadcaster.db import session as sessions
from broadcaster.services.audit import Trail
from tests.kit.clocks import NOON
from tests.kit.people import LEADER


def test_every_write_waits_for_the_disk_and_one_that_may_be_lost_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In each order: a connection that was hurried before is not hurried for the next."""
    monkeypatch.setattr(sessions, "LASTING", "FULL")
    db = sessions.Database(f"sqlite:///{tmp_path / 'a.db'}")
    normal, full = 1, 2
    for lasting, expected in ((True, full), (False, normal), (True, full), (False, normal)):
        with db.write(lasting=lasting) as session:
            assert session.scalar(text("PRAGMA synchronous")) == expected
    with db.write() as session:
        assert session.scalar(text("PRAGMA synchronous")) == full
    db.dispose()


@pytest.mark.medium
def test_a_server_that_was_told_to_be_quick_waits_for_its_disk(postgres_url: str) -> None:
    db = sessions.Database(postgres_url)
    with db.connect() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
        connection.commit()
    db.dispose()
    with db.write() as session:
        assert session.scalar(text("SHOW synchronous_commit")) == "on"
    db.dispose()


def test_no_chained_row_is_written_where_a_power_cut_may_take_it_back(sqlite_url: str) -> None:
    db = sessions.Database(sqlite_url)
    with db.write() as session:
        Trail(session, NOON, LEADER).record("edit", "settings", "x")
    with pytest.raises(RuntimeError, match="power cut"), db.write(lasting=False) as session:
        Trail(session, NOON, LEADER).record("edit", "settings", "x")
    db.dispose()
