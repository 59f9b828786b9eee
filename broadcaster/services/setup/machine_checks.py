"""What the machine does for the station by itself, for the doctor: starts it, watches it, gives it time and way."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from broadcaster.boot import hardware
from broadcaster.boot.state import ServiceState
from broadcaster.errors import StationError

if sys.platform == "win32":
    from broadcaster.boot import windows as keeper
else:
    from broadcaster.boot import systemd as keeper

Finding = tuple[str, bool | None, str]
_NEEDED: Final = 10
"""The real-time priority for which players ask."""


def findings(home: Path) -> Iterator[Finding]:
    """Each thing: its name, whether it is well (None: a remark), and a Vietnamese sentence."""
    try:
        state = keeper.state()
    except StationError as error:
        yield "Tự bật cùng máy", None, str(error)
    else:
        yield from of_service(state, home)
    yield from of_clock(hardware.clock_synchronised())
    yield from of_sleep(hardware.sleeps_after_s())
    told = (hardware.model(), hardware.system(), hardware.size(), hardware.disk_under(home).value)
    yield "Máy", True, f"{', '.join(filter(None, told))}."


def of_service(state: ServiceState, home: Path) -> Iterator[Finding]:
    """Whether the machine starts and watches this station."""
    name = "Tự bật cùng máy"
    if not state.installed:
        yield name, None, "Chưa: mất điện rồi có lại thì đài không tự chạy. Cài một lần: sudo loa service install"
        return
    if Path(state.home) != home:
        yield name, None, f"Dịch vụ của máy này chạy đài khác, ở {state.home}."
        return
    yield name, state.well, " ".join(state.lines())
    if not state.watchdog:
        yield "Canh đài treo", None, "Máy không tự khởi động lại đài khi đài treo. Cài lại: sudo loa service install"
    if sys.platform != "win32" and state.rt_limit < _NEEDED:
        yield "Ưu tiên âm thanh", None, "Máy bận thì tiếng có thể vấp. Cài lại: sudo loa service install"


def of_clock(synchronised: bool | None) -> Iterator[Finding]:
    """Whether the machine's clock is set by itself."""
    name = "Chỉnh giờ qua mạng"
    if synchronised is None:
        yield name, None, "Máy không cho biết đồng hồ có tự chỉnh không: mỗi tuần hãy so giờ máy với giờ đúng."
    elif synchronised:
        yield name, True, "Đồng hồ máy tự chỉnh theo giờ chuẩn."
    else:
        how = "w32tm /resync" if sys.platform == "win32" else "sudo timedatectl set-ntp true"
        yield name, None, f"Đồng hồ máy chưa được chỉnh theo giờ chuẩn. Có mạng thì chạy: {how}"


def of_sleep(seconds: int | None) -> Iterator[Finding]:
    """Whether the machine falls asleep when nobody touches it."""
    if seconds:
        words = (
            f"Không ai dùng thì sau {seconds // 60} phút máy ngủ và loa im. Chạy: powercfg /change standby-timeout-ac 0"
        )
        yield "Máy ngủ", False, words
    elif seconds == 0:
        yield "Máy ngủ", True, "Máy không tự ngủ khi cắm điện."
