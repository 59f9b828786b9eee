"""The one error tree: each error carries a machine code and a Vietnamese sentence for a person."""

from __future__ import annotations


class StationError(Exception):
    """Raised when something failed that a person should be told about.

    Args:
        message: one Vietnamese sentence that says what is wrong and what to do.
        code: short machine code, stable across versions.
        field: the file, line or field at fault, when there is one.
    """

    code = "station"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


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
        self, message: str, *, transient: bool = False, code: str | None = None, field: str | None = None
    ) -> None:
        super().__init__(message, code=code, field=field)
        self.transient = transient


class MediaError(StationError):
    """Raised when a sound cannot be read, made, measured or kept."""

    code = "media"


class AirError(StationError):
    """Raised when a broadcast cannot go to a sink."""

    code = "air"
