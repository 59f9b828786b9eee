"""The first ten minutes: taken up where they were left; and the versions of a rotation."""

from __future__ import annotations

import pytest

from broadcaster.db.models import BroadcastRow, RotationRow, origins
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.people.roles import machine
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.setup import first_run
from broadcaster.services.station import Station
from tests.kit import seed
from tests.kit.panel import SignIn


def left(station: Station) -> list[str]:
    with station.db.read() as session:
        return [s.name for s in first_run.steps(station, session) if s.open]


def test_each_step_is_done_by_doing_it_or_put_off(sign_in: SignIn, station: Station) -> None:
    assert left(station) == ["commune", "zones", "sound"]
    admin = sign_in("quantri")
    assert "còn 3 trên 5 việc" in admin.get("/").text
    assert "còn 3 trên 5 việc" not in sign_in("xem").get("/").text
    page = admin.get("/start/").text
    assert page.index("1. Đặt tên xã") < page.index("5. Buổi phát đầu tiên")
    names = {
        "commune": "xã Vĩnh Thử",
        "province": "tỉnh Mẫu",
        "name": "Đài Vĩnh Thử",
        "timezone": "Asia/Ho_Chi_Minh",
        "region": "south",
    }
    admin.post("/settings/station", data=names)
    assert left(station) == ["zones", "sound"]
    form = {"name": "Cụm một", "device": "horn", "condition": "good", "sink": "main", "volume": "80", "enabled": "y"}
    admin.post("/zones/am01", data=form)
    with station.db.write() as session:
        session.get(BroadcastRow, 6).state = BroadcastState.AIRED
    admin.post("/zones/am01/tone")
    assert left(station) == ["sound"], "asked for is not heard"
    with station.db.write() as session:
        session.query(BroadcastRow).filter(BroadcastRow.title.startswith("Thử loa")).one().state = BroadcastState.AIRED
    assert left(station) == []
    assert "đài đã sẵn sàng" in admin.get("/start/").text


def test_steps_and_the_whole_guide_can_be_put_away(sign_in: SignIn, station: Station) -> None:
    admin = sign_in("quantri")
    admin.post("/start/put-off", data={"step": "sound"})
    assert "sound" not in left(station)
    assert admin.post("/start/put-off", data={"step": "x"}).status_code == 422
    admin.post("/start/put-off", data={"step": "all"})
    assert "việc cần làm" not in admin.get("/").text
    assert "được cất" in admin.get("/start/").text


def test_versions_of_a_rotation_say_what_changed_and_come_back(sign_in: SignIn, station: Station) -> None:
    apply_rotation(station, machine("thử"), seed.ROTATION.replace('start = "05:00"', 'start = "05:15"'), "ngay-thuong")
    client = sign_in("vanhanh")
    page = client.get("/schedule/rotations/ngay-thuong/versions").text
    assert "Khung sang, giờ bắt đầu thay đổi: 05:00 → 05:15" in page
    assert page.index("Phiên bản 2") < page.index("Phiên bản 1")
    assert client.post("/schedule/rotations/ngay-thuong/back", data={"version": "1"}).status_code == 303
    with station.db.read() as session:
        newest = session.query(RotationRow).filter_by(code="ngay-thuong").order_by(RotationRow.version.desc()).first()
    assert newest.version == 3
    assert newest.definition["slot"][0]["start"] == "05:00"
    assert client.get("/schedule/rotations/khong-co/versions").status_code == 404


@pytest.mark.parametrize(
    ("title", "tone", "state", "outlet", "ticked"),
    [
        ("Thử loa: Cụm một", True, BroadcastState.AIRED, "loudspeaker", True),
        ("Thử loa: Cụm một", False, BroadcastState.AIRED, "loudspeaker", False),
        ("Họp dân", True, BroadcastState.AIRED, "loudspeaker", True),
        ("Thử loa: Cụm một", True, BroadcastState.UNHEARD, "loudspeaker", False),
        ("Thử loa: Cụm một", True, BroadcastState.AIRED, "stand_in", False),
        ("Thử loa: Cụm một", True, BroadcastState.PLANNED, "loudspeaker", False),
    ],
)
def test_the_test_of_the_horns_is_ticked_by_a_tone_that_horns_carried_and_by_no_title(
    station: Station, title: str, tone: bool, state: BroadcastState, outlet: str, ticked: bool
) -> None:
    beat(station, "playout", {"on_air": [], "sinks": {"main": "ok"}, "outlets": {"main": outlet}})
    with station.db.write() as session:
        row = origins.once(title, ["am01"], [], station.now(), tone=tone)
        row.state = state
        session.add(row)
    assert ("sound" not in left(station)) is ticked
