"""What became of an upgrade stands where people look: in the audit, among the incidents, at the doctor's; once."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select

from broadcaster.db.models import AuditEvent, Incident
from broadcaster.domain.setup.upgrades import Upgrade, UpgradeStep
from broadcaster.services.setup import doctor
from broadcaster.services.setup.upgrade import record, telling
from tests.kit.founding import founded

AT = dt.datetime(2027, 3, 1, 5, tzinfo=dt.UTC)
ONE = Upgrade(old="0.1.0", new="0.2.0", step=UpgradeStep.TRIAL, versions="/opt/loa/versions", begun=AT, at=AT)


@pytest.mark.parametrize(("step", "incidents"), [(UpgradeStep.DONE, 0), (UpgradeStep.BACK, 1)])
def test_an_upgrade_that_is_over_is_told_once_and_one_that_goes_on_not_yet(
    tmp_path: Path, step: UpgradeStep, incidents: int
) -> None:
    station = founded(tmp_path / "home")

    def check() -> doctor.Check:
        return next(c for c in doctor.examine(station, thorough=False) if c.name == "Nâng cấp")

    assert check().ok is True
    record.keep(station.home, ONE)
    assert telling.keep_on_record(station) == ""
    ended = record.keep(station.home, dataclasses.replace(ONE, step=step, why="Máy phát không chạy."))
    assert telling.keep_on_record(station) == ended.sentence
    assert telling.keep_on_record(station) == ""
    assert (check().ok, check().sentence) == (True if step is UpgradeStep.DONE else None, ended.sentence)
    with station.db.read() as session:
        assert session.scalars(select(AuditEvent.note).where(AuditEvent.verb == "upgrade")).all() == [ended.sentence]
        assert len(session.scalars(select(Incident).where(Incident.what == "upgrade")).all()) == incidents
    station.close()


def test_a_state_that_a_damaged_disk_left_keeps_no_station_from_starting(tmp_path: Path) -> None:
    station = founded(tmp_path / "home")
    record.keep(station.home, ONE)
    (record.folder(station.home) / "state.json").write_bytes(b'{"old": "0.1')
    assert record.last(station.home) is None
    station.close()
