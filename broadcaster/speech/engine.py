"""The contract of a voice: one sentence of spoken words in, one clip of sound out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

from broadcaster.plugins import PluginOptions

Region = Literal["north", "central", "south"]
Gender = Literal["female", "male", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One voice of an engine, as the station offers it."""

    engine: str
    id: str
    label: str
    """What the operator reads, in Vietnamese."""
    region: Region
    gender: Gender
    licence: str
    offline: bool

    @property
    def name(self) -> str:
        """The name used in settings and on the command line: `engine:id`."""
        return f"{self.engine}:{self.id}"


@dataclass(frozen=True, slots=True)
class Clip:
    """A piece of speech: signed 16-bit little-endian mono samples."""

    pcm: bytes
    rate: int
    """Samples per second (Hz)."""

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.pcm) / 2 / self.rate


class Engine(ABC):
    """A speech engine behind an entry point of the group `broadcaster.engines`, whose name is its own.

    It is made without arguments, or as `Class(options)` where it bears a form of options. One object serves one thread
    at a time.
    """

    name: str
    Options: ClassVar[type[PluginOptions] | None] = None
    """What `[speech.engines.NAME]` may say, in Vietnamese; None: nothing."""
    one_at_a_time: bool = False
    """Whether a station may ask for one sentence at a time only, in whichever of its processes."""
    own_process: bool = False
    """Whether it speaks by machine code that may end a whole process: then it is given one of its own."""

    @property
    @abstractmethod
    def version(self) -> str:
        """Identify what makes the sound (library, model, our own tuning): same version and input, same bytes.

        MUST change whenever the sound of any sentence would; it is part of the cache key.
        """

    @abstractmethod
    def voices(self) -> tuple[Voice, ...]:
        """The voices, the recommended one first. MUST work without loading a model."""

    @abstractmethod
    def speak(self, sentence: str, *, voice: str, rate: float = 1.0) -> Clip:
        """Speak one sentence of normalized text (no digits, no symbols) at `rate` times the usual speed.

        Raises:
            EngineError: the engine cannot; its `transient` flag tells whether trying again may help.
        """

    def check(self) -> str | None:
        """None when ready, else a Vietnamese sentence that says what is missing. MAY be overridden."""
        return None
