"""Báo cáo: draw a report for a period, and take the files."""

from __future__ import annotations

from collections.abc import Sequence

import flask
from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.queries import library, people, registry
from broadcaster.domain import periods
from broadcaster.domain.roles import Permission
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.panel.access import actor, leave_to, needs, station
from broadcaster.services import reporting

blueprint = Blueprint("reports", __name__, url_prefix="/reports")


@blueprint.route("/", methods=["GET", "POST"])
@needs(Permission.REPORT)
def index() -> ResponseReturnValue:
    """The reports drawn so far, and the form that draws one."""
    refused = ""
    if request.method == "POST":
        try:
            drawn = reporting.draw(station(), actor(), _period())
        except RuleError as error:
            refused = error.message
        else:
            flash("Đã lập báo cáo.")
            return leave_to(url_for("reports.show", number=drawn.id))
    with station().db.read() as session:
        rows = registry.reports(session)
        names = people.names_by_username(session)
    page = render_template(
        "reports/index.html", rows=rows, names=names, choices=_choices(), refused=refused, today=station().today()
    )
    return page, 422 if refused else 200


@blueprint.get("/<int:number>")
@needs(Permission.REPORT)
def show(number: int) -> ResponseReturnValue:
    """One report: its figures as they were frozen, and its files."""
    with station().db.read() as session:
        row = registry.report(session, number)
        names = people.names_by_username(session)
        topics = {t.code: t.title for t in library.topics(session)}
    return render_template("reports/show.html", row=row, names=names, topics=topics)


@blueprint.get("/<int:number>/files/<int:index>")
@needs(Permission.REPORT)
def file(number: int, index: int) -> ResponseReturnValue:
    """A file of a report."""
    with station().db.read() as session:
        row = registry.report(session, number)
    path = station().home.reports / row.files[index] if index < len(row.files) else None
    if path is None or path.parent != station().home.reports or not path.is_file():
        raise NotFoundError("Tệp báo cáo này không còn. Hãy lập lại báo cáo.", field="file")
    return flask.send_file(path, as_attachment=True, download_name=path.name)


def _period() -> periods.ReportPeriod:
    cutoff = station().settings.report.cutoff_day
    chosen = request.form.get("period", "")
    if chosen == "custom":
        chosen = f"{request.form.get('first', '')}..{request.form.get('last', '')}"
    return periods.parse(chosen, cutoff=cutoff)


def _choices() -> Sequence[tuple[str, periods.ReportPeriod]]:
    """Return the periods of this reporting year and the last that have begun, newest first."""
    today, cutoff = station().today(), station().settings.report.cutoff_day
    found = []
    for year in (today.year + 1, today.year, today.year - 1):
        for written in (f"{year}-Y", f"{year}-Q4", f"{year}-Q3", f"{year}-H1", f"{year}-Q2", f"{year}-Q1"):
            period = periods.parse(written, cutoff=cutoff)
            if period.first <= today:
                found.append((written, period))
    return found
