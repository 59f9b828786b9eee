"""An emergency sounds as it was shown: whatever decides what is heard where and how long, changed since, is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from broadcaster.db.models import BroadcastRow, Emergency, ZoneRow
from broadcaster.db.queries.zones import zone_map
from broadcaster.domain.air.broadcasts import BroadcastKind
from broadcaster.domain.air.emergencies import EmergencyRequest, EmergencyState, Interrupted
from broadcaster.domain.confirming import NotAsShownError, seal_of
from broadcaster.services.air import emergencies, emergency_voice, emergency_words
from broadcaster.services.lexicon import agreeing
from broadcaster.services.lexicon.changes import Change, apply
from broadcaster.services.station import Station
from broadcaster.text import LexiconEntry
from tests.kit.people import EDITOR, LEADER, OPERATOR

WISH = EmergencyRequest(
    title="Lũ về", text="Bà con thôn Hai di dời ngay.", zones=("all",), reason="Công điện", repeat_minutes=15
)
HERE = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)


def rewritten(**more: Any) -> Callable[[Station, int], object]:
    return lambda station, number: emergencies.change(station, OPERATOR, number, replace(WISH, **more))


def zone_off(station: Station, _number: int) -> None:
    with station.db.write() as session:
        session.scalars(select(ZoneRow).order_by(ZoneRow.code)).first().enabled = False  # type: ignore[union-attr]


def another_confirmed(station: Station, _number: int) -> None:
    emergencies.confirm(station, LEADER, emergencies.draft(station, LEADER, replace(WISH, title="Cháy rừng")))


CHANGES: dict[str, tuple[str, Callable[[Station, int], object]]] = {
    "title": ("Tên bản tin", rewritten(title="Bão")),
    "text": ("Lời đọc", rewritten(text="Bà con thôn Hai ở yên.")),
    "zones": ("Phát ở đâu", rewritten(zones=("am01",))),
    "reason": ("Lý do", rewritten(reason="Tin đồn")),
    "repeat": ("Lặp lại", rewritten(repeat_minutes=None)),
    "interrupted": ("Chương trình bị ngắt", rewritten(interrupted=Interrupted.DROP)),
    "end": ("Hết hiệu lực", rewritten(expires_at=HERE)),
    "recording": ("Bản ghi âm", rewritten(recording_sha256="a" * 64, recording_ms=1000)),
    "a zone that is off": ("Cụm loa đang bật", zone_off),
    "one that would be replaced": ("Bản tin bị thay", another_confirmed),
}


def shown(station: Station, number: int) -> str:
    with station.db.read() as session:
        return seal_of(emergencies.deciding(station, session, emergencies.get(session, number)))


def test_whatever_changed_since_it_was_shown_is_named_and_nothing_sounds(station: Station) -> None:
    with station.db.read() as session:
        assert "am01" in zone_map(session).expand(("all",), where="")
    for what, (named, change) in CHANGES.items():
        number = emergencies.draft(station, OPERATOR, WISH)
        seal = shown(station, number)
        change(station, number)
        with pytest.raises(NotAsShownError, match=named):
            emergencies.confirm(station, OPERATOR, number, seal=seal)
        for lost in ("", "x", seal[:64]):
            with pytest.raises(NotAsShownError):
                emergencies.confirm(station, OPERATOR, number, seal=lost)
        with station.db.read() as session:
            assert session.get_one(Emergency, number).state is EmergencyState.DRAFT, what
            sounding = select(BroadcastRow).where(BroadcastRow.emergency_id == number)
            assert not session.scalars(sounding.where(BroadcastRow.kind == BroadcastKind.EMERGENCY)).all(), what
    emergencies.confirm(station, OPERATOR, number, seal=shown(station, number))


def test_the_words_that_are_shown_are_those_that_are_spoken_whatever_the_lexicon_says_since(station: Station) -> None:
    inverted = LexiconEntry(written="di dời", spoken="về lại nhà cũ", case="any")
    agreeing.put(station, EDITOR, Change(add=(inverted,)))
    agreeing.put(station, EDITOR, Change(add=(LexiconEntry(written="BCH", spoken="bếp chung hộ"),)))
    number = emergencies.draft(station, OPERATOR, replace(WISH, text="BCH: bà con di dời ngay."))
    with station.db.read() as session:
        words = emergency_words.said(emergencies.get(session, number).spoken)
    assert "di dời" in words
    assert "bếp chung hộ" not in words  # nobody who leads has agreed to it
    seal = shown(station, number)
    apply(station, LEADER, Change(add=(inverted,)))
    emergencies.confirm(station, OPERATOR, number, seal=seal)
    emergency_voice.speak_quickly(station, number)
    with station.db.read() as session:
        row = emergencies.get(session, number)
        assert (emergency_words.said(row.spoken), bool(row.quick_sha256)) == (words, True)
        later = emergency_words.said(emergency_words.spoken(station, session, "Bà con di dời ngay."))
    assert "về lại nhà cũ" in later
