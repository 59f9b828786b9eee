"""An emergency that falls with play-out while the desk is away is said again from its siren, out of the journal alone."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager

import pytest

from broadcaster.clock import SystemClock
from broadcaster.db.models import BroadcastRow
from broadcaster.db.queries import emergencies as emergencies_queries
from broadcaster.db.queries.stops import known
from broadcaster.db.session import Database
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.log.playlog import Outcome
from broadcaster.home import Home
from broadcaster.playout.engine import Playout
from broadcaster.services.desk import LocalDesk
from broadcaster.services.log import playlog
from broadcaster.services.station import Station
from tests.kit.desk import ScriptedDesk
from tests.kit.emergencies import declared, prepare, rows_of
from tests.kit.live import living, running
from tests.kit.sinks import Catch
from tests.kit.waiting import until

pytestmark = pytest.mark.slow
SIREN_S, WORDS_S = 1.5, 1.0


@contextmanager
def another_life(air, root, disk, horn):
    """Play-out as it begins on what the fall left on the disk, with a desk that does not answer."""
    home = Home(root)
    home.make_folders()
    shutil.rmtree(home.playout, ignore_errors=True)
    shutil.copytree(disk, home.playout)
    shutil.rmtree(home.playout / "bundles", ignore_errors=True)  # as on a disk that took none
    shutil.copytree(air.station.home.store, home.store, dirs_exist_ok=True)
    away = ScriptedDesk(away="Cơ sở dữ liệu bị khóa.")
    with living(Playout(away, home, air.station.settings, SystemClock(), sinks={"main": horn})) as playout:
        yield playout


def fallen(home, to, horn):
    """What is on the disk in the middle of the siren."""
    until(lambda: len(horn.samples) > 0.4 * 48_000)
    shutil.copytree(home / "run" / "playout", to)
    return to


@pytest.mark.parametrize("falls", [1, 2])
def test_what_fell_in_mid_siren_is_heard_from_its_siren_to_its_last_word_without_the_desk(live, tmp_path, falls):
    air, books = prepare(live, tone_s=SIREN_S), tmp_path / "books.db"
    home, horn = air.station.home.root, Catch()
    with running(air, sinks={"main": horn}):
        number = declared(air)
        disk = fallen(home, tmp_path / "roi-1", horn)
        with closing(sqlite3.connect(home / "station.db")) as now, closing(sqlite3.connect(books)) as kept:
            now.backup(kept)
        (row,) = rows_of(air, number)
    for n in range(2, falls + 1):
        horn = Catch()
        with another_life(air, tmp_path / f"doi-{n}", disk, horn):
            disk = fallen(tmp_path / f"doi-{n}", tmp_path / f"roi-{n}", horn)
    horn = Catch()
    with another_life(air, tmp_path / "cuoi", disk, horn) as playout:
        until(lambda: playout.register.has_ended(row.id))
        lines = list(playout.machine.journal.last_segment())
    assert len(horn.samples) >= (SIREN_S + WORDS_S) * 48_000 - 1
    told = [r.body["note"] for r in lines if r.kind == "incident" and r.body["what"] == "emergency-again"]
    assert sum("phát lại từ đầu" in note for note in told) >= falls
    entries = [r.body for r in lines if r.kind == "entry"]
    assert [e["outcome"] for e in entries if e["item_no"] > 2 * falls] == [Outcome.FULL] * 2
    assert len({e["id"] for e in entries}) == len(entries)

    later = Station(air.station.home, air.station.settings, Database(f"sqlite:///{books}"), SystemClock())
    assert LocalDesk(later).take(lines) == len(lines)  # the desk is back, and learns all of it
    with later.db.read() as session:
        (alarm,) = emergencies_queries.urgent(session, later.now(), later.outputs(session), known(session))
        assert not alarm.now.unheard
        assert playlog.verify(session).holds
        assert session.get_one(BroadcastRow, row.id).state is BroadcastState.PARTIAL
    later.close()
