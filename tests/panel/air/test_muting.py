"""Tắt tiếng on the panel: it names all that fall silent, ends by itself, and is red wherever it matters."""

from __future__ import annotations

import datetime as dt

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, Command, MuteRow, ZoneRow
from broadcaster.db.queries.air import present
from broadcaster.domain.air.broadcasts import BroadcastKind
from broadcaster.domain.people.roles import machine
from broadcaster.domain.setup.zones import ZoneState
from broadcaster.errors import RuleError
from broadcaster.scheduling.conflict import Kind
from broadcaster.services import exporting
from broadcaster.services.air import mutes
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.schedule import conflicts
from broadcaster.services.station import Station
from tests.kit.panel import SignIn

ON_AIR = 6
"""The seed's broadcast of this afternoon."""


@pytest.fixture
def apart(station: Station) -> None:
    """The first two zones hang on one amplifier, the others on another."""
    with station.db.write() as session:
        for code in ("am01", "am02"):
            session.get(ZoneRow, code).sink = "rieng"


def zones(station: Station, client_answer: str) -> list[str]:
    return [code for code in (f"am{n:02}" for n in range(1, 13)) if f'name="seen" value="{code}"' in client_answer]


def test_a_zone_that_shares_its_amplifier_is_turned_off_only_with_all_that_share_it(
    sign_in: SignIn, station: Station, apart: None
) -> None:
    client = sign_in("vanhanh")
    asked = client.get("/mute?zone=am01").text
    assert "Cụm này chung âm ly với 1 cụm khác" in asked
    assert zones(station, asked) == ["am01", "am02"]
    refused = client.post("/mute", data={"zone": "am01", "seen": ["am01"]})
    assert refused.status_code == 422
    assert "tắt tiếng là tắt cả 2 (Cụm loa ấp Mẫu 2)" in refused.text
    with station.db.read() as session:
        assert session.query(Command).count() == session.query(MuteRow).count() == 0
    done = client.post("/mute", data={"zone": "am01", "seen": ["am01", "am02"], "why": "Đám tang"})
    assert done.status_code == 303
    with station.db.read() as session:
        row = session.query(MuteRow).one()
        order = session.query(Command).one()
    assert (row.output, row.zone, row.by, row.why) == ("rieng", "am01", "vanhanh", "Đám tang")
    assert (order.verb, order.arguments["outputs"]) == ("mute", ["rieng"])


def test_a_mute_is_red_on_every_page_with_its_end_and_whoever_did_it(
    sign_in: SignIn, station: Station, apart: None
) -> None:
    client = sign_in("vanhanh")
    end = station.local(station.now() + dt.timedelta(minutes=40))
    stamp = f"{end:%Y-%m-%dT%H:%M}"
    client.post("/mute", data={"zone": "am01", "seen": ["am01", "am02"], "until": stamp, "why": "Đám tang"})
    page = client.get("/").text
    assert f"Cụm loa ấp Mẫu 1, Cụm loa ấp Mẫu 2: đến {end:%H:%M}" in " ".join(page.split())
    assert "Đám tang" in page
    assert "2 cụm loa, đến" in " ".join(client.get("/zones/").text.split())
    client.post("/unmute", data={"zone": "am02"}, follow_redirects=True)
    assert "Tự bật" not in client.get("/").text
    with station.db.read() as session:
        assert present(session, station.now()).muted == ()


def test_a_mute_ends_by_itself(station: Station, clock: FrozenClock, apart: None) -> None:
    until = station.now() + dt.timedelta(minutes=10)
    mutes.mute(station, machine(), "am01", until=until, seen=["am02"])
    with station.db.read() as session:
        assert present(session, station.now()).muted == ("am01", "am02")
    clock.advance(600)
    with station.db.read() as session:
        assert present(session, station.now()).muted == ()
        assert present(session, station.now()).mutes == ()


def test_without_a_stated_end_a_mute_ends_with_what_is_on_there(station: Station) -> None:
    with station.db.read() as session:
        row = session.get(BroadcastRow, ON_AIR)
    found = mutes.silence(station, "am01")
    assert found.title == row.title
    assert dt.timedelta(0) <= found.until - row.ends_at < dt.timedelta(minutes=5)
    assert found.until.minute % 5 == 0


