"""Relay: real streams over HTTP, good, dead, silent, stalling and wrong; and the hour at which none may sound."""

from __future__ import annotations

import datetime as dt
import functools
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.clock import FrozenClock, SystemClock
from broadcaster.domain.air.broadcasts import BroadcastState, ItemKind, RundownItem
from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.air.relays import NONE, RelaySource
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.schedule.windows import Window
from broadcaster.errors import AirError
from broadcaster.media import ffmpeg
from broadcaster.playout.sinks.file import FileOptions
from broadcaster.playout.sound import relay
from broadcaster.playout.sound.relay import Relay, RelayFeed, source_of
from broadcaster.secret import Address
from tests.kit.horns import RecordedHorn
from tests.kit.icecast import Icecast, share_of
from tests.kit.live import running
from tests.kit.site import site
from tests.kit.waiting import paced, until

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
SECOND = dt.timedelta(seconds=1)
ANY = (Window.parse("00:00-24:00"),)


@functools.cache
def mp3(seconds: float, hz: float, level: float = 0.2) -> bytes:
    source = f"sine=frequency={hz}:duration={seconds}:sample_rate=48000,volume={level * 8}"
    command = [ffmpeg.program(), "-loglevel", "error", "-f", "lavfi", "-i", source]
    return subprocess.run([*command, "-b:a", "64k", "-f", "mp3", "-"], capture_output=True, check=True).stdout


