"""What rows older than `origin` and `cause` mean: the one place that reads sentences and keys.

Schema 0013 told where a broadcast came from by the beginning of its key, and why it was not heard by its sentence
alone. Used by the migration that filled the columns, and for entries of the play log before version 2, which stand as
they were written; for nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, Origin
from broadcaster.domain.air.causes import Cause

_ORIGINS = {
    "emergency": Origin.EMERGENCY,
    "resume": Origin.EMERGENCY_REST,
    "rest": Origin.STOPPED_REST,
    "moved": Origin.MOVED,
    "copy": Origin.COPIED,
    "once": Origin.ONCE,
    "trial": Origin.TRIAL,
    "tone": Origin.TONE,
    "talk": Origin.TALK,
}
_NUMBERED = re.compile(r"(\d+)(?:/(\d+))?(?:-|/|$)")
URGENT_BUSY = "Đang phát buổi “KHẨN CẤP: "
"""How the sentence began when an emergency had the horns; a meeting of that title read the same."""

# In this order: the first that fits counts.
_CAUSES: tuple[tuple[str, Cause], ...] = (
    (r"Vào giữa chừng", Cause.JOINED_LATE),
    (r"Nhường sóng cho phát khẩn cấp\.", Cause.YIELDED_TO_EMERGENCY),
    (r"Đang phát buổi “", Cause.ZONE_BUSY),
    (r"bấm dừng phát\.", Cause.PERSON_STOPPED),
    (r"bỏ (qua )?buổi này\.", Cause.LEFT_OUT),
    (r"Dời sang ", Cause.MOVED),
    (r"chọn bỏ phần bị ngắt\.", Cause.DROPPED_FOR_EMERGENCY),
    (r"Đã bị ngắt \d+ lần", Cause.INTERRUPTED_TOO_OFTEN),
    (r"trùng giờ một buổi khác", Cause.ZONE_BUSY),
    (r"không kịp phát trong khung giờ", Cause.OUTSIDE_HOURS),
    (r"đang tắt hoặc không còn\.", Cause.ZONE_OFF),
    (r"trỏ tới đường ra “” không có\.", Cause.SINK_MISSING),
    (r"ngoài khung giờ được phép phát|Hết khung giờ được phép phát", Cause.OUTSIDE_HOURS),
    (r"Hết giờ của khung phát\.", Cause.SLOT_FULL),
    (r"Máy phát không hoạt động lúc đến giờ|\bTrễ ", Cause.TOO_LATE),
    (r"chưa được duyệt|không còn được duyệt|không có phê duyệt|từ điển", Cause.NOT_APPROVED),
    (r"chưa được ai xác nhận|không còn hiệu lực|không có người chịu trách nhiệm", Cause.NOT_CONFIRMED),
    (r"khác với bản (đã duyệt|tin khẩn cấp)|bị thay đổi so với bản được duyệt", Cause.BYTES_DIFFER),
    (r"quá thời hạn phát", Cause.EXPIRED),
    (r"không còn trong kho", Cause.FILE_MISSING),
    (r"Không có nguồn tiếp âm", Cause.RELAY_MISSING),
    (r"giờ được tiếp âm", Cause.RELAY_HOURS),
    (r"Nguồn tiếp âm|Nguồn âm thanh", Cause.RELAY_SILENT),
    (r"micro", Cause.MICROPHONE_LOST),
    (r"tắt tiếng", Cause.MUTED),
    (r"mất điện hoặc sự cố|khởi động lại sau sự cố", Cause.POWER_CUT),
    (r"được tắt trong lúc đang phát", Cause.SHUT_DOWN),
    (r"đang giữ quyền phát", Cause.LEASE_LOST),
    (r"không có mục nào", Cause.EMPTY),
    (r"lỗi không lường trước; xem", Cause.PROGRAM_FAULT),
    (r"ường ra|Icecast|Card âm thanh|lệnh “", Cause.SINK_FAILED),
)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a row came from, as its key told it."""

    origin: Origin
    origin_id: int | None = None
    """Of the broadcast, or of the emergency, that it comes from."""
    rotation_code: str | None = None
    slot_code: str | None = None
    attempt: int | None = None
    """Of a sounding of an emergency, or of a rest after one: which it is."""


def provenance_of(slot_key: str, kind: BroadcastKind) -> Provenance:
    """Where a broadcast of schema 0013 came from.

    A rotation may be called like a prefix: what is of the kind of a rotation is of one.
    """
    head, _, rest = slot_key.partition("/")
    if kind is BroadcastKind.ROTATION:
        return Provenance(Origin.ROTATION, rotation_code=head, slot_code=rest)
    origin = _ORIGINS.get(head, Origin.ONCE)
    found = _NUMBERED.match(rest)
    if found is None or origin in {Origin.ONCE, Origin.TRIAL, Origin.TONE, Origin.TALK}:
        return Provenance(origin)
    number, attempt = int(found[1]), found[2]
    counted = attempt is not None and origin in {Origin.EMERGENCY, Origin.EMERGENCY_REST}
    return Provenance(origin, number, attempt=int(attempt) if counted else None)


def cause_of(reason: str) -> Cause | None:
    """The cause that a sentence of an older entry tells; None for one that was heard whole, or for a person's words."""
    if not reason:
        return None
    if reason.startswith(URGENT_BUSY):
        return Cause.YIELDED_TO_EMERGENCY
    return next((cause for words, cause in _CAUSES if re.search(words, _unquoted(reason))), None)


def causes_of(verdict: str, state: BroadcastState) -> tuple[Cause, ...]:
    """The causes that the sentences of an older verdict tell, in the order of `Cause`; none of one that aired."""
    if state in {BroadcastState.AIRED, BroadcastState.PLANNED, BroadcastState.CUED, BroadcastState.AIRING}:
        return ()
    found = {cause for words, cause in _CAUSES if re.search(words, _unquoted(verdict))}
    return tuple(cause for cause in Cause if cause in found)


def _unquoted(sentence: str) -> str:
    """The sentence without the names and titles in it, which may say anything."""
    return re.sub("“[^”]*”", "“”", sentence)
