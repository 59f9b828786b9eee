"""Nói qua micro: a live line from the browser to the horns, with a limit, a level meter and a way out that is near."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.queries import zones as zones_queries
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.setup.zones import ALL
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.panel.air import onair
from broadcaster.panel.web import csp
from broadcaster.panel.web.access import actor, needs, polled, station
from broadcaster.panel.web.assets import asset
from broadcaster.services.air import talks

blueprint = Blueprint("live", __name__, url_prefix="/live")
_PIECE = talks.RATE * 2 * 5
_WORKLET = "js/mic-worklet.js"


@blueprint.get("/")
@needs(Permission.OPERATE)
def index() -> ResponseReturnValue:
    """Choose where to speak."""
    return _choose("")


@blueprint.post("/")
@needs(Permission.OPERATE)
def talk() -> ResponseReturnValue:
    """The second step: names the zones, shows the level, opens the line when the speaker says so."""
    zones, urgent = request.form.getlist("zones"), bool(request.form.get("urgent"))
    reason = request.form.get("reason", "").strip()[:500]
    try:
        codes, limit = talks.allowed(station(), zones, urgent=urgent)
        if urgent and not reason:
            raise RuleError("Nói khẩn cấp cần ghi lý do.", field="reason")  # noqa: TRY301 - told beside the others
    except RuleError as error:
        return _choose(error.message), 422
    with station().db.read() as session:
        names = zones_queries.zone_names(session)
        outputs = station().outputs(session)
    present = onair.facts()
    page = render_template(
        "air/live/talk.html",
        codes=codes,
        also=outputs.also(codes),
        muted=() if urgent else outputs.meeting(present.muted, codes),
        names=names,
        urgent=urgent,
        reason=reason,
        title=request.form.get("title", "")[:200],
        zones=zones,
        limit_s=int(limit.total_seconds()),
        worklet=asset(_WORKLET),
    )
    response = make_response(page)
    # The worklet is the one script that no nonce can name: it is allowed by its address, on this page alone.
    response.headers["Content-Security-Policy"] = csp.policy(
        csp.nonce(), script=url_for("static", filename=_WORKLET, _external=True)
    )
    response.headers["Permissions-Policy"] = csp.permissions(microphone=True)
    return response


@blueprint.post("/start")
@needs(Permission.OPERATE)
def start() -> ResponseReturnValue:
    """Open the line; the answer names its number and its addresses."""
    try:
        opened = talks.start(
            station(),
            actor(),
            request.form.getlist("zones"),
            title=request.form.get("title", ""),
            urgent=bool(request.form.get("urgent")),
            reason=request.form.get("reason", "")[:500],
        )
    except RuleError as error:
        return jsonify(error=error.message), 422
    number = opened.number
    return jsonify(
        number=number,
        limit_s=opened.limit_s,
        pieces=url_for("live.take", number=number, piece=0),  # the first; others have their number in its place
        state=url_for("live.state", number=number),
        end=url_for("live.end", number=number),
    )


@blueprint.post("/<int:number>/pieces/<int:piece>")
@needs(Permission.OPERATE)
def take(number: int, piece: int) -> ResponseReturnValue:
    """Take a piece of sound: signed 16-bit samples, 48 kHz, one channel."""
    if (request.content_length or 0) > _PIECE:
        return jsonify(error="Đoạn âm thanh quá lớn."), 413
    try:
        is_open = talks.take(station(), actor(), number, piece, request.get_data(cache=False))
    except NotFoundError:
        is_open = False
    except RuleError as error:
        return jsonify(error=error.message), 422
    return jsonify(open=is_open)


@blueprint.get("/<int:number>")
@needs(Permission.OPERATE)
@polled
def state(number: int) -> Response:
    """Where the talk stands: waiting, on air, over with its sentence."""
    found, verdict = talks.state(station(), number)
    response = jsonify(
        state=found.value,
        words=found.label,
        verdict=verdict,
        open=not found.terminal,
        well=found is BroadcastState.AIRED,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/<int:number>/end")
@needs(Permission.OPERATE)
def end(number: int) -> ResponseReturnValue:
    """Close the line."""
    try:
        talks.end(station(), actor(), number)
    except NotFoundError:
        current_app.logger.debug("talk %s was over already", number)
    return jsonify(open=False)


def _choose(refused: str) -> str:
    with station().db.read() as session:
        words = {ALL: "Tất cả cụm loa"} | {g.code: f"Nhóm {g.name}" for g in zones_queries.groups(session)}
        words |= zones_queries.zone_names(session)
    return render_template(
        "air/live/index.html",
        words=words,
        chosen=request.form.getlist("zones"),
        refused=refused,
        form=request.form,
        minutes=station().settings.emergency.talk_minutes,
    )
