"""A CAP message at the station: a draft and nothing more, once, and only if it is meant to be aired."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from broadcaster.db.models import AuditEvent, Emergency
from broadcaster.domain.air.emergencies import EmergencyState
from broadcaster.errors import ForbiddenError, RuleError, printed
from broadcaster.services.air import emergencies, emergency_ending
from broadcaster.services.air.emergency_cap import AlreadyTakenError, draft_from_cap, keep, wish_from_cap
from broadcaster.services.air.emergency_facts import cap_facts
from tests.kit.cap_messages import CANCEL, DRILL, FLOOD, LANDSLIDE
from tests.kit.people import EDITOR, OPERATOR


def lasting(text):
    return text.replace("2026-10-19T24:00:00", "2099-10-19T24:00:00").encode()


def count(station):
    with station.db.read() as session:
        return session.scalar(select(func.count(Emergency.id))), session.scalar(select(func.count(AuditEvent.id)))


def row_of(station, number):
    with station.db.read() as session:
        return session.get_one(Emergency, number)


def test_a_message_is_a_draft_without_zones_that_remembers_where_it_came_from(station):
    row = row_of(station, draft_from_cap(station, OPERATOR, lasting(FLOOD), "lu.xml"))
    assert (row.state, row.zones, row.confirmed_by) == (EmergencyState.DRAFT, [], "")
    assert row.title == "Lũ trên sông Mẫu vượt báo động 3"
    assert "Gọi 112 khi cần cứu." in row.text
    assert row.reason == (
        "Bản tin CAP MAU-LU-2026-10-18-02 của Ban chỉ huy Phòng thủ dân sự tỉnh Mẫu, gửi lúc 21:05 18/10/2026."
    )
    assert row.source["references"] == [["truc-ban@pctt.mau.example", "MAU-LU-2026-10-18-01"]]
    assert row.expires_at == dt.datetime(2099, 10, 19, 17, tzinfo=dt.UTC)
    assert row.source["expires"].startswith("2099-10-20T00:00")


def test_a_drill_says_that_it_is_one(station):
    row = row_of(station, draft_from_cap(station, OPERATOR, DRILL.encode(), "dt.xml"))
    assert row.title == "DIỄN TẬP: Xả lũ hồ chứa"
    assert row.text.startswith("Đây là tin diễn tập. ")


REFUSED = [
    (lasting(FLOOD).replace(b"Actual", b"Test"), "tin thử kỹ thuật"),
    (lasting(FLOOD).replace(b"Actual", b"Real"), "“Real” không hợp lệ"),
    (lasting(FLOOD).replace(b">Update<", b">Ack<"), "chỉ là hồi đáp"),
    (FLOOD.replace("2026-10-19T24", "2020-10-19T24").encode(), "hết hiệu lực lúc 00:00 20/10/2020"),
    (CANCEL.encode(), "hủy một bản tin mà đài không phát"),
    (b"<!DOCTYPE a>" + LANDSLIDE.encode(), "không an toàn"),
    (b"", "như XML"),
]


def test_what_is_not_to_be_aired_is_refused_and_leaves_nothing(station):
    before = count(station)
    for message, words in REFUSED:
        with pytest.raises(RuleError) as caught:
            draft_from_cap(station, OPERATOR, message, "tin.xml")
        assert words in caught.value.message
        assert printed(caught.value.field) == "tin.xml"
    assert count(station) == before


def test_a_message_is_taken_once_from_its_sender_and_another_office_may_use_the_same_number(station):
    long = "so-" + "9" * 400
    for identifier in ("1", long):
        first = FLOOD.replace("MAU-LU-2026-10-18-02", identifier)
        number = draft_from_cap(station, OPERATOR, lasting(first), "a.xml")
        with pytest.raises(RuleError, match=f"đã nhập trước đó, là bản tin khẩn cấp số {number}"):
            draft_from_cap(station, OPERATOR, lasting(first), "a.xml")
        other = first.replace("<cap:sender>truc-ban@", "<cap:sender>khi-tuong@")
        assert draft_from_cap(station, OPERATOR, lasting(other), "b.xml") == number + 1


def held(station, text=None, **changes):
    """A flood warning in force."""
    number = draft_from_cap(station, OPERATOR, text or lasting(FLOOD), "lu.xml")
    with station.db.write() as session:
        row = session.get_one(Emergency, number)
        row.state, row.zones = EmergencyState.ACTIVE, ["am03"]
        row.confirmed_at = station.now()
        for name, value in changes.items():
            setattr(row, name, value)
    return number


PAST = (
    FLOOD.replace("LU-2026-10-18-02<", "LU-2026-10-18-04<")
    .replace("LU-2026-10-18-01", "LU-2026-10-18-02")
    .replace(">Evacuate<", ">AllClear<")
)


@pytest.mark.parametrize(
    "message",
    [
        CANCEL,
        PAST,
        PAST.replace(">Update<", ">Alert<"),
        PAST.replace(">AllClear<", ">Monitor<").replace(">Immediate<", ">Past<"),
        CANCEL.replace(
            "</references>", "</references>" + FLOOD[FLOOD.index("<cap:info>") : FLOOD.index("</cap:alert>")]
        )
        .replace("<cap:", "<c:")
        .replace("</cap:", "</c:")
        .replace("<alert ", '<alert xmlns:c="urn:oasis:names:tc:emergency:cap:1.2" '),
    ],
    ids=["cancel", "all-clear", "all-clear alert", "past", "cancel that repeats the warning"],
)
def test_what_says_that_it_is_over_ends_what_it_refers_to_and_is_read_once_where_that_was_heard(station, message):
    number = held(station)
    found = row_of(station, draft_from_cap(station, OPERATOR, lasting(message), "het.xml"))
    assert (found.over, found.ends, found.zones, found.repeat_minutes) == (True, [number], ["am03"], None)
    assert found.text
    if ">Cancel<" in message:
        assert "di dời ngay" not in found.text, "the warning is not read again"
    emergencies.confirm(station, OPERATOR, found.id)
    assert (row_of(station, number).state, row_of(station, number).replaced_by) == (EmergencyState.CANCELLED, found.id)


def test_a_cancel_of_a_draft_says_how_to_drop_it(station):
    number = draft_from_cap(station, OPERATOR, lasting(FLOOD), "lu.xml")
    with pytest.raises(RuleError, match=f"--drop {number}"):
        draft_from_cap(station, OPERATOR, CANCEL.encode(), "huy.xml")


def test_an_all_clear_that_refers_to_nothing_here_asks_which_one_ends(station):
    assert wish_from_cap(station, lasting(PAST), "het.xml").asks == ()
    one, two = held(station), held(station, lasting(FLOOD.replace("10-18-02", "10-18-07")), zones=["am04"])
    other = PAST.replace("truc-ban@pctt.mau.example,", "ai-do@mau.example,")
    found = wish_from_cap(station, lasting(other), "het.xml")
    assert (found.asks, found.wish.ends, found.wish.zones) == ((one, two), (), ())
    assert wish_from_cap(station, lasting(PAST), "het.xml").wish.ends == (one,)


def test_an_update_takes_the_place_of_what_it_refers_to_in_other_zones_too(station):
    number = held(station)
    update = FLOOD.replace("LU-2026-10-18-02<", "LU-2026-10-18-03<").replace("LU-2026-10-18-01", "LU-2026-10-18-02")
    found = wish_from_cap(station, lasting(update), "lu.xml")
    assert (found.wish.over, found.wish.ends, found.asks) == (False, (number,), ())
    new = keep(station, OPERATOR, found, replace(found.wish, zones=("am01",)))
    emergencies.confirm(station, OPERATOR, new)
    assert row_of(station, number).state is EmergencyState.REPLACED


def test_a_part_that_has_expired_is_left_out_by_name_and_the_rest_is_read(station):
    info = FLOOD[FLOOD.index("<cap:info>") : FLOOD.index("</cap:alert>")]
    old = info.replace("2026-10-19T24", "2020-10-19T24").replace("Lũ trên sông Mẫu vượt báo động 3", "Mưa đá")
    found = wish_from_cap(station, lasting(FLOOD.replace("</cap:alert>", f"{old}</cap:alert>")), "lu.xml")
    assert "Mưa đá" not in found.wish.text
    assert "Không đọc phần “Mưa đá”: đã hết hiệu lực." in found.source["notes"]


def test_a_message_that_is_over_may_be_taken_again_and_one_in_force_says_how_to_end_it(station):
    number = held(station)
    with pytest.raises(AlreadyTakenError, match=f"--cancel {number}"):
        draft_from_cap(station, OPERATOR, lasting(FLOOD), "lu.xml")
    emergency_ending.cancel(station, OPERATOR, number, "Nước rút")
    assert draft_from_cap(station, OPERATOR, lasting(FLOOD), "lu.xml") == number + 1


def test_everything_is_shown_in_vietnamese_and_station_time_before_anybody_confirms(station):
    row = row_of(station, draft_from_cap(station, OPERATOR, lasting(FLOOD), "lu.xml"))
    facts = cap_facts(station, row)
    lines = {line.label: line.text for line in facts.lines}
    assert lines["Ngôn ngữ"] == "tiếng Việt (vi-VN)"
    assert lines["Mức độ"] == "đặc biệt nghiêm trọng"
    assert lines["Độ khẩn"] == "phải làm ngay"
    assert lines["Việc cần làm"] == "di dời; theo dõi tin"
    assert lines["Vùng"] == "Các xã ven sông Mẫu"
    assert lines["Hết hiệu lực"] == "00:00 20/10/2099"
    assert lines["Bắt đầu từ"] == "23:00 18/10/2026"
    assert any("polygon" in unused and "cụm loa" in unused for unused in facts.unused)
    assert facts.notes == ()


def test_a_foreign_or_a_limited_message_is_warned_of(station):
    foreign = lasting(FLOOD.replace(">vi-VN<", ">zh-TW<"))
    row = row_of(station, draft_from_cap(station, OPERATOR, foreign, "lu.xml"))
    assert any("zh-TW" in note and "không phải tiếng Việt" in note for note in cap_facts(station, row).warnings)
    row = row_of(station, draft_from_cap(station, OPERATOR, LANDSLIDE.encode(), "sl.xml"))
    assert any("không gửi cho mọi người" in note for note in cap_facts(station, row).warnings)


def test_a_draft_of_an_earlier_version_is_shown_without_what_it_did_not_keep(station):
    number = draft_from_cap(station, OPERATOR, lasting(FLOOD), "lu.xml")
    with station.db.write() as session:
        session.get_one(Emergency, number).source = {"language": "vi-VN", "severity": "Extreme", "event": "Lũ"}
    facts = cap_facts(station, row_of(station, number))
    assert [line.text for line in facts.lines] == ["tiếng Việt (vi-VN)"]


def test_who_may_not_speak_in_an_emergency_may_not_hand_in_a_message(station):
    with pytest.raises(ForbiddenError):
        draft_from_cap(station, EDITOR, lasting(FLOOD), "lu.xml")
