"""Play-out signs the record by itself: once a day, at the first start after days off, and it says when it cannot."""

from __future__ import annotations

import datetime as dt
import os
import sys
import threading
from pathlib import Path

import pytest

from broadcaster.clock import SystemClock
from broadcaster.db.models import Incident
from broadcaster.domain.log.chains import Chain
from broadcaster.domain.log.marks import BROUGHT_BACK, KEY_FILE
from broadcaster.errors import RuleError
from broadcaster.locks import FileLock
from broadcaster.playout.record import signing
from broadcaster.services.log import places
from broadcaster.services.log.chained import safe_ends
from broadcaster.services.log.record import examine, genuine
from broadcaster.services.setup.founding import init
from broadcaster.services.station import Station
from broadcaster.supervise.desk_link import DeskLink
from tests.kit.live import running
from tests.kit.scripts import approved
from tests.kit.waiting import until


@pytest.mark.medium
def test_a_running_play_out_signs_at_its_start_and_once_a_day(make, tmp_path: Path) -> None:
    air = make(tmp_path / "dai", SystemClock())
    home = air.station.home
    with running(air):
        first = until(lambda: places.newest(home), 20)
    assert (first.number, genuine(first)) == (1, True)
    assert {chain: seq for chain, (seq, _) in first.heads.items()} == {
        chain: seq for chain, (seq, _) in safe_ends(air.station).items()
    }
    if os.name == "posix":
        assert (home.playout / KEY_FILE).stat().st_mode & 0o777 == 0o600
    with running(air) as playout:
        until(lambda: not playout.machine.agenda.is_due("sign"), 20)
        assert places.newest(home) == first
    (home.playout / BROUGHT_BACK).write_text("khôi phục từ loa-1.zip", encoding="utf-8")
    (home.playout / KEY_FILE).unlink()
    with running(air):
        second = until(lambda: (mark := places.newest(home)) and mark.number == 2 and mark, 20)
        until(lambda: _incident(air.station, "new-key"), 20)
    assert second.why == "khôi phục từ loa-1.zip"
    assert not (home.playout / BROUGHT_BACK).exists()
    assert examine(air.station).faults == []


def _incident(station: Station, what: str) -> Incident | None:
    with station.db.read() as session:
        return session.query(Incident).filter_by(what=what).first()


def test_a_key_that_cannot_be_read_is_an_incident(make, tmp_path: Path) -> None:
    air = make(tmp_path / "dai", SystemClock())
    air.station.home.playout.mkdir(parents=True, exist_ok=True)
    (air.station.home.playout / KEY_FILE).write_text("không phải khóa")
    with running(air) as playout:
        until(lambda: "khóa ký dấu bị hỏng" in playout.machine.incidents.now("marks"), 20)


@pytest.mark.medium
def test_the_ends_come_from_the_desk_in_a_process_of_its_own(tmp_path: Path) -> None:
    station = init(tmp_path / "dai", overrides={"speech": {"voices": ["tone:beep"]}})
    approved(station)
    desk = DeskLink([sys.executable, "-m", "broadcaster", "--home", str(station.home.root), "desk"], SystemClock())
    try:
        assert desk.ends() == safe_ends(station)
        assert desk.ends()[Chain.APPROVALS][0] == 1
    finally:
        desk.close()
        station.close()


def test_two_that_sign_at_once_make_one_row_of_marks(tmp_path: Path) -> None:
    at = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    tmp_path.joinpath("x").mkdir()

    def work() -> None:
        for _ in range(8):
            try:
                signing.sign(tmp_path / "x", {Chain.LOG: (1, "a" * 64)}, at=at, station="Đài")
            except RuleError:
                continue

    signers = [threading.Thread(target=work, daemon=True) for _ in range(4)]
    for signer in signers:
        signer.start()
    for signer in signers:
        signer.join(60)
        assert not signer.is_alive()
    found = signing._read(tmp_path / "x")
    assert found.damaged == ()
    assert [mark.number for mark in found.marks] == list(range(1, len(found.marks) + 1))
    assert all(b.previous == a.sha256 and genuine(b) for a, b in zip(found.marks, found.marks[1:], strict=False))
    lock = FileLock(tmp_path / "x" / "marks.lock")
    assert lock.take()
    with pytest.raises(RuleError, match="nơi khác ký"):
        signing.sign(tmp_path / "x", {}, at=at, station="Đài")
    lock.close()
