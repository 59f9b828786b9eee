"""Proof of airing through the whole engine: what is stored beside the log, and the alarm that the operator sees."""

from __future__ import annotations

import datetime as dt
import sys
import threading

import numpy as np
import pytest

from broadcaster.domain.air.causes import Cause
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.log.proof import CapturePoint, Match
from broadcaster.playout.monitor.comparator import OTHER, SILENCE
from broadcaster.playout.sinks.icecast import IcecastOptions, IcecastSink
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.playout.sinks.pipe import PipeOptions, PipeSink
from broadcaster.services.log import proofs
from tests.kit.icecast import Icecast
from tests.kit.live import ended, running
from tests.kit.site import site
from tests.kit.sounds import ONE, TWO, speech
from tests.kit.waiting import until

pytestmark = pytest.mark.slow

SECOND = dt.timedelta(seconds=1)


def stored(air, number):
    with air.station.db.read() as session:
        return proofs.of_entries(session, [e.id for e in air.log(number)])


def test_each_entry_has_its_proof_and_the_place_in_the_recording(live):
    from broadcaster.playout.sinks.file import FileOptions
    from tests.kit.horns import RecordedHorn

    air = live
    air.sound("một", 1.0, 500)
    air.sound("hai", 1.5, 900)
    air.zones("ap-1", "ap-2")
    check = RecordedHorn("main", FileOptions(), site(air.station.home.airchecks))
    number = air.plan(air.station.now() + 0.8 * SECOND, [air.cue(1, "một"), air.cue(2, "hai")], "ap-1", "ap-2")
    with running(air, sinks={"main": check}):
        ended(air, number)
        until(lambda: len(stored(air, number)) == 4)
    found = stored(air, number)
    assert {p.finding.heard for p in found.values()} == {Match.WHOLE}
    assert {p.finding.ear for p in found.values()} == {CapturePoint.SENT}
    assert sorted({p.offset_ms for p in found.values()}) == [0, 1000]
    (proof, *_) = found.values()
    kept = proofs.recording_file(air.station.home, proof)
    assert kept is not None
    assert (air.station.home.airchecks / kept).is_file()


def test_a_simulated_station_proves_nothing_and_pays_nothing(air, three):
    from broadcaster.supervise.simulated import Simulation
    from tests.kit.clocks import MORNING

    number = air.plan(MORNING, three, "ap-1", "ap-2")
    with Simulation(air.station, refusal=air.refusal) as one:
        one.run_until(MORNING + dt.timedelta(minutes=10))
    assert stored(air, number) == {}


def put(air, name, samples):
    """Keep a sound of given samples in the store."""
    import hashlib
    import subprocess

    from broadcaster.media import ffmpeg

    folder = air.station.home.store
    path = folder / "new.flac"
    shape = ["-f", "s16le", "-ar", "48000", "-ac", "1", "-i", "-", "-f", "flac", str(path)]
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([ffmpeg.program(), "-loglevel", "error", "-y", *shape], input=samples.tobytes(), check=True)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    target = folder / digest[:2] / f"{digest}.flac"
    target.parent.mkdir(exist_ok=True)
    path.replace(target)
    air.keep(name, digest, len(samples) / 48000)


@pytest.mark.slow
def test_the_stream_is_heard_as_its_listeners_hear_it_and_the_proof_says_how_late(live):
    if Icecast.missing():
        pytest.skip("icecast2 is not installed")
    air, server = live, Icecast().start()
    sink = IcecastSink("main", IcecastOptions(port=server.port, password=server.password), site())
    put(air, "lời", speech(ONE, 12.0))
    air.zones("ap-1")
    try:
        number = air.plan(air.station.now() + 6 * SECOND, [air.cue(1, "lời")], "ap-1")
        with running(air, sinks={"main": sink}):
            ended_late(air, number)
            until(lambda: stored(air, number))
    finally:
        server.close()
    (proof,) = stored(air, number).values()
    assert proof.finding.ear is CapturePoint.RETURN
    assert proof.finding.heard is Match.WHOLE
    assert proof.finding.match > 0.8
    assert 0 <= proof.finding.lag_ms < 5000
    assert [i for i in air.incidents() if i.what.startswith(("heard", "return"))] == []


@pytest.mark.slow
@pytest.mark.parametrize(("comes_back", "sentence"), [("silence", SILENCE), ("other", OTHER)], ids=["silence", "other"])
def test_an_output_that_is_silent_or_wrong_is_an_incident_within_ten_seconds_and_the_operator_sees_it(
    live, tmp_path, comes_back, sentence
):
    air = live
    other = tmp_path / "other.raw"
    other.write_bytes(np.resize(speech(TWO, 20.0), 48000 * 60).tobytes())
    source = "bytes(1920)" if comes_back == "silence" else "f.read(1920)"
    program = tmp_path / "monitor.py"
    program.write_text(
        "import sys, time\n"
        f"f = open({str(other)!r}, 'rb')\n"
        "at = time.monotonic()\n"
        "while True:\n"
        f"    sys.stdout.buffer.write({source}); sys.stdout.buffer.flush()\n"
        "    at += 0.02\n"
        "    time.sleep(max(0, at - time.monotonic()))\n"
    )
    sink = PipeSink("main", PipeOptions(command=["tee", "/dev/null"], hear=[sys.executable, str(program)]), site())
    put(air, "lời", speech(ONE, 16.0))
    air.zones("ap-1")
    number = air.plan(air.station.now() + 6 * SECOND, [air.cue(1, "lời")], "ap-1")
    seen = []
    with running(air, sinks={"main": sink}) as playout:
        watch = threading.Thread(
            target=lambda: seen.append(until(lambda: playout.status()["sinks"]["main"] == sentence, 40))
        )
        watch.start()
        row = ended_late(air, number)
        watch.join(40)
        until(lambda: stored(air, number))
    assert seen == [True]
    (incident,) = [i for i in air.incidents() if i.what == "heard-main"]
    assert incident.note == sentence
    assert (incident.started_at - row.started_at).total_seconds() <= 10
    (proof,) = stored(air, number).values()
    assert proof.finding.heard in {Match.NOTHING, Match.PART}
    assert proof.finding.heard_share < 0.3
    if proof.finding.heard is Match.NOTHING:
        (entry,) = air.log(number)
        assert (entry.outcome, entry.heard_ms, entry.cause) == (Outcome.UNHEARD, 0, Cause.NO_HORN)
    assert comes_back != "silence" or proof.finding.heard is Match.NOTHING


def ended_late(air, number):
    return until(lambda: air.row(number).state.terminal and air.row(number), 40)


@pytest.mark.slow
def test_a_sink_that_swallows_is_not_said_to_be_heard(live):
    """The null sink takes all; the proof says where it was measured."""
    air = live
    put(air, "lời", speech(ONE, 4.0))
    air.zones("ap-1")
    number = air.plan(air.station.now() + 1 * SECOND, [air.cue(1, "lời")], "ap-1")
    with running(air, sinks={"main": SimulatedHorn("main")}):
        ended(air, number)
        until(lambda: stored(air, number))
    (proof,) = stored(air, number).values()
    assert "đo ở lối vào đường ra" in proof.finding.sentence
