"""Cụm loa: where the horns are, how loud, whether they are in use."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.queries import registry
from broadcaster.domain.roles import Permission
from broadcaster.errors import RuleError
from broadcaster.panel.access import actor, leave_to, needs, station
from broadcaster.panel.forms import ZoneForm
from broadcaster.services.zones import edit_zone

blueprint = Blueprint("zones", __name__, url_prefix="/zones")


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """All zones and groups."""
    with station().db.read() as session:
        rows = registry.zones(session)
        groups = registry.groups(session)
        heard = registry.last_heard(session)
        names = registry.zone_names(session)
    return render_template("zones/index.html", rows=rows, groups=groups, heard=heard, names=names)


@blueprint.route("/<code>", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def edit(code: str) -> ResponseReturnValue:
    """Change one zone."""
    with station().db.read() as session:
        row = registry.zone(session, code)
    form = ZoneForm(obj=row)
    if form.validate_on_submit():
        try:
            edit_zone(
                station(), actor(), code,
                name=form.name.data, place=form.place.data, volume=form.volume.data, enabled=form.enabled.data,
            )  # fmt: skip
        except RuleError as error:
            form.take(error)
        else:
            flash(f"Đã lưu cụm loa “{form.name.data}”.")
            return leave_to(url_for("zones.index"))
    return render_template("zones/edit.html", form=form, row=row), 422 if form.is_submitted() else 200
