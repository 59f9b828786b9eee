"""The schema: migrations lead to the models and back, and records cannot be changed."""

from __future__ import annotations

import datetime as dt

import pytest
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from broadcaster.db import schema, version
from broadcaster.db.models import Approval, AuditEvent, Rendition, Revision, Script, Topic, Unit
from broadcaster.db.session import Database

NOW = dt.datetime(2026, 3, 2, 5, tzinfo=dt.UTC)


def test_migrations_lead_exactly_to_the_models(database: Database) -> None:
    assert version.is_current(database)
    assert schema.drift(database) == []


def test_the_newest_migration_is_the_one_head_that_alembic_finds(database: Database) -> None:
    with database.engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    assert heads == (version.newest(),)


def test_an_empty_and_an_older_database_are_not_current(database: Database) -> None:
    schema.downgrade(database, "0001")
    assert not version.is_current(database)
    empty = Database("sqlite://")
    assert not version.is_current(empty)
    empty.dispose()


def test_migrations_go_back_to_nothing_and_forth_again(database: Database) -> None:
    schema.downgrade(database)
    assert not version.is_current(database)
    schema.upgrade(database)
    assert schema.drift(database) == []


@pytest.mark.parametrize("change", ["UPDATE audit_events SET actor = 'x'", "DELETE FROM audit_events"])
def test_a_record_can_be_neither_changed_nor_removed(database: Database, change: str) -> None:
    with database.write() as session:
        session.add(AuditEvent(at=NOW, actor="a", verb="v", object_kind="k", object_id="1", note=""))
    with pytest.raises(DatabaseError, match="append-only"), database.write() as session:
        session.execute(text(change))
    with database.read() as session:
        assert session.query(AuditEvent).one().actor == "a"


def test_moments_come_back_aware_and_in_utc(database: Database) -> None:
    local = dt.datetime(2026, 3, 2, 12, 30, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    with database.write() as session:
        session.add(AuditEvent(at=local, actor="a", verb="v", object_kind="k", object_id="1", note=""))
    with database.read() as session:
        at = session.query(AuditEvent).one().at
    assert at == local
    assert at.utcoffset() == dt.timedelta(0)


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as session:
        session.add(Unit(code="x", name="X", kind="office"))
        session.flush()
        raise RuntimeError
    with database.read() as session:
        assert session.get(Unit, "x") is None


def test_making_the_renditions_anew_loses_no_row_reference_or_trigger(database: Database) -> None:
    with database.write() as session:
        unit, topic = Unit(code="u", name="U", kind="k"), Topic(code="t", title="T", short="T", position=1)
        session.add_all([unit, topic])
        session.flush()
        script = Script(
            title="Bài",
            folded="bai",
            verify=[],
            unit_code="u",
            topic_code="t",
            genre="bulletin",
            priority="normal",
            state="draft",
            created_at=NOW,
            updated_at=NOW,
        )
        session.add(script)
        session.flush()
        revision = Revision(
            script_id=script.id, number=1, body="Một.", body_sha256="0" * 64, author="a", created_at=NOW
        )
        session.add(revision)
        session.flush()
        spoken = {
            "revision_id": revision.id,
            "spoken_text": "Một.",
            "spoken_sha256": "1" * 64,
            "lexicon_version": "1",
            "voice": "tone:beep",
            "engine_version": "1",
            "audio_sha256": "2" * 64,
            "duration_ms": 1000,
            "lufs": -16.0,
            "dbtp": -2.0,
            "cues": [],
            "notes": [],
            "created_at": NOW,
        }
        session.add(Rendition(**spoken))
        session.flush()
        session.add(
            Approval(
                script_id=script.id,
                revision_id=revision.id,
                rendition_id=1,
                decision="approved",
                by="b",
                own_work=False,
                comment="",
                spoken_sha256="1" * 64,
                audio_sha256="2" * 64,
                at=NOW,
            )
        )
    schema.downgrade(database, "0012")
    schema.upgrade(database)
    assert schema.drift(database) == []
    for change in ("DELETE FROM renditions", "UPDATE renditions SET voice = 'x'"):
        with pytest.raises(DatabaseError, match="append-only"), database.write() as session:
            session.execute(text(change))
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Rendition(**spoken | {"duration_ms": 0}))
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Rendition(**spoken | {"revision_id": 99}))
    with database.write() as session:
        session.add(Rendition(**spoken))  # the same again
    with database.read() as session:
        assert session.query(Rendition).order_by(Rendition.id).first().id == 1
        assert session.query(Rendition).count() == 2
        assert session.get_one(Rendition, session.query(Approval).one().rendition_id).spoken_text == "Một."
    with pytest.raises(IntegrityError):
        schema.downgrade(database, "0012")
    assert version.is_current(database)
