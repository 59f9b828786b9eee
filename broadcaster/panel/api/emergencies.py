"""Emergencies by another system: drafted, then confirmed in a second call, as a person does it in two steps."""

from __future__ import annotations

from typing import Any

import flask
from flask import Response
from flask_limiter.util import get_remote_address

from broadcaster.db.models import Emergency
from broadcaster.db.queries import emergencies as emergencies_queries
from broadcaster.domain.air.emergencies import EmergencyRequest, EmergencyState, state_at
from broadcaster.domain.confirming import seal_of
from broadcaster.domain.people.scopes import Scope, within
from broadcaster.errors import ForbiddenError
from broadcaster.panel.api import schemas
from broadcaster.panel.api.routing import answer, route
from broadcaster.panel.web.access import station
from broadcaster.panel.web.bearer import holder
from broadcaster.services.air import emergencies, emergency_ending, emergency_words
from broadcaster.services.people.tokens import Holder

_DRAFT, _CONFIRM = Scope.EMERGENCY_DRAFT, Scope.EMERGENCY_CONFIRM
_ONE = "/emergencies/<int(max=2147483647):number>"


@route("/emergencies", _DRAFT, "emergency", model=schemas.Emergencies)
def emergency_list() -> Response:
    """The last emergencies, newest first."""
    with station().db.read() as session:
        rows = [
            _row(session, story.row) for story in emergencies_queries.stories(session, station().now(), *EmergencyState)
        ]
    return answer(schemas.Emergencies(rows=rows))


@route(_ONE, _DRAFT, "emergency", model=schemas.EmergencyOut, missing=True)
def emergency(number: int) -> Response:
    """One emergency."""
    return answer(_now(number))


@route("/emergencies", _DRAFT, "emergency", method="POST", model=schemas.Made, made=True)
def draft_emergency(json: schemas.EmergencyIn) -> Response:
    """Draft an emergency; its voice is made ready, nothing sounds until it is confirmed."""
    wish = EmergencyRequest(
        title=json.title,
        text=json.text,
        zones=tuple(json.zones),
        reason=json.reason,
        repeat_minutes=json.repeat_minutes,
        expires_at=json.expires_at,
    )
    wish.cleaned().check(station().now())
    number = emergencies.draft(station(), holder().actor, wish)
    return answer(schemas.Made(id=number), made_at=flask.url_for("api.emergency", number=number))


@route(f"{_ONE}/confirm", _CONFIRM, "emergency", method="POST", model=schemas.EmergencyOut, missing=True)
def confirm_emergency(number: int, json: schemas.ConfirmIn) -> Response:
    """Put a draft on the air at once, day or night, under the name of the token; `beside` names what it meets."""
    alone = emergencies.confirm(
        station(),
        _near().actor,
        number,
        another=json.another,
        seal=json.seal,
        per_hour=holder().per_hour,
    )
    found = _now(number)
    return answer(found.model_copy(update={"trouble": alone}) if alone else found)


@route(f"{_ONE}/drop", _DRAFT, "emergency", method="POST", model=schemas.EmergencyOut, missing=True)
def drop_emergency(number: int) -> Response:
    """Put a draft aside: it will never sound."""
    emergencies.dismiss(station(), holder().actor, number)
    return answer(_now(number))


@route(f"{_ONE}/prolong", _CONFIRM, "emergency", method="POST", model=schemas.EmergencyOut, missing=True)
def prolong_emergency(number: int, json: schemas.ProlongIn) -> Response:
    """Let an emergency hold, and repeat, until a later moment."""
    emergency_ending.prolong(station(), _near().actor, number, json.until)
    return answer(_now(number))


@route(f"{_ONE}/cancel", _CONFIRM, "emergency", method="POST", model=schemas.EmergencyOut, missing=True)
def cancel_emergency(number: int, json: schemas.CancelIn) -> Response:
    """End an emergency that sounds or repeats."""
    emergency_ending.cancel(station(), _near().actor, number, json.reason)
    return answer(_now(number))


def _near() -> Holder:
    """The holder of a key that calls from where it may make the horns sound.

    Raises:
        ForbiddenError: it calls from elsewhere.
    """
    found = holder()
    if not within(get_remote_address(), found.addresses):
        raise ForbiddenError(
            f"Mã kết nối này không được phát khẩn cấp từ địa chỉ {get_remote_address()}.", field="address"
        )
    return found


def _now(number: int) -> schemas.EmergencyOut:
    with station().db.read() as session:
        return _row(session, emergencies.get(session, number))


def _row(session: Any, e: Emergency) -> schemas.EmergencyOut:
    local, holds = station().local, e.state in {EmergencyState.DRAFT, EmergencyState.ACTIVE}
    beside = emergencies.beside(session, e, station().outputs(session), station().now()) if holds else []
    draft = e.state is EmergencyState.DRAFT
    seal = seal_of(emergencies.deciding(station(), session, e)) if draft else ""
    return schemas.EmergencyOut(
        id=e.id,
        title=e.title,
        text=e.text,
        spoken=emergency_words.said(emergency_words.words_of(station(), session, e)),
        seal=seal,
        zones=e.zones,
        reason=e.reason,
        repeat_minutes=e.repeat_minutes,
        expires_at=local(e.expires_at) if e.expires_at else None,
        over=e.over,
        ends=e.ends,
        beside=[other.id for other in beside],
        replaced=list(emergencies_queries.replaced(session, e.id)),
        state=state_at(e.state, e.expires_at, station().now()),
        created_by=e.created_by,
        created_at=local(e.created_at),
        confirmed_at=local(e.confirmed_at) if e.confirmed_at else None,
        ended_at=local(e.ended_at) if e.ended_at else None,
        end_reason=e.end_reason,
        trouble=e.trouble,
    )
