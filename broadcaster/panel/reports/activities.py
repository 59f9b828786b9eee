"""Hoạt động: what is done by other forms, with proofs; the parts of the units."""

from __future__ import annotations

from typing import Any

import flask
from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, IntegerField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from broadcaster import apart
from broadcaster.db.models import Activity
from broadcaster.db.queries import people
from broadcaster.db.queries.scripts import many
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.reports.activities import ActivityDraft, PartState
from broadcaster.domain.reports.periods import ReportPeriod, parse
from broadcaster.domain.reports.plans import LOUDSPEAKER
from broadcaster.errors import RuleError
from broadcaster.panel.reports.pages import choices
from broadcaster.panel.web.access import actor, leave_to, may_write, needs, own_units, require_write, station
from broadcaster.panel.web.fields import a_date
from broadcaster.panel.web.forms import StationForm
from broadcaster.panel.web.seeing import noted, opened
from broadcaster.services.people import boundaries
from broadcaster.services.reports import activities
from broadcaster.services.reports.plans import form_titles

blueprint = Blueprint("activities", __name__, url_prefix="/activities")
_NEEDED = "Hãy điền mục này."


class ActivityForm(StationForm):
    """Enter an activity."""

    form = SelectField("Hình thức")
    title = StringField("Tên hoạt động", [InputRequired(_NEEDED), Length(max=300, message="Không quá 300 ký tự.")])
    topic = SelectField("Chủ đề")
    unit = SelectField("Đơn vị thực hiện")
    day = DateField("Ngày thực hiện", [InputRequired(_NEEDED)])
    place = StringField("Địa điểm", [Optional(), Length(max=300)])
    attendance = IntegerField("Số người dự", [Optional()])
    views = IntegerField("Số lượt xem", [Optional()])
    link = StringField("Đường dẫn bài viết", [Optional(), Length(max=500)])
    note = TextAreaField("Ghi chú", [Optional(), Length(max=4000)])


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """The activities, newest first."""
    form = request.args.get("form", "")[:48]
    first, last = a_date(request.args.get("first")), a_date(request.args.get("last"))
    with station().db.read() as session:
        rows = activities.activities(session, first, last, form=form)
        proofs = activities.proof_counts(session)
        topics = {t.code: t.short for t in many.topics(session)}
        units = {u.code: u.name for u in people.units(session)}
    titles = form_titles(station())
    return render_template(
        "reports/activities/index.html",
        rows=rows[:400],
        total=len(rows),
        proofs=proofs,
        topics=topics,
        units=units,
        titles=titles,
        others={c: t for c, t in titles.items() if c != LOUDSPEAKER},
        form=form,
    )


@blueprint.get("/<int:number>")
@needs(Permission.VIEW)
def show(number: int) -> ResponseReturnValue:
    """One activity with its proofs."""
    with station().db.read() as session:
        row = activities.activity(session, number)
        proofs = activities.proofs(session, number)
        topics = {t.code: t.short for t in many.topics(session)}
        units = {u.code: u.name for u in people.units(session)}
        names = people.names_by_username(session)
    return render_template(
        "reports/activities/show.html",
        row=row,
        mine=may_write(row),
        proofs=proofs,
        topics=topics,
        units=units,
        names=names,
        titles=form_titles(station()),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.WRITE)
def new() -> ResponseReturnValue:
    """Enter an activity."""
    return _edit(None)


@blueprint.route("/<int:number>/edit", methods=["GET", "POST"])
@needs(Permission.WRITE)
def edit(number: int) -> ResponseReturnValue:
    """Change an activity."""
    with station().db.read() as session:
        row = activities.activity(session, number)
    require_write(row)
    return _edit(row)


@blueprint.post("/<int:number>/state")
@needs(Permission.WRITE)
def state(number: int) -> ResponseReturnValue:
    """Take an activity out of the counts, or bring it back."""
    if request.form.get("to") == "restore":
        activities.restore_activity(station(), actor(), number)
        flash("Hoạt động được tính lại.")
    else:
        activities.remove_activity(station(), actor(), number)
        flash("Đã bỏ hoạt động ra khỏi số liệu. Có thể tính lại bất cứ lúc nào.")
    return leave_to(url_for("activities.show", number=number))


@blueprint.post("/<int:number>/proofs")
@needs(Permission.WRITE)
def add_proof(number: int) -> ResponseReturnValue:
    """Keep files that prove an activity."""
    files = [f for f in request.files.getlist("file") if f.filename]
    if not files:
        flash("Hãy chọn tệp minh chứng.", "error")
    for file in files:
        data = file.read()
        file.close()
        try:
            with apart.on_behalf_of(actor().username):
                activities.add_proof(station(), actor(), number, file.filename or "", data)
        except RuleError as error:
            flash(f"{file.filename}: {error.message}", "error")
        else:
            flash(f"Đã lưu minh chứng {file.filename}.")
    return leave_to(url_for("activities.show", number=number))


