"""Mã kết nối: keys for other systems of the commune."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.domain.people.roles import Permission
from broadcaster.domain.people.scopes import Scope
from broadcaster.errors import RuleError
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.forms import TokenForm
from broadcaster.panel.web.proving import grave
from broadcaster.services.people import tokens

blueprint = Blueprint("tokens", __name__, url_prefix="/settings/tokens")


@blueprint.route("/", methods=["GET", "POST"])
@needs(Permission.MANAGE)
@grave
def index() -> ResponseReturnValue:
    """All keys, and the form that makes one; a new key is shown in the answer itself, once."""
    form = TokenForm()
    key = ""
    if form.validate_on_submit():
        try:
            key = tokens.create(
                station(),
                actor(),
                form.name.data,
                form.scopes.data,
                days=int(form.days.data),
                addresses=form.addresses.data or "",
                per_hour=form.per_hour.data or 3,
            )
        except RuleError as error:
            form.take(error)
    with station().db.read() as session:
        rows = tokens.every(session)
    page = render_template(
        "people/tokens/index.html", form=form, rows=rows, key=key, labels={s.value: s.label for s in Scope}
    )
    return page, 422 if form.is_submitted() and not key else 200


@blueprint.post("/revoke")
@needs(Permission.MANAGE)
@grave
def revoke() -> ResponseReturnValue:
    """End a key."""
    name = request.form.get("name", "")
    tokens.revoke(station(), actor(), name)
    flash(f"Đã thu hồi mã kết nối “{name}”. Hệ thống dùng mã này không vào được nữa.")
    return leave_to(url_for("tokens.index"))
