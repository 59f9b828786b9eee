"""Sample for sample: joins, fades, volume, a sink that breaks and comes back; the sinks themselves."""

from __future__ import annotations

import datetime as dt
import hashlib
import queue
import struct
import threading
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.clock import FrozenClock
from broadcaster.domain.air.causes import NOTHING, Cause, Why
from broadcaster.domain.air.mutes import Mute
from broadcaster.errors import AirError, MediaError
from broadcaster.home import Home
from broadcaster.playout.sinks import behind, resolve_sinks
from broadcaster.playout.sinks.base import RATE, Feed, Placed
from broadcaster.playout.sinks.behind import Behind
from broadcaster.playout.sinks.cards import playback_devices
from broadcaster.playout.sinks.device import DeviceOptions, DeviceSink
from broadcaster.playout.sinks.file import FileOptions, FileSink
from broadcaster.playout.sound.decoded import ALTERED, DecodedCache, _checked
from broadcaster.playout.sound.events import Ended
from broadcaster.playout.sound.player import FADE, Lane, level
from broadcaster.playout.sound.sources import Segment
from broadcaster.settings import Settings
from tests.kit.properties import examples
from tests.kit.sinks import FEED, NOW, Catch, Held
from tests.kit.site import site


def tape(value, n):
    return Held(np.full(n, value, "<i2").tobytes())


def play(sink, *tapes, limit=None, gain=1.0, offset=0, fade_in=False, before=None, mirror=None):
    events, faults = queue.SimpleQueue(), []
    clock = FrozenClock(NOW)
    lane = Lane(sink, ("ap-1",), gain, FEED, clock, events, lambda n, w: faults.append((n, w)), mirror=mirror)
    segments = [Segment(n, t, offset if n == 1 else 0) for n, t in enumerate(tapes, 1)]
    lane.begin(
        segments, clock.monotonic() + 1, limit=limit, limit_why=Why(Cause.SLOT_FULL, "Hết giờ."), fade_in=fade_in
    )
    if before:
        before(lane, clock)
    lane.run()
    found = []
    while not events.empty():
        found.append(events.get()[1])
    return [e for e in found if isinstance(e, Ended)], faults


def test_items_join_with_no_sample_between_and_none_lost():
    sink = Catch()
    ended, _ = play(sink, tape(100, 12_345), tape(-200, 777), tape(300, 1))
    np.testing.assert_array_equal(sink.samples, np.concatenate([np.full(12_345, 100), np.full(777, -200), [300]]))
    assert [e.heard for e in ended] == [12_345, 777, 1]
    assert all(e.whole for e in ended)
    assert ended[1].started_at == NOW + dt.timedelta(seconds=1 + 12_345 / 48000)


def test_the_end_of_the_slot_is_a_fade_of_20_ms_and_not_a_sample_more():
    sink = Catch()
    ended, _ = play(sink, tape(10_000, 48_000), limit=10_000)
    assert len(sink.samples) == 10_000
    assert (sink.samples[: 10_000 - FADE] == 10_000).all()
    tail = sink.samples[-FADE:].astype(int)
    assert (np.diff(tail) <= 0).all()
    assert tail[0] == 10_000
    assert tail[-1] == 0
    assert (ended[0].why, ended[0].whole) == (Why(Cause.SLOT_FULL, "Hết giờ."), False)


def test_a_cut_ends_within_a_chunk_and_a_fade():
    sink = Catch()
    ended, _ = play(
        sink,
        tape(10_000, 480_000),
        tape(1, 10),
        before=lambda lane, _: setattr(
            sink, "after", lambda n: n >= 4800 and lane.cut(Why(Cause.PERSON_STOPPED, "Dừng."), "ai")
        ),
    )
    assert len(sink.samples) == 4800 + FADE
    assert sink.samples[-1] == 0
    assert [(e.item_no, e.why, e.by) for e in ended] == [(1, Why(Cause.PERSON_STOPPED, "Dừng."), "ai")]


def test_joining_in_the_middle_fades_in_and_counts_only_what_was_heard():
    sink = Catch()
    ended, _ = play(sink, tape(10_000, 48_000), offset=40_000, fade_in=True)
    assert len(sink.samples) == 8000
    assert sink.samples[0] == 0
    assert (sink.samples[FADE:] == 10_000).all()
    assert (ended[0].heard, ended[0].whole) == (8000, False)


