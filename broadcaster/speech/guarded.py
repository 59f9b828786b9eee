"""An engine as the house meets it: a fault in its own code is told as its own, and never ends a script or a page."""

from __future__ import annotations

from broadcaster.errors import EngineError
from broadcaster.plugins import ENGINES, PluginError
from broadcaster.speech.engine import Clip, Engine, Voice
from broadcaster.speech.own_process import VoiceProcess


class GuardedEngine(Engine):
    """Another engine, asked with care: whatever it raises becomes an `EngineError`, with its trace in the log.

    Args:
        engine: the other.
        apart: the process in which it speaks; None: in this one.
    """

    def __init__(self, engine: Engine, apart: VoiceProcess | None = None) -> None:
        self._engine = engine
        self._apart = apart
        self._broken: str | None = None
        self.name = engine.name
        self.one_at_a_time = engine.one_at_a_time

    @property
    def version(self) -> str:
        """What the engine says; see `Engine.version`."""
        try:
            return ENGINES.guarded(self.name, lambda: self._engine.version)
        except PluginError as error:
            raise _crashed(error) from error

    def voices(self) -> tuple[Voice, ...]:
        """The engine's voices; none when it cannot tell, and `check` then says why."""
        try:
            return ENGINES.guarded(self.name, self._engine.voices)
        except PluginError as error:
            self._broken = error.message
            return ()

    def check(self) -> str | None:
        """What is missing, or what its code did."""
        if self._apart is not None and (fault := self._apart.resting()):
            return fault
        try:
            return self._broken or ENGINES.guarded(self.name, self._engine.check)
        except PluginError as error:
            return error.message

    def speak(self, sentence: str, *, voice: str, rate: float = 1.0) -> Clip:
        """Speak one sentence; see `Engine.speak`."""
        if self._apart is not None:
            return self._apart.speak(sentence, voice=voice, rate=rate)
        try:
            return ENGINES.guarded(self.name, self._engine.speak, sentence, voice=voice, rate=rate)
        except PluginError as error:
            raise _crashed(error) from error


def _crashed(error: PluginError) -> EngineError:
    return EngineError(error.message, code="engine-crashed")
