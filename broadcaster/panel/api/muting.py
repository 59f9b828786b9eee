"""Mutes by another system: what would fall silent is asked first, and has to be known, as a person sees it asked."""

from __future__ import annotations

from flask import Response

from broadcaster.db.queries.zones import zone_names
from broadcaster.domain.people.scopes import Scope
from broadcaster.domain.setup.zones import ALL
from broadcaster.panel.api import schemas
from broadcaster.panel.api.routing import answer, route
from broadcaster.panel.web.access import station
from broadcaster.panel.web.bearer import holder
from broadcaster.services.air import mutes

_ONE = "/zones/<string(maxlength=64):code>"


@route(f"{_ONE}/mute", Scope.MUTE, "station", model=schemas.SilenceOut, missing=True)
def what_falls_silent(code: str) -> Response:
    """What would fall silent with a zone (`all`: with every zone), and until when unless another end is given."""
    found = mutes.silence(station(), _meant(code))
    until = station().local(found.until)
    return answer(
        schemas.SilenceOut(outputs=list(found.outputs), zones=list(found.zones), until=until, title=found.title)
    )


@route(f"{_ONE}/mute", Scope.MUTE, "station", method="POST", model=schemas.TurnedOut, missing=True)
def mute_zone(code: str, json: schemas.MuteIn) -> Response:
    """Turn off the outputs of a zone; refused, by name, while zones would fall silent that `seen` does not list."""
    return _turned(mutes.mute(station(), holder().actor, _meant(code), until=json.until, why=json.why, seen=json.seen))


@route(f"{_ONE}/unmute", Scope.MUTE, "station", method="POST", model=schemas.TurnedOut, missing=True)
def unmute_zone(code: str) -> Response:
    """Let the outputs of a zone sound again, and so every zone that hangs on them."""
    return _turned(mutes.unmute(station(), holder().actor, _meant(code)))


def _meant(code: str) -> str:
    return "" if code == ALL else code


def _turned(turned: mutes.Turned) -> Response:
    with station().db.read() as session:
        names = zone_names(session)
    return answer(
        schemas.TurnedOut(
            zones=list(turned.zones),
            until=station().local(turned.until) if turned.until else None,
            outcome=turned.answer.outcome if turned.answer else None,
            said=turned.in_words(station(), names),
        )
    )
