"""Chờ lãnh đạo đồng ý: what an administrator may not do alone, and a leader's word on it."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.queries import people
from broadcaster.domain.people.roles import Permission
from broadcaster.panel.web import agreeing
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.proving import grave
from broadcaster.services.people import second_person
from broadcaster.services.setup import agreeing as agreements

blueprint = Blueprint("agreements", __name__, url_prefix="/agreements")


@blueprint.get("/")
@needs(Permission.AUDIT)
def index() -> ResponseReturnValue:
    """What waits for a leader."""
    with station().db.read() as session:
        rows = second_person.waiting(session, station().now())
        names = people.names_by_username(session)
    return render_template("people/agreements.html", rows=rows, names=names)


@blueprint.post("/<int:number>")
@needs(Permission.AUDIT)
@grave
def decide(number: int) -> ResponseReturnValue:
    """Agree or refuse; who asked may take it back."""
    accept = request.form.get("do") == "accept"
    subject, password = agreements.decide(station(), actor(), number, accept=accept, agreed=agreeing.agreed())
    if password:
        return render_template("people/users/password.html", username=subject, password=password)
    flash("Đã đồng ý; việc này có hiệu lực ngay." if accept else "Đã bỏ đề nghị này.")
    return leave_to(url_for("agreements.index"))
