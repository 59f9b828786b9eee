"""A message sent in a process of its own: whatever a sender loads or waits for, its caller's memory and time hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from broadcaster import apart
from broadcaster.alerting.sender import Sender, SendError
from broadcaster.apart import UnansweredError
from broadcaster.errors import RuleError, StationError
from broadcaster.plugins import ALERTS, options_of

LONGEST_S: Final = 60.0


def made(name: str, kind: str, given: Mapping[str, Any]) -> Sender:
    """The sender that a table `[alerts.senders.NAME]` describes; it reaches for nothing yet.

    Raises:
        RuleError: there is no such kind, or an option is wrong.
        PluginError: the sender's own code fails.
    """

    def make() -> Sender:
        options = options_of(maker.Options, given, what=f"Cách báo tin “{name}”", field=f"alerts.senders.{name}")
        sender: Sender = maker(options)
        return sender

    maker = ALERTS.load(kind)
    return ALERTS.guarded(kind, make)


def send(name: str, kind: str, options: Mapping[str, Any], title: str, body: str, *, seconds: float = LONGEST_S) -> str:
    """Send a message through a sender of the settings, and return what the other side answered.

    One that says how long it needs is given that, where it is more than `seconds`.

    Raises:
        SendError: it was not taken, or not within `seconds`; it tells whether trying again may help.
        PluginError: the sender's own code fails.
    """
    seconds = max(seconds, _needed(kind))
    try:
        return apart.alone(seconds, _sent, name, kind, dict(options), title, body)
    except UnansweredError:
        raise SendError(
            f"Cách báo tin “{name}” không xong trong {seconds:.0f} giây nên đã dừng. Đài sẽ gửi lại."
        ) from None


def _needed(kind: str) -> float:
    try:
        return float(getattr(ALERTS.load(kind), "needs_s", 0.0))
    except StationError:
        return 0.0  # its process says what is wrong with it


def _sent(name: str, kind: str, options: dict[str, Any], title: str, body: str) -> str:
    """Send from the child."""
    try:
        sender = made(name, kind, options)
    except RuleError as error:
        raise SendError(error.message, lasting=True) from None
    return ALERTS.guarded(kind, sender.send, title, body) or ""
