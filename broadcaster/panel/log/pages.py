"""Nhật ký: what was heard, filtered, checked, printed, exported."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import flask
from flask import Blueprint, Response, flash, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from broadcaster.clock import day_start
from broadcaster.db.models import PlayLogEntry
from broadcaster.db.queries import log, zones
from broadcaster.db.queries.scripts import many
from broadcaster.domain.log.chain import GENESIS
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.people.roles import Permission
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.later import Later
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.fields import a_date, a_number
from broadcaster.panel.web.filters import number
from broadcaster.panel.web.paging import Page, wanted_page
from broadcaster.panel.web.qr import qr
from broadcaster.services.exporting import csv_line
from broadcaster.services.log import airchecks, logbook, places, playlog, proofs, record, spoken

if TYPE_CHECKING:
    from broadcaster.reporting import xlsx
else:
    xlsx = Later("broadcaster.reporting.xlsx")

blueprint = Blueprint("journal", __name__, url_prefix="/log")
_PAGE = 50
_KEPT_SUMS = 64
_PART = 20_000
"""Entries checked in one answer: about a second's work on an old PC."""
_MOST_ROWS = 1_000_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEADS = (
    "Số",
    "Dự kiến",
    "Bắt đầu",
    "Kết thúc",
    "Buổi phát",
    "Mục",
    "Tên mục",
    "Chủ đề",
    "Cụm loa",
    "Cũng nghe thấy ở",
    "Thời lượng (giây)",
    "Đã nghe (giây)",
    "Kết quả",
    "Lý do",
    "Người thực hiện",
    "Mã băm",
)


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """The log of some days."""
    wanted, first, last = _wanted()
    number = wanted_page()
    with station().db.read() as session:
        sums = _sums(wanted)
        rows = log.page(session, wanted, _PAGE, (number - 1) * _PAGE)
        corrected = log.corrected(session, [r.id for r in rows])
        names = zones.zone_names(session)
        topics = many.topics(session)
    values = {"topics": topics, "rows": rows, "sums": sums, "corrected": corrected, "names": names, "wanted": wanted}
    values |= _signed()
    page = Page(number, _PAGE, sums.entries)
    return render_template("log/index.html", page=page, first=first, last=last, outcomes=list(Outcome), **values)


@blueprint.get("/book")
@needs(Permission.VIEW)
def book() -> ResponseReturnValue:
    """The printable log book (sổ nhật ký) of the chosen days: a line for each item, with room for signatures."""
    wanted, first, last = _wanted()
    with station().db.read() as session:
        rows = log.page(session, wanted, 5000, 0)[::-1]
        sums = _sums(wanted)
        names = zones.zone_names(session)
        corrected = log.corrected(session, [r.id for r in rows])
    together: dict[tuple[object, ...], list[PlayLogEntry]] = {}
    for row in rows:
        fate = (row.broadcast_id, row.item_no, row.planned_at, row.outcome, row.reason, row.corrects is None)
        together.setdefault(fate, []).append(row)
    lines = [_line(group, corrected) for group in together.values()]
    return render_template(
        "log/book.html",
        lines=lines,
        aired_ms=sum(heard_ms for *_, heard_ms in lines if heard_ms is not None),
        shown=len(rows),
        sums=sums,
        names=names,
        first=first,
        last=last,
        mark=places.newest(station().home),
        qr=qr,
    )


def _signed() -> dict[str, Any]:
    """The last mark of the record, where it lies, and why it does not lie where it should."""
    here = station()
    mark = places.newest(here.home)
    where = places.where(here.home, here.settings, mark) if mark else []
    return {"mark": mark, "where": where, "laid": places.laid(here.home, here.settings)}


def _line(
    group: Sequence[PlayLogEntry], corrected: Collection[str]
) -> tuple[PlayLogEntry, Sequence[PlayLogEntry], list[str], int | None]:
    """A line of the book; its length in whole seconds, as it is printed, and none where a later line corrects it."""
    standing = [e.heard_ms for e in group if e.id not in corrected]
    heard = round(max(standing) / 1000) * 1000 if standing else None
    return group[0], group, list(dict.fromkeys(z for e in group for z in e.also)), heard


@blueprint.get("/<int:seq>")
@needs(Permission.VIEW)
def entry(seq: int) -> ResponseReturnValue:
    """One entry: all that it says, what corrects it, and the air-check to hear."""
    here = station()
    with here.db.read() as session:
        row = log.entry_numbered(session, seq)
        others = log.versions(session, row)
        names = zones.zone_names(session)
        proof = proofs.of_entries(session, [row.id]).get(row.id)
        topics = {t.code: t.short for t in many.topics(session)}
        found = airchecks.of_entry(here, session, row)
        words = spoken.known_of(session, row)
    values = {"others": others, "names": names, "proof": proof, "topics": topics, "heard": found, "words": words}
    return render_template("log/entry.html", e=row, **values)