@pytest.mark.parametrize("minutes", [0, -5, 7 * 24 * 60 + 1])
def test_an_end_that_is_past_or_too_far_away_is_refused(station: Station, minutes: int) -> None:
    until = station.now() + dt.timedelta(minutes=minutes)
    with pytest.raises(RuleError, match="Giờ bật lại"):
        mutes.mute(station, machine(), "", until=until, seen=())


def test_a_zone_that_hears_two_outputs_is_silent_only_when_both_are(station: Station) -> None:
    several = {"ca-hai": ("main", "rieng")}
    with station.db.write() as session:
        session.get(ZoneRow, "am01").sink = "ca-hai"
        session.get(ZoneRow, "am02").sink = "rieng"
    mutes.mute(station, machine(), "am02", seen=())
    with station.db.read() as session:
        assert present(session, station.now(), several).muted == ("am02",)


def test_the_emergency_page_names_what_is_turned_off_and_who_else_hears_it(
    sign_in: SignIn, station: Station, apart: None
) -> None:
    mutes.mute(station, machine(), "am01", seen=["am02"])
    client = sign_in("vanhanh")
    wish = {"text": "Nước lên nhanh.", "zones": ["am01"], "reason": "Lũ", "interrupted": "resume"}
    page = " ".join(client.post("/emergency/", data=wish, follow_redirects=True).text.split())
    assert "Chung âm ly nên cũng nghe thấy ở: Cụm loa ấp Mẫu 2." in page
    assert "Đang tắt tiếng ở Cụm loa ấp Mẫu 1, Cụm loa ấp Mẫu 2: bản tin này <strong>vẫn ra loa ở đó</strong>" in page


def test_a_zone_that_is_turned_off_is_on_air_while_an_emergency_sounds_there(station: Station) -> None:
    mutes.mute(station, machine(), "", seen=())
    with station.db.write() as session:
        row = session.get(BroadcastRow, ON_AIR)
        row.kind, said = BroadcastKind.EMERGENCY, list(row.zones)
    beat(station, "playout", {"on_air": [{"broadcast": ON_AIR, "zones": said}], "sinks": {"main": "ok"}, "muted": []})
    with station.db.read() as session:
        states = {z.code: z.state for z in present(session, station.now()).zones}
    assert set(states.values()) == {ZoneState.AIR}


def test_a_zone_that_hears_its_neighbours_broadcast_is_on_air(station: Station, apart: None) -> None:
    with station.db.write() as session:
        session.get(BroadcastRow, ON_AIR).zones = ["am01"]
    beat(station, "playout", {"on_air": [{"broadcast": ON_AIR, "zones": ["am01"]}], "sinks": {}, "muted": []})
    with station.db.read() as session:
        found = {z.code: z for z in present(session, station.now()).zones}
        rows = {r["code"]: r for r in exporting.zones(station, session)}
    assert (found["am01"].state, found["am02"].state, found["am03"].state) == ("air", "air", "rest")
    assert found["am02"].words.endswith("(chung âm ly)")
    assert rows["am02"]["airing_broadcast_id"] == ON_AIR
    assert rows["am02"]["shares_output_with"] == ["am01"]


def test_whoever_would_speak_into_a_zone_that_is_turned_off_is_told(
    sign_in: SignIn, station: Station, clock: FrozenClock, apart: None
) -> None:
    mutes.mute(station, machine(), "am01", seen=["am02"])
    client = sign_in("vanhanh")
    sent = {"zones": ["am02"], "urgent": "1", "reason": "Lũ"}
    assert "không nghe thấy" not in client.post("/live/", data=sent).text
    with station.db.write() as session:
        session.get(BroadcastRow, ON_AIR).zones = ["am05"]
    page = client.post("/live/", data={"zones": ["am02"]}).text
    assert "ở đó <strong>không nghe thấy</strong> bạn nói" in page


def test_the_conflicts_name_what_will_not_be_heard_because_it_is_turned_off(station: Station) -> None:
    mutes.mute(station, machine(), "", until=station.now() + dt.timedelta(days=2), seen=())
    found = [c for c in conflicts.find(station, 3) if "đang tắt tiếng đến" in c.what]
    assert found
    assert all(c.kind is Kind.ZONE for c in found)
