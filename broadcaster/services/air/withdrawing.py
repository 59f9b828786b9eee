"""A withdrawal that reaches into play-out's hands: asked about before, and what is to stop is cut where it sounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from broadcaster.db.queries import in_hand
from broadcaster.db.queries.zones import zone_names
from broadcaster.domain.air.desk import Answer, OrderOutcome, Verb
from broadcaster.domain.air.in_hand import InHand, StillAirs
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.setup.zones import names_in_words
from broadcaster.services.air import orders
from broadcaster.services.station import Station

Act = Callable[[StillAirs | None], object]
"""The use case that withdraws, given what becomes of what play-out has in hand."""


def of_script(station: Station, actor: Actor, script_id: int, still: StillAirs | None, act: Act) -> str:
    """Withdraw a script by `act`; return what became of what play-out had in hand of it, empty where that is nothing.

    Raises:
        ForbiddenError: the actor may not stop what sounds.
        StillAirsError: play-out has it in hand, and `still` does not say what becomes of that; nothing was done.
    """
    with station.db.read() as session:
        found = in_hand.with_script(session, script_id, station.outputs(session), station.now())
    return _withdraw(station, actor, found, still, act)


def of_zone(station: Station, actor: Actor, zone: str, still: StillAirs | None, act: Act) -> str:
    """Take a zone out of use by `act`; else as `of_script`."""
    with station.db.read() as session:
        found = in_hand.in_zone(session, zone, station.outputs(session), station.now())
    return _withdraw(station, actor, found, still, act)


def _withdraw(station: Station, actor: Actor, found: list[InHand], still: StillAirs | None, act: Act) -> str:
    if found and still is StillAirs.STOP:
        actor.require(Permission.OPERATE)
    act(still)
    if still is None:
        return ""  # it withdrew nothing that play-out has, or it would have asked
    if still is StillAirs.LET:
        return " ".join(f"{one.words} Lần này vẫn phát hết." for one in found)
    with station.db.read() as session:
        names = zone_names(session)
    return " ".join(_cut(station, actor, one, names) for one in found)


def _cut(station: Station, actor: Actor, one: InHand, names: Mapping[str, str]) -> str:
    parts = {"items": list(one.items)} if one.items else {"zones": list(one.zones)}
    answer = orders.tell(station, actor, Verb.SKIP, broadcast_id=one.number, **parts)
    return f"Buổi “{one.title}”: {_in_words(answer, names)}"


def _in_words(answer: Answer | None, names: Mapping[str, str]) -> str:
    if answer is None:
        return f"{orders.NO_ANSWER} {orders.STILL_LOUD}"
    if answer.outcome is not OrderOutcome.CARRIED_OUT:
        return answer.text
    silent, loud = answer.effect.get("silent", []), answer.effect.get("loud", [])
    said = [f"đã dừng ở {names_in_words([names.get(z, z) for z in silent])}."] if silent else []
    said += [f"CHƯA dừng ở {names_in_words([names.get(z, z) for z in loud])}. {orders.STILL_LOUD}"] if loud else []
    return " ".join(said) or "đã bỏ trước khi ra loa."
