"""Why something was not heard as planned: a code for programs beside each sentence for people.

The sentence may be worded anew any day; nothing but a person reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from broadcaster.errors import StationError


class Cause(StrEnum):
    """What kept an item, or a broadcast, from being heard whole and at its time."""

    PERSON_STOPPED = "person_stopped"
    HELD_BACK = "held_back"
    """A person had stopped the horns before its turn, and nobody let it go."""
    LEFT_OUT = "left_out"
    """A person took the whole broadcast out."""
    MOVED = "moved"
    RESTORED = "restored"
    """A copy of the station knows nothing of what came after it: it waits for a person."""
    MUTED = "muted"
    HEARD_THROUGH_MUTE = "heard_through_mute"
    """An emergency sounded though a person had turned the output off: heard, and said so."""
    VOLUME_NOUGHT = "volume_nought"
    TOO_SOFT = "too_soft"
    """The volume was set so low that what left was no louder than silence."""
    CORRECTED = "corrected"
    """A person says afterwards what was heard."""
    YIELDED_TO_EMERGENCY = "yielded_to_emergency"
    DROPPED_FOR_EMERGENCY = "dropped_for_emergency"
    """Who confirmed the emergency did not want the interrupted rest to follow."""
    INTERRUPTED_TOO_OFTEN = "interrupted_too_often"
    ZONE_BUSY = "zone_busy"
    ZONE_OFF = "zone_off"
    JOINED_LATE = "joined_late"
    TOO_LATE = "too_late"
    SLOT_FULL = "slot_full"
    OUTSIDE_HOURS = "outside_hours"
    NOT_APPROVED = "not_approved"
    NOT_CONFIRMED = "not_confirmed"
    """Words of an emergency, or at the microphone, for which nobody answers."""
    BYTES_DIFFER = "bytes_differ"
    EXPIRED = "expired"
    FILE_MISSING = "file_missing"
    SOUND_BROKEN = "sound_broken"
    RELAY_MISSING = "relay_missing"
    RELAY_HOURS = "relay_hours"
    RELAY_SILENT = "relay_silent"
    MICROPHONE_LOST = "microphone_lost"
    SINK_MISSING = "sink_missing"
    SINK_FAILED = "sink_failed"
    NO_HORN = "no_horn"
    """The output is a recording, stands in for one that is away, or was heard from behind to be silent."""
    POWER_CUT = "power_cut"
    UNWRITTEN = "unwritten"
    """It began, and what was heard of it was never written down."""
    SHUT_DOWN = "shut_down"
    LEASE_LOST = "lease_lost"
    EMPTY = "empty"
    PROGRAM_FAULT = "program_fault"

    @property
    def label(self) -> str:
        """The Vietnamese words of a list or a filter."""
        return _LABELS[self]


_LABELS = {
    Cause.PERSON_STOPPED: "Người vận hành dừng phát",
    Cause.HELD_BACK: "Bị giữ lại sau khi dừng phát",
    Cause.LEFT_OUT: "Người vận hành bỏ buổi",
    Cause.MOVED: "Dời sang giờ khác",
    Cause.RESTORED: "Đài vừa khôi phục",
    Cause.MUTED: "Bị tắt tiếng",
    Cause.HEARD_THROUGH_MUTE: "Khẩn cấp, phát dù đang tắt tiếng",
    Cause.VOLUME_NOUGHT: "Âm lượng đặt bằng 0",
    Cause.TOO_SOFT: "Âm lượng quá nhỏ",
    Cause.CORRECTED: "Đính chính",
    Cause.YIELDED_TO_EMERGENCY: "Nhường phát khẩn cấp",
    Cause.DROPPED_FOR_EMERGENCY: "Bỏ phần bị phát khẩn cấp ngắt",
    Cause.INTERRUPTED_TOO_OFTEN: "Bị ngắt quá nhiều lần",
    Cause.ZONE_BUSY: "Cụm loa đang phát buổi khác",
    Cause.ZONE_OFF: "Cụm loa tắt",
    Cause.JOINED_LATE: "Vào giữa chừng",
    Cause.TOO_LATE: "Quá trễ",
    Cause.SLOT_FULL: "Hết giờ của khung",
    Cause.OUTSIDE_HOURS: "Ngoài giờ được phép",
    Cause.NOT_APPROVED: "Chưa được duyệt",
    Cause.NOT_CONFIRMED: "Chưa có người xác nhận",
    Cause.BYTES_DIFFER: "Khác bản đã duyệt",
    Cause.EXPIRED: "Ngoài thời hạn",
    Cause.FILE_MISSING: "Thiếu tệp âm thanh",
    Cause.SOUND_BROKEN: "Âm thanh hỏng",
    Cause.RELAY_MISSING: "Không có nguồn tiếp âm",
    Cause.RELAY_HOURS: "Ngoài giờ tiếp âm",
    Cause.RELAY_SILENT: "Nguồn tiếp âm im lặng",
    Cause.MICROPHONE_LOST: "Mất tiếng micro",
    Cause.SINK_MISSING: "Không có đường ra",
    Cause.SINK_FAILED: "Đường ra lỗi",
    Cause.NO_HORN: "Không ra loa",
    Cause.POWER_CUT: "Mất điện hoặc sự cố",
    Cause.UNWRITTEN: "Không ghi được đã phát đến đâu",
    Cause.SHUT_DOWN: "Máy phát được tắt",
    Cause.LEASE_LOST: "Máy khác giữ quyền phát",
    Cause.EMPTY: "Không có gì để phát",
    Cause.PROGRAM_FAULT: "Lỗi chương trình",
}


@dataclass(frozen=True, slots=True)
class Why:
    """A cause and the Vietnamese sentence that tells it to a person; false when there is nothing to tell."""

    cause: Cause | None = None
    text: str = ""
    yielded_to: int | None = None
    """The number of the broadcast that took the horns, where that is the cause."""

    def __bool__(self) -> bool:
        return bool(self.text)


NOTHING = Why()

_CAUSE_OF_CODE: Mapping[str, Cause] = {
    "missing": Cause.FILE_MISSING,
    "altered": Cause.BYTES_DIFFER,
    "no-relay": Cause.RELAY_MISSING,
    "relay-hour": Cause.RELAY_HOURS,
    "no-talk": Cause.MICROPHONE_LOST,
    "media": Cause.SOUND_BROKEN,
    "decode": Cause.SOUND_BROKEN,
}


def why_of(error: StationError) -> Why:
    """A station's error as the reason why something did not air."""
    return Why(_CAUSE_OF_CODE.get(error.code, Cause.PROGRAM_FAULT), error.message)
