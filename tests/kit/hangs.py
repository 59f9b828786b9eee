"""A test that hangs ends its process, with a word of where each thread stands: no run is held up without one.

pytest-timeout interrupts a test once, and not at all behind its first failure: a `finally` that joins a thread, or what no
signal wakes, would stand for ever, and the whole run with it. Here the process itself ends, by a thread that needs nothing
of the interpreter; pytest-xdist names the test that it was at, and goes on in a new one.
"""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Generator
from typing import Final

import pytest

GRACE_S: Final = 60.0
"""So much longer than its timeout a test may last at most (s), for it is being tidied up; a short one twice as long."""
_screen: Final = os.dup(2)
"""Where a person reads, whatever pytest does with standard error meanwhile."""


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let this test last as long as its timeout and the grace, and not for ever."""
    _watch(item)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(trylast=True)
def pytest_exception_interact(node: pytest.Item | pytest.Collector) -> None:
    """Watch on behind a failure, where pytest and pytest-timeout stop doing so for a debugger's sake."""
    if isinstance(node, pytest.Item):
        _watch(node)


def _watch(item: pytest.Item) -> None:
    marker = item.get_closest_marker("timeout")
    asked = item.config.getoption("timeout")
    own = marker.args[0] if marker is not None and marker.args else item.config.getini("timeout")
    seconds = float(own if asked is None else asked)
    if seconds > 0:
        faulthandler.dump_traceback_later(seconds + min(seconds, GRACE_S), file=_screen, exit=True)
