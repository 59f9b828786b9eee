"""What may be asked for in an emergency, and when it is said again."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.air.broadcasts import Broadcast, BroadcastKind
from broadcaster.domain.air.causes import NOTHING
from broadcaster.domain.air.emergencies import (
    BREATH,
    EmergencyRequest,
    last_start,
    may_prolong,
    repeat_after,
    repeats,
    resumption,
    title_of,
)
from broadcaster.errors import RuleError, printed

NOW = dt.datetime(2026, 9, 1, 2, 15, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
WISH = EmergencyRequest(
    title="",
    text="Lũ đang lên nhanh. Bà con di dời ngay.",
    zones=("all",),
    reason="Công điện của tỉnh",
    repeat_minutes=15,
)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "a" * 3001}, "text"),
        ({"zones": ()}, "zones"),
        ({"reason": " \n"}, "reason"),
        ({"repeat_minutes": 1}, "repeat_minutes"),
        ({"repeat_minutes": 1441}, "repeat_minutes"),
    ],
)
def test_what_is_missing_is_named(change: dict[str, object], field: str) -> None:
    values = {name: getattr(WISH, name) for name in EmergencyRequest.__dataclass_fields__} | change
    with pytest.raises(RuleError) as caught:
        EmergencyRequest(**values).cleaned().check(NOW)
    assert printed(caught.value.field) == field


def test_a_recording_needs_no_text_and_a_title_is_found() -> None:
    EmergencyRequest(
        title="", text="", zones=("all",), reason="Cháy", repeat_minutes=None, recording_sha256="0" * 64
    ).cleaned().check(NOW)
    assert WISH.cleaned().title == "", "what nobody typed is not kept as if somebody had"
    assert title_of("", WISH.text) == "Lũ đang lên nhanh"
    assert title_of("Lũ về", WISH.text) == "Lũ về"
    assert title_of("", "") == "Bản tin khẩn cấp"


def test_what_says_that_it_is_over_is_never_repeated() -> None:
    assert dataclasses.replace(WISH, over=True).cleaned().repeat_minutes is None


def test_an_end_that_has_passed_is_refused_and_a_prolonging_is_a_later_one() -> None:
    with pytest.raises(RuleError) as caught:
        dataclasses.replace(WISH, expires_at=NOW).check(NOW)
    assert printed(caught.value.field) == "expires_at"
    dataclasses.replace(WISH, expires_at=NOW + MINUTE).check(NOW)
    may_prolong(NOW + MINUTE, NOW + 2 * MINUTE, NOW)
    for until in (NOW - MINUTE, NOW, NOW + MINUTE):
        with pytest.raises(RuleError) as caught:
            may_prolong(NOW + MINUTE, until, NOW)
        assert printed(caught.value.field) == "until"


@given(end=st.integers(1, 10**6), sound=st.integers(0, 600_000), every=st.integers(2, 1440))
def test_no_repeat_is_still_sounding_at_the_end(end: int, sound: int, every: int) -> None:
    expires = NOW + dt.timedelta(seconds=end)
    until = last_start(expires, sound)
    assert until is not None
    for _, moment in repeats(NOW, repeat_after(every, sound), NOW, min(until, NOW + 2880 * MINUTE)):
        assert moment + dt.timedelta(milliseconds=sound) <= expires


@given(
    every=st.integers(2, 1440), sound=st.integers(0, 600_000), passed=st.integers(0, 10**6), span=st.integers(1, 2880)
)
def test_repeats_hang_on_the_confirmation_and_never_meet_themselves(
    every: int, sound: int, passed: int, span: int
) -> None:
    step = repeat_after(every, sound)
    assert step >= dt.timedelta(milliseconds=sound) + BREATH
    after, until = NOW + passed * dt.timedelta(seconds=1), NOW + (passed // 60 + span) * MINUTE
    found = list(repeats(NOW, step, after, until))
    assert all(after < moment <= until and moment == NOW + n * step and n >= 1 for n, moment in found)
    assert [n for n, _ in found] == list(range(found[0][0], found[0][0] + len(found))) if found else True
    # A machine that was off for a while finds the same moments again.
    middle = after + (until - after) / 2
    assert found == [r for r in found if r[1] <= middle] + list(repeats(NOW, step, max(middle, after), until))


def test_the_rest_of_a_programme_needs_an_open_window_and_free_horns() -> None:
    end, length = NOW + 30 * MINUTE, 10 * MINUTE
    assert resumption(NOW, length, end, []) == NOTHING
    assert "khung giờ" in resumption(NOW, length, None, []).text
    assert "khung giờ" in resumption(NOW, length, NOW + 9 * MINUTE, []).text
    assert "trùng giờ" in resumption(NOW, length, end, [(NOW + 9 * MINUTE, end)]).text
    assert resumption(NOW, length, end, [(NOW + length, end), (NOW - MINUTE, NOW)]) == NOTHING


@pytest.mark.parametrize(
    ("kind", "by", "passes"),
    [
        (BroadcastKind.EMERGENCY, "vanhanh", True),
        (BroadcastKind.EMERGENCY, "", False),
        (BroadcastKind.TRIAL, "", True),
        (BroadcastKind.ROTATION, "vanhanh", False),
        (BroadcastKind.ONCE, "vanhanh", False),
    ],
)
def test_only_a_confirmed_emergency_passes_the_quiet_hours(kind: BroadcastKind, by: str, passes: bool) -> None:
    b = Broadcast(
        id=1, title="t", kind=kind, starts_at=NOW, ends_at=NOW + MINUTE, zones=("a",), rundown=(), confirmed_by=by
    )
    assert b.any_hour is passes
    assert Broadcast.from_json(b.as_json()) == b
