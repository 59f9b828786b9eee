"""One question for every form whose change takes sound off the air: what falls silent, and whether that is meant."""

from __future__ import annotations

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from broadcaster.services.schedule.air import SilencesError

AGREED = "agreed"


def init(app: Flask) -> None:
    """Let `app` ask wherever a change would silence something."""
    app.register_error_handler(SilencesError, ask)


def agreed() -> str:
    """The mark of what the person saw fall silent and agreed to."""
    mark = request.form.get(AGREED, "")[:64]
    return mark if mark.isalnum() else ""  # what needs no person is no form's to say


def ask(error: SilencesError) -> ResponseReturnValue:
    """Ask, and send the same form once more with the agreement."""
    fields = [(k, v) for k, v in request.form.items(multi=True) if k not in {"csrf_token", AGREED}]
    return render_template(
        "schedule/silences.html", news=error.told, fields=fields, here=request.full_path.rstrip("?"), agreed=AGREED
    ), 422
