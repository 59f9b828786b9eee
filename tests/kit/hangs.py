"""A test that hangs ends its process, with a word of where each thread stands: no run is held up without one.

pytest-timeout interrupts a test once, and not at all behind its first failure: a `finally` that joins a thread, or what no
signal wakes, would stand for ever, and the whole run with it. Here the process itself ends; pytest-xdist names the test
that it was at, and goes on in a new one.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
from collections.abc import Generator
from typing import Final

import pytest

GRACE_S: Final = 60.0
"""So much longer than its timeout a test may last at most (s), for it is being tidied up; a short one twice as long."""
_CODE: Final = 70
_screen = os.dup(2)
"""Where a person reads, whatever pytest does with standard error meanwhile."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let this test last as long as its timeout and the grace, and not for ever."""
    seconds = allowed(item)
    if seconds is None:
        return (yield)
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(item.nodeid, seconds, over), name="hangs", daemon=True)
    watch.start()
    try:
        return (yield)
    finally:
        over.set()
        watch.join()


def allowed(item: pytest.Item) -> float | None:
    """How long a test may last until its process is ended (s); None where timeouts are turned off."""
    marker = item.get_closest_marker("timeout")
    asked = item.config.getoption("timeout")
    own = marker.args[0] if marker is not None and marker.args else item.config.getini("timeout")
    seconds = float(own if asked is None else asked)
    return seconds + min(seconds, GRACE_S) if seconds > 0 else None


def _watch(name: str, seconds: float, over: threading.Event) -> None:
    if over.wait(seconds):
        return
    os.write(_screen, f"\n{name} hangs: it lasted longer than {seconds:.0f} s. Its threads:\n".encode())
    faulthandler.dump_traceback(_screen, all_threads=True)
    sys.stderr.flush()
    os._exit(_CODE)
