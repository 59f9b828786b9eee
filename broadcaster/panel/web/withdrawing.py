"""One question for every form that withdraws what play-out has in hand: cut at once, or let air to its end."""

from __future__ import annotations

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from broadcaster.domain.air.in_hand import StillAirs, StillAirsError
from broadcaster.domain.people.roles import Permission
from broadcaster.panel.web.access import actor

STILL = "still"


def init(app: Flask) -> None:
    """Let `app` ask wherever a withdrawal comes too late to be one without a word."""
    app.register_error_handler(StillAirsError, ask)


def chosen() -> StillAirs | None:
    """What the person chose; None when nobody asked yet."""
    given = request.form.get(STILL)
    return StillAirs(given) if given in set(StillAirs) else None


def ask(error: StillAirsError) -> ResponseReturnValue:
    """Ask, and send the same form once more with the choice."""
    fields = [(k, v) for k, v in request.form.items(multi=True) if k not in {"csrf_token", STILL}]
    choices = list(StillAirs) if actor().may(Permission.OPERATE) else [StillAirs.LET]
    here = request.full_path.rstrip("?")
    page = render_template(
        "air/still.html", found=error.found, fields=fields, here=here, name=STILL, choices=choices, stop=StillAirs.STOP
    )
    return page, 422