def test_volume_is_applied_to_every_sample():
    sink = Catch()
    play(sink, tape(10_000, 5000), gain=0.5)
    assert set(sink.samples.tolist()) == {5000}


def test_a_sink_that_breaks_and_comes_back_loses_only_the_time_between():
    sink = Catch()

    def breaks(lane, clock):
        def after(n):
            sink.broken = n == 48_000

        sink.after = after
        real = clock.sleep_until
        clock.sleep_until = lambda at, stop=None: (
            setattr(sink, "broken", sink.broken and clock.monotonic() < 2.5),
            real(at, stop),
        )[1]

    ended, faults = play(sink, tape(1000, 720_000), before=breaks)
    assert ended[0].why == Why(Cause.SINK_FAILED, "Đứt dây.")
    assert not ended[0].whole
    assert 600_000 < ended[0].heard < 720_000
    assert faults == [("main", "Đứt dây."), ("main", "")]
    assert sink.opened == 2


def test_a_sink_that_opens_and_breaks_again_and_again_is_told_of_once_and_never_as_well():
    sink = Catch()
    sink.after = lambda n: setattr(sink, "broken", True)

    def mended(lane, clock):
        real = clock.sleep_until
        clock.sleep_until = lambda at, stop=None: (
            setattr(sink, "broken", sink.broken and clock.monotonic() % 3 > 1),
            real(at, stop),
        )[1]

    _, faults = play(sink, tape(1000, 960_000), before=mended)
    assert sink.opened > 3
    assert faults == [("main", "Đứt dây.")]


def test_a_mirror_that_fails_does_not_disturb_the_sound():
    sink, mirror = Catch(), Catch()
    mirror.name = "aircheck"
    mirror.after = lambda n: setattr(mirror, "broken", n > 4000)
    ended, faults = play(sink, tape(1000, 48_000), mirror=mirror)
    assert ended[0].whole
    assert faults == [("aircheck", "Đứt dây.")]
    assert len(mirror.samples) < 48_000


def test_a_disk_that_hangs_holds_up_no_sample_and_the_recording_is_whole_when_it_goes_on():
    go, inner = threading.Event(), Catch()
    inner.after = lambda _n: go.wait(20)
    sink = Catch()
    sink.after = lambda n: n == 48_000 * 3 and go.set()
    mirror = Behind(inner)
    (one, two), faults = play(sink, tape(100, 48_000 * 2), tape(200, 48_000), mirror=mirror)
    assert go.is_set(), "all was heard while the disk still held its first piece"
    assert one.whole
    assert two.whole
    assert faults == []
    np.testing.assert_array_equal(inner.samples, sink.samples)


@pytest.mark.medium
def test_a_disk_that_hangs_for_too_long_costs_the_recording_and_is_told(monkeypatch):
    monkeypatch.setattr(behind, "MOST_S", 1)
    go, inner = threading.Event(), Catch()
    inner.after = lambda _n: go.wait(20)
    sink = Catch()
    sink.after = lambda n: n == 48_000 * 4 and go.set()
    (end,), faults = play(sink, tape(100, 48_000 * 4), mirror=Behind(inner))
    assert end.whole
    assert faults == [("main", "Đĩa ghi bản thu kiểm thính quá chậm nên bỏ phần còn lại của bản thu.")]


def test_a_recording_behind_says_where_it_stands(tmp_path):
    stream = Behind(FileSink("main", FileOptions(flac=False), site(tmp_path))).open(FEED)
    assert isinstance(stream, Placed)
    stream.write(bytes(9600))
    assert stream.place == ("2026-03-02/220000-7-main", 4800)
    stream.close()
    with wave.open(str(tmp_path / "2026-03-02" / "220000-7-main.wav")) as file:
        assert file.getnframes() == 4800
    plain = Behind(Catch()).open(FEED)
    assert not isinstance(plain, Placed)
    plain.close()


def test_level_is_rms_in_dbfs():
    assert level(b"") == -96.0
    assert level(bytes(200)) == -96.0
    assert level(np.full(4800, 16384, "<i2").tobytes()) == pytest.approx(-6.0, abs=0.1)


def test_a_recording_cut_off_by_a_crash_still_plays(tmp_path):
    recording = FileSink("main", FileOptions(flac=False), site(tmp_path)).open(FEED)
    for _ in range(3):
        recording.write(bytes(96_000))
    recording._file.close()  # as a killed process leaves it
    with wave.open(str(recording.path)) as file:
        assert file.getnframes() >= 2 * 48_000
    assert recording.path.relative_to(tmp_path).as_posix() == "2026-03-02/220000-7-main.wav"


