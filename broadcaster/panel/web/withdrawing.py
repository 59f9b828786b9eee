"""What was withdrawn while play-out has it in hand: the next page says that it still airs, and offers to stop it."""

from __future__ import annotations

from flask import flash, url_for

from broadcaster.domain.people.roles import Permission
from broadcaster.panel.web.access import actor
from broadcaster.panel.web.undo import done
from broadcaster.services.air.in_hand import InHand


def withdrawn(words: str, still: InHand | None) -> None:
    """Say what was done and, where it comes too late for what is claimed or on air, that this still airs."""
    if still is None:
        flash(words)
    elif actor().may(Permission.OPERATE):
        url = url_for("calendar.command", number=still.number, verb="skip")
        done(f"{words} {still.words}", url, label="Dừng luôn", ask=True)
    else:
        flash(f"{words} {still.words} Hãy báo người vận hành nếu phải dừng.", "error")
