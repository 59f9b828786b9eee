"""A station that was brought back: what waits for a person, and the sounds that it needs and lacks."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from broadcaster.domain.people.roles import Permission
from broadcaster.errors import NotFoundError
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.seeing import sealed
from broadcaster.services.setup import lacking, restored

blueprint = Blueprint("restored", __name__, url_prefix="/settings/restored")


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """What a station that was brought back holds back, and the sounds that it needs and lacks."""
    here = station()
    waiting = restored.waiting(here)
    return render_template(
        "setup/settings/restored.html",
        archive=restored.source(here),
        waiting=[(one, restored.deciding(here, one)) for one in waiting],
        listed=restored.listed(waiting),
        lacks=lacking.lacks(here),
    )


@blueprint.post("/<key>/<deed>")
@needs(Permission.VIEW)
def decide(key: str, deed: str) -> ResponseReturnValue:
    """Let one thing go on, or put it aside; each asks for its own right."""
    if deed == "let":
        flash(restored.let(station(), actor(), key, seal=sealed()))
    elif deed == "drop":
        flash(restored.drop(station(), actor(), key))
    else:
        raise NotFoundError("Không có việc này.", field="deed")
    return leave_to(url_for("restored.index"))


@blueprint.post("/again")
@needs(Permission.MANAGE)
def make_again() -> ResponseReturnValue:
    """Have the missing sounds made again."""
    left = lacking.again(station(), actor())
    words = f"Còn {len(left)} âm thanh: máy đang đọc lại những gì đọc được; tải lại trang sau ít phút."
    flash(words if left else "Kho âm thanh đã có đủ những gì đài cần.")
    return leave_to(url_for("restored.index"))


@blueprint.post("/seen")
@needs(Permission.MANAGE)
def all_seen() -> ResponseReturnValue:
    """Put aside what still waits, and take the notice off the first page."""
    restored.seen(station(), actor(), seal=sealed())
    flash("Đã bỏ những việc còn chờ và thôi nhắc về lần khôi phục này.")
    return leave_to(url_for("onair.index"))
