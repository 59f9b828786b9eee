"""A CAP message at the station: a draft and nothing more, once, and only if it is meant to be aired."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from broadcaster.db.models import AuditEvent, Emergency
from broadcaster.domain.air.emergencies import EmergencyState
from broadcaster.errors import ForbiddenError, RuleError, printed
from broadcaster.services.air.emergency_cap import draft_from_cap
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
    assert row.source["replaces"] == ["MAU-LU-2026-10-18-01"]
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


def test_a_cancel_names_the_emergency_to_end(station):
    number = draft_from_cap(station, OPERATOR, lasting(FLOOD), "lu.xml")
    with station.db.write() as session:
        session.get_one(Emergency, number).state = EmergencyState.ACTIVE
    with pytest.raises(RuleError, match=f"kết thúc bản tin khẩn cấp số {number} “Lũ trên sông Mẫu"):
        draft_from_cap(station, OPERATOR, CANCEL.encode(), "huy.xml")


def test_who_may_not_speak_in_an_emergency_may_not_hand_in_a_message(station):
    with pytest.raises(ForbiddenError):
        draft_from_cap(station, EDITOR, lasting(FLOOD), "lu.xml")
