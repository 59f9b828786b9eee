"""Theo dõi: how the plan stands, topic by month and form by month, and the change that closes its gap."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.models import CampaignRow
from broadcaster.db.queries import plans as plans_queries
from broadcaster.db.queries.scripts import many
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.reports.tracking import next_due
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.services.reports import tracking

blueprint = Blueprint("tracker", __name__, url_prefix="/tracker")
_AHEAD = 30
"""Days before a deadline of the plan on which it is shown."""


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """The plan in force against what was aired and done."""
    row = _current()
    if row is None:
        return render_template("reports/tracker/empty.html")
    found = tracking.standing(station(), row)
    with station().db.read() as session:
        short = {t.code: t.short for t in many.topics(session)}
    today = station().today()
    near = next_due([(d.title, d.day) for d in found.plan.deadlines], today, _AHEAD)
    return render_template(
        "reports/tracker/index.html",
        row=row,
        found=found,
        lacking=sum(t.gap for t in found.progress.topics),
        short=short,
        month=f"{today:%Y-%m}",
        near=near,
        today=today,
    )


@blueprint.route("/gap", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def gap() -> ResponseReturnValue:
    """The change of the rotation that closes the gap: shown first, then applied as a new version."""
    row = _current()
    if row is None:
        raise NotFoundError("Chưa có kế hoạch nào đang thực hiện.", field="campaign")
    refused = ""
    if request.method == "POST":
        try:
            lines = tracking.accept(station(), actor(), row, request.form.get("seen", "").replace("\r\n", "\n"))
        except RuleError as error:
            refused = error.message
        else:
            flash(f"Đã áp dụng lịch mới ({len(lines)} thay đổi) và lập lại các buổi sắp tới.")
            return leave_to(url_for("tracker.index"))
    found = tracking.propose(station(), row)
    stands = tracking.standing(station(), row)
    titles = {t.code: t.title for t in stands.progress.topics}
    with station().db.read() as session:
        titles |= {t.code: t.short for t in many.topics(session)}
    page = render_template(
        "reports/tracker/gap.html", row=row, found=found, stands=stands, titles=titles, refused=refused
    )
    return page, 422 if refused else 200


def _current() -> CampaignRow | None:
    with station().db.read() as session:
        return plans_queries.current(session, station().today())
