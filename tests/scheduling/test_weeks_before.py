"""The coming weeks against those before: what aired regularly and has no airing ahead, zone by zone."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.scheduling.air_difference import AirSession
from broadcaster.scheduling.weeks_before import REGULAR, gone

FIRST = dt.datetime(2026, 3, 2)
SESSIONS = st.lists(
    st.builds(
        lambda rotation, slot, day, hour, zones: AirSession(
            rotation=rotation,
            rotation_title=rotation,
            slot=slot,
            title=f"Buổi {slot}",
            at=FIRST + dt.timedelta(days=day, hours=hour),
            length=dt.timedelta(minutes=20),
            zones=frozenset(zones),
        ),
        st.sampled_from("xy"),
        st.sampled_from("pq"),
        st.integers(0, 6),
        st.sampled_from([5, 17]),
        st.sets(st.sampled_from("abc"), min_size=1),
    ),
    max_size=8,
)


@given(SESSIONS, SESSIONS)
def test_a_regular_session_is_listed_where_no_zone_hears_it_nor_anything_at_its_hour(
    past: list[AirSession], ahead: list[AirSession]
) -> None:
    found = {(s.rotation, s.slot, z) for s in gone(past, ahead) for z in s.zones}
    by_hand = set()
    for rotation, slot in {(s.rotation, s.slot) for s in past}:
        mine = [s for s in past if (s.rotation, s.slot) == (rotation, slot)]
        hour = max(mine, key=lambda s: s.at).at.time()
        for zone in "abc":
            heard = any(zone in s.zones for s in mine) and len(mine) >= REGULAR
            stands = any(zone in s.zones and (s.slot == slot or s.at.time() == hour) for s in ahead)
            if heard and not stands:
                by_hand.add((rotation, slot, zone))
    assert found == by_hand