@blueprint.get("/<int:seq>/recording")
@needs(Permission.VIEW)
def recording(seq: int) -> ResponseReturnValue:
    """The air-check that holds an entry, in parts as the browser asks."""
    here = station()
    with here.db.read() as session:
        found = airchecks.of_entry(here, session, log.entry_numbered(session, seq))
    if found is None:
        raise NotFoundError(
            "Không còn bản thu của mục này: đã quá hạn lưu, hoặc đường ghi bản thu bị tắt.", field="entry"
        )
    answer = flask.send_file(found.path, conditional=True, max_age=0)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


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
        entry = log.entry(session, log_entry)
        names = zones.zone_names(session)
    refused = ""
    if request.method == "POST":
        try:
            playlog.correct(
                station(),
                actor(),
                log_entry,
                outcome=_outcome(request.form.get("outcome", "")),
                heard_ms=_milliseconds(request.form.get("heard", "")),
                reason=request.form.get("reason", "")[:1000],
            )
        except RuleError as error:
            refused = error.message
        else:
            flash("Đã ghi bản đính chính; bản ghi cũ giữ nguyên trong nhật ký.")
            day = station().local(entry.planned_at).date().isoformat()
            return leave_to(f"{url_for('journal.index')}?from={day}&to={day}")
    page = render_template(
        "log/correct.html", entry=entry, names=names, outcomes=list(Outcome), refused=refused, form=request.form
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
    """Check the chain of the whole log, part by part, saying how far it is; all at once without script."""
    part = request.headers.get("HX-Request")
    known = request.args.get("hash", "")
    number = a_number(request.args.get("after"))
    after = (number, known) if number is not None and len(known) == 64 else (0, GENESIS)
    with station().db.read() as session:
        if not part:
            whole = record.with_the_rest(station(), playlog.verify(session))
            return render_template("log/verdict.html", verdict=whole)
        verdict, last, end = playlog.verify_part(session, after, _PART)
    if verdict.holds and last < end:
        return render_template("log/_verifying.html", last=last, end=end, known=verdict.last_hash)
    whole = record.with_the_rest(station(), replace(verdict, entries=end) if verdict.holds else verdict)
    return render_template("log/_verdict.html", verdict=whole)


@blueprint.get("/export.csv")
@needs(Permission.VIEW)
def export() -> ResponseReturnValue:
    """The chosen entries as a table for a spreadsheet, streaming."""
    here = station()
    wanted, first, last = _wanted()

    def lines() -> Iterator[str]:
        yield "\ufeff" + csv_line(_HEADS)
        with here.db.read() as session:
            for cells in _rows(session, wanted):
                yield csv_line([f"{c:%d/%m/%Y %H:%M:%S}" if isinstance(c, dt.datetime) else c for c in cells])

    name = f"nhat-ky-phat-thanh-{first:%Y%m%d}-{last:%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(stream_with_context(lines()), mimetype="text/csv", headers=headers)


@blueprint.get("/export.xlsx")
@needs(Permission.VIEW)
def workbook() -> ResponseReturnValue:
    """The chosen entries as a workbook."""
    here = station()
    wanted, first, last = _wanted()
    with here.db.read() as session:
        count = _sums(wanted).entries
        if count > _MOST_ROWS:
            raise RuleError(
                f"Có {number(count)} bản ghi, quá {number(_MOST_ROWS)} dòng của một tệp Excel. Hãy chọn ít ngày hơn.",
                field="to",
            )
        with tempfile.TemporaryDirectory(dir=here.home.run) as folder:
            path = Path(folder) / "log.xlsx"
            rows = (
                [c.replace(tzinfo=None) if isinstance(c, dt.datetime) else c for c in r] for r in _rows(session, wanted)
            )
            xlsx.write_rows(path, "Nhật ký phát thanh", _HEADS, rows)
            data = io.BytesIO(path.read_bytes())
    name = f"nhat-ky-phat-thanh-{first:%Y%m%d}-{last:%Y%m%d}.xlsx"
    return flask.send_file(data, mimetype=_XLSX, as_attachment=True, download_name=name, max_age=0)


def _rows(session: Any, wanted: log.LogFilter) -> Iterator[list[Any]]:
    """Yield the cells of each entry; moments in station time."""
    names = zones.zone_names(session)
    topics = {t.code: t.short for t in many.topics(session)}
    for e in log.every(session, wanted):
        yield [
            e.seq,
            _local(e.planned_at),
            _local(e.started_at),
            _local(e.ended_at),
            e.broadcast_title,
            e.item_no,
            e.title,
            topics.get(e.topic or "", e.topic or ""),
            names.get(e.zone, e.zone),
            ", ".join(names.get(z, z) for z in e.also),
            round(e.duration_ms / 1000, 1),
            round(e.heard_ms / 1000, 1),
            e.outcome.label,
            e.reason,
            e.actor,
            e.hash,
        ]


def _local(moment: dt.datetime | None) -> dt.datetime | str:
    return station().local(moment) if moment else ""


def _sums(wanted: log.LogFilter) -> log.Sums:
    """What a selection adds up to; kept until the log grows, for a year of it takes a third of a second."""
    kept: dict[tuple[log.LogFilter, int], log.Sums] = flask.current_app.extensions.setdefault("log-sums", {})
    with station().db.read() as session:
        key = (wanted, log.last_seq(session))
        if key not in kept:
            if len(kept) >= _KEPT_SUMS:
                kept.clear()
            kept[key] = log.sums(session, wanted)
    return kept[key]


def _wanted() -> tuple[log.LogFilter, dt.date, dt.date]:
    here = station()
    today = here.today()
    first = a_date(request.args.get("from")) or today - dt.timedelta(days=6)
    last = a_date(request.args.get("to")) or max(today, first)
    if last < first:
        first, last = last, first
    tz = here.settings.tz
    outcome = request.args.get("outcome", "")
    wanted = log.LogFilter(
        start=day_start(first, tz),
        end=day_start(last + dt.timedelta(days=1), tz),
        zone=request.args.get("zone", "")[:32],
        near=bool(request.args.get("near")),
        topic=request.args.get("topic", "")[:64],
        outcome=Outcome(outcome) if outcome in list(Outcome) else None,
        search=request.args.get("q", "").strip()[:100],
        scripts_only=bool(request.args.get("scripts")),
    )
    return wanted, first, last
