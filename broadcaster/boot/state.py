"""How the service of a station stands, as the system's own keeper of services says, and that in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceState:
    """The service at one moment."""

    installed: bool
    at_boot: bool = False
    """Whether it starts with the machine."""
    running: bool = False
    starting: bool = False
    """It is under way to running, or waits to be started again."""
    since: dt.datetime | None = None
    pid: int = 0
    watchdog: bool = False
    """Whether the system begins it anew when it hangs."""
    rt_limit: int = 0
    """The highest real-time priority that its threads may have."""
    said: str = ""
    """Its own last word of how it stands."""
    fell: int = 0
    """How often the system has started it again."""
    account: str = ""
    home: str = ""

    @property
    def well(self) -> bool:
        """Whether the station lives and will live after the next power cut."""
        return self.running and self.at_boot

    def lines(self) -> list[str]:
        """What a person should know, a Vietnamese sentence each."""
        if not self.installed:
            return ["Chưa cài dịch vụ: đài không tự bật cùng máy. Cài: sudo loa service install"]
        lines = [self._standing()]
        if self.said and (self.running or self.starting):
            lines.append(f"Đài nói: {self.said}")
        if self.at_boot:
            lines.append("Tự bật cùng máy: có.")
        else:
            lines.append("Tự bật cùng máy: KHÔNG. Bật: sudo loa service install")
        if self.running:
            lines.append(f"Máy tự khởi động lại đài khi đài treo: {'có' if self.watchdog else 'không'}.")
        if self.fell:
            lines.append(f"Từ lúc bật máy, dịch vụ đã phải khởi động lại {self.fell} lần.")
        if self.home:
            lines.append(f"Thư mục đài: {self.home}, tài khoản “{self.account}”.")
        return lines

    def _standing(self) -> str:
        if self.running:
            since = f" từ {self.since.astimezone():%H:%M:%S %d/%m/%Y}" if self.since else ""
            return f"Dịch vụ đang chạy{since} (tiến trình {self.pid})."
        if self.starting:
            return "Dịch vụ đang bật, máy phát chưa sẵn sàng."
        return "Dịch vụ đang TẮT nên loa không phát. Bật: sudo loa service start"
