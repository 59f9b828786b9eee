"""Âm thanh: the station's own sounds, with licence and source."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from broadcaster.db.queries import registry
from broadcaster.domain.roles import Permission
from broadcaster.panel.access import needs, station
from broadcaster.panel.sending import send_sound

blueprint = Blueprint("sounds", __name__, url_prefix="/sounds")


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """All station sounds."""
    with station().db.read() as session:
        rows = registry.cues(session)
    return render_template("sounds/index.html", rows=rows)


@blueprint.get("/<name>/sound")
@needs(Permission.VIEW)
def sound(name: str) -> ResponseReturnValue:
    """One station sound."""
    with station().db.read() as session:
        row = registry.cue(session, name)
    return send_sound(row.audio_sha256)
