"""The routes of `/api/v1`."""

from __future__ import annotations

import datetime as dt
from typing import Any

import flask
from flask import Response, stream_with_context

from broadcaster import __version__
from broadcaster.clock import day_bounds
from broadcaster.db.queries import air
from broadcaster.db.queries import log as log_queries
from broadcaster.db.queries import schedule as schedule_queries
from broadcaster.db.queries.scripts.one import get_script
from broadcaster.db.queries.scripts.rows import page_of_scripts
from broadcaster.domain.people.scopes import Scope
from broadcaster.domain.reports import periods
from broadcaster.domain.scripts.fields import ScriptFields
from broadcaster.domain.scripts.scripts import genre_of_title
from broadcaster.errors import RuleError
from broadcaster.panel.api import schemas
from broadcaster.panel.api.document import spec
from broadcaster.panel.api.routing import answer, blueprint, route
from broadcaster.panel.web.access import public, station
from broadcaster.panel.web.bearer import holder
from broadcaster.services import exporting
from broadcaster.services.reports import content
from broadcaster.services.scripts import editing

_LONGEST = 62
_MONTH = dt.timedelta(days=30)


@blueprint.get("/openapi.json")
@public
def openapi() -> Response:
    """The description of this interface."""
    return flask.jsonify(spec.spec)


@route("/station", Scope.ONAIR_READ, "station", model=schemas.StationOut)
def about() -> Response:
    """Which station this is, and its clock."""
    here = station()
    said = here.settings.station
    return answer(
        schemas.StationOut(
            name=said.name,
            commune=said.commune,
            province=said.province,
            timezone=said.timezone,
            now=here.local(here.now()),
            version=__version__,
        )
    )


@route("/onair", Scope.ONAIR_READ, "station", model=schemas.OnAirAnswer)
def on_air() -> Response:
    """What is on the horns now and what comes next."""
    here = station()
    with here.db.read() as session:
        now = air.present(session, here.now(), here.settings.several)
    coming = now.coming
    return answer(
        schemas.OnAirAnswer(
            now=here.local(here.now()),
            alive=now.alive,
            airing=[
                schemas.OnAirItem(
                    broadcast_id=a.broadcast_id,
                    title=a.title,
                    trial=a.trial,
                    zones=list(a.zones),
                    also=list(a.also),
                    started_at=here.local(a.started_at),
                    item_no=a.item_no,
                    item_count=a.item_count,
                    item_title=a.item_title,
                )
                for a in now.airing
            ],
            coming=coming
            and schemas.ComingAnswer(
                id=coming.id, title=coming.title, starts_at=here.local(coming.starts_at), zones=list(coming.zones)
            ),
            muted=list(now.muted),
            mutes=[
                schemas.MuteOut(
                    output=m.mute.output,
                    zones=list(m.zones),
                    since=here.local(m.mute.since),
                    until=here.local(m.mute.until),
                    by=m.mute.by,
                    why=m.mute.why,
                )
                for m in now.mutes
            ],
            hold=now.hold,
            troubles=list(now.troubles),
        )
    )


@route("/zones", Scope.ZONES_READ, "station", model=schemas.Zones)
def zones() -> Response:
    """Every zone and what is known of its state."""
    with station().db.read() as session:
        rows = list(exporting.zones(station(), session))
    return answer(schemas.Zones(rows=[schemas.ZoneOut.model_validate(r) for r in rows]))


@route("/scripts", Scope.SCRIPTS_READ, "scripts", model=schemas.ScriptPage)
def scripts(query: schemas.ScriptsQuery) -> Response:
    """Scripts, last changed first, without their words."""
    with station().db.read() as session:
        found, total = page_of_scripts(
            session,
            search=query.q,
            state=query.state,
            topic=query.topic,
            unit=query.unit,
            limit=query.limit,
            offset=query.offset,
        )
        rows = list(exporting.scripts(station(), session, found, bodies=False))
    return answer(schemas.ScriptPage(total=total, rows=[schemas.ScriptSummary.model_validate(r) for r in rows]))


@route("/scripts/<int(max=2147483647):number>", Scope.SCRIPTS_READ, "scripts", model=schemas.ScriptWhole, missing=True)
def script(number: int) -> Response:
    """One script with its newest words."""
    with station().db.read() as session:
        row = next(exporting.scripts(station(), session, [get_script(session, number)], bodies=True))
    return answer(schemas.ScriptWhole.model_validate(row))


