"""What is withdrawn in the last half minute, or on air: every door asks before, and cuts what was meant or lets it air."""

from __future__ import annotations

import sys

import pytest

from broadcaster.cli import main
from broadcaster.db.models import BroadcastRow, Command, ZoneRow
from broadcaster.db.queries.scripts.one import get_script
from broadcaster.db.queries.scripts.rows import script_detail
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.air.in_hand import StillAirsError
from broadcaster.domain.schedule.rundown import script_item
from broadcaster.domain.scripts.fields import ScriptFields
from broadcaster.domain.scripts.scripts import ScriptState
from broadcaster.services.people import accounts
from broadcaster.services.scripts import editing
from broadcaster.services.scripts.approving import airable, send_back
from broadcaster.services.station import Station
from tests.kit.panel import SignIn

COMING = 8
ASKED = "Dừng luôn hay để phát hết?"
DOORS = ["return", "retire", "return at the command line"]


def hold(station: Station, state: BroadcastState) -> int:
    """Put an approved script into play-out's hands; return its number."""
    with station.db.write() as session:
        for other in session.query(BroadcastRow).filter_by(state=BroadcastState.AIRING):
            other.state = BroadcastState.AIRED
        found = airable(session)[0]
        row = session.get_one(BroadcastRow, COMING)
        row.rundown, row.state, row.starts_at = (script_item(found, 1),), state, station.now()
        return found.script_id


def state_of(station: Station, script: int) -> ScriptState:
    with station.db.read() as session:
        return get_script(session, script).state


@pytest.fixture
def take_back(station: Station, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Withdraw a script through a door, with a choice or none; return what was said."""

    def by(door: str, script: int, choice: str | None) -> str:
        if door == "return at the command line":
            said = ["return", str(script), "--comment", "Sai giờ họp.", *(["--still", choice] if choice else [])]
            monkeypatch.setattr(sys, "argv", ["loa", "--home", str(station.home.root), "--as", "lanhdao", *said])
            with pytest.raises(SystemExit):
                main()
            told = capsys.readouterr()
            return told.out + told.err
        address, form = {
            "return": (f"/approve/{script}", {"decision": "return", "comment": "Sai giờ họp."}),
            "retire": (f"/scripts/{script}/state", {"to": "retire"}),
        }[door]
        data = form | ({"still": choice} if choice else {})
        return sign_in("lanhdao").post(address, data=data, follow_redirects=True).text

    return by


@pytest.mark.medium
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("state", "words"), [(BroadcastState.AIRING, "Bài đang phát"), (BroadcastState.CUED, "Bài phát sau 1 giây")]
)
def test_a_script_in_play_out_s_hands_is_asked_about_before_it_is_withdrawn(
    station: Station, take_back, door: str, state: BroadcastState, words: str
) -> None:
    script = hold(station, state)
    if door == "return at the command line" and state is BroadcastState.AIRING:
        words = "trong buổi"  # that clock is the machine's own
    said = take_back(door, script, None)
    assert ASKED in said
    assert words in said
    assert "ấp Mẫu" in said
    assert state_of(station, script) is ScriptState.APPROVED, "nothing was done"
    said = take_back(door, script, "stop")
    assert state_of(station, script) is not ScriptState.APPROVED
    assert "Máy phát chưa trả lời." in said
    with station.db.read() as session:
        assert session.query(Command).one().arguments == {"broadcast_id": COMING, "items": [1]}


@pytest.mark.parametrize("door", DOORS)
def test_what_may_air_to_its_end_is_withdrawn_and_not_cut(station: Station, take_back, door: str) -> None:
    script = hold(station, BroadcastState.AIRING)
    assert "Lần này vẫn phát hết." in take_back(door, script, "let")
    assert state_of(station, script) is not ScriptState.APPROVED
    with station.db.read() as session:
        assert not session.query(Command).all()


@pytest.mark.parametrize("door", DOORS)
def test_what_is_only_planned_is_withdrawn_without_a_word(station: Station, take_back, door: str) -> None:
    script = hold(station, BroadcastState.PLANNED)
    assert ASKED not in take_back(door, script, None)
    assert state_of(station, script) is not ScriptState.APPROVED


def test_no_use_case_withdraws_what_is_on_the_air_unless_told_what_becomes_of_it(station: Station) -> None:
    script = hold(station, BroadcastState.AIRING)
    leader = accounts.actor_named(station, "lanhdao")
    with station.db.read() as session:
        detail = script_detail(session, script)
    fields = ScriptFields(**{k: detail[k] for k in ("title", "unit", "topic")}, body="Lời mới.")
    with pytest.raises(StillAirsError):
        editing.revise(station, leader, script, fields)
    with pytest.raises(StillAirsError):
        send_back(station, leader, script, "Sai.")
    with pytest.raises(StillAirsError):
        editing.retire(station, leader, script)
    assert state_of(station, script) is ScriptState.APPROVED


def test_a_zone_taken_out_of_use_while_it_sounds_is_asked_about_and_names_who_falls_silent_with_it(
    station: Station, sign_in: SignIn
) -> None:
    hold(station, BroadcastState.AIRING)
    client = sign_in("vanhanh")
    form = {"name": "Cụm loa ấp Mẫu 1", "sink": "main", "volume": "80", "condition": "good"}
    asked = client.post("/zones/am01", data=form).text
    assert ASKED in asked
    assert "9 cụm khác" in asked, "they share its output"
    with station.db.read() as session:
        assert session.get_one(ZoneRow, "am01").enabled
    form["still"] = "stop"
    also = client.post("/zones/am01", data=form).text  # what is planned for it falls silent too: asked on its own page
    assert 'name="still" value="stop"' in also
    form["agreed"] = also.split('name="agreed" value="')[1].split('"')[0]
    client.post("/zones/am01", data=form)
    with station.db.read() as session:
        assert not session.get_one(ZoneRow, "am01").enabled
        orders = [c.arguments for c in session.query(Command)]
    assert [(o["broadcast_id"], o["zones"]) for o in orders] == [(COMING, ["am01"])]
