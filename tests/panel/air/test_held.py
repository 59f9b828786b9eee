"""After a stop: the first page lists what is held back, and each goes on or is dropped; the bar keeps its STOP."""

from __future__ import annotations

import datetime as dt

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, Command, Emergency, OutputStop
from broadcaster.domain.air.broadcasts import BroadcastState, ItemKind
from broadcaster.domain.air.desk import PORT_FILE, Verb
from broadcaster.domain.air.emergencies import EmergencyRequest, EmergencyState
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.services.air import ear, emergencies
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.station import Station
from tests.kit.panel import SignIn, confirm

OPERATOR = Actor("vanhanh", "Người vận hành", frozenset({Role.OPERATOR}))
STATUS = {"on_air": [], "sinks": {"main": "ok"}}


def confirmed(station: Station) -> int:
    wish = EmergencyRequest(title="Lũ về", text="Lũ về.", zones=("am01",), reason="Công điện", repeat_minutes=30)
    number = emergencies.draft(station, OPERATOR, wish)
    emergencies.confirm(station, OPERATOR, number)
    return number


def stop_all(station: Station) -> None:
    """What play-out's journal brings after a stop."""
    with station.db.write() as session:
        session.merge(OutputStop(output="main", at=station.now(), by="vanhanh"))


def test_a_stopped_emergency_is_listed_and_goes_on_from_the_first_page(
    station: Station, clock: FrozenClock, sign_in: SignIn
) -> None:
    beat(station, "playout", STATUS)
    number = confirmed(station)
    stop_all(station)
    client = sign_in("vanhanh")
    page = client.get("/").text
    assert "Đã dừng, chờ người cho phát tiếp" in page
    assert "KHẨN CẤP ĐÃ DỪNG" in page
    assert f"/held/emergency/{number}" in page
    assert "các lần lặp cũng bị giữ lại" in client.get(f"/emergency/{number}").text
    assert "Lũ về" in client.get(f"/held/emergency/{number}").text
    clock.advance(3)
    confirm(client, f"/held/emergency/{number}")
    page = client.get("/").text
    assert "Đã dừng, chờ người cho phát tiếp" not in page
    assert "ĐANG PHÁT KHẨN CẤP (đang chuẩn bị lời)" in page
    with station.db.read() as session:
        assert session.get_one(Emergency, number).let_go_at == station.now()


def test_a_stopped_emergency_that_is_dropped_is_over_without_a_typed_reason(station: Station, sign_in: SignIn) -> None:
    beat(station, "playout", STATUS)
    number = confirmed(station)
    stop_all(station)
    client = sign_in("vanhanh")
    client.post(f"/held/emergency/{number}", data={"drop": "1"})
    with station.db.read() as session:
        assert session.get_one(Emergency, number).state is EmergencyState.CANCELLED
    again = client.post(f"/held/emergency/{number}", follow_redirects=True).text
    assert "không còn bị giữ lại" in again


def test_a_held_broadcast_is_aired_by_an_order_of_its_own(station: Station, sign_in: SignIn) -> None:
    beat(station, "playout", STATUS)
    with station.db.write() as session:
        for one in session.query(BroadcastRow).filter_by(state=BroadcastState.AIRING):
            one.state = BroadcastState.PARTIAL  # the stop ends it
        row = session.query(BroadcastRow).filter_by(state=BroadcastState.PLANNED).first()
        row.starts_at = station.now() - dt.timedelta(seconds=2)
        row.rundown = [i for i in row.rundown if i.kind is ItemKind.CUE]  # the seed's words are approved with others
        number, title = row.id, row.title
    stop_all(station)
    client = sign_in("vanhanh")
    assert title in client.get(f"/held/broadcast/{number}").text
    confirm(client, f"/held/broadcast/{number}")
    with station.db.read() as session:
        (order,) = session.query(Command).all()
        assert (order.verb, order.arguments) == (Verb.AIR, {"broadcast_id": number})
        after_the_stop = station.now() + dt.timedelta(microseconds=1)  # which was at this very moment
        assert session.get_one(BroadcastRow, number).ordered_at == after_the_stop


def test_between_siren_and_words_the_bar_of_each_page_says_so_and_offers_to_stop(
    station: Station, clock: FrozenClock, sign_in: SignIn
) -> None:
    with station.db.write() as session:
        for row in session.query(BroadcastRow).filter_by(state=BroadcastState.AIRING):
            row.state = BroadcastState.AIRED
    number = confirmed(station)
    with station.db.write() as session:  # the siren has ended, the words are not spoken yet
        for row in session.query(BroadcastRow).filter_by(emergency_id=number, state=BroadcastState.PLANNED):
            row.state = BroadcastState.AIRED
    clock.advance(4)
    beat(station, "playout", STATUS)
    client = sign_in("vanhanh")
    for page in ("/fragments/bar", "/log/", "/scripts/", "/"):
        text = client.get(page).text
        assert "ĐANG PHÁT KHẨN CẤP (đang chuẩn bị lời)" in text, page
        assert "DỪNG PHÁT" in text, page
    dialog = client.get("/stop").text
    assert "Dừng phát ngay?" in dialog
    assert "Lũ về" in dialog
    assert "zone=am01" in dialog


def test_whoever_may_only_look_is_offered_nothing(station: Station, sign_in: SignIn) -> None:
    beat(station, "playout", STATUS)
    number = confirmed(station)
    stop_all(station)
    client = sign_in("xem")
    page = client.get("/").text
    assert "Đã dừng, chờ người cho phát tiếp" in page
    assert f"/held/emergency/{number}" not in page
    assert client.post(f"/held/emergency/{number}").status_code == 403


def test_a_killed_play_out_is_seen_at_once_and_one_that_never_ran_here_is_not_called_dead(
    station: Station, sign_in: SignIn
) -> None:
    beat(station, "playout", STATUS)
    assert not ear.word(station.home).gone
    assert "Máy phát không chạy" not in sign_in("xem").get("/").text
    (station.home.run / PORT_FILE).write_text("9 secret\n", encoding="ascii")  # where nobody listens any more
    assert ear.word(station.home).gone
    assert "Máy phát không chạy" in sign_in("xem").get("/fragments/bar").text