def test_a_finished_recording_becomes_flac_and_an_empty_one_goes(tmp_path):
    sink = FileSink("main", FileOptions(), site(tmp_path))
    first, second = sink.open(FEED), sink.open(Feed(8, "x", NOW))
    first.write(bytes(96_000))
    first.close()
    second.close()
    sink.finish()
    assert [p.name for p in tmp_path.rglob("*.*")] == ["220000-7-main.flac"]


def test_recordings_left_by_a_crash_become_flac_and_old_ones_go(tmp_path):
    sink = FileSink("main", FileOptions(flac=False), site(tmp_path, FrozenClock(NOW)))
    left = sink.open(FEED)
    left.write(bytes(96_000))
    left.close()
    old = sink.open(Feed(1, "x", NOW - dt.timedelta(days=61)))
    old.write(bytes(96_000))
    old.close()
    again = FileSink("main", FileOptions(), site(tmp_path, FrozenClock(NOW)))
    again.start()
    again.tend()
    again.finish()
    assert [p.name for p in tmp_path.rglob("*.*")] == ["220000-7-main.flac"]


def recorded(sink, days_ago, number):
    kept = sink.open(Feed(number, "x", NOW - dt.timedelta(days=days_ago)))
    kept.write(bytes(200_000))
    kept.close()
    return kept.path


def test_recordings_past_their_days_go_and_strange_things_among_them_hold_up_nothing(tmp_path):
    sink = FileSink("main", FileOptions(flac=False, keep_days=10), site(tmp_path, FrozenClock(NOW)))
    old, older, kept = recorded(sink, 11, 1), recorded(sink, 40, 2), recorded(sink, 10, 3)
    (older.parent / "ghi chú").mkdir()
    (tmp_path / "2026-99-99").mkdir()
    assert sink.tend() == "Đã bỏ 2 bản thu kiểm thính quá 10 ngày, 400 kB, tới ngày 19/02/2026."
    assert sink.tend() == ""
    assert not old.parent.exists()
    assert not older.exists()
    assert older.parent.is_dir()
    assert kept.is_file()


def test_recordings_that_take_too_much_go_oldest_first_and_are_put_on_record(tmp_path):
    sink = FileSink("main", FileOptions(flac=False, keep_gb=0.0007), site(tmp_path, FrozenClock(NOW)))
    paths = [recorded(sink, days, number) for number, days in enumerate((5, 4, 4, 1, 0, 0))]
    said = sink.tend()
    assert [p.is_file() for p in paths] == [False, False, False, True, True, True]
    assert said == "Đã bỏ 3 bản thu kiểm thính vì tất cả chiếm quá 700 kB, 600 kB, tới ngày 26/02/2026."
    assert sink.tend() == ""
    tight = FileSink("main", FileOptions(flac=False, keep_gb=0.0001), site(tmp_path, FrozenClock(NOW)))
    assert "Đã bỏ 1 bản" in tight.tend()
    assert [p.is_file() for p in paths[3:]] == [False, True, True], "those of today stay, whatever they take"


def test_a_clock_that_lies_removes_no_recording(air):
    from broadcaster.supervise.simulated import Simulation

    sink = FileSink("main", FileOptions(flac=False), site(air.station.home.airchecks, air.frozen))
    kept = sink.open(Feed(1, "x", air.frozen.now() - dt.timedelta(days=3)))
    kept.write(bytes(2000))
    kept.close()
    with Simulation(air.station, sinks={"main": sink}) as one:
        one.playout.tick()
        air.frozen.step(10 * 365 * 86400)
        air.frozen.advance(3 * 3600)
        one.playout.tick()
        assert kept.path.is_file()
        air.frozen.step(-10 * 365 * 86400)
        air.frozen.advance(90 * 86400)
        one.playout.tick()
    assert not kept.path.exists()


@pytest.mark.skipif(bool(playback_devices()), reason="this machine has a sound card")
def test_without_a_sound_card_the_device_gives_way_to_a_recording_and_says_so(tmp_path):
    found = resolve_sinks(Settings(), Home(tmp_path), FrozenClock(NOW))
    assert isinstance(found.by_name["main"], FileSink)
    assert "không có card âm thanh" in found.notes["main"]
    assert isinstance(found.by_name["aircheck"], FileSink)
    with pytest.raises(AirError):
        DeviceSink("main", DeviceOptions(), site()).open(FEED)


