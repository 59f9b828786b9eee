"""What the service manager of Windows starts: it starts `loa up` and ends it by closing the pipe that it follows.

Not tried on Windows yet.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from broadcaster.boot.windows import HOME_OPTION, NAME

_FRAMEWORK: Any = importlib.import_module("win32serviceutil").ServiceFramework if sys.platform == "win32" else object
_STOP_S: Final = 60


class LoaService(_FRAMEWORK):  # type: ignore[misc]
    """The service, as pywin32 calls it."""

    _svc_name_ = NAME
    _svc_display_name_ = "Loa Xã"
    _up: subprocess.Popen[bytes] | None = None

    def SvcDoRun(self) -> None:  # noqa: N802 - pywin32's name
        """Run the station until it ends; an end that nobody asked for counts as a fall, and Windows starts it again."""
        tool = importlib.import_module("win32serviceutil")
        home = tool.GetServiceCustomOption(NAME, HOME_OPTION)
        python = Path(sys.prefix) / "Scripts" / "python.exe"
        command = [str(python), "-m", "broadcaster", "--home", home, "up"]
        self._up = subprocess.Popen(command, stdin=subprocess.PIPE, env=os.environ | {"LOA_SUPERVISED": "1"})
        if code := self._up.wait():
            sys.exit(code)

    def SvcStop(self) -> None:  # noqa: N802 - pywin32's name
        """End it in order."""
        pending = importlib.import_module("win32service").SERVICE_STOP_PENDING
        self.ReportServiceStatus(pending, waitHint=_STOP_S * 1000)
        if self._up is not None and self._up.stdin is not None:
            self._up.stdin.close()
            self._up.wait(_STOP_S)
