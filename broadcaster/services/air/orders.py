"""Orders to play-out as every surface gives them: told, waited for, and said as what came of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from broadcaster.clock import SystemClock
from broadcaster.db.models import BroadcastRow, Command
from broadcaster.db.queries.one import one_of
from broadcaster.db.queries.schedule import broadcast_of
from broadcaster.domain.air.desk import Answer, OrderEffect, OrderOutcome, Verb
from broadcaster.domain.air.shown import SHOWN, deciding
from broadcaster.domain.confirming import require_shown
from broadcaster.domain.people.roles import Actor
from broadcaster.services.air import broadcasts, ear
from broadcaster.services.station import Station

PATIENCE_S = 2.0
"""So long an answer is waited for; then "not yet" is said."""
_LOOK_S = 0.05
NO_ANSWER = "Máy phát chưa trả lời."
STILL_LOUD = "Nếu vẫn nghe loa kêu, hãy ngắt điện tăng âm."


def tell(station: Station, actor: Actor, verb: Verb, **arguments: Any) -> Answer | None:
    """Tell play-out to do something and return what came of it; None when it has not said so in time.

    A stop is answered by play-out itself, so that it can be waited for without a database.

    Raises:
        As `broadcasts.send`.
    """
    if verb is Verb.STOP:
        number, said = broadcasts.give(station, actor, verb, arguments, lambda m: _ask(station, m))
        return said or answer_of(station, number)
    number, heard = broadcasts.give(station, actor, verb, arguments, lambda m: ear.ring(station.home, **m))
    return answered(station, number, heard=heard)


def air_now(station: Station, actor: Actor, number: int, seal: str) -> Answer | None:
    """Tell play-out to begin a broadcast at once, if it is what was shown of it; return what came of it.

    Raises:
        NotAsShownError: it is another by now.
        Others as `tell`.
    """
    with station.db.read() as session:
        require_shown(deciding(broadcast_of(one_of(session, BroadcastRow, number))), seal, SHOWN)
    return tell(station, actor, Verb.AIR, broadcast_id=number)


def answered(station: Station, number: int, *, heard: bool) -> Answer | None:
    """What came of an order, waited for where play-out was `heard` to listen, or may listen on another machine."""
    return wait(station, number) if heard or not station.db.is_sqlite else answer_of(station, number)


def _ask(station: Station, message: dict[str, Any]) -> Answer | None:
    said = ear.ask(station.home, PATIENCE_S, **message)
    return Answer.from_json(said) if said else None


def wait(station: Station, number: int) -> Answer | None:
    """The answer to an order, as soon as it is there; None when it is not in time."""
    clock = SystemClock()
    until = clock.monotonic() + PATIENCE_S
    while (answer := answer_of(station, number)) is None and clock.monotonic() < until:
        clock.sleep_until(clock.monotonic() + _LOOK_S)
    return answer


def answer_of(station: Station, number: int) -> Answer | None:
    """What came of an order so far."""
    with station.db.read() as session:
        row = session.get(Command, number) if number else None
        if row is None or row.done_at is None:
            return None
        effect = OrderEffect(**row.effect)  # type: ignore[typeddict-item]
        return Answer(row.id, row.outcome or OrderOutcome.CARRIED_OUT, row.answer, effect)


def in_words(answer: Answer | None) -> str:
    """What came of an order, in a Vietnamese sentence."""
    return answer.text if answer is not None else NO_ANSWER


def stop_in_words(answer: Answer | None, names: Mapping[str, str], wanted: Collection[str] = ()) -> str:
    """What came of a stop: which zones fell silent and after how long, which did not, what is held back."""
    if answer is None:
        return f"{NO_ANSWER} Chưa biết loa đã im hay chưa. {STILL_LOUD}"
    if answer.outcome is not OrderOutcome.CARRIED_OUT:
        return answer.text
    effect, said = answer.effect, []
    silent, loud = effect.get("silent", []), effect.get("loud", [])
    if silent:
        said.append(f"Loa đã im sau {effect.get('ms', 0)} mili giây ở {_listed(silent, names)}.")
        if besides := [z for z in silent if z not in wanted] if wanted else []:
            said.append(f"Trong đó {_listed(besides, names)} im theo vì chung âm ly.")
    if loud:
        said.append(f"CHƯA im ở {_listed(loud, names)}. {STILL_LOUD}")
    if held := effect.get("held"):
        said.append(f"Giữ lại {len(held)} buổi sắp phát; xem ở trang Đang phát.")
    return " ".join(said) or f"Không có gì đang phát ở đó. {STILL_LOUD}"


def _listed(zones: Collection[str], names: Mapping[str, str]) -> str:
    if len(zones) > 1 and len(zones) == len(names):
        return f"cả {len(zones)} cụm loa"
    return ", ".join(names.get(z, z) for z in zones)
