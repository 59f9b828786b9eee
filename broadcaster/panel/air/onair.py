"""Đang phát: what is on the horns, what comes next, today's broadcasts, health, and DỪNG PHÁT."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, cast

import flask
from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.clock import Clock, day_start
from broadcaster.db.queries import air, people, schedule
from broadcaster.db.queries.scripts import many
from broadcaster.domain.air.desk import Verb
from broadcaster.domain.people.roles import Permission
from broadcaster.errors import RuleError
from broadcaster.panel.web import own_templates
from broadcaster.panel.web.access import actor, leave_to, needs, polled, public, station
from broadcaster.panel.web.fields import a_number
from broadcaster.panel.web.fragments import revalidated
from broadcaster.panel.web.frame import Facts, Frame
from broadcaster.panel.web.seeing import sealed
from broadcaster.panel.web.undo import done
from broadcaster.services import disk_room
from broadcaster.services.air import ear, orders, stops
from broadcaster.services.air.fitness import Organ, fitness
from broadcaster.services.reports import due as report_due
from broadcaster.services.schedule import resuming, uptakes
from broadcaster.services.setup import doctor, first_run, restored, settings_check
from broadcaster.services.work import telling

blueprint = Blueprint("onair", __name__)
_HEALTH_SECONDS = 30.0
_CLOCK_READ_S = 600
"""So long after it was shown a time of the machine may be confirmed."""
_QUICK = (
    ("emergency.index", "Phát khẩn cấp", "urgent", Permission.EMERGENCY),
    ("live.index", "Nói qua micro", "microphone", Permission.OPERATE),
)
"""What is wanted in a hurry: endpoint, words, icon, permission."""
_NEWS = 12
_PAGES: dict[str, Callable[[int], str]] = {
    "script": lambda number: url_for("scripts.show", script_id=number),
    "kit": lambda _: url_for("scripts.index"),
    "emergency": lambda number: url_for("emergency.show", number=number),
    "broadcast": lambda number: url_for("calendar.show", number=number),
    "activity": lambda number: url_for("activities.show", number=number),
    "campaign": lambda number: url_for("plans.show", number=number),
    "unit-part": lambda _: url_for("activities.parts"),
    "agreement": lambda _: url_for("agreements.index"),
    "user": lambda _: url_for("auth.account"),
}
"""Where the news of each kind lead."""


def frame(*, fresh: bool = False) -> Facts:
    """What every page shows, the same throughout one request; `fresh` for what is decided by it."""
    if fresh or "frame" not in g:
        g.frame = cast("Frame", flask.current_app.extensions["frame"]).facts(fresh=fresh)
    return cast("Facts", g.frame)


def facts(*, fresh: bool = False) -> air.Present:
    """What the station is doing now, as of the last second; `fresh` for what is decided by it."""
    return frame(fresh=fresh).present


@blueprint.get("/")
@needs(Permission.VIEW)
def index() -> ResponseReturnValue:
    """The page that is open all day."""
    with station().db.read() as session:
        incidents = air.incidents(session)
        guide = first_run.steps(station(), session) if actor().may(Permission.SCHEDULE) else []
        returned = many.returned_to(session, actor().username)
        everybody = actor().may(Permission.SCHEDULE) or actor().may(Permission.APPROVE)
        lost = uptakes.lost(station(), session, by=None if everybody else actor().username)
    known = flask.current_app.view_functions
    quick = [
        {"title": title, "icon": name, "url": url_for(endpoint)}
        for endpoint, title, name, permission in _QUICK
        if endpoint in known and actor().may(permission)
    ]
    due = report_due.due(station()) if actor().may(Permission.REPORT) else []
    return render_template(
        "air/onair/index.html",
        incidents=incidents,
        quick=quick,
        due=due,
        returned=returned,
        lost=lost,
        left=[s for s in guide if s.open],
        steps=len(guide),
        disk=disk_room.look(station()).told,
        held=restored.waiting(station()),
        wrong=list(settings_check.in_file(station())) if actor().may(Permission.MANAGE) else [],
        **_today(),
    )


@blueprint.get("/fragments/bar")
@needs(Permission.VIEW)
@polled
def bar() -> Response:
    """The on-air state in the top bar of every page."""
    shown = (facts(), frame().ailment, actor().permissions, station().today())
    return revalidated(shown, lambda: render_template("air/onair/_bar.html", present=facts(), ailment=frame().ailment))


@blueprint.get("/fragments/now")
@needs(Permission.VIEW)
@polled
def now() -> Response:
    """What is on air, what comes next, and the list of today."""
    today = _today()
    listed = [*today["broadcasts"], *today["coming"]]
    states = [(b.id, b.state, b.verdict, b.starts_at, b.title, b.sound_ms) for b in listed]
    shown = (facts(), frame().fitness, states, actor().permissions, today["day"], sorted(today["stopped"]))
    return revalidated(
        shown, lambda: render_template("air/onair/_now.html", present=facts(), fitness=frame().fitness, **today)
    )


@blueprint.get("/fragments/news")
@needs(Permission.VIEW)
@polled
def news() -> str:
    """What others changed of late that concerns whoever looks, and what the machine could not do."""
    with station().db.read() as session:
        found = telling.news_of(station(), session, actor())
        names = people.names_by_username(session)
    return render_template("air/onair/_news.html", news=found[:_NEWS], people=names, pages=_PAGES)


@blueprint.get("/fragments/incidents")
@needs(Permission.VIEW)
@polled
def incidents() -> Response:
    """The last incidents, those still open first: the page is open all day, and what is no sink's is told here."""
    with station().db.read() as session:
        found = air.incidents(session)
    shown = ([(i.id, i.note, i.ended_at) for i in found], station().today())
    return revalidated(
        shown, lambda: render_template("air/onair/_incidents.html", incidents=found, names=_names(facts()))
    )


