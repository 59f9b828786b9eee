"""Khung lịch by hand: a slot added, changed, taken out, or a file; nothing is in force before its difference was seen."""

from __future__ import annotations

import html
import io
import json
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from broadcaster.db.models import AuditEvent, BroadcastRow, RotationRow
from broadcaster.services.schedule.in_force import rotations_in_force
from broadcaster.services.schedule.planning import plan
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.station import Station
from tests.kit import seed
from tests.kit.panel import SignIn, agree
from tests.kit.slot_forms import EVENING, shown

URL = "/schedule/rotations/ngay-thuong/slots"


@pytest.fixture
def operator(sign_in: SignIn) -> FlaskClient:
    return sign_in("vanhanh")


def newest(station: Station) -> RotationRow:
    with station.db.read() as session:
        return (
            session.query(RotationRow).filter_by(code="ngay-thuong").order_by(RotationRow.version.desc()).limit(1).one()
        )


def test_a_slot_is_added_only_after_its_difference_was_seen(operator: FlaskClient, station: Station) -> None:
    answer = operator.post(f"{URL}/new", data=EVENING)
    assert answer.status_code == 200
    assert "+ Khung chuong-trinh-trua “Chương trình trưa” lúc 10:45, tối đa 20 phút" in answer.text
    assert newest(station).version == 1, "looking changes nothing"
    assert operator.post("/schedule/rotations/apply", data=shown(answer)).status_code == 303
    row = newest(station)
    assert (row.version, row.applied_by) == (2, "vanhanh")
    assert row.definition["slot"][-1] == {
        "code": "chuong-trinh-trua",
        "title": "Chương trình trưa",
        "start": "10:45",
        "max_minutes": 20,
        "weekdays": ["mon", "fri"],
        "zones": ["am01"],
        "late": "skip",
        "item": [json.loads(i) for i in EVENING["item"]],
    }
    with station.db.read() as session:
        assert session.query(AuditEvent).filter_by(verb="apply", object_id="ngay-thuong").count() == 2
    assert "Chương trình trưa" in operator.get("/schedule/rotations").text


def test_a_slot_may_hold_for_some_days_only(operator: FlaskClient, station: Station) -> None:
    dates = {"valid_from": "2026-06-01", "valid_to": "2026-08-31"}
    answer = operator.post(f"{URL}/new", data=EVENING | dates)
    assert "lúc 10:45, tối đa 20 phút, từ 01/06/2026, đến hết 31/08/2026" in answer.text
    operator.post("/schedule/rotations/apply", data=shown(answer))
    assert "từ 01/06/2026 đến hết 31/08/2026" in operator.get("/schedule/rotations").text
    page = operator.get(f"{URL}/chuong-trinh-trua").text
    assert 'type="date" value="2026-08-31"' in page
    turned = operator.post(
        f"{URL}/chuong-trinh-trua", data=EVENING | {"valid_from": "2026-09-01", "valid_to": "2026-08-31"}
    )
    assert (turned.status_code, 'id="valid_to-error"' in turned.text) == (422, True)
    wrong = operator.post(f"{URL}/chuong-trinh-trua", data=EVENING | {"valid_from": "hôm nay"})
    assert (wrong.status_code, 'id="valid_from-error"' in wrong.text) == (422, True)
    answer = operator.post(f"{URL}/chuong-trinh-trua", data=EVENING | {"valid_from": "", "valid_to": "2026-09-30"})
    assert "ngày kết thúc thay đổi: 31/08/2026 → 30/09/2026" in answer.text
    operator.post("/schedule/rotations/apply", data=shown(answer))
    assert "valid_from" not in newest(station).definition["slot"][-1]


