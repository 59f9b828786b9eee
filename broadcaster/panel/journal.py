"""Nhật ký: what was heard, filtered, checked, printed, exported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from flask import Blueprint, Response, flash, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.models import PlayLogEntry
from broadcaster.db.queries import journal as queries
from broadcaster.db.queries import library, registry
from broadcaster.domain.playlog import Outcome
from broadcaster.domain.roles import Permission
from broadcaster.errors import RuleError
from broadcaster.panel.access import actor, leave_to, needs, station
from broadcaster.panel.paging import Page, wanted_page
from broadcaster.services import logbook, playlog
from broadcaster.services.exporting import csv_line

blueprint = Blueprint("journal", __name__, url_prefix="/log")
_PAGE = 50


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """The log of some days."""
    wanted, first, last = _wanted()
    number = wanted_page()
    with station().db.read() as session:
        sums = queries.sums(session, wanted)
        rows = queries.page(session, wanted, _PAGE, (number - 1) * _PAGE)
        corrected = queries.corrected(session, [r.id for r in rows])
        names = registry.zone_names(session)
    values = {"rows": rows, "sums": sums, "corrected": corrected, "names": names, "wanted": wanted}
    page = Page(number, _PAGE, sums.entries)
    return render_template("journal/index.html", page=page, first=first, last=last, outcomes=list(Outcome), **values)


@blueprint.get("/book")
@needs(Permission.VIEW)
def book() -> ResponseReturnValue:
    """The printable log book (sổ nhật ký) of the chosen days: a line for each item, with room for signatures."""
    wanted, first, last = _wanted()
    with station().db.read() as session:
        rows = queries.page(session, wanted, 5000, 0)[::-1]
        sums = queries.sums(session, wanted)
        names = registry.zone_names(session)
    together: dict[tuple[object, ...], list[PlayLogEntry]] = {}
    for row in rows:
        fate = (row.broadcast_id, row.item_no, row.planned_at, row.outcome, row.reason, row.corrects is None)
        together.setdefault(fate, []).append(row)
    return render_template(
        "journal/book.html",
        lines=list(together.values()), shown=len(rows), sums=sums, names=names, first=first, last=last,
    )  # fmt: skip


@blueprint.get("/book.pdf")
@needs(Permission.VIEW)
def book_file() -> ResponseReturnValue:
    """The log book of a month, a week or the chosen days as PDF, with room for signatures."""
    period = request.args.get("period", "")
    if not period:
        _, first, last = _wanted()
        period = f"{first.isoformat()}..{last.isoformat()}"
    name, data = logbook.book_pdf(station(), period)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, mimetype="application/pdf", headers=headers)


@blueprint.route("/<log_entry>/correct", methods=["GET", "POST"])
@needs(Permission.OPERATE)
def correct(log_entry: str) -> ResponseReturnValue:
    """Correct an entry by adding another; the first one stays as it is."""
    with station().db.read() as session:
        entry = queries.entry(session, log_entry)
        names = registry.zone_names(session)
    refused = ""
    if request.method == "POST":
        try:
            playlog.correct(
                station(), actor(), log_entry, outcome=_outcome(request.form.get("outcome", "")),
                heard_ms=_milliseconds(request.form.get("heard", "")), reason=request.form.get("reason", "")[:1000],
            )  # fmt: skip
        except RuleError as error:
            refused = error.message
        else:
            flash("Đã ghi bản đính chính; bản ghi cũ giữ nguyên trong nhật ký.")
            day = station().local(entry.planned_at).date().isoformat()
            return leave_to(f"{url_for('journal.index')}?from={day}&to={day}")
    page = render_template(
        "journal/correct.html", entry=entry, names=names, outcomes=list(Outcome), refused=refused, form=request.form
    )
    return page, 422 if refused else 200


def _outcome(written: str) -> Outcome:
    if written not in list(Outcome):
        raise RuleError("Hãy chọn kết quả đúng.", field="outcome")
    return Outcome(written)


def _milliseconds(written: str) -> int:
    try:
        return round(float(written.replace(",", ".")) * 1000)
    except ValueError:
        raise RuleError("Số giây đã nghe phải là một con số.", field="heard") from None


@blueprint.get("/verify")
@needs(Permission.VIEW)
def verify() -> ResponseReturnValue:
    """Check the chain of the whole log."""
    with station().db.read() as session:
        verdict = playlog.verify(session)
    return render_template("journal/_verdict.html", verdict=verdict)


@blueprint.get("/export.csv")
@needs(Permission.VIEW)
def export() -> ResponseReturnValue:
    """The chosen entries as a table for a spreadsheet, streaming."""
    wanted, first, last = _wanted()
    here = station()
    with here.db.read() as session:
        names = registry.zone_names(session)
        topics = {t.code: t.short for t in library.topics(session)}

    def lines() -> Iterator[str]:
        heads = ("Số", "Dự kiến", "Bắt đầu", "Kết thúc", "Buổi phát", "Mục", "Tên mục", "Chủ đề", "Cụm loa",
                 "Thời lượng (giây)", "Đã nghe (giây)", "Kết quả", "Lý do", "Người thực hiện", "Mã băm")  # fmt: skip
        yield "\ufeff" + csv_line(heads)
        with here.db.read() as session:
            for e in queries.every(session, wanted):
                yield csv_line(
                    (e.seq, _local(e.planned_at), _local(e.started_at), _local(e.ended_at), e.broadcast_title,
                     e.item_no, e.title, topics.get(e.topic or "", e.topic or ""), names.get(e.zone, e.zone),
                     f"{e.duration_ms / 1000:.1f}", f"{e.heard_ms / 1000:.1f}", e.outcome.label, e.reason, e.actor,
                     e.hash)
                )  # fmt: skip

    name = f"nhat-ky-phat-thanh-{first:%Y%m%d}-{last:%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(stream_with_context(lines()), mimetype="text/csv", headers=headers)


def _local(moment: dt.datetime | None) -> str:
    return f"{station().local(moment):%d/%m/%Y %H:%M:%S}" if moment else ""


def _wanted() -> tuple[queries.Wanted, dt.date, dt.date]:
    here = station()
    today = here.today()
    first = _date(request.args.get("from")) or today - dt.timedelta(days=6)
    last = _date(request.args.get("to")) or max(today, first)
    if last < first:
        first, last = last, first
    tz = here.settings.tz
    outcome = request.args.get("outcome", "")
    wanted = queries.Wanted(
        start=dt.datetime.combine(first, dt.time(), tzinfo=tz),
        end=dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=tz),
        zone=request.args.get("zone", "")[:32],
        outcome=Outcome(outcome) if outcome in list(Outcome) else None,
        search=request.args.get("q", "").strip()[:100],
        scripts_only=bool(request.args.get("scripts")),
    )
    return wanted, first, last


def _date(text: str | None) -> dt.date | None:
    try:
        found = dt.date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None
