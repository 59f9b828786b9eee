"""A station of schema 0013, made by the code of its day, comes up with every row told apart and its log whole.

See `older/make_0013.py`: the broadcasts, the stop, the emergency and the meeting that is merely titled like one are
what that code did, on both databases.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import sqlite3
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from broadcaster.clock import FrozenClock
from broadcaster.db import schema, version
from broadcaster.db.models import (
    ApiToken,
    BroadcastRow,
    Contribution,
    CueRow,
    LexiconRow,
    PlayLogEntry,
    Rendition,
    Revision,
)
from broadcaster.db.session import Database
from broadcaster.domain.air.broadcasts import ItemKind, Origin
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.log.playlog import FIELDS, NEWEST, Entry, Outcome
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.domain.scripts.shaping import Shaped
from broadcaster.home import Home
from broadcaster.services.air import emergency_soundings
from broadcaster.services.log import completeness, playlog
from broadcaster.services.log.evidence import make_bundle
from broadcaster.services.schedule import planning
from broadcaster.services.schedule.cues import let_in
from broadcaster.services.station import Station
from broadcaster.supervise.simulated import Simulation

OLDER = Path(__file__).parent / "older"
LEADER = Actor("lanhdao", "Phó Chủ tịch", frozenset({Role.CHIEF}))
MEETING, TAKEN, CUT = "KHẨN CẤP: họp dân", "Bản tin bị chiếm loa", "Bản tin bị ngắt"


@pytest.fixture
def older_sqlite(tmp_path: Path) -> str:
    path = tmp_path / "older.db"
    with sqlite3.connect(path) as connection:
        connection.executescript((OLDER / "station-0013.sqlite.sql").read_text(encoding="utf-8"))
    connection.close()
    return f"sqlite:///{path}"


@pytest.fixture
def older_postgres(postgres_server: str) -> Iterator[str]:
    name, plain = f"older_{uuid.uuid4().hex[:12]}", postgres_server.replace("+psycopg", "")
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"'.encode())
        with psycopg.connect(f"{plain}/{name}", autocommit=True) as connection:
            connection.execute((OLDER / "station-0013.postgresql.sql").read_bytes())
        yield f"{postgres_server}/{name}"
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def older(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The older database, not migrated yet."""
    opened = Database(request.getfixturevalue("older_sqlite" if request.param == "sqlite" else "older_postgres"))
    yield opened
    opened.dispose()


def log_as_written(database: Database) -> list[tuple[object, ...]]:
    names = ", ".join(["seq", "prev_hash", "hash", *FIELDS[1]])
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT {names} FROM play_log ORDER BY seq"))]


def _first(session: Session) -> Entry:
    (entry, *_) = [line.entry for line in playlog.entries(session)]
    return entry


def titled(database: Database, title: str, **more: object) -> BroadcastRow:
    with database.read() as session:
        found = session.query(BroadcastRow).filter_by(title=title, **more).one()
        session.expunge_all()
        return found


