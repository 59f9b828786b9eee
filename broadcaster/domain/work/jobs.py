"""Background work: what may be wanted, how soon it is its turn, and how far it is."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Self


class JobState(StrEnum):
    """How far a job is."""

    WANTED = "wanted"
    """It waits for its turn, its time, or what it stands behind."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """For good: what may pass is wanted again. The row says why."""
    CANCELLED = "cancelled"
    """A person stopped it."""

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it unless it is wanted again."""
        return self in ENDED


ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
NOT_DONE = (JobState.FAILED, JobState.CANCELLED)


class JobTurn(IntEnum):
    """Who goes first: lower goes before higher, and of the same turn the older one."""

    EMERGENCY = 0
    WAITING = 1
    """Somebody sits before the screen until it is there: short work only, done beside whatever else is done."""
    ASKED = 2
    UPKEEP = 3
    """What the station does of itself."""


class JobKind(StrEnum):
    """What the worker can do; `worker.handlers` says how."""

    label: str
    turn: JobTurn
    of_the_present: bool
    """Whether it is made of what stands in the station when it is begun: wanted again meanwhile, it is done again."""

    def __new__(cls, word: str, label: str, turn: JobTurn = JobTurn.ASKED, of_the_present: bool = False) -> Self:
        """Make a kind of its word in the database, its Vietnamese name and its turn."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.label, member.turn, member.of_the_present = label, turn, of_the_present
        return member

    EMERGENCY_VOICE = "emergency-voice", "đọc nhanh bản tin khẩn cấp", JobTurn.EMERGENCY, True
    EMERGENCY_REPEATS = "emergency-repeats", "đọc bản tin khẩn cấp cho các lần lặp", JobTurn.ASKED, True
    TRIAL = "trial", "đọc thử", JobTurn.WAITING
    SPEAK = "speak", "tạo bản đọc", JobTurn.ASKED, True
    RECORD = "record", "xử lý bản ghi âm"
    LISTEN = "listen", "máy nghe lại"
    REPORT = "report", "lập báo cáo"
    FIRST_BULLETIN = "first-bulletin", "xếp bản tin đầu tiên"
    STARTER = "starter", "đọc bài mẫu", JobTurn.UPKEEP
    PLAN = "plan", "xếp lịch", JobTurn.UPKEEP, True
    BACKUP = "backup", "sao lưu", JobTurn.UPKEEP
    CARRY = "carry", "chép bản sao lưu ra nơi khác", JobTurn.UPKEEP
    DRILL = "drill", "thử khôi phục", JobTurn.UPKEEP
    LOG_CHECK = "log-check", "kiểm tra nhật ký phát", JobTurn.UPKEEP
    LET_GO = "let-go", "dọn chỗ", JobTurn.UPKEEP

    @property
    def brings(self) -> bool:
        """Whether it fills the disk with what people brought, or with copies: below the disk's floor it waits."""
        return self in {JobKind.RECORD, JobKind.BACKUP, JobKind.DRILL}
