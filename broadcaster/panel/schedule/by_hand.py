"""Lịch phát, by hand: move, copy, leave out, add a broadcast, and order what it says. Every change can be undone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import flask
from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.clock import day_start
from broadcaster.db.models import BroadcastRow
from broadcaster.db.queries import schedule
from broadcaster.db.queries import zones as zones_queries
from broadcaster.db.queries.scripts import many
from broadcaster.domain.air.broadcasts import ItemKind
from broadcaster.domain.air.shown import deciding
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.seen import OvertakenError
from broadcaster.domain.setup.zones import ALL
from broadcaster.errors import RuleError
from broadcaster.panel.web import seeing
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.fields import a_date, a_moment, a_number, the_numbers
from broadcaster.panel.web.looks import look
from broadcaster.panel.web.paging import reordered
from broadcaster.panel.web.replanning import replanned
from broadcaster.panel.web.seeing import sealed
from broadcaster.panel.web.undo import done
from broadcaster.services.schedule import by_hand, coming, leaving_out, places, undoing
from broadcaster.services.scripts.approving import airable

blueprint = Blueprint("timetable", __name__, url_prefix="/schedule")
_WHAT = {ItemKind.CUE: "âm thanh của đài", ItemKind.RELAY: "tiếp âm"}


@blueprint.get("/events")
@needs(Permission.VIEW)
def events() -> ResponseReturnValue:
    """The broadcasts of some days for the calendar in the browser; times are station time without a zone."""
    here = station()
    first = a_date(request.args.get("start")) or here.today()
    last = min(a_date(request.args.get("end")) or first + dt.timedelta(days=7), first + dt.timedelta(days=42))
    start = day_start(first, here.settings.tz)
    end = day_start(last, here.settings.tz)
    with here.db.read() as session:
        rows = schedule.broadcasts(session, start, end)
        found = [_event(row) for row in rows]
    return flask.jsonify(found)


def _event(row: BroadcastRow) -> dict[str, Any]:
    here = station()
    free = coming.editable(row, here.now()) and actor().may(Permission.SCHEDULE)
    return {
        "id": str(row.id),
        "resourceIds": row.zones,
        "start": f"{here.local(row.starts_at):%Y-%m-%d %H:%M:%S}",
        "end": f"{here.local(row.ends_at):%Y-%m-%d %H:%M:%S}",
        "title": row.title,
        "startEditable": free,
        "durationEditable": False,
        "classNames": [f"is-{look(row.state).tone}"],
        "extendedProps": {
            "url": url_for("calendar.show", number=row.id),
            "move": url_for("timetable.move", number=row.id) if free else "",
            "words": f"{row.state.label}, {len(row.rundown)} mục",
        },
    }


@blueprint.route("/<int:number>/move", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def move(number: int) -> ResponseReturnValue:
    """Move a broadcast: by a form, or dropped on the calendar (`?to=`); asks once, and says what forbids it."""
    return _replace(number, "move")


@blueprint.route("/<int:number>/copy", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def copy(number: int) -> ResponseReturnValue:
    """Plan the same rundown once more at another time."""
    return _replace(number, "copy")


def _replace(number: int, verb: str) -> ResponseReturnValue:
    here = station()
    asked = request.form if request.method == "POST" else request.args
    to, refused = None, ""
    if asked.get("to") or request.method == "POST":
        try:
            to = a_moment(asked.get("to", ""), here.settings.tz, field="to")
            if request.method == "POST":
                return _placed(number, verb, to)
            act = by_hand.move if verb == "move" else by_hand.copy
            act(here, actor(), number, to, dry_run=True)
        except RuleError as error:
            refused = error.message
    with here.db.read() as session:
        row = schedule.broadcast(session, number)
        names = zones_queries.zone_names(session)
    fragment = request.headers.get("HX-Request")
    shown = here.local(to or (row.starts_at + dt.timedelta(days=verb == "copy")))
    page = render_template(
        f"schedule/by_hand/{'_place' if fragment else 'place'}.html",
        row=row,
        facts=deciding(schedule.broadcast_of(row)),
        names=names,
        verb=verb,
        moving=verb == "move",
        to=to,
        shown=shown,
        refused=refused,
        hours=here.settings.hours.windows,
    )
    return page, 422 if request.method == "POST" else 200


def _placed(number: int, verb: str, to: dt.datetime) -> ResponseReturnValue:
    here = station()
    with here.db.read() as session:
        row = schedule.broadcast(session, number)
        before, title = row.starts_at, row.title
    local = here.local(to)
    if verb == "copy":
        new = by_hand.copy(here, actor(), number, to, seal=sealed())
        words = f"Đã chép “{title}” sang {local:%H:%M %d/%m/%Y}."
        undoable(words, new, url_for("calendar.show", number=number))
        _tell_faults(new)
        return leave_to(url_for("calendar.show", number=new))
    new = by_hand.move(here, actor(), number, to, seal=sealed())
    words = f"Đã dời “{title}” từ {here.local(before):%H:%M %d/%m} sang {local:%H:%M %d/%m/%Y}."
    view = request.args.get("view", "")
    week = url_for("calendar.index", week=local.date().isoformat(), view=view)
    undoable(words, new, week if view else url_for("calendar.show", number=number))
    _tell_faults(new)
    return leave_to(week if view else url_for("calendar.show", number=new))


def _tell_faults(number: int) -> None:
    """Say on the next page what of a broadcast will not air at its time."""
    with station().db.read() as session:
        row = schedule.broadcast(session, number)
        found = places.fault_words(row, places.faults_on(station(), session, row, row.starts_at))
    for words in found[:3]:
        flash(words, "error")


def undoable(words: str, number: int, page: str) -> None:
    """Say on the next page what was done to a broadcast, with the button that undoes it and then shows `page`."""
    with station().db.read() as session:
        change = undoing.last_change(session, number, actor())
    done(words, url_for("timetable.undo") if change else "", fields={"change": str(change), "page": page})


def _week_of(moment: dt.datetime) -> str:
    return url_for("calendar.index", week=station().local(moment).date().isoformat())


@blueprint.post("/<int:number>/again")
@needs(Permission.SCHEDULE)
def again(number: int) -> ResponseReturnValue:
    """Plan what nobody heard once more, at the soonest moment that is possible."""
    new, at = by_hand.again(station(), actor(), number)
    page = url_for("calendar.show", number=new)
    undoable(f"Đã xếp lại buổi này vào {station().local(at):%H:%M %d/%m/%Y}.", new, _week_of(at))
    return leave_to(page)


@blueprint.post("/undo")
@needs(Permission.OPERATE)
def undo() -> ResponseReturnValue:
    """Put the broadcasts back as they were before what was just done, and stay on the page."""
    undoing.undo(station(), actor(), a_number(request.form.get("change")) or 0)
    done("Đã hoàn tác: buổi phát lại như trước việc vừa rồi.")
    page = request.form.get("page", "")
    return leave_to(page if page.startswith(url_for("calendar.index")) else url_for("calendar.index"))


@blueprint.post("/leave-out")
@needs(Permission.OPERATE)
def leave_out() -> ResponseReturnValue:
    """Leave broadcasts out: one, or all that are left of a day."""
    numbers = leaving_out.leave_out(station(), actor(), _numbers())
    if not numbers:
        raise RuleError("Không còn buổi nào bỏ được: buổi đã phát, đang phát hoặc sắp bắt đầu.", field="numbers")
    what = "buổi này" if len(numbers) == 1 else f"{len(numbers)} buổi"
    page = _back_to(numbers)
    undoable(f"Đã bỏ qua {what}; loa sẽ im vào giờ đó.", numbers[0], page)
    return leave_to(page)


@blueprint.post("/take-back")
@needs(Permission.OPERATE)
def take_back() -> ResponseReturnValue:
    """Plan again what was left out."""
    numbers = leaving_out.take_back(station(), actor(), _numbers())
    if not numbers:
        raise RuleError("Không còn xếp lại được buổi này: giờ phát đã qua hoặc sắp tới.", field="numbers")
    page = _back_to(numbers)
    undoable("Đã xếp lại vào lịch.", numbers[0], page)
    return leave_to(page)


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def new() -> ResponseReturnValue:
    """A broadcast beside the rotation: when, where, how long; what it says comes next."""
    here = station()
    refused = ""
    given = request.form
    if request.method == "POST":
        try:
            at = a_moment(given.get("at", ""), here.settings.tz, field="at")
            number = by_hand.add(
                here,
                actor(),
                given.get("title", ""),
                at,
                a_number(given.get("minutes"), most=999) or 0,
                given.getlist("zone") or ["all"],
            )
        except RuleError as error:
            refused = error.message
        else:
            return leave_to(url_for("timetable.rundown", number=number, add=_wanted_script() or None))
    with here.db.read() as session:
        script = next((c for c in airable(session) if c.script_id == _wanted_script()), None)
        zones = zones_queries.zones(session)
        groups = zones_queries.groups(session)
    suggested = here.local(here.now()) + dt.timedelta(hours=1)
    at_text = given.get("at") or request.args.get("at", "") or f"{suggested:%Y-%m-%dT%H:00}"
    page = render_template(
        "schedule/by_hand/new.html",
        zones=zones,
        groups=groups,
        at=at_text,
        given=given,
        script=script,
        title=given.get("title") or (script.title if script else ""),
        minutes=given.get("minutes") or (max(5, -(-script.duration_ms // 60_000) + 1) if script else 15),
        refused=refused,
        hours=here.settings.hours.windows,
        chosen=given.getlist("zone") or [ALL],
        everywhere=ALL in (given.getlist("zone") or [ALL]),
    )
    return page, 422 if refused else 200


@blueprint.route("/<int:number>/rundown", methods=["GET", "POST"])
@needs(Permission.SCHEDULE)
def rundown(number: int) -> ResponseReturnValue:
    """Order what a broadcast says: drag and drop, or buttons; each works without script too."""
    here = station()
    refused = ""
    with here.db.read() as session:
        row = schedule.broadcast(session, number)
        facts = by_hand.facts_of(row)
        free = coming.editable(row, here.now())
        day = here.local(row.starts_at).date()
        approved = sorted((c for c in airable(session) if c.valid_on(day)), key=lambda c: (c.topic, c.title))
        cues = zones_queries.cues(session)
        topics = {t.code: t.short for t in many.topics(session)}
    keys = [by_hand.key_of(i) for i in row.rundown]
    if request.method == "GET" and _wanted_script("add"):
        keys.append(f"script:{_wanted_script('add')}")
    if request.method == "POST":
        keys = request.form.getlist("item")[:200]
        act = request.form.get("do", "")
        if act:
            keys = _acted(keys, act)
        else:
            try:
                by_hand.set_rundown(here, actor(), number, keys, seeing.opened())
            except OvertakenError as error:
                refused = seeing.noted(error).message
                keys = by_hand.keys_anew(row, keys, {c.audio_sha256: c.name for c in cues})
            except RuleError as error:
                refused = error.message
            else:
                page = url_for("calendar.show", number=number)
                undoable("Đã lưu nội dung buổi phát. Từ nay máy không tự đổi buổi này.", number, page)
                return leave_to(page)
    known = _known(row, approved, cues)
    lines = [known[k] | {"key": k} for k in keys if k in known]
    return render_template(
        "schedule/by_hand/rundown.html",
        row=row,
        lines=lines,
        total=sum(line["ms"] for line in lines),
        approved=approved,
        cues=cues,
        topics=topics,
        facts=facts,
        refused=refused,
        free=free,
        room_ms=int((row.ends_at - row.starts_at).total_seconds() * 1000),
    ), 422 if refused else 200


@blueprint.post("/<int:number>/release")
@needs(Permission.SCHEDULE)
def release(number: int) -> ResponseReturnValue:
    """Give a broadcast back to planning."""
    by_hand.release(station(), actor(), number)
    replanned()
    done("Máy đã xếp lại nội dung buổi này theo khung lịch.")
    return leave_to(url_for("calendar.show", number=number))


def _known(row: BroadcastRow, approved: Any, cues: Any) -> dict[str, dict[str, Any]]:
    found = {by_hand.key_of(i): _line(i, i.kind) for i in row.rundown}
    found |= {f"script:{c.script_id}": _line(c, ItemKind.SCRIPT) for c in approved}
    return found | {f"cue:{c.name}": _line(c, ItemKind.CUE) for c in cues}


def _line(sound: Any, kind: ItemKind) -> dict[str, Any]:
    return {"title": sound.title, "ms": sound.duration_ms, "what": _WHAT.get(kind, "bài")}


def _acted(keys: list[str], act: str) -> list[str]:
    """The order after one button: `up:2`, `down:2`, `drop:2` by place, or `add:script:12`."""
    verb, _, rest = act.partition(":")
    if verb == "add":
        return [*keys, rest]
    return reordered(keys, verb, rest)


def _wanted_script(name: str = "script") -> int:
    """The script that a page came for, 0 for none."""
    return a_number(request.values.get(name)) or 0


def _numbers() -> list[int]:
    return the_numbers(request.form.get("numbers", ""))[:200]


def _words(numbers: list[int]) -> str:
    return ",".join(str(n) for n in numbers)


def _back_to(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return url_for("calendar.show", number=numbers[0])
    with station().db.read() as session:
        row = schedule.broadcast(session, numbers[0])
    return _week_of(row.starts_at)
