"""Emergencies (phát khẩn cấp): what may be asked for, when it is said again, what becomes of what it interrupted.

A storm bulletin is repeated day and night until a newer one replaces it (Quyết định 18/2021/QĐ-TTg); a fire warning is
said once or twice. Either passes the quiet hours, only because a named person confirmed it, and ends by itself: at the
moment that its sender or the person named, else after the station's own number of hours. A message that says "it is
over" ends others and is read once, without the alarm.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from broadcaster.domain.air.causes import NOTHING, Cause, Why
from broadcaster.domain.fold import nfc, one_line
from broadcaster.errors import RuleError

MAX_TEXT = 3_000
"""Characters: about four minutes of speech."""
SHORTEST_REPEAT, LONGEST_REPEAT = 2, 24 * 60
"""Minutes."""
BREATH = dt.timedelta(seconds=30)
"""At least this long are the horns free between the end of a message and its repeat."""
NOTICE = dt.timedelta(minutes=30)
"""So long before its end a person is told that a repeated emergency is about to fall silent."""
READING = dt.timedelta(hours=1)
"""So long is it tried to read once what is over; it ends as soon as it was read."""
_NAMELESS = "Bản tin khẩn cấp"


class EmergencyState(StrEnum):
    """Where an emergency stands."""

    DRAFT = "draft"
    ACTIVE = "active"
    CANCELLED = "cancelled"
    REPLACED = "replaced"
    EXPIRED = "expired"
    DISMISSED = "dismissed"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _STATES[self]


class Interrupted(StrEnum):
    """What becomes of a programme that an emergency interrupted."""

    RESUME = "resume"
    """From the start of the item that was cut, if it still fits the allowed hours and nothing else is planned."""
    DROP = "drop"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _INTERRUPTED[self]


class Another(StrEnum):
    """What becomes of the emergencies that hold on the same outputs when one is confirmed."""

    REPLACE = "replace"
    AFTER = "after"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _OTHERS[self]


class ReviewFinding(StrEnum):
    """What the review of an emergency found."""

    RIGHT = "right"
    NEEDLESS = "needless"
    WRONG = "wrong"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _FINDINGS[self]


_STATES = {
    EmergencyState.DRAFT: "Chờ xác nhận",
    EmergencyState.ACTIVE: "Đang hiệu lực",
    EmergencyState.CANCELLED: "Đã kết thúc",
    EmergencyState.REPLACED: "Đã thay bằng bản mới",
    EmergencyState.EXPIRED: "Đã hết hiệu lực",
    EmergencyState.DISMISSED: "Không phát",
}
_INTERRUPTED = {
    Interrupted.RESUME: "Phát lại từ đầu mục bị ngắt, rồi phát tiếp",
    Interrupted.DROP: "Bỏ phần còn lại",
}
_OTHERS = {
    Another.REPLACE: "Thay bản tin đang hiệu lực ở cùng âm ly",
    Another.AFTER: "Giữ bản tin đang hiệu lực ở cùng âm ly, phát bản này ngay sau khi bản kia đọc xong",
}
_FINDINGS = {
    ReviewFinding.RIGHT: "Đúng và cần thiết",
    ReviewFinding.NEEDLESS: "Không cần thiết",
    ReviewFinding.WRONG: "Sai nội dung hoặc sai nơi phát",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyRequest:
    """What somebody wants said; a recording takes the place of the text."""

    title: str
    """As typed; `title_of` says what it is called when nothing was."""
    text: str
    zones: tuple[str, ...]
    reason: str
    repeat_minutes: int | None = None
    interrupted: Interrupted = Interrupted.RESUME
    recording_sha256: str | None = None
    recording_ms: int = 0
    expires_at: dt.datetime | None = None
    """When it ends by itself; None: so many hours after its confirmation as the station sets."""
    over: bool = False
    """It says that something is over: read once, without the alarm."""
    ends: tuple[int, ...] = ()
    """Numbers of the emergencies that its confirmation ends."""

    def cleaned(self) -> EmergencyRequest:
        """It in NFC, without outer white space; what says that something is over is never repeated."""
        return replace(
            self,
            title=one_line(self.title)[:300],
            text=nfc(self.text).strip(),
            zones=tuple(self.zones),
            reason=nfc(self.reason).strip(),
            repeat_minutes=None if self.over else self.repeat_minutes,
            ends=tuple(dict.fromkeys(self.ends)),
        )

    def check(self, now: dt.datetime) -> None:
        """Check what must be there before anybody can confirm it.

        Raises:
            RuleError: a field is missing or wrong; `field` names it.
        """
        if not self.text and not self.recording_sha256:
            raise RuleError("Hãy viết nội dung hoặc gửi một bản ghi âm.", field="text")
        if len(self.text) > MAX_TEXT:
            raise RuleError(
                f"Nội dung dài {len(self.text)} ký tự; bản tin khẩn cấp chỉ nên dưới {MAX_TEXT} ký tự để người dân "
                "nghe hết.",
                field="text",
            )
        if not self.zones:
            raise RuleError("Hãy chọn ít nhất một cụm loa.", field="zones")
        if not self.reason:
            raise RuleError("Hãy ghi lý do phát khẩn cấp; lý do được lưu vào nhật ký.", field="reason")
        every = self.repeat_minutes
        if every is not None and not SHORTEST_REPEAT <= every <= LONGEST_REPEAT:
            raise RuleError(
                f"Số phút giữa hai lần phát phải từ {SHORTEST_REPEAT} đến {LONGEST_REPEAT}.", field="repeat_minutes"
            )
        if self.expires_at is not None and self.expires_at <= now:
            raise RuleError(
                "Giờ hết hiệu lực đã qua. Nếu vẫn còn nguy hiểm, hãy ghi một giờ muộn hơn rồi phát.", field="expires_at"
            )


def state_at(state: EmergencyState, expires_at: dt.datetime | None, now: dt.datetime) -> EmergencyState:
    """Where an emergency stands at `now`: past its end it is over, whether or not anybody has carried that out."""
    over = state is EmergencyState.ACTIVE and expires_at is not None and expires_at <= now
    return EmergencyState.EXPIRED if over else state


def title_of(typed: str, text: str) -> str:
    """What an emergency is called: as typed, else the beginning of its words; computed where it is used."""
    return typed or _beginning(text)[:300].rstrip(".") or _NAMELESS


def may_prolong(expires_at: dt.datetime | None, until: dt.datetime, now: dt.datetime) -> None:
    """Check a later end.

    Raises:
        RuleError: it is not later than now and than the end that stands; `field` is `until`.
    """
    if until <= now:
        raise RuleError("Giờ kéo dài tới đã qua. Hãy ghi một giờ sắp tới.", field="until")
    if expires_at is not None and until <= expires_at:
        raise RuleError(
            "Giờ kéo dài tới phải muộn hơn giờ hết hiệu lực đang có; muốn dừng sớm thì kết thúc bản tin.", field="until"
        )


def last_start(expires_at: dt.datetime | None, sound_ms: int) -> dt.datetime | None:
    """The last moment at which a sounding may begin so as to be over when the emergency is; None: any."""
    return None if expires_at is None else expires_at - dt.timedelta(milliseconds=sound_ms)


def repeat_after(every_minutes: int, sound_ms: int) -> dt.timedelta:
    """The span from one start to the next: as asked, but never so short that a message meets itself."""
    return max(dt.timedelta(minutes=every_minutes), dt.timedelta(milliseconds=sound_ms) + BREATH)


def repeats(
    confirmed_at: dt.datetime, every: dt.timedelta, after: dt.datetime, until: dt.datetime
) -> Iterator[tuple[int, dt.datetime]]:
    """Yield number and moment of each repeat in (after, until]; the first sounding is number 0 and not among them.

    Moments hang on the confirmation alone, so that a machine that was off finds the same ones again.
    """
    number = max(1, (after - confirmed_at) // every + 1)
    while (moment := confirmed_at + number * every) <= until:
        if moment > after:
            yield number, moment
        number += 1


def resumption(
    start: dt.datetime,
    length: dt.timedelta,
    window_end: dt.datetime | None,
    planned: Sequence[tuple[dt.datetime, dt.datetime]],
) -> Why:
    """Why the rest of an interrupted programme cannot follow at `start`; nothing when it can.

    Args:
        start: when it would begin.
        length: how long it is.
        window_end: where the allowed hours end, None when `start` lies outside them.
        planned: what else is planned in these zones, [start, end).
    """
    end = start + length
    if window_end is None or end > window_end:
        return Why(Cause.OUTSIDE_HOURS, "Phần còn lại không kịp phát trong khung giờ được phép.")
    if any(begins < end and start < ends for begins, ends in planned):
        return Why(Cause.ZONE_BUSY, "Phần còn lại trùng giờ một buổi khác nên bỏ.")
    return NOTHING


def _beginning(text: str) -> str:
    """The first sentence, cut at a word, for a title."""
    first = " ".join(text.split()).partition(". ")[0]
    return first if len(first) <= 80 else first[:80].rpartition(" ")[0] + "…"