class Streams(ThreadingHTTPServer):
    """A server whose streams may hang until it ends."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Station)
        self.ended = threading.Event()


class Station(BaseHTTPRequestHandler):
    """Streams at real-time speed."""

    server: Streams

    def do_GET(self):
        kind = self.path.strip("/")
        if kind == "missing":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if kind == "page" else "audio/mpeg")
        self.end_headers()
        try:
            if kind == "page":
                self.wfile.write(b"<html><body>Trang web, kh\xc3\xb4ng ph\xe1t thanh</body></html>" * 50)
                return
            if kind == "playlist":
                self.wfile.write(b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n")
                return
            data = {"good": mp3(120, 700), "silent": mp3(120, 700, 0.0001), "stall": mp3(9, 700), "short": mp3(9, 700)}[
                kind
            ]
            self.wfile.write(data[: 8000 * 3])  # a server sends some seconds at once
            for at, _ in zip(range(8000 * 3, len(data), 800), paced(0.1), strict=False):  # a busy machine catches up
                self.wfile.write(data[at : at + 800])
            if kind == "stall":
                self.server.ended.wait()
        except OSError:
            return

    def log_message(self, *_):
        pass


@pytest.fixture
def http():
    server = Streams()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield lambda kind: f"http://127.0.0.1:{server.server_address[1]}/{kind}"
    server.ended.set()
    server.shutdown()
    server.server_close()


def source(url="", **more):
    return RelaySource(
        "vov", "VOV1", more.pop("windows", ANY), Address(url), silence_s=more.pop("silence_s", 2.0), **more
    )


def feed(url="", *, seconds=20.0, clock=None, told=None, **more):
    made = RelayFeed(
        Relay(source(url, **more), -16.0, TZ),
        clock or SystemClock(),
        round(seconds * 48000),
        (told if told is not None else []).append,
    )
    made.start(0)
    return made


def take(made, seconds):
    """Read as a player does, at real-time speed; return what was heard and how much of it there was."""
    parts, at, there = [], 0, 0
    for _ in paced(960 / 48000):
        if at >= seconds * 48000 or (piece := made.read(at, 960)) is None:
            break
        parts.append(piece or bytes(1920))
        there += 960 if piece else 0
        at += 960
    return np.frombuffer(b"".join(parts), "<i2") / 32768, there


# Streams


@pytest.mark.slow
def test_a_good_stream_is_heard_at_the_stations_loudness(http):
    made = feed(http("good"))
    until(lambda: not made.check() and made._came > 4 * 48000)
    heard, there = take(made, 4)
    made.close()
    assert there == 4 * 48000
    assert share_of(heard, 700) > 0.9
    loudness = 10 * np.log10(np.mean(heard[48000:] ** 2))  # a tone near 1 kHz: about its LUFS
    assert -20 < loudness < -12


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["missing", "page", "playlist"])
def test_what_is_no_stream_is_known_before_its_turn_and_over_at_once(http, kind, monkeypatch):
    monkeypatch.setattr(relay, "PATIENCE_S", 1.0)
    told = []
    made = feed(http(kind), told=told)
    until(lambda: made.look() or told)
    assert told == ["Nguồn tiếp âm “VOV1” không có tín hiệu."]
    assert made.read(0, 960) is None
    assert "không có tín hiệu lúc đến giờ" in made.why.text
    made.close()
    assert told[-1] == ""


def test_a_server_that_is_not_there_is_over_at_once():
    made = feed("http://127.0.0.1:1/x")
    assert made.read(0, 960) is None
    assert made.why
    made.close()


@pytest.mark.slow
def test_a_silent_stream_is_over_after_its_seconds(http):
    made = feed(http("silent"))
    until(lambda: made._came > 48000)
    assert made.check() == "Nguồn tiếp âm “VOV1” đang im lặng."
    heard, _ = take(made, 10)
    made.close()
    assert 1.9 <= len(heard) / 48000 <= 2.2
    assert made.why == Why(Cause.RELAY_SILENT, "Nguồn tiếp âm “VOV1” im lặng 2 giây; chuyển sang nội dung của đài.")


@pytest.mark.slow
def test_a_stream_that_stalls_is_over_and_one_that_stutters_is_not(http):
    made = feed(http("stall"), silence_s=2.0)
    until(lambda: made._came > 2 * 48000)
    heard, there = take(made, 20)
    made.close()
    assert "mất tín hiệu 2 giây" in made.why.text
    assert there >= 2 * 48000
    assert len(heard) / 48000 >= there / 48000 + 2.0


def test_what_comes_late_is_aired_late_and_nothing_of_it_is_lost():
    made = RelayFeed(Relay(source(), -16.0, TZ), SystemClock(), 48000 * 60, lambda _: None)
    whole = (np.arange(48000 * 4) % 20000 + 1000).astype("<i2")
    made._keep(whole[:48000])
    got, at, kept = [], 0, 48000
    for n in range(300):
        if n % 60 == 59 and kept < len(whole):  # in stutters of more than a second
            made._keep(whole[kept : kept + 57600])
            kept += 57600
        for lane in range(2):  # two players read the same
            piece = made.read(at, 960)
            if lane == 0:
                got.append(piece)
        assert piece == got[-1]
        at += 960
    heard = np.frombuffer(b"".join(got), "<i2")
    np.testing.assert_array_equal(heard, whole[: len(heard)])
    assert len(heard) > 3.5 * 48000


def test_two_players_hear_the_relay_end_at_the_same_sample():
    made = RelayFeed(Relay(source(silence_s=0.5), -16.0, TZ), SystemClock(), 48000 * 60, lambda _: None)
    made._keep(np.full(48000, 3000, "<i2"))
    ends = []
    positions = [0, 0]
    while len(ends) < 2:
        for lane in range(2):
            if lane not in dict(ends):
                if made.read(positions[lane], 960) is None:
                    ends.append((lane, positions[lane]))
                positions[lane] += 960
    assert ends[0][1] == ends[1][1]


@pytest.mark.slow
def test_a_capture_command_is_relayed_too():
    program = "import sys, array, math, time\nn = 0\nwhile True:\n    a = array.array('h', [int(9000 * math.sin(2 * math.pi * 700 * (n + i) / 48000)) for i in range(4800)])\n    n += 4800\n    sys.stdout.buffer.write(a.tobytes())\n    sys.stdout.flush()\n    time.sleep(0.09)\n"
    made = feed(capture=(sys.executable, "-c", program))
    until(lambda: made._came > 2 * 48000, 30)
    heard, there = take(made, 2)
    made.close()
    assert there > 48000
    assert share_of(heard[:48000], 700) > 0.9


# The hour


@given(
    st.times(),
    st.lists(st.sampled_from(["05:00-05:30", "17:00-18:00", "11:15-11:45"]), min_size=1, max_size=3, unique=True),
)
def test_a_source_is_allowed_exactly_within_its_hours(time_, windows):
    one = source("http://x", windows=tuple(map(Window.parse, windows)))
    local = dt.datetime.combine(dt.date(2026, 3, 3), time_, tzinfo=TZ)
    left = one.allowed(local)
    inside = any(Window.parse(w).start <= time_ < Window.parse(w).end for w in windows)
    assert (left > NONE) == inside
    if inside:
        assert one.allowed(local + left) == NONE or (local + left).time() in {Window.parse(w).start for w in windows}


def night(clock_at):
    return FrozenClock(dt.datetime.combine(dt.date(2025, 12, 5), clock_at, tzinfo=TZ))


def test_at_a_quarter_past_three_no_relay_sounds_whoever_asked_for_it():
    clock = night(dt.time(3, 15))
    one = Relay(source("http://127.0.0.1:1/", windows=(Window.parse("05:00-05:30"),)), -16.0, TZ)
    with pytest.raises(AirError, match="Lúc 03:15 nằm ngoài giờ được tiếp âm “VOV1”"):
        source_of(one, clock, 48000, clock.now(), lambda _: None)
    made = RelayFeed(one, clock, 48000 * 60, lambda _: None)  # even one that was made all the same
    made._keep(np.full(48000, 3000, "<i2"))
    assert made.read(0, 960) is None
    assert made.why == Why(Cause.RELAY_HOURS, "Ngoài giờ được tiếp âm “VOV1” (05:00-05:30).")


def test_the_end_of_its_hours_ends_a_relay_with_a_fade_and_a_clock_set_to_the_night_within_a_second():
    clock = night(dt.time(5, 29, 58))
    one = Relay(source("http://127.0.0.1:1/", windows=(Window.parse("05:00-05:30"),)), -16.0, TZ)
    made = RelayFeed(one, clock, 48000 * 60, lambda _: None)
    made._keep(np.full(48000 * 6, 3000, "<i2"))
    parts, at = [], 0
    while (piece := made.read(at, 960)) is not None:
        parts.append(piece)
        at += 960
        made._keep(np.full(960, 3000, "<i2"))
        clock.advance(0.02)
    heard = np.frombuffer(b"".join(parts), "<i2")
    assert len(heard) == pytest.approx(2 * 48000, abs=960)
    assert heard[-1] == 0
    assert (np.diff(heard[-960:].astype(int)) <= 0).all()
    assert made.why.text.startswith("Hết giờ được tiếp âm")
    assert made.why.cause is Cause.RELAY_HOURS

    clock = night(dt.time(5, 10))
    made = RelayFeed(one, clock, 48000 * 60, lambda _: None)
    made._keep(np.full(48000 * 6, 3000, "<i2"))
    assert made.read(0, 960)
    clock.step(-2 * 3600)
    at = 960
    while made.read(at, 960) is not None:
        at += 960
    assert at <= 48000 + 960


# On air


def relayed(no, seconds=6.0):
    return RundownItem(no, ItemKind.RELAY, "Thời sự VOV1", "", round(seconds * 1000), relay="vov")


@pytest.fixture
def onair(live):
    live.sound("lời xướng", 0.5, 400)
    live.sound("bản tin", 1.0, 1500)
    live.zones("ap-1", "ap-2")
    return live


def broadcast(air, url, *, seconds=6.0, ahead=10.0, **more):
    # The leveller gives its first sample after three seconds of the stream; a busy machine starts it late besides.
    check = RecordedHorn("main", FileOptions(flac=False), site(air.station.home.airchecks))
    items = [air.cue(1, "lời xướng"), relayed(2, seconds), air.script(3, "bản tin")]
    number = air.plan(air.station.now() + ahead * SECOND, items, "ap-1", "ap-2")
    relays = {"vov": Relay(source(url, **more), -16.0, TZ)}
    with running(air, sinks={"main": check}, relays=relays):
        row = until(lambda: air.row(number).state.terminal and air.row(number), 40)
    (path,) = air.station.home.airchecks.rglob("*.wav")
    heard = np.frombuffer(path.read_bytes()[44:], "<i2") / 32768
    return row, {(e.item_no, e.zone): e for e in air.log(number)}, heard


@pytest.mark.slow
def test_a_relay_airs_between_local_items_and_returns_by_itself(onair):
    if Icecast.missing():
        pytest.skip("icecast2 is not installed")
    server = Icecast().start()
    address = f"icecast://source:{server.password}@127.0.0.1:{server.port}/vov.mp3"
    tone = ["-re", "-f", "lavfi", "-i", "sine=frequency=700:sample_rate=48000,volume=2"]
    sender = subprocess.Popen(
        [
            ffmpeg.program(),
            "-loglevel",
            "error",
            *tone,
            "-b:a",
            "64k",
            "-content_type",
            "audio/mpeg",
            "-f",
            "mp3",
            address,
        ]
    )
    try:
        until(lambda: server.has("/vov.mp3"), 20)
        row, log, heard = broadcast(onair, server.url("/vov.mp3"), ahead=12.0)
    finally:
        sender.kill()
        sender.wait()
        server.close()
    assert row.state is BroadcastState.AIRED
    for zone in ("ap-1", "ap-2"):
        entry = log[2, zone]
        assert (entry.kind, entry.outcome, entry.heard_ms, entry.audio_sha256) == ("relay", Outcome.FULL, 6000, None)
        assert log[3, zone].outcome is Outcome.FULL
    assert share_of(heard[48000 : 48000 * 6], 700) > 0.9
    assert share_of(heard[-48000:], 1500) > 0.9
    assert len(heard) == 48000 * 7.5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "outcome", "word"),
    [
        ("missing", Outcome.FAILED, "không có tín hiệu lúc đến giờ"),
        ("silent", Outcome.PARTIAL, "im lặng 2 giây"),
        ("stall", Outcome.PARTIAL, "mất tín hiệu 2 giây"),
    ],
)
def test_a_relay_that_fails_gives_way_to_local_content_and_the_log_says_why(onair, http, kind, outcome, word):
    row, log, heard = broadcast(onair, http(kind), seconds=20.0)
    assert row.state is BroadcastState.PARTIAL
    assert word in row.verdict
    for zone in ("ap-1", "ap-2"):
        assert log[2, zone].outcome is outcome
        assert word in log[2, zone].reason
        assert log[3, zone].outcome is Outcome.FULL
    assert share_of(heard[-48000:], 1500) > 0.9
    incident = next(i for i in onair.incidents() if i.what == "relay-vov")
    assert "Nguồn tiếp âm" in incident.note


@pytest.mark.slow
def test_a_relay_planned_at_a_wrong_hour_is_refused_and_the_rest_airs(onair):
    other = (dt.datetime.now(TZ) + dt.timedelta(hours=5)).time()
    window = Window.parse("00:00-00:01") if other.hour else Window.parse("23:58-23:59")
    row, log, _ = broadcast(onair, "http://127.0.0.1:1/", windows=(window,))
    assert row.state is BroadcastState.PARTIAL
    assert log[2, "ap-1"].outcome is Outcome.REFUSED
    assert "nằm ngoài giờ được tiếp âm" in log[2, "ap-1"].reason
    assert log[3, "ap-1"].outcome is Outcome.FULL