@blueprint.get("/fragments/health")
@needs(Permission.VIEW)
@polled
def health() -> ResponseReturnValue:
    """What is well and what is not, in words; looked at afresh twice a minute at most."""
    checks = _checks()
    return render_template(
        "air/onair/_health.html", wrong=[c for c in checks if not c.ok], right=[c for c in checks if c.ok]
    )


@blueprint.route("/stop", methods=["GET", "POST"])
@needs(Permission.OPERATE)
def stop() -> ResponseReturnValue:
    """DỪNG PHÁT for all zones or those of one sink: asks once, naming what it stops and for whom."""
    present = facts(fresh=request.method == "POST")
    if request.method == "POST":
        zones = request.form.getlist("zone") or None
        stopped = [
            a for a in present.airing if not a.trial and (zones is None or present.outputs.collide(zones, a.zones))
        ]
        answer = orders.tell(station(), actor(), Verb.STOP, zones=zones)
        words = orders.stop_in_words(answer, present.names, zones or ())
        back = url_for("onair.resume", number=stopped[0].broadcast_id) if len(stopped) == 1 else ""
        done(words, back, label="Phát tiếp phần còn lại", ask=True)
        return leave_to(url_for("onair.index"))
    zone = request.args.get("zone", "")
    silent = present.shared(zone) if any(z.code == zone for z in present.zones) else ()
    part = "_stop.html" if request.headers.get("HX-Request") else "stop.html"
    return render_template(f"air/onair/{part}", present=present, names=_names(present), zone=zone, silent=silent)


@blueprint.route("/resume/<int:number>", methods=["GET", "POST"])
@needs(Permission.OPERATE)
def resume(number: int) -> ResponseReturnValue:
    """The way back from a stop: what was not heard of a broadcast, now; asks once."""
    if request.method == "POST":
        resuming.resume(station(), actor(), number, seal=sealed())
        flash("Đã xếp phần còn lại; loa phát tiếp sau khoảng 12 giây.")
        return leave_to(url_for("onair.index"))
    with station().db.read() as session:
        row = schedule.broadcast(session, number)
        rests = resuming.rests_of(session, row)
    part = "_resume.html" if request.headers.get("HX-Request") else "resume.html"
    possible, seal = resuming.may_resume(row, station().now()), resuming.deciding(row, rests)
    names = _names(facts())
    return render_template(
        f"air/onair/{part}", row=row, rests=rests, names=names, possible=possible, present=facts(), shown=seal
    )


