"""Sound before everything else: ask the operating system for it, and do without when it says no."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

_NICE = -10
_REAL_TIME = 10
_SWITCH_S = 0.001
"""How long another thread of this process may keep a player waiting for the interpreter (s; Python's own is 5 ms)."""


def favour_process() -> None:
    """Put this process before renders and pages where the system allows it (an administrator, or a service limit)."""
    sys.setswitchinterval(_SWITCH_S)
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, _NICE)


def favour_thread() -> None:
    """Put the calling thread before all ordinary ones where the system allows it; it must sleep most of the time."""
    if hasattr(os, "sched_setscheduler"):
        with contextlib.suppress(OSError, AttributeError):
            # what this thread starts, such as the packing of a recording, begins as ordinary work again
            policy = os.SCHED_RR | os.SCHED_RESET_ON_FORK
            os.sched_setscheduler(threading.get_native_id(), policy, os.sched_param(_REAL_TIME))