def test_with_a_sound_card_the_device_stays_itself_and_a_null_device_is_no_card(tmp_path, monkeypatch):
    offered = [{"name": "Discard all samples (playback)"}, {"name": "USB Audio"}]
    monkeypatch.setattr("miniaudio.Devices.get_playbacks", lambda _self: offered)
    monkeypatch.setattr("miniaudio.Devices.__init__", lambda _self, backends: None)
    monkeypatch.setattr("miniaudio.Devices.__del__", lambda _self: None)
    found = resolve_sinks(Settings(), Home(tmp_path), FrozenClock(NOW))
    assert isinstance(found.by_name["main"], DeviceSink)
    assert found.notes == {}
    assert playback_devices() == ["USB Audio"]
    assert "USB Audio" in DeviceSink("main", DeviceOptions(device="không-có-card-này"), site()).check()
    assert DeviceSink("main", DeviceOptions(device="usb"), site()).check() == ""


def test_a_card_that_is_not_there_is_named(tmp_path):
    assert DeviceSink("main", DeviceOptions(device="không-có-card-này"), site()).check()


def test_a_wrong_option_of_a_sink_names_the_setting(tmp_path):
    settings = Settings.model_validate({"playout": {"sinks": {"main": {"kind": "file", "options": {"fodler": "x"}}}}})
    why = resolve_sinks(settings, Home(tmp_path), FrozenClock(NOW)).notes["main"]
    assert "fodler: không có khóa này. Có phải ý là “folder” không?" in why
    assert "Đường này không ra loa: hãy sửa bảng [playout.sinks.main] trong station.toml." in why


def test_a_tape_is_decoded_once_and_made_anew_when_it_was_touched(air):
    air.sound("một", 0.5)
    digest = air.sounds["một"][0]
    made = []

    def decode(source, target):
        from broadcaster.playout.sinks.codec import flac_to_wav

        made.append(source)
        flac_to_wav(source, target)

    folder = air.station.home.playout / "tapes"
    room = DecodedCache(air.station.home.store, folder, decode)
    first = room.cue(digest)
    sound = first.read(0, first.samples)
    assert room.cue(digest).read(0, 24_000) == sound
    assert first.samples == 24_000
    assert len(sound) == 48_000
    assert len(made) == 1
    path = folder / f"{digest}.wav"
    body = bytearray(path.read_bytes())
    body[-1] ^= 1
    path.unlink()
    path.write_bytes(body)
    assert room.cue(digest).read(0, 24_000) == sound
    assert len(made) == 2


def wav(path, samples, *extra):
    """Write a WAV with odd chunks before its samples."""
    chunks = b"".join(n + struct.pack("<I", len(b)) + b + bytes(len(b) % 2) for n, b in extra)
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 48_000, 96_000, 2, 16)
    data = chunks + fmt + struct.pack("<4sI", b"data", len(samples)) + samples
    path.write_bytes(struct.pack("<4sI4s", b"RIFF", len(data) + 4, b"WAVE") + data)


@given(
    pieces=st.lists(st.tuples(st.integers(0, 200_000), st.integers(1, 60_000)), min_size=1, max_size=20),
    length=st.integers(1, 200_000),
)
@examples(40)
def test_a_tape_read_in_any_pieces_gives_the_samples_that_were_checked(tmp_path_factory, pieces, length):
    path = tmp_path_factory.mktemp("tape") / "x.wav"
    samples = np.arange(length, dtype="<u2").tobytes()
    wav(path, samples, (b"LIST", b"odd"))
    tape, md5 = _checked("x", path)
    assert tape.samples == length
    assert md5 == hashlib.md5(samples, usedforsecurity=False).digest()
    for at, n in pieces:
        assert tape.read(at, n) == samples[at * 2 : (at + n) * 2]


@pytest.mark.parametrize("harm", ["altered", "shorter", "gone"])
def test_what_is_no_longer_what_was_checked_is_not_aired(tmp_path, harm):
    path = tmp_path / "x.wav"
    samples = np.arange(48_000 * 3, dtype="<u2").tobytes()
    wav(path, samples)
    tape, _ = _checked("x", path)
    assert tape.read(0, 960) == samples[:1920]
    body = bytearray(path.read_bytes())
    if harm == "altered":
        body[-48_000] ^= 1  # in the last second
        path.write_bytes(body)
    elif harm == "shorter":
        path.write_bytes(body[:-1000])
    else:
        path.unlink()
    if harm != "gone":
        assert tape.read(48_000, 960) == samples[96_000 : 96_000 + 1920], "the second before is as it was"
        assert tape.why == NOTHING
    assert tape.read(96_000, 960) is None
    assert tape.why == ALTERED


