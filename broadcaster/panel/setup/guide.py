"""Bắt đầu: the first ten minutes of a station, step by step; taken up again where it was left."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.queries import zones as zones_queries
from broadcaster.domain.roles import Permission
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.services.setup import first_run

blueprint = Blueprint("guide", __name__, url_prefix="/start")


@blueprint.get("/")
@needs(Permission.SCHEDULE)
def index() -> ResponseReturnValue:
    """All steps, and what is done."""
    with station().db.read() as session:
        found = first_run.steps(station(), session)
        zones = zones_queries.zones(session)
    return render_template(
        "setup/guide/index.html", steps={s.name: s for s in found}, zones=zones, order=first_run.STEPS
    )


@blueprint.post("/put-off")
@needs(Permission.SCHEDULE)
def put_off() -> ResponseReturnValue:
    """Leave a step, or the whole guide."""
    name = request.form.get("step", "")
    first_run.put_off(station(), actor(), name)
    if name == first_run.ALL:
        flash("Đã cất phần hướng dẫn. Muốn xem lại, mở Sổ tay vận hành.")
        return leave_to(url_for("onair.index"))
    return leave_to(url_for("guide.index"))
