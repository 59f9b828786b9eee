"""Đang phát: each zone in words, how loud it is, stopping one zone by name, and the way back from a stop."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete
from sqlalchemy.orm import Session

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, Command, PlayLogEntry, ZoneRow
from broadcaster.db.queries.air import present
from broadcaster.db.session import Database
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, Origin, RundownItem
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.desk import PORT_FILE
from broadcaster.domain.people.roles import Role, machine
from broadcaster.domain.schedule.rundown import script_item
from broadcaster.errors import ForbiddenError, RuleError
from broadcaster.playout.host.loopback import Loopback
from broadcaster.services.air import broadcasts, mutes
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.schedule import resuming
from broadcaster.services.scripts.approving import airable
from broadcaster.services.station import Station
from tests.kit import seed
from tests.kit.panel import SignIn, confirm

ON_AIR = 6
"""The seed's broadcast of this afternoon."""


def say(station: Station, **changed: Any) -> None:
    """Let play-out say that the afternoon's broadcast sounds, with `changed` fields."""
    with station.db.read() as session:
        zones = session.get(BroadcastRow, ON_AIR).zones
    status = {"on_air": [{"broadcast": ON_AIR, "zones": zones}], "sinks": {"main": "ok"}, "muted": []}
    beat(station, "playout", status | changed)


def states(station: Station) -> dict[str, str]:
    with station.db.read() as session:
        return {z.code: z.state for z in present(session, station.now()).zones}


def test_each_zone_says_what_it_does(station: Station, clock: FrozenClock) -> None:
    with station.db.write() as session:
        session.get(ZoneRow, "am05").enabled = False
        session.get(ZoneRow, "am06").sink = "xa"
        session.get(ZoneRow, "am04").sink = "rieng"
    mutes.mute(station, machine(), "am04", seen=())
    say(station, sinks={"main": "ok", "rieng": "ok", "xa": "Mất kết nối."})
    found = states(station)
    assert found["am01"] == "air"
    assert found["am04"] == "muted"
    assert found["am05"] == "off"
    assert found["am06"] == "bad"
    clock.advance(60)
    assert states(station)["am01"] == "lost"
    clock.advance(-60)
    say(station, on_air=[])
    with station.db.write() as session:
        session.get(BroadcastRow, ON_AIR).state = BroadcastState.AIRED
    assert states(station)["am01"] == "rest"


def test_stopping_one_zone_names_all_that_fall_silent_with_it(station: Station, sign_in: SignIn) -> None:
    with station.db.write() as session:
        for code in ("am01", "am02"):
            session.get(ZoneRow, code).sink = "nha-van-hoa"
    say(station)
    client = sign_in("vanhanh")
    page = client.get("/stop?zone=am02").text
    assert "cả 2 cụm cùng im" in page
    answer = client.post("/stop", data={"zone": ["am01", "am02"]}, follow_redirects=True)
    with station.db.read() as session:
        order = session.query(Command).one()
        assert (order.verb, order.arguments) == (
            "stop",
            {"zones": ["am01", "am02"], "outputs": ["nha-van-hoa"]},
        )
    assert "Phát tiếp phần còn lại" in answer.text
    alone = client.get("/stop?zone=am09").text
    assert "cả 10 cụm cùng im" in alone


def as_approved(session: Session, item: RundownItem) -> RundownItem:
    found = next((c for c in airable(session) if c.script_id == item.script_id), None)
    return item if found is None else replace(script_item(found, item.no), title=item.title)


def stopped(station: Station) -> None:
    """The morning broadcast of today, whose fourth item was cut in zone am03, as one that a person stopped just now."""
    with station.db.write() as session:
        row = session.get(BroadcastRow, ON_AIR - 1)
        row.state, row.finished_at, row.causes = BroadcastState.PARTIAL, station.now(), (Cause.PERSON_STOPPED,)
        row.rundown = tuple(as_approved(session, i) for i in row.rundown)
        row.zones = sorted(z for (z,) in session.query(PlayLogEntry.zone).filter_by(broadcast_id=row.id).distinct())
        session.get(BroadcastRow, ON_AIR).state = BroadcastState.AIRED


