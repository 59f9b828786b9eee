"""Have a rendition listened to by the machine; what it understood stands on the script's page."""

from __future__ import annotations

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from broadcaster.domain.people.roles import Permission
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.promising import promise
from broadcaster.services.scripts import hearing

blueprint = Blueprint("listening", __name__, url_prefix="/scripts")


@blueprint.post("/<int:script_id>/listen")
@needs(Permission.WRITE)
def listen(script_id: int) -> ResponseReturnValue:
    """Ask the worker to hear the newest rendition behind the simulated horn."""
    if hearing.want_hearing(station(), actor(), script_id) is None:
        flash(hearing.absent(station()) or "", "error")
    else:
        promise("Đã yêu cầu máy nghe thử bản đọc này.", "Kết quả hiện ở trang này sau ít phút.")
    return leave_to(url_for("scripts.show", script_id=script_id))
