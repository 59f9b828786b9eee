"""Play-out on a thread over the machine's clock, as `loa playout` runs it on its main thread; and waiting for it."""

from __future__ import annotations

import threading
from contextlib import contextmanager

from broadcaster.playout.engine import Playout
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.services.desk import beside
from tests.kit.waiting import until


@contextmanager
def running(air, **options):
    """Run play-out over an `Air`, on null sinks unless told otherwise."""
    reserve = options.pop("reserve", None)
    options.setdefault("sinks", {"main": SimulatedHorn("main"), "aircheck": SimulatedHorn("aircheck")})
    with living(Playout(*beside(air.station, refusal=air.refusal), **options), reserve) as playout:
        yield playout


@contextmanager
def living(playout, reserve=None):
    """Run a play-out that was made."""
    stop = threading.Event()
    thread = threading.Thread(target=playout.run, args=(stop, reserve))
    thread.start()
    try:
        yield playout
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def ended(air, number):
    return until(lambda: air.row(number).state.terminal and air.row(number))
