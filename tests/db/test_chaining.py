"""Rows are chained by the session that adds them, on both databases, whoever adds them and however many at once."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from broadcaster.db import chaining, copying, schema
from broadcaster.db.chaining import MODELS
from broadcaster.db.models import Approval, AuditEvent, Rendition, Revision, Script, Topic, Unit
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.db.session import Database
from broadcaster.domain.log.chains import COVERED, Chain, newest
from broadcaster.services.log import chained

NOW = dt.datetime(2026, 3, 2, 5, 0, 0, 123457, tzinfo=dt.timezone(dt.timedelta(hours=7)))


def event(note: str, **more: Any) -> AuditEvent:
    values = {"at": NOW, "actor": "a", "verb": "v", "object_kind": "k", "object_id": "1", "note": note}
    return AuditEvent(**values | more)


def whole(database: Database) -> dict[Chain, int]:
    with database.read() as session:
        found = {chain: chained.check(session, chain) for chain in MODELS}
    assert [fault.what for check in found.values() for fault in check.faults] == []
    return {chain: check.entries for chain, check in found.items()}


def fill(database: Database) -> None:
    with database.write() as session:
        session.add_all([Unit(code="u", name="U"), Topic(code="t", title="T", short="T", position=1)])
        session.flush()
        script = Script(title="Bài", folded="bai", unit_code="u", topic_code="t", genre="column", verify=[])
        script.created_at = script.updated_at = NOW
        session.add(script)
        session.flush()
        revision = Revision(
            script_id=script.id, number=1, body="Một “hai”\n🔔", body_sha256="0" * 64, author="a", created_at=NOW
        )
        session.add(revision)
        session.flush()
        spoken = Rendition(
            revision_id=revision.id,
            spoken_text="Một.",
            spoken_sha256="1" * 64,
            lexicon_version="1",
            voice="tone:beep",
            rate=0.1 + 0.2,
            engine_version="1",
            audio_sha256="2" * 64,
            duration_ms=1000,
            lufs=-16,
            dbtp=-2.123456789012345,
            cues=[{"b": 1, "a": [1.5, None, "ệ"]}],
            notes=["câu"],
            created_at=NOW,
        )
        session.add(spoken)
        session.flush()
        kept = {"decision": "approved", "by": "b", "own_work": True, "at": NOW}
        session.add(Approval(script_id=script.id, revision_id=revision.id, rendition_id=spoken.id, **kept))
        session.add(event("Ghi", before={"z": 1, "a": {"n": 0.1}}, after=None))


ONE_EACH = dict.fromkeys(MODELS, 1)


def test_every_kind_of_row_is_chained_as_the_database_gives_it_back(database: Database) -> None:
    fill(database)
    assert whole(database) == ONE_EACH


def test_every_column_of_a_chained_table_lies_inside_the_hash() -> None:
    for chain in MODELS:
        assert set(chaining.table_of(chain).c.keys()) == set(COVERED[chain][newest(chain)]), chain


def test_what_was_rolled_back_leaves_no_link(database: Database) -> None:
    def fail() -> None:
        with database.write() as session:
            session.add(event("mất"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.write() as session:
        session.add(event("một"))
        with pytest.raises(RuntimeError), session.begin_nested():
            session.add(event("bỏ"))
            session.flush()
            raise RuntimeError
        with session.begin_nested():
            session.add(event("hai"))
    assert whole(database)[Chain.AUDIT] == 2


def test_writers_at_once_make_one_chain_of_each_kind(database: Database) -> None:
    fill(database)
    faults: list[Exception] = []

    def write(name: str) -> None:
        try:
            for number in range(12):
                with database.write() as session:
                    session.add(event(f"{name}{number}"))
                    session.flush()
                    session.add(
                        Revision(
                            script_id=1,
                            number=100 * (1 + ord(name)) + number,
                            body=name,
                            body_sha256="0" * 64,
                            author=name,
                            created_at=NOW,
                        )
                    )
        except (DBAPIError, DatabaseUnavailableError) as error:
            faults.append(error)

    writers = [threading.Thread(target=write, args=(name,), daemon=True) for name in "abcd"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert not writer.is_alive()
    assert faults == []
    assert whole(database) == ONE_EACH | {Chain.AUDIT: 49, Chain.REVISIONS: 49}


def test_a_row_that_came_past_the_program_is_named(database: Database) -> None:
    fill(database)
    values = {"at": NOW, "actor": "x", "verb": "v", "object_kind": "k", "object_id": "1", "note": ""}
    with database.engine.begin() as connection:
        connection.execute(insert(AuditEvent).values(**values))
    with database.read() as session:
        (fault,) = chained.check(session, Chain.AUDIT).faults
    assert "ngoài chuỗi" in fault.what
    with pytest.raises((DBAPIError, DatabaseUnavailableError)), database.write() as session:
        session.execute(text("DELETE FROM chained_rows"))


@pytest.mark.parametrize("back", ["0028", "0029"])
def test_rows_of_before_are_chained_in_their_order(database: Database, back: str) -> None:
    fill(database)
    schema.downgrade(database, back)
    schema.upgrade(database)
    assert schema.drift(database) == []
    assert whole(database) == ONE_EACH
    with database.write() as session:
        session.add(event("sau"))
    assert whole(database)[Chain.AUDIT] == 2


def test_the_chains_hold_in_another_kind_of_database(database: Database, sqlite_url: str) -> None:
    fill(database)
    other = Database(f"{sqlite_url}.copy")
    schema.upgrade(other)
    assert not copying.holds_rows(other)
    copying.copy_rows(database, other)
    assert whole(other) == ONE_EACH
    other.dispose()
