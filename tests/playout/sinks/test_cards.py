"""The sound card without miniaudio: `aplay` on ALSA devices of the test's own, and on a real PulseAudio server."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from broadcaster.errors import AirError
from broadcaster.playout.sinks.card_aplay import CARDS, listed
from broadcaster.playout.sinks.cards import playback_devices, ways
from broadcaster.playout.sinks.device import DeviceOptions, DeviceSink
from tests.kit.sinks import FEED, play
from tests.kit.site import site
from tests.kit.sounds import tone
from tests.kit.waiting import until

pytestmark = pytest.mark.skipif(shutil.which("aplay") is None, reason="alsa-utils is not installed")
MINIAUDIO = "miniaudio"
RASPBERRY = """\
null
    Discard all samples (playback) or generate zero samples (capture)
default
    Default Audio Device
sysdefault
hw:CARD=Headphones,DEV=0
    bcm2835 Headphones, bcm2835 Headphones
    Direct hardware device without any conversions
plughw:CARD=Headphones,DEV=0
    bcm2835 Headphones, bcm2835 Headphones
    Hardware device with all software conversions
dmix:CARD=Device,DEV=0
    USB Audio Device, USB Audio
plughw:CARD=Device,DEV=0
    USB Audio Device, USB Audio
    Hardware device with all software conversions
"""
NO_CARD = """\
null
    Discard all samples (playback) or generate zero samples (capture)
lavrate
    Rate Converter Plugin Using Libav/FFmpeg Library
jack
    JACK Audio Connection Kit
pulse
    PulseAudio Sound Server
pipewire
    PipeWire Sound Server
"""


@pytest.fixture
def alone(monkeypatch, tmp_path):
    """A machine where miniaudio is not installed, no sound server runs, and ALSA reads the test's own settings."""
    monkeypatch.setitem(sys.modules, MINIAUDIO, None)
    for name in ("PULSE_SERVER", "PIPEWIRE_REMOTE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def taped(alone):
    """What a card of ALSA was given: a device that keeps it in a file."""
    tape = alone / "card.raw"
    (alone / ".asoundrc").write_text(
        f'pcm.village {{ type file; slave.pcm null; file "{tape}"; format raw;'
        ' hint { show on; description "Âm ly nhà văn hóa" } }\n'
        "pcm.locked { type hw; card 31; hint { show on; description 'Card đã rút' } }\n"
    )
    return tape


@pytest.mark.parametrize(
    ("told", "socket", "names"),
    [
        (
            RASPBERRY,
            None,
            [
                "Default Audio Device (default)",
                "bcm2835 Headphones, bcm2835 Headphones (plughw:CARD=Headphones,DEV=0)",
                "USB Audio Device, USB Audio (plughw:CARD=Device,DEV=0)",
            ],
        ),
        (NO_CARD, None, []),
        (NO_CARD, "pulse/native", ["PulseAudio Sound Server (pulse)"]),
        (NO_CARD, "pipewire-0", ["PipeWire Sound Server (pipewire)"]),
        ("", None, []),
        ("    thụt vào mà không có tên\nplughw:CARD=X,DEV=0\n", None, []),
    ],
)
def test_of_all_that_alsa_lists_only_what_can_be_heard_is_a_card(alone, monkeypatch, told, socket, names):
    if socket:
        (alone / socket).parent.mkdir(exist_ok=True)
        (alone / socket).touch()
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(alone))
    assert list(listed(told)) == names


@pytest.mark.medium
def test_where_miniaudio_is_not_installed_the_card_is_reached_by_aplay_sample_for_sample(taped):
    assert ways() == [CARDS]
    assert "Âm ly nhà văn hóa (village)" in playback_devices()
    sink = DeviceSink("main", DeviceOptions(device="nhà văn"), site())
    assert sink.check() == ""
    begun = time.monotonic()
    items, faults = play(sink, tone(0.7), tone(0.31, 900))
    took = time.monotonic() - begun
    assert faults == []
    assert [item.whole for item in items] == [True, True]
    assert took > 0.6, "a second of sound is not swallowed at once, even by a device that would"
    sent = np.concatenate([tone(0.7), tone(0.31, 900)])
    heard = np.frombuffer(taped.read_bytes(), "<i2")
    np.testing.assert_array_equal(heard[: len(sent)], sent)
    assert not heard[len(sent) :].any()