@blueprint.get("/<int:number>/proofs/<sha256>")
@needs(Permission.VIEW)
def proof(number: int, sha256: str) -> ResponseReturnValue:
    """A proof, as a download: what somebody sent never runs in the panel."""
    path, row = activities.proof_file(station(), number, sha256)
    return flask.send_file(path, mimetype=row.media_type, as_attachment=True, download_name=row.name)


@blueprint.route("/parts", methods=["GET", "POST"])
@needs(Permission.WRITE)
def parts() -> ResponseReturnValue:
    """The parts of the units for a period: one's own for an editor, all for whoever draws the report."""
    period, written = _period()
    with station().db.read() as session:
        own = boundaries.unit_of(session, actor())
        units = people.units(session)
    unit = request.values.get("unit", own or "")
    refused = ""
    if request.method == "POST":
        try:
            _part(period, unit)
        except RuleError as error:
            refused = noted(error).message
        else:
            return leave_to(url_for("activities.parts", period=written, unit=unit))
    with station().db.read() as session:
        found = activities.parts(session, period.first, period.last)
        names = people.names_by_username(session)
    every = actor().may(Permission.REPORT)
    shown = [u for u in units if every or u.code == own]
    chosen = unit if every else own
    part = found.get(chosen or "")
    page = render_template(
        "reports/activities/parts.html",
        period=period,
        written=written,
        choices=choices(),
        units=shown,
        found=found,
        unit=chosen,
        every=every,
        names=names,
        part=part,
        body=request.form["body"] if refused and "body" in request.form else part.body if part else "",
        facts=activities.part_facts(part),
        refused=refused,
        chosen=next((u for u in shown if u.code == chosen), None),
    )
    return page, 422 if refused else 200


def _part(period: ReportPeriod, unit: str) -> None:
    to = request.form.get("to", "save")
    if to in {"merged", "returned"}:
        activities.decide_part(
            station(), actor(), unit, period.first, period.last, PartState(to), request.form.get("comment", "")
        )
        flash("Đã ghép phần của đơn vị vào báo cáo." if to == "merged" else "Đã trả lại cho đơn vị kèm ý kiến.")
        return
    submit = to == "submit"
    activities.keep_part(
        station(),
        actor(),
        unit,
        period.first,
        period.last,
        request.form.get("body", ""),
        submit=submit,
        seen=opened(),
    )
    flash("Đã gửi phần báo cáo." if submit else "Đã lưu, chưa gửi.")


def _period() -> tuple[ReportPeriod, str]:
    cutoff = station().settings.report.cutoff_day
    written = request.values.get("period", "")
    known = choices()
    if not written:
        return known[0][1], known[0][0]
    try:
        return parse(written, cutoff=cutoff), written
    except RuleError:
        return known[0][1], known[0][0]


def _edit(row: Activity | None) -> ResponseReturnValue:
    form = ActivityForm(data=_values(row)) if request.method == "GET" else ActivityForm()
    with station().db.read() as session:
        form.topic.choices = [SelectChoice(t.code, t.short) for t in many.topics(session)]
        form.unit.choices = [SelectChoice(u.code, u.name) for u in own_units(people.units(session))]
    form.form.choices = [SelectChoice(c, t) for c, t in form_titles(station()).items() if c != LOUDSPEAKER]
    if form.validate_on_submit():
        numbers = {"attendance", "views"}
        values: dict[str, Any] = {
            k: v if v is not None or k in numbers else "" for k, v in form.data.items() if k != "csrf_token"
        }
        draft = ActivityDraft(**values)
        try:
            number = activities.keep_activity(station(), actor(), draft, number=row.id if row else None, seen=opened())
        except RuleError as error:
            form.take(error)
        else:
            flash("Đã lưu hoạt động. Hãy thêm tệp minh chứng nếu có.")
            return leave_to(url_for("activities.show", number=number))
    facts = activities.facts_of(row) if row else {}
    page = render_template("reports/activities/edit.html", form=form, row=row, facts=facts)
    return page, 422 if form.is_submitted() else 200


def _values(row: Activity | None) -> dict[str, Any]:
    if row is None:
        return {"day": station().today(), "unit": _own_unit()}
    return activities.facts_of(row)


def _own_unit() -> str:
    with station().db.read() as session:
        return boundaries.unit_of(session, actor()) or ""