def test_steps_are_added_ordered_and_dropped_without_script(operator: FlaskClient, station: Station) -> None:
    form = EVENING | {"do": "cue:chuong"}
    page = operator.post(f"{URL}/new", data=form).text
    assert "Âm thanh: Chuông báo" in page
    assert "cue:bao-dong" not in page  # the alarm is for emergencies alone
    items = [html.unescape(i) for i in re.findall(r'name="item" value="([^"]*)"', page)]
    assert len(items) == 3
    page = operator.post(f"{URL}/new", data=EVENING | {"item": items, "do": "up:2"}).text
    ordered = [json.loads(html.unescape(i)) for i in re.findall(r'name="item" value="([^"]*)"', page)]
    assert [i.get("cue") for i in ordered] == ["nhac-hieu", "chuong", None]
    page = operator.post(f"{URL}/new", data=EVENING | {"do": "drop:0"}).text
    assert "Âm thanh: Nhạc hiệu" not in page
    fill = {"do": "fill", "fill_genres": "slogan", "fill_most": "2", "fill_topic": "chi-so", "fill_separator": "ngat"}
    page = operator.post(f"{URL}/new", data=EVENING | fill).text
    assert "Máy chọn tối đa 2 bài: khẩu hiệu; chủ đề Các chỉ số" in page
    assert 'value="Chương trình trưa"' in page, "what was typed stays"
    assert newest(station).version == 1


def test_a_slot_is_changed_and_keeps_what_the_form_does_not_show(operator: FlaskClient, station: Station) -> None:
    before = newest(station).definition["slot"][0]
    page = operator.get(f"{URL}/sang").text
    items = [html.unescape(i) for i in re.findall(r'name="item" value="([^"]*)"', page)]
    form = EVENING | {"title": before["title"], "start": "05:15", "minutes": "30", "zone": ["all"], "late": "join"}
    answer = operator.post(f"{URL}/sang", data=form | {"item": items})
    assert "giờ bắt đầu thay đổi: 05:00 → 05:15" in answer.text
    assert "danh sách mục" not in answer.text
    operator.post("/schedule/rotations/apply", data=shown(answer))
    after = newest(station).definition["slot"][0]
    assert {k: after[k] for k in before if k not in {"start", "weekdays", "zones", "late"}} == {
        k: before[k] for k in before if k not in {"start", "weekdays", "zones", "late"}
    }


def test_a_slot_is_taken_out_but_not_the_last(operator: FlaskClient, station: Station) -> None:
    codes = [s["code"] for s in newest(station).definition["slot"]]
    for left in range(len(codes) - 1, 0, -1):
        answer = operator.post(f"{URL}/{codes[left]}", data=EVENING | {"do": "remove"})
        assert f"- Bỏ khung {codes[left]}" in answer.text
        operator.post("/schedule/rotations/apply", data=shown(answer))
    answer = operator.post(f"{URL}/{codes[0]}", data=EVENING | {"do": "remove"})
    assert answer.status_code == 422
    assert "khung cuối cùng" in answer.text
    assert [s["code"] for s in newest(station).definition["slot"]] == codes[:1]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"title": " "}, "title", "Hãy đặt tên"),
        ({"start": ""}, "start", "Hãy điền giờ"),
        ({"start": "13:00"}, "start", "nằm ngoài khung giờ được phép"),
        ({"start": "05:10", "zone": ["all"]}, "start", "chồng giờ"),
        ({"start": "25:99"}, "start", "24 giờ"),
        ({"minutes": "300"}, "max_minutes", "1 đến 240"),
        ({"minutes": "60"}, "max_minutes", "Quy chế"),
        ({"weekday": []}, "weekdays", "ít nhất một thứ"),
        ({"zone": ["am99"]}, "zones", "am99"),
        ({"zone": []}, "zones", "ít nhất một cụm"),
        ({"item": []}, "item", "ít nhất một mục"),
        ({"item": ['{"kind": "cue", "cue": "nhac-la"}']}, "item", "nhac-la"),
    ],
)
def test_a_rule_answers_beside_its_field_and_changes_nothing(
    operator: FlaskClient, station: Station, change: dict[str, object], field: str, words: str
) -> None:
    if change.get("minutes") == "60":
        change = change | {"start": "16:30", "zone": ["am02"]}
    answer = operator.post(f"{URL}/new", data=EVENING | change)
    assert answer.status_code == 422
    beside = re.search(rf'id="{field}-error">.*?<span>(.*?)</span>', answer.text)
    assert beside is not None, re.findall(r'(?:-error"|role="alert").*', answer.text)
    assert words in html.unescape(beside[1])
    assert "station.toml" not in beside[1]
    assert newest(station).version == 1


