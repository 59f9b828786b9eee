"""Lịch phát: the week, one broadcast with its rundown and reasons, the rotations in force."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

import tomlkit
from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.clock import day_start
from broadcaster.db.models import BroadcastRow
from broadcaster.db.queries import schedule
from broadcaster.db.queries import zones as zones_queries
from broadcaster.db.queries.scripts import many
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, Overrun, RundownItem
from broadcaster.domain.air.desk import Verb
from broadcaster.domain.air.lateness import LatePolicy
from broadcaster.domain.air.shown import deciding
from broadcaster.domain.fold import slug
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.schedule.rotations import DayKind, Slot
from broadcaster.domain.schedule.windows import MIDNIGHT
from broadcaster.domain.scripts.scripts import Genre
from broadcaster.domain.setup.outputs import Outputs
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.panel.schedule.by_hand import undoable
from broadcaster.panel.web import agreeing
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.fields import a_date, a_number
from broadcaster.panel.web.filters import short_day
from broadcaster.panel.web.replanning import replanned
from broadcaster.panel.web.seeing import sealed
from broadcaster.panel.web.sending import send_sound
from broadcaster.panel.web.undo import done
from broadcaster.scheduling.rotation_words import no_rotation
from broadcaster.services.air import orders
from broadcaster.services.schedule import by_hand, coming, days, leaving_out, places, preview_sound, rotations
from broadcaster.services.schedule.in_force import rotations_in_force
from broadcaster.sound.store import Store

blueprint = Blueprint("calendar", __name__, url_prefix="/schedule")
_LATE = {
    LatePolicy.SKIP: "bỏ, không phát muộn quá",
    LatePolicy.AIR: "vẫn phát, nếu trễ không quá",
    LatePolicy.JOIN: "phát tiếp từ chỗ đang tới, nếu trễ không quá",
}
Week = dict[dt.date, list[BroadcastRow]]
"""Broadcasts by day."""


class View(StrEnum):
    """How the calendar is laid out."""

    DAYS = "days"
    DAY = "day"
    ZONES = "zones"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return {View.DAYS: "Tuần", View.DAY: "Ngày theo cụm loa", View.ZONES: "Tuần theo cụm loa"}[self]

    @property
    def one_day(self) -> bool:
        """Whether it shows a day and not a week."""
        return self is View.DAY

    @property
    def by_zone(self) -> bool:
        """Whether zones are its rows."""
        return self is not View.DAYS


@dataclass(frozen=True, slots=True)
class TimedItem:
    """One item of a broadcast with its time and how it was heard."""

    item: RundownItem
    at: dt.datetime
    heard: Sequence[schedule.ItemInZone]

    @property
    def sound_ms(self) -> int:
        """How long it takes in the preview, where two seconds of silence stand for what is relayed."""
        return self.item.duration_ms if self.item.audio_sha256 else 2000

    @property
    def lacking(self) -> list[schedule.ItemInZone]:
        """Where it was not heard whole."""
        return [h for h in self.heard if h.outcome is not Outcome.FULL]


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """A week of broadcasts by day; or a week or one day with zones as rows."""
    here = station()
    today = here.today()
    wanted = a_date(request.args.get("week")) or today
    asked = request.args.get("view", "")
    view = View(asked) if asked in list(View) else View.DAYS
    count = 1 if view.one_day else 7
    first = wanted if view.one_day else wanted - dt.timedelta(days=wanted.weekday())
    shown_days = [first + dt.timedelta(days=n) for n in range(count)]
    start = day_start(first, here.settings.tz)
    with here.db.read() as session:
        rows = schedule.broadcasts(session, start, start + dt.timedelta(days=count))
        names = zones_queries.zone_names(session)
        exceptions = schedule.exceptions(session, shown_days[0], shown_days[-1])
        marked = days.marks(session, shown_days)
        called = {s.code: _called(s) for r in rotations_in_force(session) for s in r.slots}
        choices = _slot_choices(marked, days.offered(here, session, shown_days))
    zone = request.args.get("zone", "")
    by_day = {day: [b for b in rows if here.local(b.starts_at).date() == day] for day in shown_days}
    if zone in names:
        by_day = {day: [b for b in found if zone in b.zones] for day, found in by_day.items()}
    left = {day: [b.id for b in found if coming.editable(b, here.now())] for day, found in by_day.items()}
    return render_template(
        "schedule/calendar/index.html",
        days=shown_days,
        by_day=by_day,
        names=names,
        exceptions=exceptions,
        left_out={d: ", ".join(called.get(code, code) for code in mark.left_out) for d, mark in marked.items()},
        choices=choices,
        zone=zone,
        view=view,
        views=list(View),
        today=today,
        before=first - dt.timedelta(days=count),
        after=first + dt.timedelta(days=count),
        kinds=list(DayKind),
        left=left,
        timeline=_timeline(view, shown_days, names, zone) if view.by_zone else "",
        alike=_alike(by_day, [zone] if zone in names else list(names)) if view.by_zone else [],
    )


@dataclass(frozen=True, slots=True)
class SlotChoice:
    """A slot of one day, and what leaves it out or brings it back."""

    title: str
    gone: bool
    then: str
    """The codes that are left out afterwards."""


def _called(slot: Slot) -> str:
    return f"{slot.title} ({slot.start:%H:%M})"


def _slot_choices(
    marked: Mapping[dt.date, days.DayMark], offered: Mapping[dt.date, Sequence[Slot]]
) -> dict[dt.date, list[SlotChoice]]:
    """What may be done with the slots of each day."""
    found = {}
    for day, slots in offered.items():
        out = set(marked[day].left_out)
        found[day] = [SlotChoice(_called(s), s.code in out, ",".join(sorted(out ^ {s.code}))) for s in slots]
    return found


def _alike(by_day: Week, zones: Sequence[str]) -> list[tuple[list[str], Week]]:
    """The zones put together that hear the same, each lot with what it hears; a hundred rows would be alike."""
    lots: dict[tuple[int, ...], tuple[list[str], Week]] = {}
    rows = [(day, b, frozenset(b.zones)) for day, found in by_day.items() for b in found]
    for code in zones:
        theirs = [(day, b) for day, b, where in rows if code in where]
        lot = lots.setdefault(tuple(b.id for _, b in theirs), ([], {day: [] for day in by_day}))
        if not lot[0]:
            for day, b in theirs:
                lot[1][day].append(b)
        lot[0].append(code)
    return list(lots.values())


def _timeline(view: View, days: Sequence[dt.date], names: dict[str, str], zone: str) -> str:
    """What the calendar in the browser is told, as JSON: zones as rows, the hours it shows, where to ask."""
    hours = station().settings.station_hours.windows
    by_night = any(w.over_midnight or w.end == MIDNIGHT for w in hours)
    start, end = min(w.start for w in hours), max(w.end for w in hours)
    last = days[-1] + dt.timedelta(days=1)
    facts = {
        "view": view,
        "date": days[0].isoformat(),
        "zones": [{"id": code, "title": name} for code, name in names.items() if not zone or code == zone],
        "from": "00:00" if by_night else f"{max(start.hour - 1, 0):02d}:00",
        "to": "24:00" if by_night else f"{min(end.hour + 2, 24):02d}:00",
        "days": {day.isoformat(): short_day(day) for day in days},
        "events": url_for("timetable.events", start=days[0].isoformat(), end=last.isoformat()),
        "add": url_for("timetable.new") if actor().may(Permission.SCHEDULE) else "",
    }
    return json.dumps(facts, ensure_ascii=False)


@blueprint.get("/<int:number>")
@needs(Permission.VIEW)
def show(number: int) -> ResponseReturnValue:
    """One broadcast: what it says when, why, and how it went."""
    with station().db.read() as session:
        row = schedule.broadcast(session, number)
        zones = zones_queries.zones_by_code(session)
        heard = schedule.heard(session, number)
        outputs = Outputs.of(zones.values(), station().settings.several)
        also = schedule.heard_besides(session, number) if row.state.terminal else outputs.also(row.zones)
        topics = {t.code: t.short for t in many.topics(session)}
        refused = places.not_now(station(), session, row) if row.state is BroadcastState.PLANNED else None
        again, no_place = by_hand.offered_again(station(), session, row)
    start = row.started_at or row.starts_at
    offsets = list(accumulate((i.duration_ms for i in row.rundown), initial=0))
    lines = [
        TimedItem(item, start + dt.timedelta(milliseconds=offset), heard.get(item.no, ()))
        for item, offset in zip(row.rundown, offsets, strict=False)
    ]
    now = station().now()
    return render_template(
        "schedule/calendar/show.html",
        row=row,
        lines=lines,
        also=() if row.kind is BroadcastKind.TRIAL else also,
        relayed=any(i.relay for i in row.rundown),
        names={code: zone.name for code, zone in zones.items()},
        late=_LATE[LatePolicy(row.late)],
        topics=topics,
        free=coming.editable(row, now),
        back=leaving_out.restorable(row, now),
        most_ms=_most_ms(row),
        again=again,
        no_place=no_place,
        refused=refused,
    )


@blueprint.get("/<int:number>/sound/<int:item_no>")
@needs(Permission.VIEW)
def sound(number: int, item_no: int) -> ResponseReturnValue:
    """The sound of one item of a rundown."""
    with station().db.read() as session:
        row = schedule.broadcast(session, number)
    item = next((i for i in row.rundown if i.no == item_no), None)
    if item is None:
        raise NotFoundError("Buổi phát không có mục này.", field="item")
    return send_sound(item.audio_sha256)


@blueprint.get("/<int:number>/sound")
@needs(Permission.VIEW)
def hear(number: int) -> ResponseReturnValue:
    """The whole broadcast as it will sound, in one stream from `?from=` (ms) on; nobody's horn carries it."""
    here = station()
    with here.db.read() as session:
        row = schedule.broadcast(session, number)
    stream = preview_sound.joined(
        Store(here.home.store),
        row.rundown,
        start_ms=a_number(request.args.get("from")) or 0,
        most_ms=_most_ms(row),
    )
    headers = {"Cache-Control": "private, no-store", "Accept-Ranges": "none"}
    return Response(stream, mimetype=preview_sound.MIME, headers=headers)


