"""How often a key may make the horns sound: counted one after the other, on either kind of database."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest
from sqlalchemy import event

from broadcaster.domain.air.emergencies import EmergencyRequest
from broadcaster.domain.people.roles import machine
from broadcaster.domain.people.scopes import Scope, token_actor
from broadcaster.errors import ForbiddenError
from broadcaster.services.air import emergencies
from broadcaster.services.people import tokens
from broadcaster.services.station import Station
from tests.kit.people import OPERATOR

WISH = EmergencyRequest(title="Lũ về", text="Lũ về.", zones=("all",), reason="Công điện", repeat_minutes=15)
PATIENCE_S = 20.0


@pytest.mark.medium
def test_two_soundings_at_once_are_counted_one_after_the_other(station: Station) -> None:
    """Each is held after it has counted until the other has, too: without a lock both would find room for one more."""
    scopes = [Scope.EMERGENCY_CONFIRM]
    tokens.create(station, machine(), "tinh", scopes, days=30, addresses="127.0.0.1", per_hour=1)
    key = token_actor("tinh", scopes)
    drafts = [emergencies.draft(station, OPERATOR, WISH) for _ in range(2)]
    both, refused, passed = threading.Barrier(2), [], []

    def counted(_c: object, _k: object, statement: str, *_: object) -> None:
        if "count(emergencies" in statement:
            with suppress(threading.BrokenBarrierError):
                both.wait(1.0)

    def sound(number: int) -> None:
        try:
            emergencies.confirm(station, key, number, per_hour=1)
        except ForbiddenError:
            refused.append(number)
        else:
            passed.append(number)

    event.listen(station.db.engine, "after_cursor_execute", counted)
    at_once = [threading.Thread(target=sound, args=(number,), daemon=True) for number in drafts]
    for one in at_once:
        one.start()
    for one in at_once:
        one.join(PATIENCE_S)
    event.remove(station.db.engine, "after_cursor_execute", counted)
    assert not any(one.is_alive() for one in at_once)
    assert (len(passed), len(refused)) == (1, 1)
