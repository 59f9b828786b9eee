"""Sinks that lead outside, with real programs at the other end: a command's standard input, and an Icecast server."""

from __future__ import annotations

import datetime as dt
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from broadcaster.clock import SystemClock
from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.log.playlog import Outcome
from broadcaster.errors import AirError
from broadcaster.home import Home
from broadcaster.playout.sinks import carrier, resolve_sinks
from broadcaster.playout.sinks.base import Feed
from broadcaster.playout.sinks.icecast import IcecastOptions, IcecastSink
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.playout.sinks.pipe import PipeOptions, PipeSink
from broadcaster.settings import Settings
from tests.kit.icecast import Icecast, listen, share_of
from tests.kit.live import ended, running
from tests.kit.sinks import play
from tests.kit.site import site
from tests.kit.sounds import tone
from tests.kit.waiting import throughout, until

SECOND = dt.timedelta(seconds=1)
FEED = Feed(7, "Bản tin", dt.datetime(2026, 3, 2, 22, 0, tzinfo=dt.UTC))


# A command's standard input


@pytest.mark.medium
def test_a_command_hears_silence_and_then_every_sample_joined_without_a_gap(tmp_path, made):
    got = tmp_path / "tiếng $(touch x); 'a b'.raw"
    made.append(sink := PipeSink("loa", PipeOptions(command=["tee", str(got)]), site()))
    begun = time.monotonic()
    items, faults = play(sink, tone(0.4), tone(0.31, 900))
    sink.finish()
    elapsed = time.monotonic() - begun
    heard = np.frombuffer(got.read_bytes(), "<i2")
    first = int(np.argmax(heard != 0)) - 1
    sent = np.concatenate([tone(0.4), tone(0.31, 900)])
    np.testing.assert_array_equal(heard[first : first + len(sent)], sent)
    assert not heard[first + len(sent) :].any()
    assert first > 0, "the command was warm before the first sample"
    assert len(heard) <= elapsed * 48000 + 4800, "no faster than real time"
    assert [e.whole for e in items] == [True, True]
    assert faults == []
    assert [p.name for p in tmp_path.iterdir()] == [got.name], "no shell saw the argument"


@pytest.mark.slow
def test_a_command_that_dies_is_an_error_with_its_last_words_and_is_started_again(tmp_path, made):
    runs = tmp_path / "runs"
    program = tmp_path / "gateway.py"
    program.write_text(
        "import sys, pathlib\n"
        f"runs = pathlib.Path({str(runs)!r})\n"
        "n = runs.read_text().count('x') if runs.exists() else 0\n"
        "runs.open('a').write('x')\n"
        "got = 0\n"
        "while data := sys.stdin.buffer.read(960):\n"
        "    got += len(data.strip(bytes(1)))\n"
        "    if n == 0 and got > 20000:\n"
        "        print('ampli mất điện', file=sys.stderr)\n"
        "        sys.exit(3)\n"
    )
    made.append(sink := PipeSink("loa", PipeOptions(command=[sys.executable, str(program)]), site()))
    items, faults = play(sink, tone(4.0), ahead=1.0)
    assert faults == [f"Lệnh “{sys.executable}” đã dừng (mã 3): ampli mất điện."], "a few seconds prove nothing"
    assert not items[0].whole
    assert items[0].why == Why(Cause.SINK_FAILED, faults[0])
    assert 0 < items[0].heard < 4 * 48000
    assert runs.read_text() == "xx"


@pytest.mark.slow
def test_a_command_that_stops_reading_does_not_hold_up_the_programme(made):
    made.append(
        sink := PipeSink("loa", PipeOptions(command=[sys.executable, "-c", "import time; time.sleep(60)"]), site())
    )
    begun = time.monotonic()
    items, faults = play(sink, tone(3.0))
    assert "không nhận kịp" in faults[0]
    assert items[0].heard < 2.5 * 48000
    assert time.monotonic() - begun < 10, "an item of three seconds was not held for the minute"


@pytest.mark.slow
@pytest.mark.parametrize("keep", [True, False])
def test_a_command_that_takes_sound_and_hangs_again_and_again_is_never_called_well_between(made, tmp_path, keep):
    runs = tmp_path / "runs"
    program = tmp_path / "gateway.py"
    program.write_text(
        "import sys, time, pathlib\n"
        f"pathlib.Path({str(runs)!r}).open('a').write('x')\n"
        "sys.stdin.buffer.read(96000)\n"
        "time.sleep(60)\n"
    )
    made.append(sink := PipeSink("loa", PipeOptions(command=[sys.executable, str(program)], keep=keep), site()))
    _, faults = play(sink, tone(12.0))
    assert len(runs.read_text()) > 1
    assert len(faults) == 1, "one beginning and no end"
    throughout(6.0, lambda: "không nhận kịp" in sink.trouble or "treo" in sink.trouble)


