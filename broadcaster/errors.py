"""The one error tree: each error carries a machine code and a Vietnamese sentence for a person."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from broadcaster.secret import masked

Where: TypeAlias = tuple[str | int, ...]
"""A place in what was given, from the outermost name inwards: `("lich.toml", "slot", 3, Code("sang"), "start")`."""

_CODES: Final = """
    busy too-heavy station rule not-found forbidden engine media air affected database cancelled network
    document encoding-choice damaged empty encoding encrypted line-too-long not-text pdf protected scanned too-dense
    too-large unreadable unsafe-xml wrong-kind zip-bomb
    altered bad-hash changed channels codec decode disk disk-full ffmpeg-failed ffmpeg-killed ffmpeg-missing
    ffmpeg-rubbish ffmpeg-timeout film listener listener-died listener-unknown missing no-listener noise not-audio
    not-file picture short silent too-long truncated
    captive-portal edge edge-mp3 edge-network edge-resting engine-crashed engine-damaged engine-died engine-empty
    engine-missing engine-nothing espeak-failed espeak-missing gtts gtts-busy gtts-html gtts-mp3 gtts-network
    gtts-refused gtts-resting no-engine no-voice no-voice-left rate stalled unreachable voice-busy voice-damaged
    voice-manifest wrong-hash
    behind ca-file certificate command-ended connecting desk icecast icecast-refused icecast-strange lock locked
    no-command no-device no-plugin no-relay no-talk no-tls overtaken password-file plugin relay-hour schema
    cut-off in-use left migration no-old-database on-trial refused service stopped too-old unfit unsettled version
    waiting withdrawn would-lose
    awaits-leader not-as-shown passphrase resting runs sending shared still-airs target target-absent
    target-stranger
"""

ERROR_CODES: Final = frozenset(_CODES.split())
"""What a program may tell our errors apart by; a word keeps its meaning across versions."""


class Code(str):
    """The code of a numbered thing in a place; it equals the plain word and is printed in brackets."""

    __slots__ = ()


def place(where: str | Where, *inner: str | int) -> Where:
    """A place, or one further inside it."""
    return (*(where if isinstance(where, tuple) else (where,)), *inner)


def printed(where: Where) -> str:
    """A place in words: names apart by colons, a number or a code beside the name before it."""
    words = ""
    for part in where:
        beside = f" ({part})" if isinstance(part, Code) else f" {part}" if isinstance(part, int) else f": {part}"
        words += beside
    return words.removeprefix(": ").strip()


class StationError(Exception):
    """Raised when something failed that a person should be told about.

    Args:
        message: one Vietnamese sentence that says what is wrong and what to do.
        code: one of `ERROR_CODES`, or a plug-in's own word.
        field: the file, line or field at fault, when there is one; a name alone stands for a place of one name.
    """

    code = "station"

    def __init__(self, message: str, *, code: str | None = None, field: str | Where = ()) -> None:
        message = masked(message)
        super().__init__(message)
        self.message = message
        self.field = place(field)
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return f"{printed(self.field)}: {self.message}" if self.field else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.args, self.__dict__)  # from the process that found it, whatever it was made of


def _again(kind: type[StationError], said: tuple[Any, ...], state: dict[str, Any]) -> StationError:
    error = kind.__new__(kind)
    error.args = said
    error.__dict__.update(state)
    return error


class RuleError(StationError):
    """Raised when input breaks a rule of the station; the user can mend it."""

    code = "rule"


class NotFoundError(RuleError):
    """Raised when what was asked for does not exist."""

    code = "not-found"


class ForbiddenError(RuleError):
    """Raised when the actor may not do this."""

    code = "forbidden"


class EngineError(StationError):
    """Raised when a speech engine cannot speak; `transient` tells whether trying again may help."""

    code = "engine"

    def __init__(
        self, message: str, *, transient: bool = False, code: str | None = None, field: str | Where = ()
    ) -> None:
        super().__init__(message, code=code, field=field)
        self.transient = transient


class MediaError(StationError):
    """Raised when a sound cannot be read, made, measured or kept."""

    code = "media"


class AirError(StationError):
    """Raised when a broadcast cannot go to a sink."""

    code = "air"
