"""Khẩu hiệu: the slogans that may be heard and hung up, and how each was decided."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from broadcaster.db.queries import people
from broadcaster.db.queries.scripts import many
from broadcaster.domain.people.roles import Permission
from broadcaster.panel.web.access import needs, station
from broadcaster.services.scripts import approving

blueprint = Blueprint("slogans", __name__, url_prefix="/slogans")


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Every slogan in use, the approved first."""
    with station().db.read() as session:
        rows = many.slogans(session)
        names = people.names_by_username(session)
        standings = approving.standings(session, [r.script.id for r in rows])
    return render_template("scripts/slogans/index.html", rows=rows, names=names, standings=standings)
