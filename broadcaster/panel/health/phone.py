"""Ba dòng: what somebody at the station reads aloud to a helper on the telephone, also when nobody can sign in."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from broadcaster.domain.people.roles import Permission
from broadcaster.panel.web.access import at_home, needs, station
from broadcaster.services.health.three_lines import three_lines

blueprint = Blueprint("phone", __name__, url_prefix="/phone")


@blueprint.get("/")
@at_home
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """The three lines, large; nothing on the page is about a person."""
    return render_template("health/phone.html", lines=three_lines(station()).lines)
