"""The page for a silent horn, held to what the panel shows: in each state its first words lead to the right sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.people.roles import machine
from broadcaster.rooms import room
from broadcaster.services.air import mutes
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.station import Station
from tests.kit.panel import SignIn

WELL: dict[str, Any] = {"on_air": [], "sinks": {"main": "ok"}, "outlets": {"main": "loudspeaker"}, "hold": ""}
CARD = "Máy này không có card âm thanh. Tiếng chỉ ghi vào tệp, không ra loa."


def card_away(station: Station) -> None:
    zones = [f"am{n:02}" for n in range(1, 13)]
    with station.db.read() as session:
        on_air = session.scalars(select(BroadcastRow.id).where(BroadcastRow.state == BroadcastState.AIRING)).one()
    said = WELL | {"sinks": {"main": CARD}, "outlets": {"main": "stand_in"}}
    beat(station, "playout", said | {"on_air": [{"broadcast": on_air, "zones": zones}]})


def muted(station: Station) -> None:
    beat(station, "playout", WELL)
    mutes.mute(station, machine(), "am01", seen=[f"am{n:02}" for n in range(1, 13)])


def ended(state: BroadcastState, verdict: str) -> Callable[[Station], None]:
    def act(station: Station) -> None:
        beat(station, "playout", WELL)
        with station.db.write() as session:
            row = session.scalars(select(BroadcastRow).where(BroadcastRow.state == BroadcastState.AIRING)).one()
            row.state, row.verdict = state, verdict

    return act


def clock_doubted(station: Station) -> None:
    beat(station, "playout", WELL | {"hold": "Đồng hồ máy chưa đáng tin.", "clock_doubted": True})


def dead(station: Station) -> None:
    assert isinstance(station.clock, FrozenClock)
    station.clock.advance(60)


STATES = {
    "the card is away": (card_away, 1, "loa không có đường ra", CARD),
    "somebody muted it": (muted, 1, "Tắt tiếng", "Bật tiếng"),
    "the clock is doubted": (clock_doubted, 1, "Xem và xác nhận đồng hồ", "Đồng hồ máy chưa đáng tin."),
    "play-out is dead": (dead, 1, "Máy phát không chạy", "loa up"),
    "somebody stopped it": (
        ended(BroadcastState.PARTIAL, "Phát dở: 0 trong 84 lượt mục phát đủ. vanhanh bấm dừng phát."),
        2,
        "bấm dừng phát",
        "Phát dở",
    ),
    "it was refused": (
        ended(BroadcastState.REFUSED, "Từ chối phát: Kịch bản chưa được duyệt."),
        2,
        "Từ chối phát",
        "Kịch bản chưa được duyệt.",
    ),
}


def steps() -> list[str]:
    """The numbered steps of the page, in order."""
    page = (room("web").parent / "docs" / "loa-khong-keu.md").read_text(encoding="utf-8")
    return re.split(r"^\d+\. ", page, flags=re.MULTILINE)


@pytest.mark.parametrize("name", STATES)
def test_the_page_for_a_silent_horn_leads_to_the_sentence_that_the_panel_shows(
    station: Station, sign_in: SignIn, name: str
) -> None:
    act, step, quoted, cause = STATES[name]
    client = sign_in("vanhanh")
    act(station)
    shown = " ".join((client.get("/").text + client.get("/fragments/now").text).split())
    assert quoted in shown, "the words that the step names are on the page"
    assert cause in shown, "and the cause or the remedy stands beside them"
    assert quoted in steps()[step], "the step that names them is the one that one comes to"
    assert not any(quoted in earlier for earlier in steps()[1:step]), "and no earlier step takes one elsewhere"


def test_the_page_for_a_silent_horn_begins_with_the_red_frame_and_believes_no_recording() -> None:
    head, *rest = steps()
    assert "Trang Đang phát có khung đỏ? Làm theo câu đó trước." in head
    assert not any("không phải ở máy tính" in step for step in rest)
    assert "bản thu có tiếng chưa nói rằng loa đã kêu" in rest[-1]


def test_only_a_red_frame_is_shown_where_a_step_says_so(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    beat(station, "playout", WELL)
    beat(station, "worker", {})
    page = client.get("/fragments/now").text
    assert not any(words in page for words in ("KHÔNG ra loa", "Xem và xác nhận đồng hồ", "Máy phát không chạy"))
