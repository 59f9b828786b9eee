"""Turn the system's stop signals into one event."""

from __future__ import annotations

import signal
import threading
from types import FrameType


def stop_event(*, closed_window: bool = True) -> threading.Event:
    """An event that Ctrl-C, SIGTERM, SIGHUP or a Windows break sets. Call it in the main thread.

    Without `closed_window` whoever waits for it goes on when the window is closed.
    """
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, signal.SIG_IGN if name == "SIGHUP" and not closed_window else on_signal)
    return stop
