"""The journal on play-out's own disk: nothing is lost, nothing counts twice, a torn line harms only itself."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.clock import FrozenClock
from broadcaster.domain.air.outlets import Outlet
from broadcaster.domain.log.playlog import Entry, Outcome
from broadcaster.playout.record import journal
from broadcaster.playout.record.journal import Journal
from broadcaster.playout.record.recovery import look_back
from broadcaster.playout.record.replay import replay
from broadcaster.services.desk import LocalDesk
from broadcaster.services.log import playlog
from tests.kit.properties import examples

NOW = dt.datetime(2026, 3, 2, 22, 0, tzinfo=dt.UTC)


def entry(number: int, item: int = 1, zone: str = "ap-1", title: str = "Bản tin", heard: int = 1000) -> Entry:
    return Entry(
        id=f"b{number}-{item}-{zone}",
        broadcast_id=number,
        broadcast_title="Buổi sáng",
        item_no=item,
        zone=zone,
        kind="script",
        title=title,
        script_id=1,
        revision=1,
        topic="cchc",
        unit="vp",
        genre="notice",
        audio_sha256="a" * 64,
        planned_at=NOW,
        started_at=NOW,
        ended_at=NOW,
        duration_ms=1000,
        heard_ms=heard,
        outcome=Outcome.FULL,
        reason="",
        actor="tự động",
        host="máy",
        sink="main",
        voice="tone:a",
    )


@pytest.fixture
def book(tmp_path):
    made = Journal(tmp_path / "run", FrozenClock(NOW))
    yield made
    made.close()


def reopened(book):
    return Journal(book.segments()[-1].parent, FrozenClock(NOW))


def test_what_was_written_is_read_back_in_order_by_the_next_life(book):
    book.write("begin", {"broadcast": 1, "at": NOW.isoformat()})
    book.write("entry", entry(1).fields(), entry(1, 2).fields())
    again = reopened(book)
    assert [r.kind for r in again.last_segment()] == ["begin", "entry", "entry"]
    assert again.last_time() == NOW
    again.close()


@pytest.mark.parametrize(("cut", "left"), [(1, [1, 2, 3]), (5, [1, 3]), (30, [1, 3])])
def test_a_torn_last_line_is_left_out_and_the_next_line_is_whole(book, cut, left):
    book.write("entry", entry(1).fields(), entry(2).fields())
    path = book.segments()[-1]
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - cut)
    again = reopened(book)
    again.write("entry", entry(3).fields())
    assert [r.body["broadcast_id"] for r in again.last_segment()] == left
    again.close()


def test_a_line_changed_on_the_disk_is_left_out(book):
    book.write("entry", entry(1).fields(), entry(2).fields())
    path = book.segments()[-1]
    path.write_bytes(path.read_bytes().replace(b'"heard_ms":1000', b'"heard_ms":9999', 1))
    assert [r.body["broadcast_id"] for r in book.last_segment()] == [2]


def test_a_full_disk_loses_nothing_that_is_still_in_memory(book, monkeypatch):
    real, full = os.write, True

    def write(handle, data):
        if full:
            real(handle, data[:10])  # part of a line goes down before the disk is full
            raise OSError(28, "No space left on device")
        return real(handle, data)

    monkeypatch.setattr(os, "write", write)
    book.write("entry", entry(1).fields())
    assert book.trouble == "No space left on device"
    full = False
    book.write("entry", entry(2).fields())
    assert book.trouble == ""
    assert [r.body["broadcast_id"] for r in book.last_segment()] == [1, 2]


def test_segments_turn_over_only_when_all_is_in_the_database(book, monkeypatch):
    monkeypatch.setattr(journal, "SEGMENT_BYTES", 100)
    book.write("entry", entry(1).fields())
    book.turn_over()
    assert len(book.segments()) == 1
    records, position = book.unreplayed()
    book.replayed(position)
    book.turn_over()
    assert len(book.segments()) == 2
    book.write("entry", entry(2).fields())
    records, _ = book.unreplayed()
    assert [r.body["broadcast_id"] for r in records] == [2]


@examples(40)
@given(st.lists(st.tuples(st.sampled_from(["write", "read", "reopen", "forget"]), st.integers(1, 3)), max_size=25))
def test_whatever_the_order_of_writes_reads_and_restarts_each_line_is_given_at_least_once_and_in_order(steps):
    with tempfile.TemporaryDirectory() as folder:
        book = Journal(Path(folder), FrozenClock(NOW), durable=False)
        written, seen, number = [], [], 0
        for step, count in [*steps, ("read", 3), ("read", 100)]:
            if step == "write":
                for _ in range(count):
                    number += 1
                    written.append(number)
                    book.write("n", {"n": number})
            elif step == "read":
                records, position = book.unreplayed(count)
                seen += [r.body["n"] for r in records]
                book.replayed(position)
            elif step == "reopen":
                book.close()
                book = Journal(Path(folder), FrozenClock(NOW), durable=False)
            else:
                (Path(folder) / "replayed.json").unlink(missing_ok=True)
        book.close()
        assert list(dict.fromkeys(seen)) == written


@examples(10)
@given(st.lists(st.integers(0, 11), max_size=30), st.randoms(use_true_random=False))
def test_replaying_any_part_again_in_any_state_leaves_one_gapless_chain(numbers, chance):
    with tempfile.TemporaryDirectory() as folder:
        database = _database(Path(folder))
        for number in numbers:
            batch = [entry(number, item) for item in range(1, chance.randint(1, 4))]
            with database.write() as session:
                playlog.append(session, batch, NOW)
        with database.read() as session:
            lines = list(playlog.entries(session))
            verdict = playlog.verify(session)
        database.dispose()
        assert verdict.holds
        assert sorted(line.seq for line in lines) == list(range(1, len(lines) + 1))
        assert len({line.entry.id for line in lines}) == len(lines)


def _database(folder):
    from broadcaster.db.base import Base
    from broadcaster.db.session import Database

    database = Database(f"sqlite:///{folder / 'x.db'}")
    Base.metadata.create_all(database.engine)
    return database


def test_a_replay_that_forgot_how_far_it_came_adds_nothing(air, three):
    book = Journal(air.station.home.playout, air.station.clock)
    book.write("entry", entry(1).fields(), entry(1, 2).fields())
    assert replay(LocalDesk(air.station, owner="chủ"), book) == 2
    (air.station.home.playout / "replayed.json").unlink()
    assert replay(LocalDesk(air.station, owner="chủ"), book) == 2
    assert len(air.log()) == 2
    book.close()


def test_a_line_that_the_database_will_never_take_does_not_hold_up_the_others(air):
    book = Journal(air.station.home.playout, air.station.clock)
    book.write("entry", entry(1).fields(), {**entry(2).fields(), "heard_ms": 5000}, entry(3).fields())
    replay(LocalDesk(air.station, owner="chủ"), book)
    assert [e.broadcast_id for e in air.log()] == [1, 3]
    assert [i.what for i in air.incidents()] == ["journal"]
    book.close()


def test_the_past_tells_open_broadcasts_from_ended_ones(book):
    at = NOW.isoformat()
    book.write("begin", {"broadcast": 1, "at": at}, {"broadcast": 2, "at": at})
    book.write("item", {"broadcast": 1, "item": 1, "zones": ["a", "b"], "at": at})
    book.write("mark", {"broadcast": 1, "item": 1, "zones": ["a", "b"], "heard_ms": 900}, sync=False)
    book.write("verdict", {"broadcast": 2, "state": "aired", "verdict": "x", "started_at": at, "finished_at": at})
    past = look_back(book.last_segment())
    assert past.ended == {2}
    assert set(past.unfinished) == {1}
    took = Outlet.LOUDSPEAKER, 900
    assert past.unfinished[1].taken == {(1, "a"): took, (1, "b"): took}


@pytest.mark.parametrize("lost", ["the end of the segment", "the segment"])
def test_what_is_written_after_a_power_cut_that_took_replayed_lines_is_replayed(tmp_path, clock, lost):
    journal = Journal(tmp_path, clock)
    for n in range(5):
        journal.write("mark", {"n": n}, sync=False)
    _, position = journal.unreplayed()
    journal.replayed(position)
    journal.close()
    (segment,) = journal.segments()
    os.truncate(segment, 7) if lost == "the end of the segment" else segment.unlink()
    journal = Journal(tmp_path, clock)
    journal.write("verdict", {"n": 9})
    records, position = journal.unreplayed()
    assert [r.body for r in records] == [{"n": 9}]
    journal.replayed(position)
    assert journal.unreplayed()[0] == []
    journal.close()
