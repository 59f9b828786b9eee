"""`loa up --starter` on a new station, with its real processes: the first bulletin is heard to say its words."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from broadcaster.db.models import BroadcastRow, PlayLogEntry
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.log.proof import Match
from broadcaster.playout.sinks.cards import playback_devices
from broadcaster.services.log import airchecks
from broadcaster.services.log.proofs import of_entries
from broadcaster.services.setup.founding import init
from broadcaster.services.setup.starter import FIRST_TITLE
from broadcaster.services.station import Station, open_station
from broadcaster.sound import samples
from broadcaster.sound.analysis import RATE
from broadcaster.sound.matrix import Floats
from broadcaster.sound.store import Store
from tests.kit.icecast import free_port
from tests.kit.waiting import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
]


def mono(path: Path, scratch: Path) -> Floats:
    sound = samples.decode(path, scratch / "mono.raw")
    return sound.around(0, sound.count)


def likeness(recorded: Floats, spoken: Floats) -> float:
    """How much of `recorded` is `spoken`, wherever it begins: 1 is the same sound, 0 another one."""
    size = len(recorded) + len(spoken)
    product = np.fft.irfft(np.fft.rfft(recorded, size) * np.conj(np.fft.rfft(spoken, size)), size)
    return float(np.max(np.abs(product)) / np.sqrt(np.sum(recorded**2) * np.sum(spoken**2)))


def test_the_first_bulletin_is_heard_to_speak(tmp_path: Path) -> None:
    home, port, log = tmp_path / "home", free_port(), tmp_path / "up.log"
    init(home, overrides={"speech": {"voices": ["espeak:vi+f2"], "listen_back": False}}).close()
    with log.open("wb") as out:
        up = subprocess.Popen(
            [sys.executable, "-m", "broadcaster", "--home", str(home), "up", "--starter", "--port", str(port)],
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    station = open_station(home)
    try:
        until(lambda: ended(station) or up.poll() is not None, 420)
        bulletin = ended(station)
        assert bulletin is not None
        horns = bool(playback_devices())
        trial = bulletin.kind is BroadcastKind.TRIAL
        said = (
            "đã phát xong"
            if horns and not trial
            else "đã ghi xong vào bản thu, không ra loa"
            if trial
            else "đã ghi vào tệp, không ra loa"
        )
        until(lambda: f"Bản tin đầu tiên {said}" in log.read_text(encoding="utf-8"), 30)
        assert bulletin.state is (BroadcastState.AIRED if horns or trial else BroadcastState.UNHEARD)
        with station.db.read() as session:
            spoken = session.scalars(
                select(PlayLogEntry).where(
                    PlayLogEntry.broadcast_id == bulletin.id, PlayLogEntry.script_id.is_not(None)
                )
            ).all()
            assert {e.genre for e in spoken} >= {"station_call", "column"}
            assert {e.outcome for e in spoken} == {Outcome.FULL if horns or trial else Outcome.UNHEARD}
            assert horns or trial or {e.heard_ms for e in spoken} == {0}
            proofs = of_entries(session, [e.id for e in spoken])
            assert horns or {p.finding.heard for p in proofs.values()} <= {Match.UNHEARD}
            for entry in {e.item_no: e for e in spoken}.values():
                where = airchecks.of_entry(station, session, entry)
                assert where is not None, "nothing was recorded"
                whole = mono(where.path, tmp_path)
                stretch = whole[int(where.start_s * RATE) : int((where.start_s + where.length_s) * RATE)]
                assert entry.audio_sha256 is not None
                voice = mono(Store(station.home.store).path(entry.audio_sha256), tmp_path)
                assert np.sqrt(np.mean(voice**2)) > 0.01, "the rendition is silent"
                assert likeness(stretch, voice) > 0.9, entry.title
    finally:
        station.close()
        up.send_signal(signal.SIGINT)
        code = up.wait(60)
    assert code == 0, log.read_text(encoding="utf-8")


def ended(station: Station) -> BroadcastRow | None:
    with station.db.read() as session:
        row = session.scalars(select(BroadcastRow).where(BroadcastRow.title == FIRST_TITLE)).first()
    return row if row is not None and row.state.terminal else None