def test_a_card_that_is_not_there_is_told_with_those_that_are(taped):
    assert "Âm ly nhà văn hóa" in DeviceSink("main", DeviceOptions(device="không-có"), site()).check()


def test_a_card_that_refuses_is_told_when_it_is_opened(taped):
    with pytest.raises(AirError, match="không mở được"):
        DeviceSink("main", DeviceOptions(device="locked"), site()).open(FEED)


def test_without_aplay_it_is_told_what_to_install(alone, monkeypatch):
    monkeypatch.setenv("PATH", str(alone))
    sink = DeviceSink("main", DeviceOptions(), site())
    assert "alsa-utils" in sink.check()
    with pytest.raises(AirError, match="alsa-utils"):
        sink.open(FEED)


@pytest.mark.medium
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP])
def test_an_aplay_that_dies_or_hangs_is_told_and_what_it_left_in_the_pipe_counts_as_lost(taped, sent):
    stream = CARDS.open("village")
    piece = tone(0.02).tobytes()
    for _ in range(5):
        stream.write(piece)
    until(lambda: stream._unread() == 0)
    os.kill(stream._process.pid, signal.SIGSTOP)
    until(lambda: psutil.Process(stream._process.pid).status() == psutil.STATUS_STOPPED)
    stream.write(piece)
    if sent is signal.SIGKILL:
        os.kill(stream._process.pid, signal.SIGKILL)
        stream._process.wait(10)
    given = 1
    with pytest.raises(AirError, match="rút"):
        for _ in range(10):
            stream.write(piece)
            given += 1
    assert stream.lost == given * 960
    stream._process.kill()
    stream.close()


@pytest.mark.slow
def test_a_sound_server_hears_what_aplay_is_given_at_real_time_speed(alone, monkeypatch):
    socket, tape = alone / "pulse.socket", alone / "heard.raw"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(alone))
    modules = [
        "module-null-sink sink_name=horns rate=48000 channels=1 format=s16le",
        f"module-native-protocol-unix auth-anonymous=1 socket={socket}",
    ]
    loads = [argument for module in modules for argument in ("-L", module)]
    server = subprocess.Popen(["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", *loads])
    ear = None
    try:
        until(socket.exists, 20)
        monkeypatch.setenv("PULSE_SERVER", f"unix:{socket}")
        assert "PulseAudio Sound Server (pulse)" in playback_devices()
        with tape.open("wb") as kept:
            ear = subprocess.Popen(
                ["parec", "-d", "horns.monitor", "--rate=48000", "--channels=1", "--format=s16le", "--latency-msec=20"],
                stdout=kept,
            )
        until(lambda: tape.stat().st_size > 0, 20)
        items, faults = play(DeviceSink("main", DeviceOptions(), site()), tone(1.0), tone(0.5, 900))
        until(lambda: _heard(tape).any() and not _heard(tape)[-24_000:].any(), 20)
    finally:
        for process in (ear, server):
            if process is not None:
                process.terminate()
                process.wait(10)
    assert faults == []
    assert [item.whole for item in items] == [True, True]
    sent = np.concatenate([tone(1.0), tone(0.5, 900)])
    heard = _heard(tape)
    assert abs(_loud(heard) - _loud(sent)) < len(sent) / 50, (
        "a busy machine may tear a hole, but all of it is there, once"
    )


def _loud(samples):
    return np.count_nonzero(np.abs(samples.astype(int)) > 200)


def _heard(tape):
    data = tape.read_bytes()
    return np.frombuffer(data[: len(data) // 2 * 2], "<i2")
