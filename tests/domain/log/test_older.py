"""What rows, journal lines and pinned plans of schema 0013 mean today."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, Origin
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.desk import Bundle
from broadcaster.domain.log.older import Provenance, cause_of, causes_of, provenance_of
from broadcaster.domain.log.playlog import FIELDS, Ending, Entry
from tests.kit.entries import entry

ONCE, ROTATION, EMERGENCY = BroadcastKind.ONCE, BroadcastKind.ROTATION, BroadcastKind.EMERGENCY


@pytest.mark.parametrize(
    ("key", "kind", "expected"),
    [
        ("thuong/chieu", ROTATION, Provenance(Origin.ROTATION, None, "thuong", "chieu")),
        ("rest/sang", ROTATION, Provenance(Origin.ROTATION, None, "rest", "sang")),
        ("emergency/7/0", EMERGENCY, Provenance(Origin.EMERGENCY, 7, attempt=0)),
        ("emergency/7/0-speech", EMERGENCY, Provenance(Origin.EMERGENCY, 7, attempt=0)),
        ("emergency/7/12", EMERGENCY, Provenance(Origin.EMERGENCY, 7, attempt=12)),
        ("resume/15/2-0", ONCE, Provenance(Origin.EMERGENCY_REST, 15, attempt=2)),
        ("rest/14-20261130T033147", ONCE, Provenance(Origin.STOPPED_REST, 14)),
        ("moved/2-341abf7c", ONCE, Provenance(Origin.MOVED, 2)),
        ("copy/4-dcc332be", ONCE, Provenance(Origin.COPIED, 4)),
        ("once/21fd030c-Buổi riêng", ONCE, Provenance(Origin.ONCE)),
        ("once/20260101T000000-moved/7", ONCE, Provenance(Origin.ONCE)),
        ("trial/20261130T033116-Thử", BroadcastKind.TRIAL, Provenance(Origin.TRIAL)),
        ("tone/20261130T033120-Thử loa", ONCE, Provenance(Origin.TONE)),
        ("talk/2adbd78b7c7764bf", EMERGENCY, Provenance(Origin.TALK)),
    ],
)
def test_a_key_tells_where_a_row_came_from(key: str, kind: BroadcastKind, expected: Provenance) -> None:
    assert provenance_of(key, kind) == expected


@pytest.mark.parametrize(
    ("sentence", "cause"),
    [
        ("", None),
        ("Loa ấp 1 mất điện.", None),
        ("Vào giữa chừng vì bắt đầu trễ.", Cause.JOINED_LATE),
        ("Vào giữa chừng vì bắt đầu trễ 65 giây; mục này đã qua.", Cause.JOINED_LATE),
        ("Nhường sóng cho phát khẩn cấp.", Cause.YIELDED_TO_EMERGENCY),
        ("Đang phát buổi “KHẨN CẤP: Lũ về”.", Cause.YIELDED_TO_EMERGENCY),
        ("Đang phát buổi “Bản tin chưa được duyệt”.", Cause.ZONE_BUSY),
        ("vanhanh bấm dừng phát.", Cause.PERSON_STOPPED),
        ("vanhanh bỏ buổi này.", Cause.LEFT_OUT),
        ("Cụm loa “Ấp 3” đang tắt hoặc không còn.", Cause.ZONE_OFF),
        ("Cụm loa “ap-3” trỏ tới đường ra “loa” không có.", Cause.SINK_MISSING),
        ("Đường ra “main” gặp lỗi không lường trước.", Cause.SINK_FAILED),
        ("Lúc 22:10 nằm ngoài khung giờ được phép phát (05:00-07:00).", Cause.OUTSIDE_HOURS),
        ("Hết khung giờ được phép phát (05:00-07:00).", Cause.OUTSIDE_HOURS),
        ("Hết giờ của khung phát.", Cause.SLOT_FULL),
        ("Trễ 5 phút; buổi này quy định không phát trễ.", Cause.TOO_LATE),
        ("Máy phát không hoạt động lúc đến giờ; đã qua giờ kết thúc (5 phút sau giờ hẹn).", Cause.TOO_LATE),
        ("Kịch bản chưa được duyệt.", Cause.NOT_APPROVED),
        ("Kịch bản không còn được duyệt (đang ở trạng thái “Nháp”).", Cause.NOT_APPROVED),
        (
            "Lời đọc trong từ điển đã thay đổi sau khi duyệt và bài được giữ lại; hãy duyệt bản đọc mới.",
            Cause.NOT_APPROVED,
        ),
        ("Mục này không gắn với kịch bản nào nên không có phê duyệt.", Cause.NOT_APPROVED),
        ("Bản tin khẩn cấp này chưa được ai xác nhận.", Cause.NOT_CONFIRMED),
        ("Lời đọc hoặc âm thanh khác với bản đã duyệt.", Cause.BYTES_DIFFER),
        ("Tệp âm thanh đã bị thay đổi so với bản được duyệt.", Cause.BYTES_DIFFER),
        ("Kịch bản chưa đến hoặc đã quá thời hạn phát.", Cause.EXPIRED),
        ("Tệp âm thanh không còn trong kho hoặc không đọc được.", Cause.FILE_MISSING),
        ("Không có nguồn tiếp âm “vov” trong cài đặt.", Cause.RELAY_MISSING),
        ("Nguồn tiếp âm “VOV1” im lặng 10 giây; chuyển sang nội dung của đài.", Cause.RELAY_SILENT),
        ("Hết giờ được tiếp âm “VOV1” (05:00-05:30).", Cause.RELAY_HOURS),
        ("Bị tắt tiếng một lúc theo lệnh người vận hành.", Cause.MUTED),
        ("Máy phát dừng đột ngột lúc 05:01:02 (mất điện hoặc sự cố).", Cause.POWER_CUT),
        ("Máy phát khởi động lại sau sự cố; phần còn lại của buổi này không phát nữa.", Cause.POWER_CUT),
        ("Máy phát được tắt trong lúc đang phát.", Cause.SHUT_DOWN),
        ("Máy khác đang giữ quyền phát nên phần còn lại không phát nữa.", Cause.LEASE_LOST),
        ("Máy phát gặp lỗi không lường trước; xem nhật ký kỹ thuật.", Cause.PROGRAM_FAULT),
    ],
)
def test_each_sentence_of_the_older_log_tells_its_cause(sentence: str, cause: Cause | None) -> None:
    assert cause_of(sentence) is cause


def test_a_verdict_tells_all_its_causes_and_one_that_aired_none() -> None:
    verdict = "Phát dở: 1 trong 4 lượt mục phát đủ. Nhường sóng cho phát khẩn cấp. Hết giờ của khung phát."
    assert causes_of(verdict, BroadcastState.PARTIAL) == (Cause.YIELDED_TO_EMERGENCY, Cause.SLOT_FULL)
    assert causes_of("Đã phát đủ 3 mục tới 2 cụm loa.", BroadcastState.AIRED) == ()
    assert causes_of("Đã hủy: vanhanh bỏ buổi này.", BroadcastState.CANCELLED) == (Cause.LEFT_OUT,)
    busy = "Không phát: Đang phát buổi “KHẨN CẤP: họp dân, hết giờ của khung phát.”."
    assert causes_of(busy, BroadcastState.MISSED) == (Cause.ZONE_BUSY,)


@given(st.text(), st.sampled_from(list(BroadcastKind)), st.sampled_from(list(BroadcastState)))
def test_whatever_an_older_row_holds_it_is_told_apart_without_failing(
    text: str, kind: BroadcastKind, state: BroadcastState
) -> None:
    assert provenance_of(text, kind).origin in Origin
    assert cause_of(text) in {None, *Cause}
    assert set(causes_of(text, state)) <= set(Cause)


def test_a_journal_and_a_plan_of_an_older_play_out_are_still_read() -> None:
    new = entry()
    older = {name: value for name, value in new.fields().items() if name in FIELDS[1]}
    assert "version" not in older
    read = Entry.from_fields(older)
    assert (read.version, read.fields()) == (1, older)
    assert Entry.from_fields(new.fields()) == new
    at = dt.datetime(2026, 3, 1, 22, tzinfo=dt.UTC)
    sentence = "Phát dở: 0 trong 1 lượt mục phát đủ. Hết giờ của khung phát."
    body = {"state": "partial", "verdict": sentence, "started_at": None, "finished_at": at.isoformat()}
    ending = Ending.from_json(body)
    assert (ending.causes, ending.yielded_to) == ((Cause.SLOT_FULL,), None)
    assert Ending.from_json(ending.as_json()) == ending
    pinned = {
        "broadcast": {
            "id": 1,
            "title": "x",
            "kind": "once",
            "starts_at": at.isoformat(),
            "ends_at": at.isoformat(),
            "zones": [],
            "rundown": [],
            "late": "air",
            "grace": 120,
            "overrun": "cut",
        },
        "zones": {},
        "faults": {"1": "Kịch bản chưa được duyệt."},
    }
    bundle = Bundle.from_json(pinned)
    assert bundle.faults[1].cause is Cause.NOT_APPROVED
    assert Bundle.from_json(bundle.as_json()) == bundle
