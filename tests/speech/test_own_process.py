"""A voice in a process of its own: the same sound, and whatever befalls that process, the station speaks on."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from broadcaster import plugins
from broadcaster.clock import FrozenClock
from broadcaster.errors import EngineError
from broadcaster.speech import own_process, registry
from broadcaster.speech.own_process import REST_S, VoiceProcess
from tests.kit.clocks import NOON

SOURCE = """
import ctypes, os, signal, time

from broadcaster.errors import EngineError
from broadcaster.speech.engine import Clip, Engine, Voice


class FatefulEngine(Engine):
    name = "fateful"
    own_process = True
    version = "1"

    def voices(self):
        return (Voice(engine=self.name, id="a", label="A", region="north", gender="none", licence="-", offline=True),)

    def speak(self, sentence, *, voice, rate=1.0):
        deed, _, what = sentence.partition(" ")
        if deed == "raise":
            os.kill(os.getpid(), int(what))
        if deed == "touch":
            ctypes.string_at(0)
        if deed == "leave":
            os._exit(int(what))
        if deed == "hang":
            time.sleep(60)
        if deed == "refuse":
            raise EngineError("Bận.", transient=True, code="gtts-busy")
        if deed == "stumble":
            raise KeyError("x")
        if deed == "chatter":
            print("a library's own words", flush=True)
        return Clip(str(os.getpid()).encode().ljust(200_000), 8000)
"""


@pytest.fixture
def fateful(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package whose voice does to its process what the sentence says."""
    (tmp_path / "fateful.py").write_text(SOURCE)
    card = tmp_path / "fateful-1.dist-info"
    card.mkdir()
    (card / "METADATA").write_text("Metadata-Version: 2.1\nName: fateful\nVersion: 1\n")
    (card / "entry_points.txt").write_text("[broadcaster.engines]\nfateful = fateful:FatefulEngine\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    yield
    sys.modules.pop("fateful", None)
    registry.bare_engine.cache_clear()
    plugins._offered.cache_clear()


@pytest.fixture
def voice(fateful: None) -> Iterator[VoiceProcess]:
    made = VoiceProcess("fateful", {}, FrozenClock(NOON))
    yield made
    made.close()


def speaker(voice: VoiceProcess, sentence: str = "xin chào") -> int:
    """The process that spoke."""
    return int(voice.speak(sentence, voice="a", rate=1.0).pcm)


DEADLY = {
    **{name: f"raise {getattr(signal, name).value}" for name in ("SIGILL", "SIGSEGV", "SIGKILL", "SIGABRT", "SIGBUS")},
    "null pointer": "touch",
    "exit": "leave 3",
}


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("deed", DEADLY.values(), ids=DEADLY)
def test_a_voice_whose_process_dies_is_replaced_by_the_next_one_and_said_so(fateful: None, deed: str) -> None:
    spoken = registry.speak_all([deed, "Xin chào."], ["fateful", "tone"])
    assert spoken.engine == "tone"
    assert len(spoken.clips) == 2
    assert len(spoken.notes) == 2
    again = registry.speak_all(["Xin chào."], ["fateful", "tone"])
    assert again.engine == "tone", "it is left alone for a while, and not begun for each script"
    assert registry.engine_of("fateful").check() is not None


def test_one_process_speaks_every_sentence_and_a_fault_of_the_voice_is_its_own(voice: VoiceProcess) -> None:
    first = speaker(voice)
    assert first != os.getpid()
    assert speaker(voice, "chatter") == first, "what a library prints is no answer"
    with pytest.raises(EngineError) as refused:
        speaker(voice, "refuse")
    assert (refused.value.code, refused.value.transient) == ("gtts-busy", True)
    with pytest.raises(EngineError) as stumbled:
        speaker(voice, "stumble")
    assert stumbled.value.code == "engine-crashed"
    assert speaker(voice) == first


def test_a_voice_that_died_is_tried_again_after_its_rest(fateful: None) -> None:
    clock = FrozenClock(NOON)
    made = VoiceProcess("fateful", {}, clock)
    try:
        with pytest.raises(EngineError) as died:
            speaker(made, "leave 3")
        assert died.value.code == "engine-died"
        with pytest.raises(EngineError) as resting:
            speaker(made)
        assert resting.value.message == died.value.message == made.resting()
        clock.advance(REST_S)
        assert made.resting() is None
        assert speaker(made)
    finally:
        made.close()


def test_a_process_that_went_to_rest_is_begun_again(voice: VoiceProcess) -> None:
    first, child = speaker(voice), voice._child
    assert child is not None
    assert child.stdin is not None
    child.stdin.close()  # it ends as it does when nobody has asked for long
    assert child.wait(30) == 0
    assert speaker(voice) != first
    with pytest.raises(EngineError):
        speaker(voice, "leave 0")
    assert voice._child is None, "twice in a row is no rest"


def test_a_voice_that_hangs_is_ended(voice: VoiceProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    speaker(voice)
    monkeypatch.setattr(own_process, "TIMEOUT_S", 0.2)
    with pytest.raises(EngineError) as died:
        speaker(voice, "hang")
    assert died.value.code == "engine-died"
    assert voice._child is None


def test_a_machine_that_begins_no_process_speaks_with_the_next_voice(
    fateful: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))
    assert registry.speak_all(["Xin chào."], ["fateful", "tone"]).engine == "tone"


def test_the_process_of_a_voice_that_nobody_holds_any_more_ends(fateful: None) -> None:
    made = VoiceProcess("fateful", {}, FrozenClock(NOON))
    number = speaker(made)
    assert psutil.pid_exists(number)
    del made
    gc.collect()
    assert not psutil.pid_exists(number), "ended and taken leave of"
