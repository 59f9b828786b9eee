"""From the confirmation of an emergency to its first sample, over what is on the air.

    python -m tests.benchmarks.emergency [rounds]

The real play-out with its threads, rows in SQLite, a sink that notes when sound that is not silence first reaches it,
and a process that keeps the other core busy. Beside it: how long the quick voice needs for two sentences, which is what
the listener would wait for without the tone.
"""

from __future__ import annotations

import datetime as dt
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from broadcaster.db.models import BroadcastRow
from broadcaster.db.queries.zones import cue_sounds, zone_map
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, ItemKind, Origin, RundownItem
from broadcaster.domain.air.emergencies import EmergencyRequest
from broadcaster.domain.people.roles import machine
from broadcaster.playout.engine import Playout
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.services.air import emergencies, emergency_ending, emergency_voice
from broadcaster.services.desk import beside
from broadcaster.services.setup.founding import init

TEXT = "Nước sông đang lên nhanh. Bà con ở vùng trũng di dời ngay đến trụ sở ủy ban nhân dân xã."


class _Ear(SimulatedHorn):
    """Notes the moment of the first sound after it was asked to listen."""

    heard_at = 0.0
    listening = False

    def write(self, pcm: bytes | bytearray | memoryview) -> None:
        super().write(pcm)
        if self.listening and np.abs(np.frombuffer(pcm, dtype="<i2")).max(initial=0) > 300:
            self.heard_at, self.listening = time.perf_counter(), False


def main(rounds: int = 20) -> None:
    with tempfile.TemporaryDirectory() as folder:
        station = init(Path(folder) / "home", overrides={"hours": {"windows": ["00:00-23:59"]}})
        actor = machine()
        ear = _Ear("main")
        stop = threading.Event()
        playout = Playout(*beside(station), sinks={"main": ear, "aircheck": SimulatedHorn("aircheck")}, urgent=True)
        thread = threading.Thread(target=playout.run, args=(stop,))
        thread.start()
        load = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        with station.db.read() as session:
            tune = cue_sounds(session)["nhac-hieu"]
            zones = list(zone_map(session).zones)
        waits, voices = [], []
        try:
            time.sleep(2)
            for n in range(rounds):
                with station.db.write() as session:
                    item = RundownItem(1, ItemKind.CUE, "Nhạc", tune.audio_sha256, tune.duration_ms)
                    now = station.now()
                    session.add(
                        BroadcastRow(
                            slot_key=f"bench/{n}",
                            origin=Origin.ONCE,
                            kind=BroadcastKind.ONCE,
                            title="Nền",
                            starts_at=now,
                            ends_at=now + dt.timedelta(minutes=5),
                            zones=zones,
                            rundown=(item,),
                            reasons=[],
                            sound_ms=tune.duration_ms,
                            late="air",
                            state=BroadcastState.PLANNED,
                        )
                    )
                playout.look_again()
                time.sleep(2)
                number = emergencies.draft(
                    station, actor, EmergencyRequest(title="", text=f"{TEXT} Lần {n}.", zones=("all",), reason="đo")
                )
                ear.listening, ear.heard_at = False, 0.0
                confirmed = time.perf_counter()
                # What is on the air is faded out within 40 ms of the cut: the tone is what sounds after that.
                threading.Thread(target=emergencies.confirm, args=(station, actor, number)).start()
                while not any(
                    a.broadcast.kind is BroadcastKind.EMERGENCY and a.phase == "air" for a in playout.airings()
                ):
                    time.sleep(0.001)
                ear.listening = True
                while not ear.heard_at and time.perf_counter() - confirmed < 10:
                    time.sleep(0.001)
                waits.append(ear.heard_at - confirmed)
                began = time.perf_counter()
                emergency_voice.speak_quickly(station, number)
                voices.append(time.perf_counter() - began)
                emergency_ending.cancel(station, actor, number, "đo xong")
                time.sleep(1.5)
        finally:
            load.kill()
            stop.set()
            thread.join(30)
            station.close()
    waits_ms, voices_ms = ([1000 * w for w in values] for values in (waits, voices))
    print(
        f"confirm to first sound, {rounds} rounds over a programme on the air, one core busy: first {waits_ms[0]:.0f} ms, "
        f"median {statistics.median(waits_ms):.0f} ms, worst {max(waits_ms):.0f} ms; "
        f"the quick voice needs {statistics.median(voices_ms):.0f} ms (worst {max(voices_ms):.0f} ms) for two sentences"
    )


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