@route("/scripts", Scope.SCRIPTS_WRITE, "scripts", method="POST", model=schemas.Made, made=True)
def add_script(json: schemas.ScriptIn) -> Response:
    """Hand in a script as a draft; an editor listens to it, a leader approves it, as any other."""
    fields = json.model_dump()
    if "genre" not in json.model_fields_set:
        fields["genre"] = genre_of_title(fields["title"])
    number = editing.add_script(station(), holder().actor, ScriptFields(**fields))
    return answer(schemas.Made(id=number), made_at=flask.url_for("api.script", number=number))


@route("/schedule", Scope.SCHEDULE_READ, "schedule", model=schemas.Schedule)
def schedule(query: schemas.ScheduleQuery) -> Response:
    """Broadcasts of some days with their rundowns, planned and past."""
    today = station().today()
    first = query.first or today
    last = query.last or max(first, today)
    if last < first:
        raise RuleError("Ngày cuối phải sau ngày đầu.", field="to")
    if (last - first).days >= _LONGEST:
        raise RuleError(f"Mỗi lần hỏi tối đa {_LONGEST} ngày.", field="to")
    tz = station().settings.tz
    start, end = day_bounds(first, last, tz)
    with station().db.read() as session:
        rows = [b for b in schedule_queries.broadcasts(session, start, end) if not query.zone or query.zone in b.zones]
    found = [schemas.BroadcastOut.model_validate(r) for r in exporting.schedule(station(), rows)]
    return answer(schemas.Schedule(rows=found))


@route("/log", Scope.LOG_READ, "log", model=schemas.LogPage)
def log(query: schemas.LogQuery) -> Response:
    """The play log from a place in its chain on; nothing in it ever changes."""
    with station().db.read() as session:
        rows = log_queries.after(session, query.after, query.limit, zone=query.zone, outcome=query.outcome)
        found = [schemas.LogEntry.model_validate(r) for r in exporting.log(station(), rows)]
    return answer(schemas.LogPage(rows=found, last_seq=found[-1].seq if found else query.after))


@route("/figures", Scope.REPORT_READ, "report", model=schemas.FiguresOut)
def figures(query: schemas.FiguresQuery) -> Response:
    """The figures of a reporting period, counted from the log as the report counts them."""
    here = station()
    period = periods.parse(query.period, cutoff=here.settings.report.cutoff_day)
    with here.db.read() as session:
        found = content.figures_of(here, session, period)
    return answer(
        schemas.FiguresOut(
            period=query.period, title=period.title, first=period.first, last=period.last, figures=found.as_json()
        )
    )


def _exported(kind: str, query: schemas.ExportQuery) -> Response:
    """Answer with a neutral table, streaming."""
    here = station()
    last = query.last or here.today()
    first = query.first or last - _MONTH
    if last < first:
        raise RuleError("Ngày cuối phải sau ngày đầu.", field="to")

    def pieces() -> Any:
        with here.db.read() as session:
            rows = exporting.table(kind, here, session, first, last)
            yield from exporting.WRITERS[query.format](kind, here, rows)

    name = f"{kind}-{first:%Y%m%d}-{last:%Y%m%d}.{query.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(stream_with_context(pieces()), content_type=exporting.MIME[query.format], headers=headers)


@route("/export/scripts", Scope.SCRIPTS_READ, "export", file=True)
def export_scripts(query: schemas.ExportQuery) -> Response:
    """Bản tin: every script with its words, as JSON or CSV."""
    return _exported("scripts", query)


@route("/export/schedule", Scope.SCHEDULE_READ, "export", file=True)
def export_schedule(query: schemas.ExportQuery) -> Response:
    """Lịch phát of some days, as JSON or CSV."""
    return _exported("schedule", query)


@route("/export/log", Scope.LOG_READ, "export", file=True)
def export_log(query: schemas.ExportQuery) -> Response:
    """Nhật ký phát of some days, as JSON or CSV."""
    return _exported("log", query)


@route("/export/zones", Scope.ZONES_READ, "export", file=True)
def export_zones(query: schemas.ExportQuery) -> Response:
    """Trạng thái cụm loa now, as JSON or CSV."""
    return _exported("zones", query)