def test_a_decoder_that_gives_other_samples_is_not_trusted(air):
    air.sound("một", 0.5)
    air.sound("hai", 0.5, 900)
    other = air.path("hai")

    def decode(source, target):
        from broadcaster.playout.sinks.codec import flac_to_wav

        flac_to_wav(other, target)

    room = DecodedCache(air.station.home.store, air.station.home.playout / "tapes", decode)
    with pytest.raises(MediaError, match="không khớp"):
        room.cue(air.sounds["một"][0])


def test_a_lane_that_is_cut_before_it_began_makes_no_sound():
    sink, events = Catch(), queue.SimpleQueue()
    lane = Lane(sink, ("ap-1",), 1.0, FEED, FrozenClock(NOW), events, lambda n, w: None)
    thread = threading.Thread(target=lane.run)
    thread.start()
    lane.cut(NOTHING, "")
    thread.join(5)
    assert not thread.is_alive()
    assert len(sink.samples) == 0
    assert events.empty()


@pytest.mark.parametrize("why", ["silent", "faint", "torn", "muted", "loud"])
def test_a_lane_counts_how_long_nothing_that_can_be_heard_has_left_it(why):
    seconds = 12
    sounds = {"silent": 0, "faint": 20, "torn": 10_000, "muted": 10_000, "loud": 10_000}
    until = NOW + dt.timedelta(days=1)
    muted = Mute(id=1, output="main", zone="", since=NOW, until=until, by="ai", why="") if why == "muted" else None
    sink, clock, counted = Catch(), FrozenClock(NOW), []
    lane = Lane(
        sink, ("ap-1",), 1.0, FEED, clock, queue.SimpleQueue(), lambda n, w: None, chunk_ms=500, mute=lambda: muted
    )
    sink.after = lambda _n: counted.append(lane.quiet_s)
    sink.broken = why == "torn"
    source = tape(sounds[why], RATE * seconds)
    read, source.read = source.read, lambda at, n: (counted.append(lane.quiet_s), read(at, n))[1]
    lane.begin([Segment(1, source)], clock.monotonic() + 1, limit=None, limit_why=NOTHING, fade_in=False)
    assert lane.quiet_s == 0, "it has not begun"
    lane.run()
    if why in {"silent", "faint", "torn"}:
        assert seconds - 1 <= max(counted) <= seconds
    else:
        assert max(counted) <= 0.5
    assert lane.quiet_s == 0, "it is over"


def test_a_lane_whose_output_takes_nothing_counts_on_by_itself():
    sink, clock = Catch(), FrozenClock(NOW)
    lane = Lane(sink, ("ap-1",), 1.0, FEED, clock, queue.SimpleQueue(), lambda n, w: None)

    def hang(taken):
        if taken > RATE:
            clock.advance(11)
            assert lane.quiet_s > 10
            lane.cut(NOTHING, "")
            assert lane.quiet_s == 0, "a person ended it"

    sink.after = hang
    lane.begin([Segment(1, tape(9000, RATE * 3))], clock.monotonic(), limit=None, limit_why=NOTHING, fade_in=False)
    lane.run()
    assert len(sink.samples) < RATE * 2


def test_the_card_takes_samples_at_its_own_pace_and_drops_what_waits_when_told():
    import time

    import miniaudio

    from broadcaster.playout.sinks.card_miniaudio import CardStream

    card = CardStream(None, (miniaudio.Backend.NULL,))  # miniaudio's own clock, no sound
    begin = time.monotonic()
    for _ in range(30):
        card.write(np.full(960, 1000, "<i2").tobytes())
    took = time.monotonic() - begin
    assert took > 0.3, "600 ms of sound are not swallowed at once"
    card.drop()
    card.close()


@pytest.mark.medium
def test_a_card_that_stops_asking_is_reported():
    import miniaudio

    from broadcaster.playout.sinks.card_miniaudio import CardStream

    card = CardStream(None, (miniaudio.Backend.NULL,))
    card._device.stop()
    with pytest.raises(AirError, match="rút"):
        for _ in range(30):
            card.write(bytes(1920))
    card.drop()
    card.close()
