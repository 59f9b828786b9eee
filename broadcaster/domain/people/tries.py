"""Wrong tries of a secret: how many are free, how long one waits after them, and when they are forgotten."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from broadcaster.errors import RuleError

FREE: Final = 5
"""Wrong tries that one place has for one account."""
FREE_OF_ALL: Final = 25
"""Wrong tries that all strangers together have for one account."""
FIRST_REST: Final = dt.timedelta(minutes=1)
LONGEST_REST: Final = dt.timedelta(hours=1)
FORGOTTEN: Final = dt.timedelta(hours=1)
"""So long after the last wrong try, or after the rest that followed it, all is as if none had been."""


class RestingError(RuleError):
    """Raised when somebody must wait before the next try; the secret was not looked at."""

    code = "resting"

    def __init__(self, rest: dt.timedelta) -> None:
        self.rest = rest
        minutes = -(-int(rest.total_seconds()) // 60)
        super().__init__(
            f"Đã sai nhiều lần, nên tạm thời chưa nhận thêm. Hãy thử lại sau {minutes} phút, "
            "hoặc dùng trình duyệt bạn từng đăng nhập, hoặc làm ngay trên máy của đài."
        )


@dataclass(frozen=True, slots=True)
class Tries:
    """The wrong tries of one place for one account."""

    failures: int
    last_at: dt.datetime
    until: dt.datetime | None
    """The end of the rest that they brought."""

    def counted(self, now: dt.datetime) -> int:
        """How many still count."""
        return self.failures if now < max(self.last_at, self.until or self.last_at) + FORGOTTEN else 0

    def rest(self, now: dt.datetime) -> dt.timedelta:
        """How long one has to wait."""
        return max(self.until - now, dt.timedelta()) if self.until else dt.timedelta()


def one_more(before: Tries | None, now: dt.datetime, free: int) -> Tries:
    """The tries after another wrong one; beyond the free ones the rest doubles each time."""
    failures = (before.counted(now) if before else 0) + 1
    if failures < free:
        return Tries(failures, now, None)
    return Tries(failures, now, now + min(FIRST_REST * 2 ** min(failures - free, 10), LONGEST_REST))
