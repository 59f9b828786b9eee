"""Whether the wall clock can be believed: a wrong clock must not wake a commune at night, nor burn a week's plan."""

from __future__ import annotations

import datetime as dt

from broadcaster.clock import UTC, Clock

FIRST_YEAR = 2026
BACK = dt.timedelta(hours=1)
"""The clock may stand behind the journal's last line by this much."""
STEP_S = 3600.0
"""A step beyond this holds the station until the clock returns or has stayed for `SETTLE_S`."""
SETTLE_S = 600.0
GREAT_STEP_S = 2 * 86400.0
"""A step beyond this is never believed by itself: a person looks first."""


class Belief:
    """Judges the clock; `hold` is the Vietnamese sentence that says why the station waits, empty when it need not."""

    def __init__(self, clock: Clock, last_known: dt.datetime | None) -> None:
        self._clock = clock
        self._last_known = last_known
        self._offset = 0.0
        self._stepped_at = 0.0

    def jumped(self, by: float) -> None:
        """Take note that the wall clock left the monotonic one by `by` seconds."""
        self._offset += by
        self._stepped_at = self._clock.monotonic()
        if abs(self._offset) <= STEP_S:
            self._offset = 0.0

    def trust(self) -> None:
        """Believe the clock as it stands: a person looked."""
        self._offset = 0.0
        self._last_known = None

    @property
    def hold(self) -> str:
        """Why nothing may air now; empty when the clock can be believed."""
        now = self._clock.now()
        if now < dt.datetime(FIRST_YEAR, 1, 1, tzinfo=UTC):
            return f"Đồng hồ máy chỉ năm {now.year}, chắc chắn sai. Hãy chỉnh giờ máy; máy phát tạm ngừng phát tự động."
        if self._last_known is not None and now < self._last_known - BACK:
            return (
                f"Đồng hồ máy ({now:%H:%M %d/%m/%Y} UTC) chậm hơn lần ghi nhật ký cuối "
                f"({self._last_known:%H:%M %d/%m/%Y} UTC). Hãy kiểm tra giờ máy rồi xác nhận đồng hồ."
            )
        if abs(self._offset) > STEP_S:
            settled = self._clock.monotonic() - self._stepped_at > SETTLE_S
            if abs(self._offset) > GREAT_STEP_S or not settled:
                hours = abs(self._offset) / 3600
                way = "tới" if self._offset > 0 else "lui"
                return f"Đồng hồ máy vừa nhảy {way} {hours:.1f} giờ. Máy phát tạm ngừng cho đến khi giờ đúng trở lại."
            self._offset = 0.0
        return ""