def test_every_row_is_told_where_it_came_from_and_why_it_was_not_heard(older: Database) -> None:
    assert not version.is_current(older)
    schema.upgrade(older)
    assert version.is_current(older)
    assert schema.drift(older) == []
    with older.read() as session:
        written = set(session.execute(select(Revision.script_id, Revision.author)).all())
        told = select(Contribution.script_id, Contribution.by).where(Contribution.part == Shaped.WORDS)
        assert set(session.execute(told).all()) == written != set()
        rows = session.scalars(select(BroadcastRow).order_by(BroadcastRow.id)).all()
        by_id = {r.id: r for r in rows}
        assert {r.origin for r in rows} == set(Origin)
        for r in rows:
            assert (r.rotation_code is not None) == (r.slot_code is not None) == (r.origin is Origin.ROTATION)
            assert all(isinstance(i.kind, ItemKind) for i in r.rundown)
        meeting, taken, cut = (titled(older, t) for t in (MEETING, TAKEN, CUT))
        late = next(r for r in rows if r.joined_late)
        assert (late.rotation_code, late.slot_code, late.causes) == ("thu", "vao-giua", (Cause.JOINED_LATE,))
        assert sum(r.joined_late for r in rows) == 1
        assert (meeting.origin, meeting.causes) == (Origin.ONCE, (Cause.PERSON_STOPPED,))
        assert (taken.causes, taken.cut_by_emergency_id) == ((Cause.ZONE_BUSY,), None)
        sounding = next(r for r in rows if r.origin is Origin.EMERGENCY)
        assert (sounding.attempt, sounding.origin_id) == (0, sounding.emergency_id)
        assert (cut.causes, cut.cut_by_emergency_id) == ((Cause.YIELDED_TO_EMERGENCY,), sounding.emergency_id)
        assert [r.id for r in rows if r.cut_by_emergency_id is not None] == [cut.id]
        rest = next(r for r in rows if r.origin is Origin.STOPPED_REST)
        assert (rest.origin_id, rest.causes) == (meeting.id, ())
        resumed = {r.origin_id: r.attempt for r in rows if r.origin is Origin.EMERGENCY_REST}
        assert resumed == {taken.id: 1, cut.id: 1}  # the first is what that code got wrong; it happened
        moved = next(r for r in rows if r.origin is Origin.MOVED)
        assert by_id[moved.origin_id or 0].causes == (Cause.MOVED,)
        copied = next(r for r in rows if r.origin is Origin.COPIED)
        assert by_id[copied.origin_id or 0].causes == (Cause.LEFT_OUT,)
        assert titled(older, "Bỏ qua").causes == (Cause.LEFT_OUT,)
        assert titled(older, "Thử").origin is Origin.TRIAL
        assert titled(older, "Thử loa").origin is Origin.TONE
        assert titled(older, "Nhắc lịch").origin is Origin.TALK
        assert titled(older, "Buổi riêng").origin is Origin.ONCE


def test_no_entry_of_the_log_is_rewritten_and_its_chain_holds_with_new_ones_behind(older: Database) -> None:
    before = log_as_written(older)
    schema.upgrade(older)
    assert log_as_written(older) == before
    with older.write() as session:
        assert playlog.verify(session).holds
        old = [line.entry for line in playlog.entries(session)]
        assert len(old) == len(before) > 10
        assert {e.version for e in old} == {1}
        partial = next(e for e in old if e.outcome is Outcome.PARTIAL)
        new = replace(partial, id="moi", version=NEWEST, cause=Cause.SLOT_FULL, reason="Hết giờ.")
        assert playlog.append(session, [new], partial.planned_at) == 1
        check = playlog.verify(session)
        assert (check.holds, check.entries) == (True, len(before) + 1)
    with older.read() as session:
        known = {e.id: e for e in session.scalars(select(PlayLogEntry))}
        assert (known["moi"].version, known["moi"].because) == (NEWEST, Cause.SLOT_FULL)
        assert {e.because for e in known.values() if e.version == 1 and e.reason} == {
            Cause.JOINED_LATE,
            Cause.PERSON_STOPPED,
            Cause.YIELDED_TO_EMERGENCY,
            Cause.LEFT_OUT,
        }
        assert all(e.because is not None for e in known.values() if e.outcome is not Outcome.FULL)


@pytest.mark.parametrize(("field", "value"), [("cause", "'muted'"), ("version", "1"), ("also", """'["am02"]'""")])
def test_whoever_alters_the_cause_the_version_or_who_heard_besides_is_found(
    older: Database, field: str, value: str
) -> None:
    schema.upgrade(older)
    with older.write() as session:
        first = _first(session)
        new = replace(first, id="moi", version=NEWEST, cause=Cause.SLOT_FULL)
        playlog.append(session, [new], first.planned_at)
    with older.engine.begin() as connection:
        if older.is_sqlite:
            connection.execute(text("DROP TRIGGER play_log_no_update"))
        else:
            connection.execute(text("ALTER TABLE play_log DISABLE TRIGGER ALL"))
        connection.execute(text(f"UPDATE play_log SET {field} = {value} WHERE id = 'moi'"))
    with older.read() as session:
        assert "đã bị sửa" in playlog.verify(session).faults[0].what


@pytest.fixture
def revived(older: Database, tmp_path: Path) -> Station:
    """The older station under today's program, a minute after its last broadcast."""
    schema.upgrade(older)
    home = Home(tmp_path / "dai")
    home.root.mkdir()
    home.make_folders()
    home.settings_file.write_text(
        "[hours]\nwindows = ['00:00-23:59']\nsessions_per_day = 50\ndays_per_week = 7\n", encoding="utf-8"
    )
    with older.read() as session:
        last = max(r for r in session.scalars(select(BroadcastRow.finished_at)) if r is not None)
    return Station(home, home.settings(), older, FrozenClock(last + dt.timedelta(minutes=1)))