def test_a_way_that_broke_is_well_when_it_has_carried_for_long_enough_and_not_when_it_opens(monkeypatch):
    monkeypatch.setattr(carrier, "BACK_OFF", (0.02,))
    monkeypatch.setattr(carrier, "IDLE_BACK_OFF", 0.02)
    monkeypatch.setattr(carrier, "PROVEN_S", 1.0)
    opened: list[Way] = []

    class Ticking(SystemClock):
        """Its time passes by what the carrier does, however busy the machine is."""

        at = 0.0

        def monotonic(self):
            if threading.current_thread().name.startswith("carrier-"):
                self.at += 0.02
            return self.at

    class Way:
        def __init__(self):
            self.left = 3 if len(opened) < 6 else 10**9
            self.sent = 0
            opened.append(self)

        def send(self, pcm):
            self.left -= 1
            self.sent += len(pcm)
            if self.left < 0:
                raise AirError("Đứt.")

        def close(self):
            pass

        abort = close

    one = carrier.Carrier("loa", Way, Ticking(), keep=True)
    one.start()
    try:
        until(lambda: one.trouble == "Đứt.")
        said = set()
        until(lambda: said.add(one.trouble) or len(opened) == 7, every=0.005)
        assert said == {"Đứt."}, "no way was called well before it was proven"
        until(lambda: not one.trouble)
        assert opened[-1].sent > 0.5 * 96_000
    finally:
        one.finish()


def test_a_command_that_is_not_there_is_said_so_at_the_check_and_at_the_start(made):
    made.append(sink := PipeSink("loa", PipeOptions(command=["khong-co-lenh-nay"]), site()))
    assert sink.check() == "Không thấy lệnh “khong-co-lenh-nay” trên máy này."
    with pytest.raises(AirError, match="Không chạy được lệnh"):
        sink.open(FEED)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"command": "aplay -q -"}, "command"),
        ({"command": []}, "command"),
        ({}, "command: thiếu khóa này"),
        ({"command": ["aplay"], "kep": True}, "kep: không có khóa này. Có phải ý là “keep” không?"),
    ],
)
def test_options_of_a_pipe_that_are_wrong_name_the_setting(tmp_path, options, word):
    settings = Settings.model_validate({"playout": {"sinks": {"loa": {"kind": "pipe", "options": options}}}})
    why = resolve_sinks(settings, Home(tmp_path), SystemClock()).notes["loa"]
    assert "[playout.sinks.loa]" in why
    assert word in why


# Icecast


@pytest.fixture
def server():
    if Icecast.missing():
        pytest.skip("icecast2 is not installed")
    made = Icecast().start()
    yield made
    made.close()


def icecast(server, **options):
    return IcecastSink(
        "mang",
        IcecastOptions(
            **{"port": server.port, "password": server.password, "mount": "/loa.ogg", "kbps": 64, **options}
        ),
        site(),
    )


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["opus", "mp3"])
def test_a_listener_of_the_mount_hears_the_programme(server, made, codec):
    made.append(sink := icecast(server, codec=codec))
    sink.start()
    until(lambda: server.has("/loa.ogg"))
    heard: list = []
    ear = threading.Thread(target=lambda: heard.append(listen(server.url("/loa.ogg"), 3.5)))
    items, faults = play(sink, tone(5.0, 700), meanwhile=ear.start)
    ear.join(30)
    assert faults == []
    assert items[0].whole
    loud = heard[0][np.abs(heard[0]) > 0.01]
    assert len(loud) > 48000, "more than a second of it"
    assert share_of(heard[0][-48000:], 700) > 0.9
    assert np.sqrt(np.mean(heard[0][-24000:] ** 2)) == pytest.approx(12000 / 32768 / np.sqrt(2), rel=0.1)


@pytest.mark.slow
def test_the_stream_comes_back_after_the_server_was_restarted_in_mid_item(server, made):
    made.append(sink := icecast(server))
    heard: list = []

    def accident():
        until(lambda: server.has("/loa.ogg"))
        heard.append(listen(server.url("/loa.ogg"), 1))
        server.stop()
        until(lambda: sink.trouble)
        server.start()
        until(lambda: server.has("/loa.ogg"))
        heard.append(listen(server.url("/loa.ogg"), 2))

    items, faults = play(sink, tone(9.0, 700), meanwhile=accident)
    assert "Icecast" in faults[0]
    until(lambda: not sink.trouble, 30)
    assert not items[0].whole
    assert items[0].heard > 2 * 48000
    for sound in heard:
        assert share_of(sound[-24000:], 700) > 0.9