def test_the_options_of_a_step_are_changed_in_place_and_the_rest_of_it_stays(operator: FlaskClient) -> None:
    fill = {
        "kind": "fill",
        "genres": ["column", "notice"],
        "topics": ["cchc", "ytdp"],
        "max_items": 3,
        "separator": "ngat",
        "separation_hours": 1.5,
    }
    form = EVENING | {"item": ['{"kind": "cue", "cue": "nhac-hieu"}', json.dumps(fill)]}
    shown_as = {
        "genres-1": "=",
        "topic-1": "=",
        "most-1": "3",
        "separator-1": "ngat",
        "repeats-1": "0",
        "rest-1": "1.5",
    }

    def kept(answer: TestResponse) -> list[dict[str, object]]:
        assert answer.status_code == 200, answer.text
        return [json.loads(html.unescape(i)) for i in re.findall(r'name="item" value="([^"]*)"', answer.text)]

    untouched = operator.post(f"{URL}/new", data=form | shown_as | {"do": "set:1"})
    assert kept(untouched)[1] == fill, "what the form has no words for stays"
    assert "Giữ như đang có" in untouched.text
    changed = operator.post(
        f"{URL}/new", data=form | shown_as | {"do": "set:1", "cue-0": "chuong", "most-1": "9", "separator-1": ""}
    )
    assert kept(changed) == [
        {"kind": "cue", "cue": "chuong"},
        {k: v for k, v in fill.items() if k != "separator"} | {"max_items": 9},
    ]
    assert "Máy chọn tối đa 9 bài" in changed.text
    moved = operator.post(f"{URL}/new", data=form | shown_as | {"do": "up:1", "most-1": "2"})
    assert kept(moved)[0]["max_items"] == 2, "what was typed is kept by any button"


@pytest.mark.parametrize(
    ("name", "value"), [("most", "0"), ("most", "51"), ("most", "x"), ("repeats", "6"), ("rest", "")]
)
def test_a_wrong_option_is_told_beside_its_step_and_changes_nothing(
    operator: FlaskClient, station: Station, name: str, value: str
) -> None:
    answer = operator.post(f"{URL}/new", data=EVENING | {f"{name}-1": value})
    assert answer.status_code == 422
    assert re.search(r'id="item-error".*Mục 2: Số ', answer.text)
    assert '<details class="options" open>' in answer.text
    assert newest(station).version == 1


def test_an_empty_rotation_begins_with_its_first_slot(operator: FlaskClient, station: Station) -> None:
    assert "Lịch mới" in operator.get("/schedule/rotations").text
    header = {"title": "Lịch mùa hè", "days": "ordinary", "first": "2026-06-01", "last": "2026-08-31", "source": ""}
    answer = operator.post("/schedule/rotations/new", data=header)
    assert answer.status_code == 303
    assert "Thêm khung phát" in operator.get(answer.location).text
    seen = operator.post(answer.location, data=EVENING)
    assert "+ Lịch mới “Lịch mùa hè”" in seen.text
    with station.db.read() as session:
        assert session.query(RotationRow).filter_by(code="lich-mua-he").count() == 0, "looking changes nothing"
    assert operator.post("/schedule/rotations/apply", data=shown(seen)).status_code == 303
    with station.db.read() as session:
        row = session.query(RotationRow).filter_by(code="lich-mua-he").one()
        (common,) = (r for r in rotations_in_force(session) if r.code == "ngay-thuong")
        (ours,) = (r for r in rotations_in_force(session) if r.code == "lich-mua-he")
    assert (row.definition["rotation"]["valid_from"], row.definition["rotation"]["valid_to"]) == (
        "2026-06-01",
        "2026-08-31",
    )
    assert ours.priority > common.priority
    assert [s["title"] for s in row.definition["slot"]] == ["Chương trình trưa"]


