"""What another process is to do is promised only while that process lives."""

from __future__ import annotations

import html

import pytest
from sqlalchemy import select

from broadcaster.db.models import BroadcastRow, Heartbeat
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.station import Station
from tests.kit.panel import SignIn

ORDERS = {
    "a backup": ("quantri", "/settings/backups", "worker", "Đã yêu cầu sao lưu.", "Việc này chạy nền"),
    "scripts spoken anew": ("lanhdao", "/approve/anew", "worker", "Đã yêu cầu làm lại 0 bài.", "khi đọc xong"),
    "a tone": ("vanhanh", "/zones/am01/tone", "playout", "Đã xếp âm thử.", "sau khoảng 12 giây"),
}
WAITS = {"worker": "Phần xử lý nền không chạy", "playout": "Máy phát không chạy nên chưa có tiếng"}


@pytest.mark.parametrize("alive", [True, False])
def test_what_is_coming_is_said_only_where_somebody_is_there_to_do_it(
    station: Station, sign_in: SignIn, *, alive: bool
) -> None:
    with station.db.write() as session:
        for row in session.scalars(select(BroadcastRow).where(BroadcastRow.state == BroadcastState.AIRING)):
            row.state, row.verdict = BroadcastState.AIRED, "Phát đủ."
    for process in WAITS:
        if alive:
            beat(station, process, {"on_air": [], "sinks": {}})
            continue
        with station.db.write() as session:
            if (sign := session.get(Heartbeat, process)) is not None:
                session.delete(sign)
    for who, address, process, done, coming in ORDERS.values():
        page = html.unescape(sign_in(who).post(address, follow_redirects=True).text)
        assert done in page, address
        assert (coming in page) is alive, address
        assert (WAITS[process] in page) is not alive, address
