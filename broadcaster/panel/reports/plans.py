"""Kế hoạch: the plan of the year, read from a document and confirmed line by line, changed, put in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import flask
from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from broadcaster import apart
from broadcaster.db.queries import people
from broadcaster.db.queries import plans as plans_queries
from broadcaster.db.queries.scripts import many
from broadcaster.domain.fold import file_name
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.reports.plans import (
    LOUDSPEAKER,
    Campaign,
    CampaignState,
    Deadline,
    PlanTopic,
    PlanUnit,
    topic_code,
)
from broadcaster.errors import RuleError
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.fields import a_number, rows_of
from broadcaster.panel.web.seeing import noted, opened
from broadcaster.services.reports import plans
from broadcaster.services.reports.plans import KeptProposal
from broadcaster.text.plans import PlanReading, ProposalKind, read_plan

blueprint = Blueprint("plans", __name__, url_prefix="/plans")
_SPARE = 3
"""Empty rows at the end of each list of the form, for adding."""
_SHOWN = 500
"""Source lines beside the proposals: a plan has a hundred; of a book only what proposes something is shown."""
_ROWS = 2000


@dataclass(frozen=True, slots=True)
class SourceStretch:
    """A stretch of the source with what it proposes; without a proposal it is offered for choosing."""

    first: int
    last: int
    text: str
    choices: tuple[KeptProposal, ...]


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """The plan in force, and the others."""
    with station().db.read() as session:
        rows = plans_queries.campaigns(session)
        now = plans_queries.current(session, station().today())
    return render_template("reports/plans/index.html", rows=rows, current=now, titles=plans.form_titles(station()))


@blueprint.get("/<int:number>")
@needs(Permission.VIEW)
def show(number: int) -> ResponseReturnValue:
    """One plan."""
    with station().db.read() as session:
        row = plans_queries.campaign(session, number)
        names = people.names_by_username(session)
    return render_template(
        "reports/plans/show.html",
        row=row,
        plan=plans_queries.campaign_of(row),
        names=names,
        titles=plans.form_titles(station()),
    )


@blueprint.post("/import")
@needs(Permission.REPORT)
def upload() -> ResponseReturnValue:
    """Read a plan document into a draft."""
    file = request.files.get("file")
    if file is None or not file.filename:
        flash("Hãy chọn tệp kế hoạch (.docx, .odt, .pdf, .txt).", "error")
        return flask.redirect(url_for("plans.index"), code=303)
    name = file_name(file.filename)
    data = file.read()
    file.close()
    try:
        with apart.on_behalf_of(actor().username):
            number = plans.start_import(station(), actor(), name, data)
    except RuleError as error:
        flash(error.message, "error")
        return flask.redirect(url_for("plans.index"), code=303)
    return flask.redirect(url_for("plans.confirm", number=number), code=303)


@blueprint.route("/<int:number>/confirm", methods=["GET", "POST"])
@needs(Permission.REPORT)
def confirm(number: int) -> ResponseReturnValue:
    """Go through what was read, line by line beside the source."""
    with station().db.read() as session:
        row = plans_queries.campaign(session, number)
        topics = many.topics(session)
        units = people.units(session)
    refused = ""
    if request.method == "POST":
        try:
            plans.confirm_import(station(), actor(), number, _choices(request.form), seen=opened())
        except RuleError as error:
            refused = noted(error).message
        else:
            flash("Đã ghi những gì bạn xác nhận. Xem lại chỉ tiêu rồi đưa kế hoạch vào thực hiện.")
            return leave_to(url_for("plans.edit", number=number))
    reading = read_plan(row.source_text, plans.forms(station()))
    lines, hidden = _beside(reading, plans.choices_of(station(), reading))
    page = render_template(
        "reports/plans/confirm.html",
        row=row,
        facts=plans.facts_of(plans_queries.campaign_of(row)),
        lines=lines,
        hidden=hidden,
        notes=reading.notes,
        topics=topics,
        units=units,
        kinds=list(ProposalKind),
        numbered=_claims(lines),
        claims=sum(len(line.choices or (None,)) for line in lines),
        text_rows=_text_rows,
        titles=plans.form_titles(station()),
        refused=refused,
    )
    return page, 422 if refused else 200


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.REPORT)
def new() -> ResponseReturnValue:
    """Write a plan by hand."""
    year = station().today().year
    empty = Campaign(title="", first=dt.date(year, 1, 1), last=dt.date(year, 12, 31))
    if request.method == "POST":
        try:
            number = plans.add(station(), actor(), _campaign(request.form))
        except RuleError as error:
            return _form(empty, None, error), 422
        flash("Đã lưu bản nháp kế hoạch.")
        return leave_to(url_for("plans.show", number=number))
    return _form(empty, None)


@blueprint.route("/<int:number>/edit", methods=["GET", "POST"])
@needs(Permission.REPORT)
def edit(number: int) -> ResponseReturnValue:
    """Change a plan."""
    with station().db.read() as session:
        row = plans_queries.campaign(session, number)
    if request.method == "POST":
        try:
            plans.save(station(), actor(), number, _campaign(request.form), seen=opened())
        except RuleError as error:
            return _form(plans_queries.campaign_of(row), number, noted(error)), 422
        flash("Đã lưu kế hoạch.")
        return leave_to(url_for("plans.show", number=number))
    return _form(plans_queries.campaign_of(row), number)


@blueprint.post("/<int:number>/state")
@needs(Permission.REPORT)
def state(number: int) -> ResponseReturnValue:
    """Put a plan in force, close it, or throw a draft away."""
    to = request.form.get("to", "")
    if to == "discard":
        plans.discard(station(), actor(), number)
        flash("Đã bỏ bản nháp.")
        return leave_to(url_for("plans.index"))
    if to not in list(CampaignState):
        raise RuleError("Không hiểu thao tác này.", field="to")
    try:
        plans.move(station(), actor(), number, CampaignState(to))
    except RuleError as error:
        flash(error.message, "error")
    else:
        flash(f"Kế hoạch: {CampaignState(to).label.lower()}.")
    return leave_to(url_for("plans.show", number=number))


def _beside(reading: PlanReading, choices: Sequence[KeptProposal]) -> tuple[list[SourceStretch], int]:
    """The source with its proposals, in order, and how many plain lines were left out."""
    by_line: dict[int, list[KeptProposal]] = {}
    reach = {p.line: 0 for p in reading.proposals}
    for p, choice in zip(reading.proposals, choices, strict=True):
        by_line.setdefault(p.line, []).append(choice)
        if p.kind is not ProposalKind.UNIT:  # an office's tasks are under it and are lines of their own
            reach[p.line] = max(reach[p.line], p.last_line)
    long = sum(1 for line in reading.lines if line.strip()) > _SHOWN
    found, hidden, done = [], 0, 0
    for number, text in enumerate(reading.lines, 1):
        here = tuple(by_line.get(number, ()))
        if not here and (number <= done or not text.strip()):
            continue
        if not here and long:
            hidden += 1
            continue
        last = max(reach.get(number, number), number)
        whole = " ".join(line.strip() for line in reading.lines[number - 1 : last] if line.strip())
        done = max(done, last)
        found.append(SourceStretch(number, last, whole[:3000], here))
    return found, hidden


def _choices(form: MultiDict[str, str]) -> list[KeptProposal]:
    found = (_choice(form, index) for index in range(min(_whole(form.get("rows")), _ROWS)))
    return [choice for choice in found if choice is not None]


def _choice(form: MultiDict[str, str], index: int) -> KeptProposal | None:
    """What a person made of one row; None where it is to be skipped."""
    kind = form.get(f"kind-{index}", "")
    if kind not in list(ProposalKind):
        return None
    chosen = ProposalKind(kind)
    code = form.get(f"{'unit' if chosen is ProposalKind.UNIT else 'topic'}-{index}", "")[:64]
    value = form.get(f"value-{index}", "")[:2000]
    if chosen is ProposalKind.FORM:
        value = form.get(f"form-{index}", "") or value
    targets = tuple(
        (f.removeprefix(f"target-{index}-"), _whole(n)) for f, n in form.items() if f.startswith(f"target-{index}-")
    )
    text = form.get(f"text-{index}", "")[:3000]
    return KeptProposal(chosen, text, _whole(form.get(f"line-{index}")), value, code, targets)


def _campaign(form: MultiDict[str, str]) -> Campaign:
    """The plan that the edit form holds.

    Raises:
        RuleError: a day is missing or none.
    """
    forms = tuple(f for f in plans.form_titles(station()) if f in form.getlist("forms") or f == LOUDSPEAKER)
    with station().db.read() as session:
        taken = [t.code for t in many.topics(session)]
    topics: list[PlanTopic] = []
    for row in rows_of(form.items(), "topic", _ROWS):
        if title := row.get("title", "").strip():
            code = row.get("code") or topic_code(title, [*taken, *(t.code for t in topics)])
            targets = {f.removeprefix("target-"): _whole(n) for f, n in row.items() if f.startswith("target-")}
            topics.append(PlanTopic(code, title[:3000], targets))
    deadlines = tuple(
        Deadline(row["title"].strip()[:300], _day(row.get("day"), "deadlines"))
        for row in rows_of(form.items(), "deadline", _ROWS)
        if row.get("title", "").strip()
    )
    units = tuple(
        PlanUnit(row["name"].strip()[:300], row.get("task", "").strip()[:4000], row.get("code") or None)
        for row in rows_of(form.items(), "unit", _ROWS)
        if row.get("name", "").strip()
    )
    return Campaign(
        title=form.get("title", ""),
        first=_day(form.get("first"), "first"),
        last=_day(form.get("last"), "last"),
        number=form.get("number", ""),
        issued_on=_day(form["issued_on"], "issued_on") if form.get("issued_on") else None,
        basis=tuple(form.get("basis", "").splitlines()),
        topics=tuple(topics),
        forms=forms,
        audiences=tuple(form.get("audiences", "").splitlines()),
        units=units,
        deadlines=deadlines,
    )


def _form(plan: Campaign, number: int | None, error: RuleError | None = None) -> str:
    with station().db.read() as session:
        topics = many.topics(session)
        units = people.units(session)
    values: Mapping[str, Any] = request.form if error else {}
    shown = plan
    if error:
        try:
            shown = _campaign(request.form)
        except RuleError:
            shown = plan
    return render_template(
        "reports/plans/edit.html",
        plan=shown,
        number=number,
        facts=plans.facts_of(plan),
        topics=topics,
        units=units,
        titles=plans.form_titles(station()),
        rows={
            "topics": _numbered(shown.topics),
            "units": _numbered(shown.units),
            "deadlines": _numbered(shown.deadlines),
        },
        loudspeaker=LOUDSPEAKER,
        error=error,
        wrong={str(name): True for name in error.field} if error else {},
        values=values,
    )


def _claims(lines: Sequence[SourceStretch]) -> dict[int, list[tuple[int, KeptProposal | None]]]:
    """Number what is to be chosen through all lines, by the first line of each stretch; what was sent, as it was."""
    number = count()
    found = {line.first: [(next(number), choice) for choice in line.choices or (None,)] for line in lines}
    if request.method == "GET":
        return found
    return {line: [(n, _choice(request.form, n)) for n, _ in choices] for line, choices in found.items()}


def _text_rows(text: str) -> int:
    """How many rows of the form a text takes."""
    needed = len(text) // 60 + 1
    return needed if len(text) > 300 else min(needed, 4)


def _numbered(filled: Iterable[Any]) -> list[tuple[int, Any]]:
    """Number the rows of a form: those that are filled, and some that wait for more."""
    return list(enumerate([*filled, *([None] * _SPARE)]))


def _whole(text: str | None) -> int:
    """A whole number from a form, 0 for none, -1 for what is no number, so that the rules can refuse it."""
    if not (text or "").strip():
        return 0
    number = a_number(text)
    return -1 if number is None else number


def _day(text: str | None, field: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        raise RuleError("Ngày không hợp lệ. Hãy chọn ngày.", field=field) from None