def test_a_rotation_begins_as_a_copy(operator: FlaskClient, station: Station) -> None:
    header = {"title": "Lịch thử 2", "days": "holiday", "first": "2026-06-01", "last": "", "source": "ngay-thuong"}
    seen = operator.post("/schedule/rotations/new", data=header)
    assert seen.status_code == 200
    assert operator.post("/schedule/rotations/apply", data=shown(seen)).status_code == 303
    with station.db.read() as session:
        made = session.query(RotationRow).filter_by(code="lich-thu-2").one().definition
    assert made["slot"] == newest(station).definition["slot"]
    assert (made["rotation"]["days"], made["rotation"]["title"]) == ("holiday", "Lịch thử 2")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": " "}, "đặt tên"),
        ({"days": "sunny"}, "loại ngày"),
        ({"first": "x"}, "ngày bắt đầu"),
        ({"last": "2026-05-01"}, "Ngày kết thúc"),
        ({"source": "khong-co"}, "lịch khác"),
    ],
)
def test_a_rotation_without_name_kind_or_days_is_not_begun(
    operator: FlaskClient, change: dict[str, str], words: str
) -> None:
    header = {"title": "Lịch", "days": "ordinary", "first": "2026-06-01", "last": "", "source": ""} | change
    answer = operator.post("/schedule/rotations/new", data=header)
    assert answer.status_code == 422
    assert words in html.unescape(answer.text)
    assert operator.get("/schedule/rotations/new/slot", query_string=header | {"title": ""}).status_code == 303


@pytest.mark.parametrize("item", ["x", "[]", '{"kind": "song"}', "[" * 3000, '{"kind": "cue", "cue": {"a": 1}}'])
def test_a_forged_step_is_refused(operator: FlaskClient, item: str) -> None:
    answer = operator.post(f"{URL}/new", data=EVENING | {"item": [item]})
    assert answer.status_code == 422


def test_a_file_is_shown_as_a_difference_then_applied(operator: FlaskClient, station: Station) -> None:
    text = seed.ROTATION.replace('start = "05:00"', 'start = "05:20"')
    answer = operator.post("/schedule/rotations/upload", data={"file": (io.BytesIO(text.encode()), "lich.toml")})
    assert "giờ bắt đầu thay đổi: 05:00 → 05:20" in answer.text
    assert newest(station).version == 1
    operator.post("/schedule/rotations/apply", data=shown(answer))
    assert newest(station).definition["slot"][0]["start"] == "05:20"
    for data, words in (
        (b"[[slot", "Dòng 1 viết sai"),
        (b"\xff\xfe", "UTF-8"),
        (b"", "tệp .toml"),
        (b'rotation = "x"', "rotation"),
    ):
        answer = operator.post("/schedule/rotations/upload", data={"file": (io.BytesIO(data), "lich.toml")})
        assert answer.status_code == 422
        assert words in html.unescape(answer.text)


def test_a_new_rotation_comes_by_file(operator: FlaskClient, station: Station) -> None:
    text = seed.ROTATION.replace('"ngay-thuong"', '"tet"').replace("valid_from", "priority = 5\nvalid_from")
    answer = operator.post("/schedule/rotations/upload", data={"file": (io.BytesIO(text.encode()), "tet.toml")})
    assert "+ Lịch mới" in answer.text
    assert operator.post("/schedule/rotations/apply", data=shown(answer)).status_code == 303
    assert "tet" in operator.get("/schedule/rotations").text


