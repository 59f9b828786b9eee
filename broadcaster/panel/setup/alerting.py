"""Báo tin: the ways to reach people when the station is in trouble, who is reached by which, and a message to try."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.people.roles import Permission
from broadcaster.errors import RuleError
from broadcaster.panel.setup import plugin_options
from broadcaster.panel.web import seeing
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.panel.web.filters import number
from broadcaster.panel.web.proving import grave
from broadcaster.services.setup import alert_ways
from broadcaster.settings import AlertedPersonSettings

blueprint = Blueprint("alerting", __name__, url_prefix="/alerts")
_TITLES = {
    "telegram": "Telegram",
    "zalo": "Zalo",
    "email": "Thư điện tử",
    "modem": "SMS qua modem USB",
    "esms": "SMS qua eSMS",
    "ntfy": "Ứng dụng ntfy",
    "webhook": "Phần mềm khác (webhook)",
    "apprise": "Dịch vụ khác (apprise)",
}
_STATION, _NEVER, _OWN = "station", "never", "own"
QUIET = {
    _STATION: "Theo giờ chung của đài",
    _NEVER: "Nghe cả đêm",
    _OWN: "Giờ riêng, ghi bên cạnh",
}
"""What a person may choose of quiet hours."""


@blueprint.get("/")
@needs(Permission.MANAGE)
def index() -> ResponseReturnValue:
    """The ways, the people, and the hours in which nobody is woken."""
    settings = station().home.settings_in_use()
    return render_template(
        "setup/alerting/index.html",
        ways=alert_ways.ways(settings),
        people=[(p, Rank(p.least)) for p in settings.alerts.people.values()],
        alerts=settings.alerts,
        titles=_TITLES,
    )


@blueprint.get("/senders/new")
@needs(Permission.MANAGE)
def choose() -> ResponseReturnValue:
    """The kinds of ways there are."""
    kinds = alert_ways.TABLES.kinds()
    new = {kind: url_for("alerting.new_sender", sender_kind=kind) for kind in kinds}
    return render_template("setup/alerting/choose.html", kinds=kinds, titles=_TITLES, addresses=new)


@blueprint.route("/senders/new/<sender_kind>", methods=["GET", "POST"])
@needs(Permission.MANAGE)
@grave
def new_sender(sender_kind: str) -> ResponseReturnValue:
    """Add a way."""
    alert_ways.TABLES.form_of(sender_kind)
    typed = request.form if request.method == "POST" else alert_ways.TABLES.texts(sender_kind, {})
    refused: RuleError | None = None
    if request.method == "POST":
        name = typed.get("name", "")
        try:
            alert_ways.save_sender(station(), actor(), name, sender_kind, typed, new=True)
        except RuleError as error:
            refused = error
        else:
            flash(f"Đã thêm cách báo tin “{name.strip()}”. Hãy bấm “Gửi thử”.")
            return leave_to(url_for("alerting.index"))
    return _sender_page(sender_kind, "", typed, refused, {})


@blueprint.route("/senders/<way>", methods=["GET", "POST"])
@needs(Permission.MANAGE)
@grave
def sender(way: str) -> ResponseReturnValue:
    """Change a way, or take it away."""
    now = alert_ways.sender(station().home.settings().alerts.senders, way)
    typed: Mapping[str, str] = alert_ways.TABLES.texts(now.kind, now.options)
    refused: RuleError | None = None
    if request.method == "POST":
        try:
            if request.form.get("do") == "remove":
                alert_ways.remove_sender(station(), actor(), way, seen=seeing.opened())
                flash(f"Đã bỏ cách báo tin “{way}”.")
            else:
                kind, seen = now.kind, seeing.opened()
                alert_ways.save_sender(station(), actor(), way, kind, request.form, new=False, seen=seen)
                flash(f"Đã lưu cách báo tin “{way}”. Hãy bấm “Gửi thử”.")
        except RuleError as error:
            refused, typed = seeing.noted(error), request.form
        else:
            return leave_to(url_for("alerting.index"))
    return _sender_page(now.kind, way, typed, refused, alert_ways.sender_facts(now))


@blueprint.post("/senders/<way>/try")
@needs(Permission.MANAGE)
def try_sender(way: str) -> ResponseReturnValue:
    """Send a message through a way now."""
    tried = alert_ways.try_out(station(), actor(), way)
    seconds = f"mất {number(tried.seconds, 1)} giây"
    at = f"{station().local(tried.at):%H:%M:%S}"
    if tried.taken:
        flash(f"Gửi thử qua “{way}” lúc {at}: {tried.words or 'đã nhận'}, {seconds}. Hãy hỏi người nhận đã thấy chưa.")
    else:
        flash(f"Gửi thử qua “{way}” lúc {at} không được ({seconds}). {tried.words}", "error")
    return leave_to(url_for("alerting.index"))


@blueprint.route("/people/new", methods=["GET", "POST"])
@needs(Permission.MANAGE)
@grave
def new_person() -> ResponseReturnValue:
    """Add somebody who is told."""
    refused: RuleError | None = None
    if request.method == "POST":
        role = request.form.get("role", "")
        try:
            alert_ways.save_person(station(), actor(), role, _person(), new=True)
        except RuleError as error:
            refused = error
        else:
            flash(f"Đã thêm “{role.strip()}” vào danh sách báo tin.")
            return leave_to(url_for("alerting.index"))
    return _person_page("", None, refused)


@blueprint.route("/people/<person>", methods=["GET", "POST"])
@needs(Permission.MANAGE)
@grave
def person(person: str) -> ResponseReturnValue:
    """Change who is told of what, or take them away."""
    now = alert_ways.person(station().home.settings().alerts.people, person)
    refused: RuleError | None = None
    if request.method == "POST":
        try:
            if request.form.get("do") == "remove":
                alert_ways.remove_person(station(), actor(), person, seen=seeing.opened())
                flash(f"Đã bỏ “{person}” khỏi danh sách báo tin.")
            else:
                alert_ways.save_person(station(), actor(), person, _person(), new=False, seen=seeing.opened())
                flash(f"Đã lưu “{person}”.")
        except RuleError as error:
            refused = seeing.noted(error)
        else:
            return leave_to(url_for("alerting.index"))
    return _person_page(person, now, refused)


def _sender_page(
    kind: str, way: str, typed: Mapping[str, str], refused: RuleError | None, facts: Mapping[str, Any]
) -> ResponseReturnValue:
    page = render_template(
        "setup/alerting/sender.html",
        kind=kind,
        title=_TITLES.get(kind, kind),
        words=alert_ways.TABLES.kinds().get(kind, ""),
        way=way,
        name=typed.get("name", ""),
        options=plugin_options.shown(alert_ways.TABLES, kind, typed, refused),
        refused=refused,
        facts=facts,
    )
    return page, 422 if refused else 200


def _person() -> dict[str, Any]:
    """Who is told of what, as it was typed."""
    given = request.form
    quiet = {_STATION: None, _NEVER: ""}.get(given.get("quiet_as", ""), given.get("quiet", ""))
    return {
        "senders": given.getlist("senders"),
        "least": given.get("least", ""),
        "quiet": quiet,
        "decides": bool(given.get("decides")),
    }


def _person_page(role: str, now: AlertedPersonSettings | None, refused: RuleError | None) -> ResponseReturnValue:
    settings = station().home.settings_in_use()
    if request.method == "POST":
        shown, quiet_as = _person(), request.form.get("quiet_as", "")
    else:
        shown = (
            now.model_dump()
            if now
            else {
                "senders": [],
                "least": Rank.WARNING.value,
                "quiet": None,
                "decides": False,
            }
        )
        quiet_as = _STATION if shown["quiet"] is None else _OWN if shown["quiet"] else _NEVER
    page = render_template(
        "setup/alerting/person.html",
        role=role,
        typed_role=request.form.get("role", ""),
        shown=shown,
        quiet_as=quiet_as,
        quiet_choices=QUIET,
        ranks=list(Rank),
        ways=alert_ways.ways(settings),
        refused=refused,
        facts=alert_ways.person_facts(now) if now else {},
    )
    return page, 422 if refused else 200
