"""The play log on both databases: append-only, chained, and whoever tampers is found."""

from __future__ import annotations

import datetime as dt
import io
import json
import threading
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.log.chain import GENESIS, entry_hash
from broadcaster.domain.log.playlog import Entry, Outcome
from broadcaster.errors import RuleError, StationError
from broadcaster.services.log import playlog

NOW = dt.datetime(2026, 3, 2, 22, 0, 0, 123457, tzinfo=dt.UTC)


def entry(number: int, zone: str = "ap-1", outcome: Outcome = Outcome.FULL) -> Entry:
    at = NOW + dt.timedelta(hours=number)
    return Entry(
        id=f"b{number}-1-{zone}",
        broadcast_id=number,
        broadcast_title="Buổi sáng",
        item_no=1,
        zone=zone,
        kind="script",
        title="Chuyện “một cửa” ở xã",
        script_id=1,
        revision=2,
        topic="cchc",
        unit=None,
        genre="column",
        audio_sha256="a" * 64,
        planned_at=at,
        started_at=at,
        ended_at=None,
        duration_ms=1000,
        heard_ms=1000,
        outcome=outcome,
        reason="",
        actor="tự động",
        host="máy",
        sink="main",
    )


@pytest.fixture
def book(database):
    with database.write() as session:
        playlog.append(session, [entry(n) for n in range(1, 6)], NOW)
        playlog.append(session, [entry(n, "ap-2") for n in range(1, 6)], NOW)
    return database


def verdict(database, **options):
    with database.read() as session:
        return playlog.verify(session, **options)


def strip_triggers(database):
    with database.engine.begin() as connection:
        if database.is_sqlite:
            names = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'play_log'")
            ).scalars()
            for name in list(names):
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE play_log DISABLE TRIGGER ALL"))


def tamper(database, statement):
    strip_triggers(database)
    with database.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_chain_of_real_rows_holds_and_its_sequence_has_no_gap(book):
    found = verdict(book)
    assert found.holds
    assert found.entries == 10
    with book.read() as session:
        lines = sorted(playlog.entries(session), key=lambda line: line.seq)
    assert [line.seq for line in lines] == list(range(1, 11))
    assert lines[0].prev_hash == GENESIS
    assert lines[3].entry == entry(4)
    assert {line.entry.recorded_at for line in lines} == {NOW}


def test_appending_again_adds_nothing(book):
    with book.write() as session:
        assert playlog.append(session, [entry(3), entry(3), entry(9)], NOW) == 1
    assert verdict(book).entries == 11


@pytest.mark.parametrize(
    "statement", ["UPDATE play_log SET heard_ms = 1 WHERE seq = 3", "DELETE FROM play_log WHERE seq = 3"]
)
def test_the_database_itself_refuses_change(book, statement):
    with pytest.raises((DBAPIError, DatabaseUnavailableError)), book.write() as session:
        session.execute(text(statement))
    assert verdict(book).holds


def test_an_altered_entry_is_named(book):
    tamper(book, "UPDATE play_log SET heard_ms = 10 WHERE seq = 4")
    assert [f.seq for f in verdict(book).faults] == [4]
    assert "số 4 đã bị sửa" in verdict(book).faults[0].what


def test_a_removed_entry_is_named(book):
    tamper(book, "DELETE FROM play_log WHERE seq = 4")
    assert "Thiếu bản ghi giữa số 3 và số 5" in verdict(book).faults[0].what


def test_entries_that_changed_places_are_found(book):
    tamper(book, "UPDATE play_log SET seq = CASE seq WHEN 4 THEN 50 WHEN 5 THEN 51 ELSE seq END")
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE play_log SET seq = CASE seq WHEN 50 THEN 5 WHEN 51 THEN 4 ELSE seq END"))
    assert not verdict(book).holds


def test_a_log_cut_off_at_its_end_is_found_by_the_head_and_by_a_hash_kept_elsewhere(book):
    kept = verdict(book).last_hash
    tamper(book, "DELETE FROM play_log WHERE seq > 8")
    assert "cắt bớt" in verdict(book).faults[0].what
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE chain_head SET seq = 8, hash = (SELECT hash FROM play_log WHERE seq = 8)"))
    assert verdict(book).holds
    assert "cắt bớt" in verdict(book, expect_last=kept).faults[0].what


