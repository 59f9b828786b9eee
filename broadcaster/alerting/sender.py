"""The contract of a sender: one short message out, to whomever its options name."""

from __future__ import annotations

from typing import ClassVar, Protocol

from broadcaster.errors import StationError
from broadcaster.plugins import PluginOptions


class SendError(StationError):
    """Raised when a message was not taken.

    Args:
        message: a Vietnamese sentence that says why and what to do.
        lasting: it will be refused again as long as nobody changes something (a wrong token, an unknown number).
        after_s: the seconds for which the other side asked not to be bothered.
    """

    code = "sending"

    def __init__(self, message: str, *, lasting: bool = False, after_s: float | None = None) -> None:
        super().__init__(message)
        self.lasting = lasting
        self.after_s = after_s


class Sender(Protocol):
    """One way to reach people, made anew for each message as `Class(options)`, in a process of its own.

    Its class stands behind an entry point of the group `broadcaster.alerts`, whose name is the `kind` of the settings.
    """

    Options: ClassVar[type[PluginOptions]]
    """The form of its options; what must never be printed is a `Secret` or an `Address` there."""

    @property
    def where(self) -> str:
        """Whom it reaches and how, in a few Vietnamese words without a secret: `e-mail tới ba@xamau.vn`."""
        ...

    def send(self, title: str, body: str) -> str | None:
        """Hand a message over; return what the other side answered, in a few words, when there is something to say.

        Whoever sends it ends it after some 20 seconds, or after as many as the class says in `needs_s`, where it does.

        Raises:
            SendError: it was not taken; it tells whether trying again may help.
        """
        ...
