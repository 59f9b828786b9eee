"""The death of a thread, as a test brings it about."""

from __future__ import annotations

import ctypes
import threading


def kill(name: str) -> None:
    """Let the newest thread of a name die at its next step, as one dies whose exception no `except Exception` catches."""
    *_, victim = (one for one in threading.enumerate() if one.name == name)
    assert ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(victim.ident or 0), ctypes.py_object(SystemExit))