@blueprint.route("/held/<any(broadcast, emergency):kind>/<int:number>", methods=["GET", "POST"])
@needs(Permission.OPERATE)
def held(kind: str, number: int) -> ResponseReturnValue:
    """What a stop holds back goes on, or is dropped; asks once, naming what will sound where."""
    urgent = kind == "emergency"
    if urgent and not actor().may(Permission.EMERGENCY):
        flask.abort(403)
    if request.method == "POST":
        try:
            if request.form.get("drop"):
                stops.drop(station(), actor(), number, urgent=urgent)
                flash("Đã bỏ; sẽ không phát nữa.")
            else:
                stops.let_go(station(), actor(), number, urgent=urgent, seal=sealed())
                flash("Đã cho phát tiếp.")
        except RuleError as error:
            flash(error.message, "error")
        return leave_to(url_for("onair.index"))
    present = facts(fresh=True)
    one = next((h for h in present.held if (h.number, h.urgent) == (number, urgent)), None)
    part = "_held.html" if request.headers.get("HX-Request") else "held.html"
    with station().db.read() as session:
        shown = stops.deciding(session, one) if one else {}
    return render_template(f"air/onair/{part}", one=one, kind=kind, present=present, shown=shown)


@blueprint.route("/trust-clock", methods=["GET", "POST"])
@needs(Permission.OPERATE)
def trust_clock() -> ResponseReturnValue:
    """A person looked at the machine's clock and says that it is right; shows its time and asks once."""
    now = station().now()
    if request.method == "POST":
        read = a_number(sealed(), most=2**40) or 0
        if not read <= now.timestamp() <= read + _CLOCK_READ_S:
            flash("Đồng hồ vừa được chỉnh, hoặc trang để quá mười phút. Hãy so lại giờ rồi bấm.", "error")
            return leave_to(url_for("onair.trust_clock"))
        flash(orders.in_words(orders.tell(station(), actor(), Verb.TRUST_CLOCK)))
        return leave_to(url_for("onair.index"))
    part = "_clock.html" if request.headers.get("HX-Request") else "clock.html"
    return render_template(f"air/onair/{part}", present=facts(fresh=True), now=station().local(now))


@blueprint.get("/fragments/level")
@needs(Permission.VIEW)
@polled
def level() -> ResponseReturnValue:
    """How loud each sink is now (dBFS); asked a few times a second while Đang phát is in sight and something airs."""
    found = ear.levels(station().home)
    if not found:
        return Response(status=204)
    answer = flask.jsonify(found)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Say whether what is due would be heard, part by part; for watchers, who need only the code: 200 or 503."""
    found = fitness(station())
    words = {organ.value: found.of(organ) or "ok" for organ in Organ}
    answer = flask.jsonify({"web": "ok", **words})
    answer.headers["Cache-Control"] = "no-store"
    return answer, 200 if found.well else 503


@blueprint.get("/healthz/live")
@public
def alive() -> Response:
    """Say that this one process answers, and nothing of the station; it reads nothing for it."""
    return Response("ok\n", mimetype="text/plain", headers={"Cache-Control": "no-store"})


@blueprint.get("/favicon.ico")
@public
def favicon() -> ResponseReturnValue:
    """The icon that browsers ask for unasked."""
    return flask.redirect(url_for("static", filename="favicon.svg"), code=308)


def _names(present: air.Present) -> dict[str, str]:
    return {z.code: z.name for z in present.zones}


def _today() -> dict[str, Any]:
    here = station()
    today = here.today()
    start = day_start(today, here.settings.tz)
    tomorrow = start + dt.timedelta(days=1)
    with here.db.read() as session:
        rows = schedule.broadcasts(session, start, tomorrow)
        coming = schedule.upcoming(session, tomorrow)
        stopped = resuming.resumable(session, rows, here.now())
    return {"broadcasts": rows, "coming": coming, "names": _names(facts()), "day": today, "stopped": stopped}


def _checks() -> list[doctor.Check]:
    kept: dict[str, object] = flask.current_app.extensions.setdefault("health", {})
    clock: Clock = station().clock
    if clock.monotonic() - cast("float", kept.get("at", -_HEALTH_SECONDS * 2)) > _HEALTH_SECONDS:
        pages = own_templates.checks(station().home, flask.current_app.jinja_env)
        kept["checks"] = [*doctor.examine(station(), thorough=False), *pages]
        kept["at"] = clock.monotonic()
    return cast("list[doctor.Check]", kept["checks"])
