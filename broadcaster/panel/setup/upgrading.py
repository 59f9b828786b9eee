"""Nâng cấp: the version in use, what might follow it and when, how an upgrade goes and how the last ones ended."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.domain.people.roles import Permission
from broadcaster.panel.web.access import actor, leave_to, needs, polled, station
from broadcaster.panel.web.proving import grave
from broadcaster.panel.web.seeing import sealed
from broadcaster.services.setup.upgrade import asking

blueprint = Blueprint("upgrading", __name__, url_prefix="/settings/upgrade")


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """What is in use, what might follow, and what became of the last upgrades."""
    return render_template("setup/upgrade/index.html", view=asking.view(station()))


@blueprint.get("/standing")
@needs(Permission.VIEW)
@polled
def standing() -> ResponseReturnValue:
    """How an upgrade goes that waits or is under way."""
    return render_template("setup/upgrade/_standing.html", view=asking.view(station()))


@blueprint.route("/to/<version>", methods=["GET", "POST"])
@needs(Permission.MANAGE)
@grave
def begin(version: str) -> ResponseReturnValue:
    """Ask for an upgrade at the next quiet moment, once it was looked at a second time."""
    if request.method == "POST":
        asking.ask(station(), actor(), version, seal=sealed())
        flash("Đã ghi nhận. Máy tự thay vào lúc yên; trang này báo tình hình.")
        return leave_to(url_for("upgrading.index"))
    return render_template(
        "setup/upgrade/begin.html", shown=asking.deciding(station(), version), view=asking.view(station())
    )


@blueprint.post("/withdraw")
@needs(Permission.MANAGE)
def withdraw() -> ResponseReturnValue:
    """Take the wish back."""
    asking.withdraw(station(), actor())
    flash("Đã thôi nâng cấp.")
    return leave_to(url_for("upgrading.index"))