def test_the_rest_of_a_stopped_broadcast_airs_where_it_was_missed(station: Station, sign_in: SignIn) -> None:
    stopped(station)
    client = sign_in("vanhanh")
    assert "Mục đang đọc dở được đọc lại từ đầu" in client.get(f"/resume/{ON_AIR - 1}").text
    assert confirm(client, f"/resume/{ON_AIR - 1}").status_code == 303
    with station.db.read() as session:
        rest = session.query(BroadcastRow).filter(BroadcastRow.origin == Origin.STOPPED_REST).one()
        old = session.get(BroadcastRow, ON_AIR - 1)
    assert rest.kind is BroadcastKind.ONCE
    assert rest.zones == ["am03"]
    assert [i.audio_sha256 for i in rest.rundown] == [old.rundown[3].audio_sha256]
    assert [i.no for i in rest.rundown] == [4]  # as in the whole, so that what was made good can be told
    assert dt.timedelta(0) < rest.starts_at - station.now() < dt.timedelta(seconds=15)
    with pytest.raises(RuleError, match="không còn phần nào"):
        resuming.resume(station, machine(), ON_AIR - 1)


def test_what_was_stopped_long_ago_or_not_at_all_is_not_resumed(station: Station, clock: FrozenClock) -> None:
    with pytest.raises(RuleError, match="vừa dừng"):
        resuming.resume(station, machine(), ON_AIR - 1)
    stopped(station)
    clock.advance(resuming.WITHIN.total_seconds() + 1)
    with pytest.raises(RuleError, match="vừa dừng"):
        resuming.resume(station, machine(), ON_AIR - 1)
    with pytest.raises(ForbiddenError):
        viewer = machine()
        resuming.resume(station, type(viewer)("xem", "Xem", frozenset({Role.VIEWER})), ON_AIR - 1)


def test_a_resumed_broadcast_stays_inside_the_hours(station: Station, clock: FrozenClock) -> None:
    stopped(station)
    clock.advance((dt.datetime(2026, 3, 4, 19, 0, tzinfo=seed.TZ) - clock.now()).total_seconds())
    with pytest.raises(RuleError, match="khung giờ"):
        resuming.resume(station, machine(), ON_AIR - 1)


def test_the_meter_asks_play_out_itself(station: Station, sign_in: SignIn) -> None:
    client = sign_in("xem")
    assert client.get("/fragments/level").status_code == 204
    heard: list[dict[str, Any]] = []

    def answer(message: dict[str, Any]) -> dict[str, Any] | None:
        heard.append(message)
        return {"levels": {"main": -17.5}} if message.get("ask") == "levels" else None

    ear = Loopback(station.home.run / PORT_FILE, answer)
    ear.open()
    try:
        assert client.get("/fragments/level").json == {"main": -17.5}
        assert heard == [{"ask": "levels"}]
    finally:
        ear.close()
    assert client.get("/fragments/level").status_code == 204


