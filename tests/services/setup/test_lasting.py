"""Every table has a rule of how long its rows stay; what is past its time goes by night, and is put on record."""

from __future__ import annotations

import datetime as dt
import os

from sqlalchemy import select

from broadcaster.db.base import Base
from broadcaster.db.models import AuditEvent, Command, Incident, Job
from broadcaster.domain.air.desk import Verb
from broadcaster.domain.work.jobs import JobKind, JobState
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.lasting import NIGHTLY, TABLES, Lasts, let_go
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from tests.kit.files import unruled


def test_every_table_says_how_long_its_rows_stay() -> None:
    assert TABLES.keys() == Base.metadata.tables.keys()
    nightly = {name for name, lasts in TABLES.items() if lasts is Lasts.NIGHTLY}
    assert nightly == {rule.model.__tablename__ for rule in NIGHTLY}


def test_what_is_past_its_time_goes_by_night_and_is_put_on_record(station: Station) -> None:
    now, day = station.now(), dt.timedelta(days=1)
    with station.db.write() as session:
        for key, days in (("cũ", 91), ("mới", 89), ("sau cùng", 300)):
            number = jobs.want(session, now, JobKind.SPEAK, key, {}, by="x")
            job = session.get_one(Job, number)
            job.state, job.finished_at = JobState.DONE, now - days * day
        jobs.want(session, now, JobKind.SPEAK, "chưa làm", {}, by="x")
        for days in (401, 399):
            ended = now - days * day
            session.add(Incident(what="x", zone=None, started_at=ended, ended_at=ended, note=f"{days}"))
            session.add(Command(verb=Verb.SKIP, arguments={}, by="x", at=ended, done_at=ended))
        session.add(Incident(what="x", zone=None, started_at=now - 900 * day, ended_at=None, note="còn"))
    run = station.home.run
    (run / "trials").mkdir(parents=True)
    for path in (run / "trials" / "a.wav", run / "trials" / "b.wav", run / ".x.json.999999999-1.part"):
        path.touch()
    os.utime(run / "trials" / "a.wav", (0, now.timestamp() - 100_000))
    os.utime(run / "trials" / "b.wav", (0, now.timestamp()))
    told = let_go(station)
    assert told == (
        "Đã bỏ 2 việc của máy đã xong quá 90 ngày.",
        "Đã bỏ 1 sự cố đã hết quá 400 ngày.",
        "Đã bỏ 1 lệnh đã làm quá 400 ngày.",
        "Đã bỏ 2 tệp dở dang.",
    )
    assert [p.name for p in (run / "trials").iterdir()] == ["b.wav"]
    with station.db.read() as session:
        assert set(session.scalars(select(Job.key))) == {"mới", "chưa làm"}
        assert set(session.scalars(select(Incident.note))) == {"399", "còn"}
        assert session.scalars(select(AuditEvent.note).where(AuditEvent.verb == "let-go")).all() == [" ".join(told)]
    assert let_go(station) == ()


def test_every_file_of_a_station_has_a_rule_of_how_long_it_lasts(station: Station) -> None:
    backup(station)
    assert unruled(station.home) == []
    (station.home.run / "cho-moi").mkdir()
    for name in ("run/cho-moi/a.bin", "x.bin"):
        (station.home.root / name).touch()
    assert unruled(station.home) == ["run/cho-moi/a.bin", "x.bin"], "a new place asks for a rule"