def _most_ms(row: BroadcastRow) -> int | None:
    """Where play-out cuts a broadcast (ms), or None when it plays to its end."""
    room = round((row.ends_at - row.starts_at).total_seconds() * 1000)
    return room if row.overrun is Overrun.CUT else None


@blueprint.route("/<int:number>/<any(skip, air):verb>", methods=["GET", "POST"])
@needs(Permission.OPERATE)
def command(number: int, verb: str) -> ResponseReturnValue:
    """Leave a broadcast out, or start it now; asks once."""
    if request.method == "POST":
        page = url_for("calendar.show", number=number)
        if verb == Verb.SKIP and leaving_out.leave_out(station(), actor(), [number]):
            undoable("Đã bỏ qua buổi này; loa sẽ im vào giờ đó.", number, page)
        elif verb == Verb.AIR:
            flash(orders.in_words(orders.air_now(station(), actor(), number, sealed())))
        else:
            flash(orders.in_words(orders.tell(station(), actor(), Verb.SKIP, broadcast_id=number)))
        return leave_to(page)
    with station().db.read() as session:
        row = schedule.broadcast(session, number)
        names = zones_queries.zone_names(session)
        refused = places.not_now(station(), session, row) if verb == Verb.AIR else None
    part = "_command.html" if request.headers.get("HX-Request") else "command.html"
    page, leaves_out, facts = f"schedule/calendar/{part}", verb == Verb.SKIP, deciding(schedule.broadcast_of(row))
    return render_template(page, row=row, names=names, verb=verb, leaves_out=leaves_out, refused=refused, shown=facts)


