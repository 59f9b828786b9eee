"""Tắt tiếng: an output turned off until a stated time; asks once, naming all that fall silent with the zone meant."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.queries import zones as zones_queries
from broadcaster.domain.people.roles import Permission
from broadcaster.errors import RuleError
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.fields import a_moment
from broadcaster.services.air import mutes

blueprint = Blueprint("muting", __name__)


@blueprint.route("/mute", methods=["GET", "POST"])
@needs(Permission.OPERATE)
def mute() -> ResponseReturnValue:
    """Turn off the outputs of one zone, and so all zones that hang on them."""
    code = request.values.get("zone", "")
    found, refused = mutes.silence(station(), code), ""
    with station().db.read() as session:
        names = zones_queries.zone_names(session)
    if request.method == "POST":
        given, until = request.form.get("until", ""), found.until
        try:
            if given:
                until = a_moment(given, station().settings.tz, field="until")
            seen = request.form.getlist("seen")
            why = request.form.get("why", "")
            turned = mutes.mute(station(), actor(), code, until=until, why=why, seen=seen)
        except RuleError as error:
            refused = error.message
        else:
            flash(turned.in_words(station(), names))
            return leave_to(url_for("onair.index"))
    part = "_mute.html" if request.headers.get("HX-Request") else "mute.html"
    page = render_template(f"air/muting/{part}", code=code, found=found, names=names, refused=refused)
    return page, 422 if refused else 200


@blueprint.post("/unmute")
@needs(Permission.OPERATE)
def unmute() -> ResponseReturnValue:
    """Let the outputs of one zone (none named: all) sound again."""
    turned = mutes.unmute(station(), actor(), request.form.get("zone", ""))
    with station().db.read() as session:
        names = zones_queries.zone_names(session)
    flash(turned.in_words(station(), names))
    return leave_to(url_for("onair.index"))