@pytest.mark.slow
def test_between_broadcasts_the_stream_stays_up_and_its_trouble_is_known(server, made):
    made.append(sink := icecast(server))
    sink.start()
    until(lambda: server.has("/loa.ogg"))
    assert sink.trouble == ""
    server.stop()
    until(lambda: "Icecast" in sink.trouble)


def test_a_wrong_password_is_told_without_repeating_it(server, made):
    made.append(sink := icecast(server, password="sai-mat-khau", keep=False))
    with pytest.raises(AirError, match="không nhận tên hoặc mật khẩu") as raised:
        sink.open(FEED)
    assert "sai-mat-khau" not in str(raised.value)


def test_the_password_may_lie_in_a_file_and_is_on_no_command_line(server, made, tmp_path):
    import psutil

    secret = tmp_path / "mk"
    secret.write_text(server.password + "\n")
    made.append(sink := icecast(server, password="", password_file=str(secret)))
    passage = sink.open(FEED)
    commands = [" ".join(child.cmdline()) for child in psutil.Process().children(recursive=True)]
    assert any("libopus" in c for c in commands)
    assert not any(server.password in c for c in commands)
    passage.close()


def test_a_server_that_is_not_there_is_said_so(made):
    made.append(sink := IcecastSink("mang", IcecastOptions(port=1, password="x", keep=False), site()))
    assert "Không nối được tới máy chủ Icecast 127.0.0.1:1" in sink.check()
    with pytest.raises(AirError, match="Không nối được"):
        sink.open(FEED)


def test_two_sources_on_one_mount_the_second_is_told_why(server, made):
    made.append(first := icecast(server))
    made.append(second := icecast(server, keep=False))
    first.open(FEED)
    until(lambda: server.has("/loa.ogg"))
    with pytest.raises(AirError, match="đang có nguồn khác"):
        second.open(FEED)


# Through the engine: each sink fails and recovers on its own


@pytest.mark.slow
def test_a_dead_server_costs_its_own_zone_only_and_the_operator_reads_why(live, server):
    air = live
    air.sound("vừa", 2.0)
    air.zones("ap-1")
    air.zones("ap-2", sink="mang")
    server.stop()
    number = air.plan(air.station.now() + 1.0 * SECOND, [air.cue(1, "vừa")], "ap-1", "ap-2")
    with running(air, sinks={"main": SimulatedHorn("main"), "mang": icecast(server)}) as playout:
        ended(air, number)
        assert "Không nối được tới máy chủ Icecast" in playout.status()["sinks"]["mang"]
        assert playout.status()["sinks"]["main"] == "ok"
        server.start()
        until(lambda: server.has("/loa.ogg"), 40)
        until(lambda: playout.status()["sinks"]["mang"] == "ok", 40)
    assert {e.zone: e.outcome for e in air.log()} == {"ap-1": Outcome.FULL, "ap-2": Outcome.FAILED}
    (incident,) = [i for i in air.incidents() if i.what == "sink-mang"]
    assert incident.ended_at is not None


@pytest.mark.medium
def test_a_stop_silences_a_pipe_within_a_moment(live, tmp_path):
    air = live
    got = tmp_path / "got.raw"
    air.sound("dài", 20.0, 300)
    air.zones("ap-1")
    number = air.plan(air.station.now() + 0.5 * SECOND, [air.cue(1, "dài")], "ap-1")
    with running(air, sinks={"main": PipeSink("main", PipeOptions(command=["tee", str(got)]), site())}) as playout:
        until(lambda: playout.airings() and playout.airings()[0].lanes and playout.airings()[0].lanes[0].on_item)
        until(lambda: np.frombuffer(got.read_bytes(), "<i2").any(), passing=(FileNotFoundError,))
        playout.register.horns.on_their_way()[0].cut(None, Why(Cause.PERSON_STOPPED, "Dừng."), "truc-may")
        until(lambda: not playout.airings())
        sounded = np.flatnonzero(np.frombuffer(got.read_bytes(), "<i2"))[-1]
        throughout(0.3, lambda: np.flatnonzero(np.frombuffer(got.read_bytes(), "<i2"))[-1] == sounded)
    assert air.row(number).verdict.startswith("Phát dở")
    assert Path(got).stat().st_size > 0


@pytest.mark.medium
def test_an_air_check_may_be_kept_as_opus(tmp_path):
    from broadcaster.playout.sinks.file import FileOptions, FileSink

    sink = FileSink("aircheck", FileOptions(opus=True), site(tmp_path))
    items, faults = play(sink, tone(1.0, 700), ahead=0.1)
    sink.finish()
    (path,) = tmp_path.rglob("*.*")
    assert path.suffix == ".opus"
    assert items[0].whole
    assert faults == []
    heard = listen(str(path), 2)
    assert len(heard) == pytest.approx(48_000, abs=1000)
    assert share_of(heard, 700) > 0.9