@blueprint.post("/plan")
@needs(Permission.SCHEDULE)
def plan() -> ResponseReturnValue:
    """Plan the coming days anew from the rotations and what is approved."""
    result = replanned()
    flash(f"Đã lập lịch: thêm {result.added}, đổi {result.changed}, bỏ {result.removed}, giữ {result.kept} buổi.")
    return leave_to(url_for("calendar.index"))


@blueprint.post("/day")
@needs(Permission.SCHEDULE)
def day() -> ResponseReturnValue:
    """Make a day, or a run of days, special or ordinary again, and plan anew."""
    form = request.form
    when, last = a_date(form.get("day")), a_date(form.get("to"))
    named = form.get("kind", "")
    if when is None or (named not in list(DayKind) and (named or "left_out" not in form)):
        raise RuleError("Hãy chọn ngày và loại ngày.", field="day")
    kind, run = DayKind(named) if named else None, days.days_between(when, last, field=("to",))
    title = form.get("title", "").strip()[:200] or (kind.label if kind and kind is not DayKind.ORDINARY else "")
    left_out = form["left_out"].split(",") if form.get("left_out") else [] if "left_out" in form else None
    with station().db.read() as session:
        before = set(days.marks(session, run).values())
        alone = days.without_own_rotation(session, when, last, kind) if kind else False
    done_ = days.add_exception(
        station(), actor(), when, kind, title, to=last, left_out=left_out, agreed=agreeing.agreed()
    )
    replanned()
    span = short_day(when) + (f" đến {short_day(run[-1])}" if len(run) > 1 else "")
    with station().db.read() as session:
        now = days.marks(session, run)[when]
    words = f"{span} nay là {now.words}; lịch đã được lập lại."
    if kind and alone:
        words = f"{words} {no_rotation(kind)}"
    was = {mark._replace(day=when) for mark in before}
    if len(was) > 1:  # the days were of several kinds: no one click takes that back
        flash(words)
    else:
        old = was.pop()
        back = {"day": when.isoformat(), "to": run[-1].isoformat(), "kind": old.kind.value, "title": old.title}
        back |= {"left_out": ",".join(old.left_out), agreeing.AGREED: done_.news.back}  # as it was, and no more
        done(words, url_for("calendar.day"), fields=back)
    return leave_to(url_for("calendar.index", week=when.isoformat()))


