"""Two processes of one station never ask an online voice at once."""

import datetime as dt
import os
import signal
import subprocess
import sys

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.errors import EngineError
from broadcaster.media import ffmpeg
from broadcaster.speech import turns
from tests.kit import fake_google

SPEAK = """
import sys
from pathlib import Path
from broadcaster.speech.cache import ClipCache
from broadcaster.speech.registry import speak_all
done = speak_all([f"Câu {n} của {sys.argv[2]}." for n in "ab"], ["gtts:vi"], cache=ClipCache(Path(sys.argv[1]), 10**8))
print(done.new, done.voice)
"""
HOLD = """
import sys, time
from pathlib import Path
from broadcaster.speech.turns import turn
with turn(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def child(code, *arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        env=os.environ | environment,
        text=True,
    )


@pytest.mark.medium
def test_worker_and_command_line_take_turns(tmp_path):
    tone = ["-f", "lavfi", "-i", "sine=f=500:r=24000:d=0.3", "-c:a", "libmp3lame", "-b:a", "64k", "-f", "mp3", "pipe:1"]
    server = fake_google.FakeGoogle(ffmpeg.run(tone).stdout, linger_s=0.15)
    try:
        both = [child(SPEAK, tmp_path, who, LOA_GTTS_URL=server.url) for who in ("máy", "người")]
        said = [process.communicate(timeout=60)[0] for process in both]
    finally:
        server.close()
    assert said == ["2 gtts:vi\n"] * 2
    assert len(server.asked) == 4
    assert server.most_in_flight == 1


@pytest.mark.slow
def test_a_turn_is_waited_for_and_let_go_by_a_process_that_is_killed(tmp_path):
    lock = tmp_path / "run" / "gtts.lock"
    with child(HOLD, lock) as holder:
        assert holder.stdout.readline() == "held\n"
        frozen = FrozenClock(dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
        with pytest.raises(EngineError, match="bài khác") as caught, turns.turn(lock, patience_s=5, clock=frozen):
            pass
        assert caught.value.transient
        assert frozen.monotonic() >= 5
        holder.send_signal(signal.SIGKILL)
    with turns.turn(lock, patience_s=5):
        pass


def test_a_disk_that_refuses_the_lock_stops_nobody(tmp_path):
    (tmp_path / "file").write_text("")
    with turns.turn(tmp_path / "file" / "gtts.lock"):
        pass
