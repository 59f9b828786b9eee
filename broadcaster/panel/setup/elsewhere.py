"""Sao lưu nơi khác: what each place answered last, copies and trials on demand, and the sheet with the key."""

from __future__ import annotations

import flask
from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.domain.people.roles import Permission
from broadcaster.errors import StationError
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.promising import promise
from broadcaster.panel.web.proving import grave
from broadcaster.services.setup.elsewhere import carrying_out, drill, facts, paper_key, telling

blueprint = Blueprint("elsewhere", __name__, url_prefix="/settings/elsewhere")


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """Each place with what it holds, by what it answered last."""
    here = station()
    ok, words = telling.told(here)
    recipient = here.settings.backup.recipient
    return render_template(
        "setup/elsewhere.html",
        known=[(one, _where(one.target)) for one in facts.last_carried(here)],
        ok=ok,
        words=words,
        mark=paper_key.mark(recipient.reveal()) if recipient else "",
        last=facts.last_drill(here),
    )


@blueprint.post("/carry")
@needs(Permission.MANAGE)
def carry() -> ResponseReturnValue:
    """Ask the worker for a fresh backup and to carry it to a place."""
    carrying_out.want(station(), actor(), request.form.get("name", ""))
    promise("Đã yêu cầu chép.", "Việc này chạy nền; tải lại trang sau ít phút để xem nơi ấy đang giữ gì.")
    return leave_to(url_for("elsewhere.index"))


@blueprint.post("/try")
@needs(Permission.MANAGE)
def try_restore() -> ResponseReturnValue:
    """Ask the worker for a trial restore."""
    drill.want(station(), actor())
    promise("Đã yêu cầu thử khôi phục.", "Việc này chạy nền; tải lại trang sau ít phút để xem kết quả.")
    return leave_to(url_for("elsewhere.index"))


@blueprint.post("/key")
@needs(Permission.MANAGE)
@grave
def key() -> ResponseReturnValue:
    """Make the key, and hand out the sheet with it once."""
    here = station()
    sheets: list[bytes] = []
    made = paper_key.make(
        here,
        actor(),
        renew=bool(request.form.get("renew")),
        lay=lambda one: sheets.append(paper_key.sheet(here, one)),
    )
    answer = flask.Response(sheets[0], mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"khoa-sao-luu-{made.mark}.pdf")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _where(name: str) -> str:
    try:
        return carrying_out.target_of(station(), name).where
    except StationError as error:
        return error.message