@blueprint.get("/rotations")
@needs(Permission.VIEW)
def rotation_list() -> ResponseReturnValue:
    """The rotations in force, in words."""
    with station().db.read() as session:
        rows = schedule.rotations(session)
        cues = {c.name: c.title for c in zones_queries.cues(session)}
        zone_words = {**zones_queries.zone_names(session), **{g.code: g.name for g in zones_queries.groups(session)}}
    genres = {g.value: g.label for g in Genre}
    return render_template(
        "schedule/calendar/rotations.html",
        rows=rows,
        cues=cues,
        zone_words={**zone_words, "all": "Tất cả"},
        genres=genres,
        kinds={k.value: k.label for k in DayKind},
        hours=station().settings.hours,
    )


@blueprint.get("/rotations/<code>/versions")
@needs(Permission.VIEW)
def rotation_versions(code: str) -> ResponseReturnValue:
    """The versions of a rotation with what each changed."""
    with station().db.read() as session:
        rows = rotations.versions(session, code)
    if not rows:
        raise NotFoundError(f"Không có lịch nào mang mã “{code}”.", field="rotation")
    title = rows[0][0].title
    return render_template("schedule/calendar/versions.html", rows=rows, code=code, title=title)


@blueprint.post("/rotations/<code>/back")
@needs(Permission.SCHEDULE)
def rotation_back(code: str) -> ResponseReturnValue:
    """Put an older version of a rotation back into force, as a new version."""
    with station().db.read() as session:
        rows = rotations.versions(session, code)
    chosen = next((r for r, _ in rows if str(r.version) == request.form.get("version")), None)
    if chosen is None:
        raise NotFoundError("Không có phiên bản này.", field="version")
    text = tomlkit.dumps(chosen.definition)
    lines = rotations.apply_rotation(station(), actor(), text, code, agreed=agreeing.agreed()).lines
    replanned()
    flash(f"Đã dùng lại phiên bản {chosen.version}." if lines else "Phiên bản này giống phiên bản đang dùng.")
    return leave_to(url_for("calendar.rotation_versions", code=code))


@blueprint.post("/rotations/<code>/retire")
@needs(Permission.SCHEDULE)
def rotation_retire(code: str) -> ResponseReturnValue:
    """Take a rotation out of use; what falls silent by that is asked about first."""
    rotations.retire_rotation(station(), actor(), code, agreed=agreeing.agreed())
    replanned()
    flash("Đã thôi dùng lịch này. Các phiên bản của nó vẫn giữ ở trang Các phiên bản.")
    return leave_to(url_for("calendar.rotation_versions", code=code))


@blueprint.get("/rotations/<code>.toml")
@needs(Permission.VIEW)
def rotation_file(code: str) -> ResponseReturnValue:
    """A rotation as the file that `loa schedule apply` takes."""
    with station().db.read() as session:
        row = next((r for r in schedule.rotations(session) if r.code == code), None)
    if row is None:
        raise NotFoundError(f"Không có lịch nào mang mã “{code}”.", field="rotation")
    name = f"{slug(code)}.toml"
    return Response(
        tomlkit.dumps(row.definition),
        mimetype="application/toml",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
