"""What a person sends in a day is counted in the station's own folder: over a restart, and day by day."""

from __future__ import annotations

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.services.disk_room import refuses_share
from broadcaster.services.station import Station, open_station

MOST = 4_000_000_000


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_share_of_the_day_holds_over_a_restart(station: Station, clock: FrozenClock) -> None:
    assert refuses_share(station, "1", 3_000_000_000, MOST) == ""
    again = open_station(station.home.root, clock=clock)
    try:
        assert "3 GB" in refuses_share(again, "1", 1_000_000_001, MOST)
        assert refuses_share(again, "2", 1_000_000_001, MOST) == "", "of each person"
        assert refuses_share(again, "1", 1_000_000_000, MOST) == "", "what was refused counts for nothing"
        (station.home.run / "sent-today.json").write_text("[1")
        assert refuses_share(again, "1", 1, MOST) == "", "a broken file keeps nobody out"
        assert refuses_share(again, "1", MOST - 1, MOST) == ""
        clock.advance(24 * 3600)
        assert refuses_share(again, "1", MOST, MOST) == ""
    finally:
        again.close()