def test_somebody_faster_is_noticed(operator: FlaskClient, station: Station) -> None:
    answer = operator.post(f"{URL}/new", data=EVENING)
    other = seed.ROTATION.replace('start = "05:00"', 'start = "05:20"')
    apply_rotation(station, seed.machine("khác"), other, "ngay-thuong")
    late = operator.post("/schedule/rotations/apply", data=shown(answer))
    assert late.status_code == 422
    assert "vừa được thay đổi ở nơi khác" in late.text
    assert "05:20 → 05:00" in late.text, "the difference is shown anew"
    assert newest(station).version == 2
    assert operator.post("/schedule/rotations/apply", data=shown(late)).status_code == 303
    assert newest(station).version == 3


def test_who_may_not_change_the_schedule_sees_no_way_to(sign_in: SignIn) -> None:
    viewer = sign_in("xem")
    page = viewer.get("/schedule/rotations").text
    assert "slots/" not in page
    assert viewer.post(f"{URL}/new", data=EVENING).status_code == 403


def test_a_slot_falls_on_days_of_the_month_and_of_the_moon_as_people_type_them(
    operator: FlaskClient, station: Station
) -> None:
    wrong = operator.post(f"{URL}/new", data=EVENING | {"monthdays": "32", "lunardays": "rằm"})
    assert (wrong.status_code, 'id="monthdays-error"' in wrong.text) == (422, True)
    assert 'value="rằm"' in wrong.text, "what was typed stays"
    every = {"weekday": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
    typed = {"monthdays": "25, Cuối tháng", "lunardays": "mùng một; Rằm, 23/12"}
    answer = operator.post(f"{URL}/new", data=EVENING | every | typed)
    assert "chỉ ngày 25 hằng tháng; ngày cuối tháng; mùng một, rằm, ngày 23 tháng Chạp âm lịch" in answer.text
    operator.post("/schedule/rotations/apply", data=shown(answer))
    slot = newest(station).definition["slot"][-1]
    assert (slot["monthdays"], slot["lunardays"]) == ([25, "last"], [1, 15, "23/12"])
    assert "ngày 25 hằng tháng; ngày cuối tháng; mùng một, rằm" in operator.get("/schedule/rotations").text
    page = operator.get(f"{URL}/chuong-trinh-trua").text
    assert 'value="25, cuối tháng"' in page
    assert 'value="mùng một, rằm, 23/12"' in page
    week = operator.get("/schedule/preview?week=2026-03-19").text
    assert "Chương trình trưa" in week
    assert "mùng một tháng 2 âm lịch" in week
    plan(station, 30)
    with station.db.read() as session:
        rows = session.query(BroadcastRow).filter_by(slot_code="chuong-trinh-trua").all()
    days = {f"{station.local(r.starts_at):%d/%m}": r.reasons[0].why for r in rows}
    assert days["19/03"] == "Khung này phát vào mùng một tháng 2 âm lịch."
    assert days["25/03"] == "Khung này phát vào ngày 25 hằng tháng."
    cleared = operator.post(f"{URL}/chuong-trinh-trua", data=EVENING | every | {"monthdays": "", "lunardays": ""})
    assert "ngày âm lịch thay đổi: mùng một, rằm, 23/12 → (mặc định)" in cleared.text


def test_a_rotation_may_join_the_others_and_is_put_out_of_use_again(operator: FlaskClient, station: Station) -> None:
    header = {"title": "Học bài", "days": "ordinary", "first": "2026-03-10", "last": "", "source": "", "use": "joins"}
    form = operator.post("/schedule/rotations/new", data=header).location
    seen = operator.post(form, data=EVENING)
    assert "sẽ không phát" not in seen.text
    assert "Phát thêm từ 13/03/2026 trở đi: Chương trình trưa (10:45)" in seen.text
    assert operator.post("/schedule/rotations/apply", data=shown(seen)).status_code == 303
    assert "phát thêm bên lịch đang dùng" in operator.get("/schedule/rotations").text
    url = "/schedule/rotations/hoc-bai/retire"
    asked = operator.post(url)
    assert "Chương trình trưa (10:45) sẽ không phát" in asked.text
    assert "Đã thôi dùng lịch này" in agree(operator, url, asked).text
    with station.db.read() as session:
        assert "hoc-bai" not in {r.code for r in rotations_in_force(session)}
