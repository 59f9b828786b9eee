"""What is carried elsewhere without anybody asking: each night after the backup, and whenever a stick is plugged in."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from broadcaster.errors import StationError
from broadcaster.services.setup.elsewhere.carrying_out import target_of, wanted
from broadcaster.services.station import Station
from broadcaster.targets.usb import UsbTarget

_ITSELF: Final = "tự động"


def carry_after(station: Station, session: Session, backup: int) -> None:
    """Ask for the night's backup to be carried to every place, once the job `backup` has ended."""
    if station.settings.backup.recipient:
        for name in station.settings.backup.targets:
            wanted(session, station, name, by=_ITSELF, after=backup)


class Sticks:
    """The sticks of the settings, watched for as long as a worker lives."""

    def __init__(self) -> None:
        self._there: set[str] = set()

    def look(self, station: Station) -> None:
        """Ask for a copy onto each stick that was not there at the last look."""
        if not station.settings.backup.recipient:
            return
        now_there = {name for name in station.settings.backup.targets if _is_there(station, name)}
        if fresh := now_there - self._there:
            with station.db.write() as session:
                for name in sorted(fresh):
                    wanted(session, station, name, by=_ITSELF)
        self._there = now_there


def _is_there(station: Station, name: str) -> bool:
    try:
        target = target_of(station, name)
    except StationError:
        return False
    return isinstance(target, UsbTarget) and target.mounted() is not None
