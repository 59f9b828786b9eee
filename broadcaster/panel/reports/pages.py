"""Báo cáo: what is due, draw a report for a period, take the files, see what is behind each figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import flask
from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from broadcaster.db.queries import log, people, work
from broadcaster.db.queries import zones as zones_queries
from broadcaster.db.queries.scripts import many
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.reports import periods
from broadcaster.domain.scripts.scripts import Genre
from broadcaster.errors import NotFoundError, RuleError, StationError
from broadcaster.panel.reports.figures import shown_tables
from broadcaster.panel.web.access import actor, leave_to, needs, polled, station
from broadcaster.panel.web.fields import a_date, a_number
from broadcaster.panel.web.paging import Page, wanted_page
from broadcaster.panel.web.seeing import sealed
from broadcaster.reporting.charts import Chart
from broadcaster.services.reports import checking, due, jobs, tracing
from broadcaster.services.reports import drawing as reporting

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
_PAGE = 60
_KINDS = {"docx": "Word", "xlsx": "Excel", "pdf": "PDF", "csv": "CSV"}
_SHAPES = {
    "bao-cao": "Báo cáo",
    "phan-long-ghep": "Phần lồng ghép",
    "phu-luc": "Phụ lục minh chứng",
    "so-lieu": "Số liệu",
    "luot-phat": "Các lượt phát",
}


@blueprint.route("/", methods=["GET", "POST"])
@needs(Permission.REPORT)
def index() -> ResponseReturnValue:
    """The reports drawn so far, what is due, and the form that draws one."""
    refused = ""
    if request.method == "POST":
        try:
            jobs.want_report(station(), actor(), _period())
        except StationError as error:
            refused = error.message
        else:
            return leave_to(url_for("reports.index", _anchor="drawing"))
    with station().db.read() as session:
        rows = work.reports(session)
        names = people.names_by_username(session)
    page = render_template(
        "reports/index.html",
        rows=rows,
        names=names,
        choices=choices(),
        refused=refused,
        today=station().today(),
        due=due.due(station()),
        chosen=request.args.get("period", ""),
        drawings=jobs.drawings(station()),
    )
    return page, 422 if refused else 200


@blueprint.get("/<int:number>")
@needs(Permission.REPORT)
def show(number: int) -> ResponseReturnValue:
    """One report: its figures as they were frozen, and its files."""
    with station().db.read() as session:
        row = work.report(session, number)
        names = people.names_by_username(session)
        topics = {t.code: t.title for t in many.topics(session)}
    document = reporting.frozen(station(), row) if row.content else None
    files = [(i, *_file_words(name)) for i, name in enumerate(row.files)]
    return render_template(
        "reports/show.html",
        row=row,
        names=names,
        topics=topics,
        files=files,
        document=document,
        relayed=row.figures.get("relay", {}).get("heard_ms", 0),
        tables=shown_tables(document, row) if document else [],
        shown=reporting.deciding(row),
        drawings=[_drawing(c) for c in document.pictures()] if document else [],
    )


@blueprint.get("/<int:number>/files/<int:index>")
@needs(Permission.REPORT)
def file(number: int, index: int) -> ResponseReturnValue:
    """A file of a report."""
    with station().db.read() as session:
        row = work.report(session, number)
    path = station().home.reports / row.files[index] if index < len(row.files) else None
    if path is None or path.parent != station().home.reports or not path.is_file():
        raise NotFoundError("Tệp báo cáo này không còn. Hãy bấm Ghi lại tệp trên trang báo cáo.", field="file")
    return flask.send_file(path, as_attachment=True, download_name=path.name)


@blueprint.get("/<int:number>/check")
@needs(Permission.REPORT)
def check(number: int) -> ResponseReturnValue:
    """Hold a frozen report against the log."""
    with station().db.read() as session:
        row = work.report(session, number)
    found = checking.check(station(), number)
    part = "_check.html" if request.headers.get("HX-Request") else "check.html"
    return render_template(f"reports/{part}", row=row, found=found)


@blueprint.post("/<int:number>/redraw")
@needs(Permission.REPORT)
def redraw(number: int) -> ResponseReturnValue:
    """Ask for the files again, from what was frozen."""
    try:
        jobs.want_redraw(station(), actor(), number)
    except StationError as error:
        flash(error.message, "error")
        return leave_to(url_for("reports.show", number=number))
    return leave_to(url_for("reports.index", _anchor="drawing"))


@blueprint.get("/drawing/<int:number>")
@needs(Permission.REPORT)
@polled
def drawing(number: int) -> ResponseReturnValue:
    """How far a report is that is being drawn: a part of the page of reports, which asks again by itself."""
    if not request.headers.get("HX-Request"):
        return leave_to(url_for("reports.index", _anchor="drawing"))
    return render_template("reports/_drawing.html", d=jobs.drawing(station(), number))


@blueprint.post("/drawing/<int:number>/stop")
@needs(Permission.REPORT)
def stop(number: int) -> ResponseReturnValue:
    """Stop drawing a report."""
    if jobs.stop(station(), actor(), number):
        flash("Đã dừng lập báo cáo. Không có tệp nào được giữ lại.")
    else:
        flash("Việc lập báo cáo này đã kết thúc nên không dừng được nữa.", "error")
    return leave_to(url_for("reports.index"))


@blueprint.post("/<int:number>/issue")
@needs(Permission.REPORT)
def issue(number: int) -> ResponseReturnValue:
    """Note the number and date that văn thư gave."""
    day = a_date(request.form.get("issued_on"))
    if day is None:
        flash("Hãy chọn ngày ban hành.", "error")
        return leave_to(url_for("reports.show", number=number))
    try:
        reporting.issue(station(), actor(), number, request.form.get("issued_number", ""), day, seal=sealed())
    except RuleError as error:
        flash(error.message, "error")
    else:
        flash("Đã ghi số và ngày ban hành.")
    return leave_to(url_for("reports.show", number=number))


@dataclass(frozen=True, slots=True)
class RowsBehind:
    """What kind of rows stands behind a figure, in words."""

    of: str
    hint: str
    lacking: str

    @property
    def words(self) -> str:
        """What is counted."""
        return tracing.KINDS[self.of]

    @property
    def fragment(self) -> str:
        """The template of its rows."""
        return f"reports/_{self.of}.html"


_BEHIND = {
    b.of: b
    for b in (
        RowsBehind("airings", "Một lượt phát là một mục của một buổi, dù có bao nhiêu cụm loa.", "bản ghi"),
        RowsBehind("entries", "Mỗi dòng là một mục ở một cụm loa.", "bản ghi"),
        RowsBehind(
            "broadcasts",
            "Một buổi được tính khi có ít nhất một mục nghe được, vào kỳ mà buổi ấy bắt đầu.",
            "buổi phát",
        ),
        RowsBehind("scripts", "Tin, bài phát đủ ít nhất một lần trong kỳ.", "tin, bài"),
        RowsBehind("written", "Kịch bản có bản viết đầu tiên trong kỳ.", "kịch bản"),
    )
}


@blueprint.get("/entries")
@needs(Permission.REPORT)
def entries() -> ResponseReturnValue:
    """What stands behind a figure: as many airings, broadcasts, scripts or entries as the figure counts."""
    first, last = a_date(request.args.get("first")), a_date(request.args.get("last"))
    if first is None or last is None or last < first:
        raise RuleError("Hãy chọn ngày đầu và ngày cuối.", field="first")
    of = request.args.get("of", "entries")
    texts = {
        k: request.args[k][:600] for k in ("topic", "unit", "zone", "genre", "outcome", "reason") if k in request.args
    }
    wanted = tracing.FigureRef(
        tracing.narrow(periods.custom(first, last), request.args.get("month")),
        log.Narrowed(**texts, relay=request.args.get("relay") == "1"),
        up_to=a_number(request.args.get("up_to")),
    )
    number = wanted_page()
    found = tracing.trace(station(), of, wanted, _PAGE, (number - 1) * _PAGE)
    with station().db.read() as session:
        zones = zones_queries.zone_names(session)
        names = {t.code: t.short for t in many.topics(session)} | {u.code: u.name for u in people.units(session)}
    names |= {g.value: g.label for g in Genre} | tracing.OUTCOME_WORDS
    return render_template(
        "reports/entries.html",
        found=found,
        page=Page(number, _PAGE, found.total),
        zones=zones,
        names=names,
        period=wanted.period,
        narrowed=texts,
        behind=_BEHIND[of],
        relay=wanted.narrowed.relay,
    )


def choices() -> Sequence[tuple[str, periods.ReportPeriod]]:
    """The named periods of this reporting year and the last that have begun, newest first."""
    return list(periods.offered(station().today(), cutoff=station().settings.report.cutoff_day))


def _period() -> periods.ReportPeriod:
    cutoff = station().settings.report.cutoff_day
    chosen = request.form.get("period", "")
    if chosen == "custom":
        chosen = f"{request.form.get('first', '')}..{request.form.get('last', '')}"
    return periods.parse(chosen, cutoff=cutoff)


def _file_words(name: str) -> tuple[str, str]:
    """What a file is and its kind: `Phụ lục minh chứng`, `PDF`."""
    shape = next((words for stem, words in _SHAPES.items() if name.startswith(stem)), "Tệp")
    kind = name.rpartition(".")[2]
    return shape, _KINDS.get(kind, kind)


def _drawing(chart: Chart) -> tuple[str, Markup]:
    """A chart for the page: our own drawing, in which every text is escaped already."""
    return chart.title, Markup(chart.svg.replace(' color="#111111"', ""))  # noqa: S704