def test_planning_finds_its_rows_again(revived: Station) -> None:
    result = planning.plan(revived, 4)
    assert (result.added, result.removed) == (0, 0)


def test_only_what_an_emergency_cut_goes_on_afterwards(revived: Station) -> None:
    with revived.db.write() as session:
        session.execute(delete(BroadcastRow).where(BroadcastRow.origin == Origin.EMERGENCY_REST))
    assert emergency_soundings.tend(revived)
    with revived.db.read() as session:
        rests = session.scalars(select(BroadcastRow).where(BroadcastRow.origin == Origin.EMERGENCY_REST)).all()
        assert {r.origin_id for r in rests} == {titled(revived.db, CUT).id}
        assert {r.emergency_id for r in rests} == {titled(revived.db, CUT).cut_by_emergency_id}


def test_the_log_is_as_whole_as_it_was_and_one_broadcast_joined_late(revived: Station) -> None:
    assert isinstance(revived.clock, FrozenClock)
    revived.clock.advance(3600)
    day = revived.local(titled(revived.db, CUT).starts_at).date()
    found = completeness.check(revived, day, day)
    assert {str(word): n for word, n in found.verdicts.items()}["joined"] == 1


def test_the_station_runs_on(revived: Station) -> None:
    with Simulation(revived) as one:
        one.run_until(revived.now() + dt.timedelta(hours=26))
    with revived.db.read() as session:
        assert playlog.verify(session).holds
        lines = [line.entry for line in playlog.entries(session)]
        assert {e.version for e in lines} == {1, NEWEST}
        # The sounds stayed at home; on a server the right to play is first the other machine's.
        assert {e.cause for e in lines if e.version == NEWEST} <= {Cause.FILE_MISSING, Cause.TOO_LATE}
        ended = session.scalars(select(BroadcastRow).where(BroadcastRow.starts_at < revived.now())).all()
        assert all(r.state.terminal for r in ended)


def test_a_bundle_of_today_verifies_with_the_program_of_before(revived: Station, tmp_path: Path) -> None:
    with revived.db.write() as session:
        first = _first(session)
        playlog.append(session, [replace(first, id="moi", version=NEWEST, cause=Cause.MUTED)], first.planned_at)
    day = revived.local(first.planned_at).date()
    with zipfile.ZipFile(make_bundle(revived, LEADER, day, day, tmp_path / "goi.zip").path) as archive:
        archive.extractall(tmp_path / "moi")
    assert run(tmp_path / "moi" / "kiem_tra.py")[0] == 0
    shutil.copyfile(unpacked(tmp_path / "cu") / "kiem_tra.py", tmp_path / "moi" / "kiem_tra.py")
    code, said = run(tmp_path / "moi" / "kiem_tra.py")
    assert (code, said.splitlines()) == (1, ["SAI: Tệp đã bị sửa: kiem_tra.py"])


def test_a_newer_log_does_not_go_back(older: Database) -> None:
    schema.upgrade(older)
    schema.downgrade(older, "0013")
    schema.upgrade(older)
    with older.write() as session:
        first = _first(session)
        playlog.append(session, [replace(first, id="moi", version=NEWEST)], first.planned_at)
    with pytest.raises(RuntimeError, match=f"version {NEWEST}"):
        schema.downgrade(older, "0013")
    assert version.is_current(older)


def unpacked(folder: Path) -> Path:
    with zipfile.ZipFile(OLDER / "evidence-0013.zip") as archive:
        archive.extractall(folder)
    return folder


def run(*command: str | Path) -> tuple[int, str]:
    done = subprocess.run([sys.executable, *command], capture_output=True, encoding="utf-8", check=False)
    return done.returncode, done.stdout