def test_two_writers_at_once_make_one_chain(database):
    faults = []

    def write(zone):
        for number in range(1, 9):
            for _ in range(20):
                try:
                    with database.write() as session:
                        playlog.append(session, [entry(number, zone)], NOW)
                    break
                except (StationError, DBAPIError) as error:  # the first row of the head may be made twice: one fails
                    last = error
            else:
                faults.append(last)

    threads = [threading.Thread(target=write, args=(z,)) for z in ("ap-1", "ap-2", "ap-3")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert verdict(database).holds
    assert verdict(database).entries == 24


def test_entries_can_be_asked_for_by_time_zone_broadcast_and_outcome(book):
    with book.read() as session:

        def ids(*args, **options):
            return [line.entry.id for line in playlog.entries(session, *args, **options)]

        assert ids(NOW + dt.timedelta(hours=2), NOW + dt.timedelta(hours=4), zone="ap-1") == ["b2-1-ap-1", "b3-1-ap-1"]
        assert ids(broadcast_id=5) == ["b5-1-ap-1", "b5-1-ap-2"]
        assert ids(outcome=Outcome.MISSED) == []
        assert ids(newest_first=True, limit=1, zone="ap-1") == ["b5-1-ap-1"]
        assert ids(zone="ap-1", limit=2, offset=1) == ["b2-1-ap-1", "b3-1-ap-1"]


def test_an_export_can_be_checked_with_nothing_but_the_hash_rule(book):
    target = io.StringIO()
    with book.read() as session:
        assert playlog.export(session, target) == 10
    last = GENESIS
    for line in target.getvalue().splitlines():
        link = json.loads(line)
        assert link["prev_hash"] == last
        last = entry_hash(last, link["fields"])
        assert link["hash"] == last


def test_moving_house_makes_the_same_chain_and_takes_no_entry_twice(book, database):
    fresh = [entry(n, "ap-3") for n in range(1, 8)]
    wanted = verdict(database).last_hash
    with database.write() as session:
        assert playlog.load(session, fresh, NOW) == 7
    found = verdict(database)
    assert found.holds
    for one in fresh:
        wanted = entry_hash(wanted, replace(one, recorded_at=NOW).fields())
    assert (found.entries, found.last_hash) == (17, wanted)
    with pytest.raises(DBAPIError), database.write() as session:
        playlog.load(session, fresh[:1], NOW)
    assert verdict(database).entries == 17


def test_a_correction_is_a_new_entry_that_points_back(air):
    from broadcaster.domain.people.roles import machine

    station = air.station
    with station.db.write() as session:
        playlog.append(session, [entry(1), entry(2)], NOW)
    new = playlog.correct(
        station, machine("lanh-dao"), "b1-1-ap-1", outcome=Outcome.PARTIAL, heard_ms=300, reason="Loa ấp 1 mất điện."
    )
    with station.db.read() as session:
        lines = {line.entry.id: line.entry for line in playlog.entries(session)}
        assert playlog.verify(session).holds
        assert {line.entry.id for line in playlog.entries(session, effective=True)} == {new, "b2-1-ap-1"}
    assert lines["b1-1-ap-1"] == entry(1)
    assert lines[new] == replace(
        entry(1),
        id=new,
        outcome=Outcome.PARTIAL,
        heard_ms=300,
        reason="Loa ấp 1 mất điện.",
        cause=Cause.CORRECTED,
        actor="lanh-dao",
        corrects="b1-1-ap-1",
    )
    with pytest.raises(RuleError, match="đã được đính chính"):
        playlog.correct(station, machine(), "b1-1-ap-1", outcome=Outcome.FULL, heard_ms=0, reason="Nhầm.")
    with pytest.raises(RuleError, match="lý do"):
        playlog.correct(station, machine(), "b2-1-ap-1", outcome=Outcome.FULL, heard_ms=0, reason=" ")
    with pytest.raises(RuleError, match="dài hơn"):
        playlog.correct(station, machine(), "b2-1-ap-1", outcome=Outcome.FULL, heard_ms=2000, reason="Nhầm.")


def test_when_an_entry_was_taken_lies_inside_its_hash(book):
    tamper(book, f"UPDATE play_log SET recorded_at = '{NOW - dt.timedelta(days=1):%Y-%m-%d %H:%M:%S.%f}' WHERE seq = 4")
    assert [f.seq for f in verdict(book).faults] == [4]
