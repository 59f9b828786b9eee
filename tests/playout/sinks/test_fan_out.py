"""A zone with several sinks, zones that share one, and the volume of the hour."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.clock import SystemClock
from broadcaster.domain.air.broadcasts import Broadcast, BroadcastKind
from broadcaster.domain.air.causes import NOTHING, Cause
from broadcaster.domain.air.desk import Bundle
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.log.proof import SILENT_DBFS
from broadcaster.domain.setup.zones import Correction, Zone, least_audible, parse_bands
from broadcaster.errors import AirError
from broadcaster.home import Home
from broadcaster.playout.airing.lineup import volume
from broadcaster.playout.sinks import Sinks, resolve_sinks
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.settings import Settings, SoundSettings
from tests.kit.air import ALL_DAY, make_air
from tests.kit.live import ended, running
from tests.kit.sinks import Catch
from tests.kit.waiting import until

SECOND = dt.timedelta(seconds=1)


class Dead(SimulatedHorn):
    """A sink whose cable is cut."""

    def open(self, feed):
        raise AirError("Đứt dây.")


@pytest.fixture
def both(live):
    live.sound("ngắn", 0.5)
    live.sound("vừa", 1.0, 900)
    live.zones("ap-1", sink="hai-nga")
    live.zones("ap-2", sink="mot")
    return live


def play(air, one, other):
    items = [air.cue(1, "ngắn"), air.cue(2, "vừa")]
    number = air.plan(air.station.now() + 0.6 * SECOND, items, "ap-1", "ap-2")
    with running(air, sinks=Sinks({"mot": one, "hai": other}, {}, {"hai-nga": ("mot", "hai")})):
        row = ended(air, number)
        incidents = [i.what for i in air.incidents()]
    return row, {(e.item_no, e.zone): e.outcome for e in air.log(number)}, incidents


@pytest.mark.medium
def test_a_zone_with_two_sinks_is_heard_through_both_and_logged_once(both):
    one, other = SimulatedHorn("mot"), SimulatedHorn("hai")
    row, log, _ = play(both, one, other)
    assert row.state.value == "aired"
    assert log == {(n, z): Outcome.FULL for n in (1, 2) for z in ("ap-1", "ap-2")}
    assert one.samples == other.samples == 72_000


@pytest.mark.slow
@pytest.mark.parametrize("dead", ["mot", "hai"])
def test_one_dead_sink_of_two_does_not_silence_the_zone_and_is_told(both, dead):
    sinks = {n: Dead(n) if n == dead else SimulatedHorn(n) for n in ("mot", "hai")}
    _, log, _ = play(both, sinks["mot"], sinks["hai"])
    assert log[1, "ap-1"] is log[2, "ap-1"] is Outcome.FULL
    assert log[1, "ap-2"] is (Outcome.FAILED if dead == "mot" else Outcome.FULL)
    assert f"sink-{dead}" in {i.what for i in both.incidents()}


@pytest.mark.slow
@pytest.mark.parametrize("dead", ["", "mot", "hai"])
def test_the_log_names_as_neighbours_only_those_whose_own_output_let_it_out(tmp_path, dead):
    wired = "kind = 'null'\n[playout.sinks.mot]\nkind = 'null'\n[playout.sinks.hai]\nkind = 'null'\n"
    wired += "[playout.sinks.hai-nga]\nkind = 'fan_out'\noptions = {sinks = ['mot', 'hai']}"
    air = make_air(tmp_path / "dai", SystemClock(), windows=ALL_DAY, main=wired)
    air.sound("ngắn", 0.5)
    air.zones("ap-1", sink="hai-nga")
    air.zones("gan", sink="mot")
    air.zones("xa", sink="hai")
    number = air.plan(air.station.now() + 0.6 * SECOND, [air.cue(1, "ngắn")], "ap-1")
    sinks = {n: Dead(n) if n == dead else Catch(n) for n in ("mot", "hai")}
    with running(air, sinks=Sinks(sinks, {}, {"hai-nga": ("mot", "hai")})):
        ended(air, number)
    (entry,) = air.log(number)
    assert entry.outcome is Outcome.FULL
    sounded = [n for n, sink in sinks.items() if n != dead and len(sink.samples)]
    assert sorted(entry.also) == [zone for zone, sink in (("gan", "mot"), ("xa", "hai")) if sink in sounded]
    assert len(entry.also) == (1 if dead else 2)
    air.station.close()


@pytest.mark.slow
def test_a_zone_whose_sinks_are_all_dead_has_heard_nothing(both):
    row, log, _ = play(both, Dead("mot"), Dead("hai"))
    assert set(log.values()) == {Outcome.FAILED}
    assert len(log) == 4
    assert "Đứt dây" in row.verdict


@pytest.mark.parametrize("options", [{}, {"sinks": ["main"]}, {"sinks": ["main", "khong-co"]}, {"sinks": "main"}])
def test_a_name_for_several_wants_at_least_two_that_exist(tmp_path, options):
    sinks = {"main": {"kind": "null"}, "mang": {"kind": "null"}, "ca-hai": {"kind": "several", "options": options}}
    settings = Settings.model_validate({"playout": {"sinks": sinks}})
    found = resolve_sinks(settings, Home(tmp_path), SystemClock())
    assert [why for why in found.notes.values() if "“ca-hai”" in why]
    named = settings.several.get("ca-hai", ("ca-hai",))
    assert any(found.examine(name)[0] for name in named), "who points to it is told that nobody hears it"
    assert set(named) <= found.by_name.keys()
    assert not found.examine("mang")[0]


def test_a_name_for_several_is_resolved(tmp_path):
    options = {"sinks": ["main", "mang"]}
    sinks = {"main": {"kind": "null"}, "mang": {"kind": "null"}, "ca-hai": {"kind": "several", "options": options}}
    found = resolve_sinks(Settings.model_validate({"playout": {"sinks": sinks}}), Home(tmp_path), SystemClock())
    assert isinstance(found, Sinks)
    assert found.several == {"ca-hai": ("main", "mang")}


# Volume

LEAST = least_audible(SoundSettings().loudness)


def bundle(kind=BroadcastKind.ROTATION, **zones):
    at = dt.datetime(2026, 3, 2, 22, 0, tzinfo=dt.UTC)
    b = Broadcast(
        id=1,
        title="Buổi",
        kind=kind,
        starts_at=at,
        ends_at=at + dt.timedelta(minutes=30),
        zones=tuple(zones),
        rundown=(),
    )
    return Bundle(b, zones)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=5), st.times())
def test_a_shared_sink_is_never_louder_than_any_of_its_zones_asked_for(volumes, time):
    zones = {
        f"z{n}": Zone(code=f"z{n}", name="", volume=v, bands=parse_bands(["05:00-06:00 40"]))
        for n, v in enumerate(volumes)
    }
    asked = [40 if dt.time(5) <= time < dt.time(6) else v for v in volumes]
    softest, why = volume(bundle(**zones), tuple(zones), time, LEAST)
    assert softest == min(asked) / 100
    wanted = Cause.VOLUME_NOUGHT if softest == 0 else Cause.TOO_SOFT if min(asked) < LEAST else None
    assert why.cause is wanted
    assert volume(bundle(BroadcastKind.EMERGENCY, **zones), tuple(zones), time, LEAST) == (
        max(*volumes, 40) / 100,
        NOTHING,
    )


@given(st.floats(-30, -9))
def test_what_is_too_soft_to_be_heard_is_what_the_stations_own_listener_calls_silence(loudness):
    least = least_audible(loudness)
    assert loudness + 20 * math.log10(least / 100) >= SILENT_DBFS - 1e-9
    assert loudness + 20 * math.log10(max(least - 1, 0.1) / 100) < SILENT_DBFS
    assert LEAST == 7


def test_an_emergency_is_loud_where_a_zone_was_set_to_nothing():
    zones = {"z": Zone(code="z", name="", volume=0)}
    assert volume(bundle(BroadcastKind.EMERGENCY, **zones), ("z",), dt.time(5), LEAST) == (1.0, NOTHING)


def test_a_correction_that_makes_a_soft_zone_softer_counts():
    soft = Zone(code="z", name="Chợ", volume=10, correction=Correction(gain=-6))
    assert volume(bundle(z=soft), ("z",), dt.time(5), LEAST)[1].cause is Cause.TOO_SOFT


@pytest.mark.slow
def test_the_volume_follows_the_hour_while_it_airs(live):
    air = live
    air.sound("dài", 3.0)
    air.zones("ap-1", volume=80)
    now = air.station.local(air.station.now())
    change = now + dt.timedelta(minutes=1)
    if change.date() != now.date():
        pytest.skip("at midnight there is no band that spans the change")
    sink = Catch()
    number = air.plan(air.station.now() + 0.6 * SECOND, [air.cue(1, "dài")], "ap-1")
    with running(air, sinks={"main": sink}) as playout:
        until(lambda: len(sink.samples) > 48_000)
        (one,) = playout.register.horns.on_their_way()
        window = f"{now:%H:%M}-23:59 20"
        zone = one.state.bundle.zones["ap-1"]
        changed = Bundle(
            one.state.broadcast,
            {
                "ap-1": type(zone)(
                    **{f: getattr(zone, f) for f in ("code", "name", "place", "sink", "volume", "enabled")},
                    bands=parse_bands([window]),
                )
            },
        )
        one._become(bundle=changed)
        ended(air, number)
    heard = sink.samples.astype(float)
    early, late = np.abs(heard[9600:38400]).max(), np.abs(heard[-24000:]).max()
    assert early == pytest.approx(12000 * 0.8, rel=0.02)
    assert late == pytest.approx(12000 * 0.2, rel=0.02)