def test_an_old_bundle_verifies_with_its_own_program_and_with_todays(tmp_path: Path) -> None:
    bundle = unpacked(tmp_path / "goi")
    today = tmp_path / "kiem_tra.py"
    today.write_bytes((files("broadcaster.reporting") / "kiem_tra.py").read_bytes())
    assert run(bundle / "kiem_tra.py")[0] == 0
    code, said = run(today, bundle)
    assert (code, "NGUYÊN VẸN" in said) == (0, True)
    log = bundle / "nhat_ky.jsonl"
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    lines[3]["fields"]["version"] = 2
    out = io.StringIO()
    for line in lines:
        out.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
    log.write_text(out.getvalue(), encoding="utf-8")
    for program in (bundle / "kiem_tra.py", today):
        code, said = run(program, bundle)
        assert (code, "đã bị sửa sau khi ghi" in said) == (1, True)
    shutil.rmtree(bundle)


def test_what_a_station_has_stays_in_force_and_no_key_of_before_sounds_by_itself(older: Database) -> None:
    """Its sounds are let in, a leader's entries are agreed to, those of others are not, and keys only draft.

    A person's recording knows who handed it in, and stays as it was otherwise.
    """
    with older.write() as session:
        session.execute(
            text(
                "INSERT INTO renditions (id, revision_id, spoken_text, spoken_sha256, lexicon_version, voice, "
                "engine_version, audio_sha256, duration_ms, lufs, dbtp, cues, notes, created_at) SELECT 900, revision_id, "
                "spoken_text, spoken_sha256, lexicon_version, 'human', engine_version, audio_sha256, duration_ms, lufs, "
                "dbtp, cues, notes, '2026-03-01 00:00:00' FROM renditions ORDER BY id LIMIT 1"
            )
        )
        session.execute(
            text(
                "INSERT INTO audit_events (at, actor, verb, object_kind, object_id, note) SELECT '2026-03-01 00:00:01', "
                "'sep', 'record', 'script', CAST(script_id AS VARCHAR(20)), '' FROM revisions WHERE id = "
                "(SELECT revision_id FROM renditions WHERE id = 900)"
            )
        )
        session.execute(
            text(
                "INSERT INTO users (id, username, full_name, password_hash, roles, must_change, session_epoch, failures, "
                "created_at) VALUES (900, 'sep', 'Sếp', 'x', '[\"chief\"]', :no, 1, 0, '2026-03-01 00:00:00')"
            ),
            {"no": False},
        )
        session.execute(
            text(
                "INSERT INTO api_tokens (id, name, sha256, scopes, by, created_at, expires_at) VALUES ('a', 'cong', 'b', "
                "'[\"log:read\", \"emergency\"]', 'sep', '2026-03-01 00:00:00', '2027-03-01 00:00:00')"
            )
        )
        for number, by in ((901, "sep"), (902, "bientap")):
            session.execute(
                text("INSERT INTO lexicon_versions (number, at, by, note) VALUES (:n, '2026-03-01 00:00:00', :by, '')"),
                {"n": number, "by": by},
            )
            session.execute(
                text(
                    "INSERT INTO lexicon_entries (id, written, spoken, mode, any_case, preceded_by, followed_by, respell, "
                    "alternatives, note, since) VALUES (:n, :by, 'a', 'expand', :no, '[]', '[]', '{}', '[]', '', :n)"
                ),
                {"n": number, "by": by, "no": False},
            )
    schema.upgrade(older)
    assert schema.drift(older) == []
    for table in ("renditions", "contributions"):
        with pytest.raises(DatabaseError, match="append-only"), older.write() as session:
            session.execute(text(f"UPDATE {table} SET by = 'x'"))
    with older.read() as session:
        recorded = session.get_one(Rendition, 900)
        assert (recorded.by, recorded.voice) == ("sep", "human")
        shaped = select(Contribution.by).where(Contribution.part == Shaped.RECORDING)
        assert session.scalars(shaped).all() == ["sep"]
        cues = session.scalars(select(CueRow.audio_sha256)).all()
        assert cues
        assert all(let_in(session, sha256) for sha256 in cues)
        assert not let_in(session, "f" * 64)
        assert [(t.scopes, t.addresses) for t in session.scalars(select(ApiToken))] == [
            (["log:read", "emergency:draft"], [])
        ]
        entries = session.scalars(select(LexiconRow).where(LexiconRow.id > 900).order_by(LexiconRow.id))
        assert [(row.written, row.agreed_by) for row in entries] == [("sep", "sep"), ("bientap", None)]
