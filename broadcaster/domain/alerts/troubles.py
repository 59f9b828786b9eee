"""Troubles: what people outside the panel are told of, one of each kind and key at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from broadcaster.domain.alerts.ranks import Rank

LONGEST: Final = 100
"""Letters by which a thing is told from others of its kind."""


class TroubleKind(StrEnum):
    """One kind of trouble: its name, and how long it must hold, and be gone, before people are told (s)."""

    label: str
    holds_s: float
    gone_s: float

    def __new__(cls, word: str, label: str = "", holds_s: float = 30.0, gone_s: float = 60.0) -> Self:
        """Make a kind of its word in the database and its Vietnamese name."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.label, member.holds_s, member.gone_s = label, holds_s, gone_s
        return member

    SILENT = "silent", "đầu ra im lặng giữa buổi phát", 0.0, 15.0
    LATE = "late", "buổi phát chưa bắt đầu đúng giờ", 0.0, 10.0
    PLAYOUT = "playout", "máy phát không chạy", 8.0, 20.0
    HELD = "held", "máy phát giữ lại không phát", 8.0
    CLOCK = "clock", "đồng hồ máy sai", 5.0
    WORKER = "worker", "xử lý nền không chạy"
    PANEL = "panel", "trang quản lý không chạy"
    DATABASE = "database", "cơ sở dữ liệu không trả lời", 15.0
    OUTPUT = "output", "đường ra hỏng"
    PART = "part", "một phần việc của máy bị lỗi"
    DISK = "disk", "ổ đĩa"
    SOUND = "sound", "thiếu âm thanh của buổi sắp tới"
    SIREN = "siren", "thiếu tín hiệu báo động"
    APPROVAL = "approval", "buổi sắp tới thiếu phê duyệt", 10.0
    DECISION = "decision", "việc chờ lãnh đạo quyết định"
    ANSWER = "answer", "việc chờ người của đài trả lời"
    REPORT = "report", "báo cáo sắp đến hạn"
    TOMORROW = "tomorrow", "ngày mai không có gì để phát", 600.0, 300.0
    EMERGENCY = "emergency", "phát khẩn cấp trục trặc", 5.0
    ATTACK = "attack", "có người dò mật khẩu", 0.0, 600.0
    CERTIFICATE = "certificate", "chứng chỉ sắp hết hạn"
    BACKUP = "backup", "sao lưu"
    DRILL = "drill", "khôi phục thử không thành"
    RECORD = "record", "nhật ký phát không còn nguyên vẹn"
    UPGRADE = "upgrade", "nâng cấp không thành"
    SENDER = "sender", "một cách báo tin không gửi được", 0.0
    OTHER = "other", "sự cố khác"
    TRIAL = "trial", "tin gửi thử", 0.0
    LETTER = "letter", "thư tuần của đài", 0.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong now: what with (`key` names one thing of its kind), how grave, and what to do."""

    kind: TroubleKind
    about: str
    """Which thing of that kind: an output, a broadcast; empty where there is one."""
    rank: Rank
    sentence: str
    """In Vietnamese, with what to do."""

    @property
    def key(self) -> str:
        """Under which it is one trouble, however often it is seen."""
        return f"{self.kind.value}:{self.about[:LONGEST]}"


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at the station found, and of which kinds it could tell at all."""

    troubles: dict[str, Trouble]
    judged: frozenset[TroubleKind]
    """A trouble of another kind is neither begun nor over: nobody could look."""


class Damper:
    """Lets a trouble begin when it has held, and end when it has been gone for long enough.

    Time without it takes back half of what time with it adds: what flickers is told too, a blip to nobody. One that
    comes and goes must be gone twice as long each time, so that nobody is told each minute. It keeps only what nobody
    was told yet: begun anew, it waits once more.
    """

    FLAPS_S = 3600.0
    LONGEST_S = 1800.0

    def __init__(self) -> None:
        self._held: dict[str, float] = {}
        """For how long each that nobody was told of has held (s), less half of what it was away."""
        self._looked_at: float | None = None
        self._last: frozenset[str] = frozenset()
        """What was there at the last look."""
        self._gone: dict[str, float] = {}
        self._ended: dict[str, list[float]] = {}

    def step(self, at: float, seen: Seen, told: dict[str, TroubleKind]) -> tuple[list[Trouble], list[str]]:
        """What begins and what ends at `at` (monotonic s), where people were told of `told`, by key."""
        troubles = seen.troubles
        self._hold(at, seen, told)
        self._gone = {k: self._gone.get(k, at) for k, kind in told.items() if k not in troubles and kind in seen.judged}
        self._ended = {
            k: kept for k, ends in self._ended.items() if (kept := [e for e in ends if at - e < self.FLAPS_S])
        }
        begun = [troubles[k] for k, held in self._held.items() if k in troubles and held >= troubles[k].kind.holds_s]
        over = [k for k, since in self._gone.items() if at - since >= self._patience(k, told[k])]
        for key in over:
            self._ended.setdefault(key, []).append(at)
        return begun, over

    def _hold(self, at: float, seen: Seen, told: Mapping[str, TroubleKind]) -> None:
        since = 0.0 if self._looked_at is None else at - self._looked_at
        held = {}
        for k in {*self._held, *seen.troubles} - set(told):
            before = self._held.get(k, 0.0)
            if k in seen.troubles:
                held[k] = before + (since if k in self._last else 0.0)
            elif (left := before - (since / 2 if TroubleKind(k.partition(":")[0]) in seen.judged else 0.0)) > 0:
                held[k] = left
        self._held, self._looked_at, self._last = held, at, frozenset(seen.troubles)

    def _patience(self, key: str, kind: TroubleKind) -> float:
        return min(kind.gone_s * 2.0 ** len(self._ended.get(key, ())), max(self.LONGEST_S, kind.gone_s))
