"""The drill: a station is lost, brought back elsewhere, and its siren and its bulletins are heard."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from broadcaster.clock import SystemClock
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.air.emergencies import EmergencyRequest
from broadcaster.domain.air.outlets import Outlet
from broadcaster.domain.people.roles import machine
from broadcaster.playout.sinks.pipe import PipeOptions, PipeSink
from broadcaster.services.air import emergencies
from broadcaster.services.log.playlog import verify
from broadcaster.services.schedule.once import air_once
from broadcaster.services.scripts.approving import refusal
from broadcaster.services.setup import restored
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.founding import init
from broadcaster.services.setup.restoring import restore
from broadcaster.services.station import Station, open_station
from tests.kit.air import Air
from tests.kit.live import running
from tests.kit.scripts import approved
from tests.kit.site import site
from tests.kit.waiting import until

pytestmark = pytest.mark.slow

ANYBODY = machine("thử")
SECOND = dt.timedelta(seconds=1)
LOUD = 300


def seconds_heard(path: Path) -> float:
    """How long something sounded at the output (s)."""
    pcm = np.frombuffer(path.read_bytes()[: path.stat().st_size // 2 * 2], "<i2").astype(float)
    blocks = pcm[: len(pcm) // 4800 * 4800].reshape(-1, 4800)
    return float((np.sqrt((blocks**2).mean(axis=1)) > LOUD).sum() / 10)


class Horn(PipeSink):
    """A pipe that counts as a loudspeaker; what went through it can be measured."""

    outlet = Outlet.LOUDSPEAKER


@dataclass
class _ByTheStation:
    """What play-out is run over: the approvals are the restored station's own."""

    air: Air
    refusal = staticmethod(refusal)

    @property
    def station(self) -> Station:
        return self.air.station


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_station_that_was_lost_is_heard_again_elsewhere(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    new = request.getfixturevalue("empty_postgres") if kind == "postgresql" else str
    overrides = {
        "speech": {"voices": ["tone:beep"]},
        "hours": {"windows": ["00:00-24:00"], "sessions_per_day": 0},
        "database": {"url": new()},
    }
    lost = init(tmp_path / "cũ", overrides=overrides)
    number = approved(lost)
    wish = EmergencyRequest(title="Lũ về", text="Nước lên nhanh.", zones=("am01",), reason="Công điện")
    emergencies.confirm(lost, ANYBODY, emergencies.draft(lost, ANYBODY, wish))
    shutil.copytree(backup(lost).parent, tmp_path / "usb")
    lost.close()
    shutil.rmtree(lost.home.root)

    (archive,) = (tmp_path / "usb").glob("*.zip")
    made = restore(archive, tmp_path / "mới", database=new())
    assert (made.lacks, made.gone) == ((), 0)
    back = open_station(made.home.root, clock=SystemClock())
    got = tmp_path / "got.raw"
    horn = Horn("main", PipeOptions(command=["tee", str(got)]), site())
    air = Air(back)
    try:
        with running(_ByTheStation(air), sinks={"main": horn}) as playout:
            until(lambda: playout.status()["sinks"], 30)
            assert not got.exists() or seconds_heard(got) == 0, "nothing begins by itself"
            at = back.now() + 2 * SECOND
            once = air_once(back, ANYBODY, [number], title="Bản tin", starts_at=at, zones=["am02"])
            assert until(lambda: air.row(once).state.terminal and air.row(once), 60).state is BroadcastState.AIRED
            bulletin = seconds_heard(got)
            assert bulletin > 1
            (held,) = restored.waiting(back)
            restored.let(back, ANYBODY, held.key)
            until(lambda: seconds_heard(got) > bulletin + 4, 60)
        with back.db.read() as session:
            assert verify(session).holds
            assert [e.title for e in emergencies.active(session, back.now())] == ["Lũ về"]
    finally:
        back.close()
