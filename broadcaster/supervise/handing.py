"""An upgrade handed over to the system's service: it goes on when the window is closed, and brings the station back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from broadcaster.boot import unit
from broadcaster.clock import SystemClock
from broadcaster.domain.setup.upgrades import Upgrade
from broadcaster.errors import StationError
from broadcaster.home import Home
from broadcaster.homes import installed
from broadcaster.services.setup.upgrade import record, wishes
from broadcaster.services.setup.upgrade.versions import Versions
from broadcaster.services.setup.upgrade.wishes import Wish
from broadcaster.supervise.keepers import Keeper, Rights, systemctl

_LOOK_S: Final = 1.0
_BEGINS_S: Final = 30.0


def service_keeps(home: Home, versions: Versions) -> bool:
    """Whether the system's service keeps the station of this home, and can upgrade it to one of these versions."""
    if versions.root.parent != installed().programs or not Keeper.of(home, Rights(home)).is_service:
        return False
    return any((folder / unit.UPGRADE).is_file() for folder in unit.FOLDERS)


def handed_over(
    home: Home, versions: Versions, wish: Wish, tell: Callable[[str], object], stop: threading.Event
) -> Upgrade:
    """Let the service carry out a wish, and tell how it goes until it is over.

    Raises:
        StationError: another one waits, it did not begin, or whoever looks on has stopped doing so.
    """
    if waiting := wishes.told(home, versions):
        raise StationError(f"{waiting} Muốn thôi bản ấy: sudo loa upgrade cancel", code="waiting")
    clock = SystemClock()
    begun = clock.now()
    record.forget_refusal(home)
    wishes.make(home, versions, wish, begun)
    systemctl("start", "--no-block", unit.UPGRADE)
    told, until = "", clock.monotonic() + _BEGINS_S
    while not stop.wait(_LOOK_S):
        found = record.last(home)
        if found is not None and found.begun >= begun:
            if found.sentence != told:
                told = found.sentence
                tell(told)
            if found.step.over:
                return found
        elif refused := record.refusal(home):
            raise StationError(refused.sentence, code="refused")
        if _runs():
            until = clock.monotonic() + _BEGINS_S
        elif clock.monotonic() > until:
            raise StationError(f"Dịch vụ nâng cấp đã dừng. Xem: journalctl -u {unit.UPGRADE}", code="service")
    raise StationError(
        "Việc nâng cấp vẫn chạy tiếp. Xem: loa upgrade status. Muốn thôi: sudo loa upgrade cancel", code="left"
    )


def ended() -> bool:
    """End an upgrade that the service carries out; whether there was one."""
    running = _runs()
    if running:
        systemctl("stop", unit.UPGRADE)
    return running


def _runs() -> bool:
    done = systemctl("show", "--property=ActiveState", "--value", unit.UPGRADE)
    return done is not None and done.stdout.strip() in {"active", "activating", "deactivating"}
