"""Whether the wall clock can be believed: a wrong clock must not wake a commune at night, nor burn a week's plan."""

from __future__ import annotations

import datetime as dt
import threading

from broadcaster.clock import UTC, Clock
from broadcaster.playout.host.alarm_clock import JumpWatch

FIRST_YEAR = 2026
BACK = dt.timedelta(hours=1)
"""The clock may stand behind the journal's last line by this much."""
AWAY = dt.timedelta(days=60)
"""A start so long after the journal's last line is a clock far ahead, or a station long asleep: a person knows."""
STEP_S = 3600.0
"""A step beyond this holds the station until the clock returns or has stayed for `SETTLE_S`."""
SETTLE_S = 600.0
GREAT_STEP_S = 2 * 86400.0
"""A step beyond this is never believed by itself: a person looks first."""


class ClockTrust:
    """Judges the clock; `hold` is the Vietnamese sentence that says why the station waits, empty when it need not.

    The wall clock is held against the monotonic one each time it is asked: nothing is decided by a clock that was
    turned a moment ago, before the alarm's own watch has seen it.
    """

    def __init__(self, clock: Clock, last_known: dt.datetime | None) -> None:
        self._clock = clock
        self._watch = JumpWatch(clock)
        self._lock = threading.Lock()
        self._last_known = last_known
        self._born = clock.monotonic()
        self._offset = 0.0
        self._stepped_at = 0.0

    def trust(self) -> None:
        """Believe the clock as it stands: a person looked."""
        with self._lock:
            self._watch.look()
            self._offset = 0.0
            self._last_known = None

    @property
    def hold(self) -> str:
        """Why nothing may air now; empty when the clock can be believed."""
        with self._lock:
            if by := self._watch.look():
                self._jumped(by)
            now = self._clock.now()
            return self._impossible(now) or self._stepped()

    def _jumped(self, by: float) -> None:
        """Take note that the wall clock left the monotonic one by `by` seconds."""
        now = self._clock.now()
        was_wrong = bool(self._impossible(now - dt.timedelta(seconds=by)))
        # from a time that could not be: the clock was set right, or it still cannot be and is told so
        self._offset = 0.0 if was_wrong else self._offset + by
        self._stepped_at = self._clock.monotonic()
        if abs(self._offset) <= STEP_S:
            self._offset = 0.0

    def _impossible(self, now: dt.datetime) -> str:
        """Say why the clock cannot stand where it stands, whatever it did before."""
        if now < dt.datetime(FIRST_YEAR, 1, 1, tzinfo=UTC):
            return f"Đồng hồ máy chỉ năm {now.year}, chắc chắn sai. Hãy chỉnh giờ máy; máy phát tạm ngừng phát tự động."
        if self._last_known is None:
            return ""
        moments = f"({now:%H:%M %d/%m/%Y} UTC)", f"({self._last_known:%H:%M %d/%m/%Y} UTC)"
        if now < self._last_known - BACK:
            return (
                f"Đồng hồ máy {moments[0]} chậm hơn lần ghi nhật ký cuối {moments[1]}. "
                "Hãy kiểm tra giờ máy rồi xác nhận đồng hồ."
            )
        if now - dt.timedelta(seconds=self._clock.monotonic() - self._born) > self._last_known + AWAY:
            return (
                f"Đồng hồ máy {moments[0]} đi trước lần ghi nhật ký cuối {moments[1]} hơn {AWAY.days} ngày. "
                "Hãy kiểm tra giờ máy rồi xác nhận đồng hồ."
            )
        return ""

    def _stepped(self) -> str:
        if abs(self._offset) > STEP_S:
            settled = self._clock.monotonic() - self._stepped_at > SETTLE_S
            if abs(self._offset) > GREAT_STEP_S or not settled:
                hours = abs(self._offset) / 3600
                way = "tới" if self._offset > 0 else "lui"
                return (
                    f"Đồng hồ máy vừa nhảy {way} {hours:.1f} giờ. Máy phát tạm ngừng cho đến khi giờ đúng trở lại, "
                    "hoặc có người xác nhận đồng hồ."
                )
            self._offset = 0.0
        return ""
