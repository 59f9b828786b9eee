"""Duyệt: the leader listens, reads, decides; made for a phone."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.queries import library, people
from broadcaster.domain.roles import Permission
from broadcaster.errors import RuleError
from broadcaster.panel import wording
from broadcaster.panel.access import actor, leave_to, needs, station
from broadcaster.services import approving as service

blueprint = Blueprint("approving", __name__, url_prefix="/approve")
QUICK = ("Cần sửa lời văn cho dễ nghe", "Số liệu cần kiểm tra lại", "Đọc chưa đúng tên riêng hoặc chữ viết tắt")


@blueprint.get("/")
@needs(Permission.APPROVE)
def index() -> ResponseReturnValue:
    """What waits for a decision, the longest waiting first."""
    with station().db.read() as session:
        rows = library.waiting(session)
        names = people.names_by_username(session)
    return render_template("approving/index.html", rows=rows, names=names)


@blueprint.route("/<int:script_id>", methods=["GET", "POST"])
@needs(Permission.APPROVE)
def show(script_id: int) -> ResponseReturnValue:
    """One script to decide on."""
    refused = ""
    if request.method == "POST":
        try:
            return _decide(script_id)
        except RuleError as error:
            refused = error.message
    with station().db.read() as session:
        whole = library.whole(session, script_id)
        names = people.names_by_username(session)
    approved = next((r for r in whole.revisions if r.id == whole.approved_revision_id), None)
    pieces = (
        wording.difference(approved.body, whole.revision.body) if approved and approved is not whole.revision else []
    )
    own = whole.revision.author == actor().username
    values = {"whole": whole, "names": names, "approved": approved, "pieces": pieces, "refused": refused}
    blocked = own and station().settings.approval.four_eyes
    page = render_template("approving/show.html", quick=QUICK, own=own, blocked=blocked, **values)
    return page, 422 if refused else 200


def _decide(script_id: int) -> ResponseReturnValue:
    comment = request.form.get("comment", "").strip()[:2000]
    if request.form.get("decision") == "approve":
        heard = request.form.get("rendition", "")
        if not heard.isdecimal():
            raise RuleError("Hãy nghe bản đọc trước khi duyệt.", field="rendition")
        service.approve(station(), actor(), script_id, comment, rendition_id=int(heard))
        flash("Đã duyệt. Đúng lời này, đúng âm thanh này sẽ được phát.")
    else:
        comment = comment or request.form.get("quick", "").strip()[:200]
        service.send_back(station(), actor(), script_id, comment)
        flash("Đã trả lại cho người viết kèm ý kiến.")
    return leave_to(url_for("approving.index"))
