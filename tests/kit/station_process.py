"""A real play-out process for tests that kill it: `python station_process.py HOME`."""

from __future__ import annotations

import sys
import threading

from broadcaster.playout.engine import Playout
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.services.desk import beside
from broadcaster.services.station import open_station

if __name__ == "__main__":
    station = open_station(sys.argv[1])
    sinks = {name: SimulatedHorn(name) for name in ("main", "aircheck")}
    playout = Playout(*beside(station, refusal=lambda *_: None), sinks=sinks)
    print("ready", flush=True)
    playout.run(threading.Event())
