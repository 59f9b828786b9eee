"""What a person runs on this machine to turn the station on: pages, alerts and the doctor say the same."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from broadcaster.boot.unit import PLACES


def command(places: tuple[Path, ...] = PLACES) -> str:
    """The command: of the service, where the machine has one."""
    if sys.platform == "win32":
        import psutil  # noqa: PLC0415 - only Windows is asked

        return "loa service restart" if any(one.name() == "loa" for one in psutil.win_service_iter()) else "loa up"
    return "sudo loa service restart" if any(path.is_file() for path in places) else "loa up"


TURN_ON: Final = command()
"""As it was when this process began."""