def test_a_doubted_clock_is_confirmed_by_a_person_who_sees_its_time(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    beat(station, "playout", {"on_air": [], "sinks": {"main": "ok"}, "hold": "Máy “khác” đang giữ quyền phát."})
    assert "/trust-clock" not in client.get("/").text, "nothing to confirm when it is not the clock"
    assert "không nghi ngờ" in client.get("/trust-clock").text
    held = {"on_air": [], "sinks": {"main": "ok"}, "hold": "Đồng hồ máy chỉ năm 2016.", "clock_doubted": True}
    beat(station, "playout", held)
    station_time = station.local(station.now())
    assert "/trust-clock" in client.get("/fragments/now").text
    assert "/trust-clock" not in sign_in("xem").get("/fragments/now").text
    page = client.get("/trust-clock").text
    assert f"{station_time:%H:%M}" in page
    assert f"{station_time:%d/%m/%Y}" in page
    assert confirm(client, "/trust-clock").status_code == 303
    with station.db.read() as session:
        (command,) = session.query(Command).filter(Command.verb == "trust-clock")
        assert command.by == "vanhanh"


def test_a_page_that_is_open_all_day_learns_of_every_fault(
    station: Station, clock: FrozenClock, sign_in: SignIn
) -> None:
    """A full disk or a dead relay is no sink's trouble: the list of incidents is asked for again and again."""
    client = sign_in("vanhanh")
    assert 'hx-get="/fragments/incidents" hx-trigger="every 10s"' in client.get("/").text
    first = client.get("/fragments/incidents")
    assert client.get("/fragments/incidents", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    with station.db.write() as session:
        broadcasts.report_incident(session, "journal", "Đĩa không ghi được nhật ký: hết chỗ.", station.now())
    told = client.get("/fragments/incidents", headers={"If-None-Match": first.headers["ETag"]})
    assert told.status_code == 200
    assert "Đĩa không ghi được nhật ký: hết chỗ." in told.text
    assert "chưa kết thúc" in told.text


STAND_IN = {
    "sinks": {"main": "Máy này không có card âm thanh. Tiếng chỉ ghi vào tệp, không ra loa."},
    "outlets": {"main": "stand_in"},
}


def test_no_page_says_that_horns_sound_when_a_recording_stands_in(station: Station, sign_in: SignIn) -> None:
    say(station, **STAND_IN)
    client = sign_in("vanhanh")
    for address in ("/", "/zones/", "/log/"):
        assert "loa không có đường ra" in client.get(address).text, address
    page = client.get("/fragments/now").text
    assert "Đang chạy, KHÔNG ra loa" in page
    assert "Có tiếng nhưng KHÔNG ra loa (đang ghi vào tệp), {} dB" in page
    assert STAND_IN["sinks"]["main"] in page
    assert "loa không có đường ra" in client.get("/fragments/bar").text
    assert STAND_IN["sinks"]["main"] in client.get("/zones/").text, "beside what people noted by hand"
    assert page.count('aria-label="Dừng phát ở ') == 12, "what runs can be stopped, heard or not"
    assert client.get("/stop").text.count("/stop?zone=") == 24
    say(station, outlets={"main": "loudspeaker"})
    page = client.get("/fragments/now").text
    assert "KHÔNG ra loa" not in page
    assert 'data-sounding="Có tiếng, {} dB"' in page


def test_a_watcher_is_told_by_the_code_alone(station: Station, sign_in: SignIn, clock: FrozenClock) -> None:
    client = sign_in("xem")
    with station.db.write() as session:  # the seed's coming broadcasts have no sound of their own
        session.execute(delete(BroadcastRow).where(BroadcastRow.state == BroadcastState.PLANNED))
    say(station)
    beat(station, "worker", {})
    answer = client.get("/healthz")
    assert {k: v for k, v in answer.json.items() if v != "ok"} == {}, "all is well with the seed's station"
    assert answer.status_code == 200
    say(station, **STAND_IN)
    assert client.get("/healthz").status_code == 503
    assert "không có card" in client.get("/healthz").json["output"]
    say(station)
    clock.advance(30)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json["playout"] != "ok"
    assert answer.json["worker"] != "ok"


def test_a_watcher_is_told_of_a_silence_on_the_air_and_of_a_broadcast_that_does_not_begin(
    station: Station, sign_in: SignIn, clock: FrozenClock
) -> None:
    client = sign_in("xem")
    with station.db.write() as session:
        session.execute(delete(BroadcastRow).where(BroadcastRow.state == BroadcastState.PLANNED))
    beat(station, "worker", {})
    with station.db.read() as session:
        zones = session.get(BroadcastRow, ON_AIR).zones
    on_air = {"broadcast": ON_AIR, "title": "Buổi chiều", "zones": zones}
    for quiet, code in ((0.0, 200), (11.0, 503), (0.2, 200)):
        say(station, on_air=[on_air | {"quiet_s": {"main": quiet}}])
        answer = client.get("/healthz")
        assert answer.status_code == code
        assert (answer.json["quiet"] == "ok") == (code == 200)
    with station.db.write() as session:
        session.get(BroadcastRow, ON_AIR).state = BroadcastState.CUED
    say(station, on_air=[])
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json["late"] != "ok"


def test_the_sign_of_the_one_process_needs_no_database(station: Station, app: Flask) -> None:
    away = Database(f"sqlite:///{station.home.root / 'khong-co' / 'station.db'}")
    app.extensions["station"] = replace(station, db=away)
    client = app.test_client()
    answer = client.get("/healthz/live")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert client.get("/healthz").status_code == 503
    away.dispose()
