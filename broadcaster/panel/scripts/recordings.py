"""A person's voice for a script: a file, or recorded right on the page; checked at once, made ready by the worker."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster import apart
from broadcaster.domain.fold import file_name
from broadcaster.domain.people.roles import Permission
from broadcaster.errors import MediaError, RuleError
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.promising import promise
from broadcaster.services.scripts import recordings

blueprint = Blueprint("recordings", __name__, url_prefix="/scripts")

ROUTE: Final = "recordings.take"
MOST: Final = recordings.MAX_BYTES + 1024 * 1024
"""Bytes of a whole request with a recording: the file and the form around it."""


@blueprint.post("/<int:script_id>/recording")
@needs(Permission.WRITE)
def take(script_id: int) -> ResponseReturnValue:
    """Take a recording in; what is wrong with it is said at once and nothing of it is kept."""
    file = request.files.get("recording")
    if file is None or not file.filename:
        flash("Hãy chọn một tệp âm thanh, hoặc ghi âm ngay trên trang.", "error")
        return leave_to(url_for("scripts.show", script_id=script_id))
    name = file_name(file.filename)
    try:
        with file.stream, apart.on_behalf_of(actor().username):
            _, faults = recordings.take(station(), actor(), script_id, file.stream, name)
    except (RuleError, MediaError) as error:
        flash(f"Chưa dùng được bản ghi âm này. {error.message}", "error")
    else:
        promise("Đã nhận bản ghi âm.", "Máy đang làm sạch và chỉnh độ to cho loa.")
        for fault in faults:
            flash(fault.sentence, "error")
    return leave_to(url_for("scripts.show", script_id=script_id))


@blueprint.post("/<int:script_id>/recording/again")
@needs(Permission.WRITE)
def again(script_id: int) -> ResponseReturnValue:
    """Have a recording made ready that failed through no fault of its own."""
    try:
        recordings.again(station(), actor(), script_id)
    except RuleError as error:
        flash(error.message, "error")
    return leave_to(url_for("scripts.show", script_id=script_id))
