"""What is withdrawn in the last half minute, or on air, still airs: the page says so and offers to stop it."""

from __future__ import annotations

import pytest

from broadcaster.db.models import BroadcastRow, Command
from broadcaster.db.queries.scripts.one import latest_rendition, latest_revision
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.schedule.rundown import script_item
from broadcaster.services.scripts.approving import airable
from broadcaster.services.station import Station
from tests.kit.panel import SignIn

COMING = 8


def hold(station: Station, state: BroadcastState) -> int:
    """Put an approved script into play-out's hands; return its number."""
    with station.db.write() as session:
        found = airable(session)[0]
        row = session.get_one(BroadcastRow, COMING)
        row.rundown, row.state, row.starts_at = (script_item(found, 1),), state, station.now()
        assert latest_rendition(session, latest_revision(session, found.script_id).id) is not None
        return found.script_id


@pytest.mark.parametrize(
    ("state", "words"), [(BroadcastState.AIRING, "đang phát"), (BroadcastState.CUED, "sắp phát trong 0 giây")]
)
def test_a_script_returned_while_it_sounds_is_told_to_air_on_and_stopped_by_one_press(
    station: Station, sign_in: SignIn, state: BroadcastState, words: str
) -> None:
    script = hold(station, state)
    client = sign_in("lanhdao")
    told = {"decision": "return", "comment": "Sai giờ họp."}
    page = client.post(f"/approve/{script}", data=told, follow_redirects=True).text
    assert f"{words}: lần phát" in page
    assert "vẫn phát nếu không dừng luôn" in page
    assert f"/schedule/{COMING}/skip" in page
    client.post(f"/schedule/{COMING}/skip")
    with station.db.read() as session:
        assert session.query(Command).one().arguments == {"broadcast_id": COMING}


def test_what_is_only_planned_is_withdrawn_without_a_word(station: Station, sign_in: SignIn) -> None:
    script = hold(station, BroadcastState.PLANNED)
    client = sign_in("lanhdao")
    told = {"decision": "return", "comment": "Sai giờ họp."}
    assert "dừng luôn" not in client.post(f"/approve/{script}", data=told, follow_redirects=True).text
