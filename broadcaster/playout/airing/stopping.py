"""STOP: silence on outputs, at once and until a person orders something anew; answered with what really fell silent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from broadcaster.domain.air.desk import Order, OrderEffect
from broadcaster.domain.air.stops import Stop, Stops
from broadcaster.playout.airing.horns import Horns
from broadcaster.playout.airing.machine import Machine
from broadcaster.playout.sinks import AIRCHECK
from broadcaster.playout.sound.player import Lane

_WAIT_S = 1.0
"""So long the answer waits for the sound to be gone; then it says where it is not."""
_LOOK_S = 0.005


def stop(machine: Machine, horns: Horns, order: Order) -> tuple[str, OrderEffect]:
    """Carry out a stop; return the answer and what came of it.

    The stop is known to everything on its way before anything is cut, so that nothing begins in between; the disk
    comes after the silence.
    """
    begun = machine.clock.monotonic()
    given = Stop(order.at, order.by)
    outputs = _outputs(machine, horns, order.arguments)
    machine.stops.note(outputs - {AIRCHECK}, given)
    lanes: list[Lane] = []
    held: list[int] = []
    for one in horns.on_their_way():
        met = one.stop(outputs, given)
        lanes += met or ()
        if met == [] and one.held:
            held.append(one.state.broadcast.id)
    last = _silence(machine, lanes, begun)
    machine.stops.save()
    machine.journal.write("stops", Stops(dict.fromkeys(sorted(outputs - {AIRCHECK}), given)).as_json())
    silent = sorted({z for lane in lanes if lane.silent_at is not None for z in lane.zones})
    loud = sorted({z for lane in lanes if lane.silent_at is None for z in lane.zones})
    effect = OrderEffect(silent=silent, loud=loud, ms=round((last - begun) * 1000), held=sorted(held))
    return _words(order.arguments, effect), effect


def _outputs(machine: Machine, horns: Horns, arguments: Mapping[str, Any]) -> set[str]:
    """The outputs meant: those named, else those that the named zones are heard through, else all."""
    known = machine.sinks.by_name
    if named := arguments.get("outputs"):
        return {str(name) for name in named if name in known}
    zones = set(arguments.get("zones") or ())
    if not zones:
        return set(known)
    bundles = [one.state.bundle for one in horns.on_their_way()]
    bundles += [b for n in machine.pinned.numbers() if (b := machine.pinned.get(n)) is not None]
    sinks = {zone.sink for b in bundles for code, zone in b.zones.items() if code in zones}
    return {one for name in sinks for one in machine.sinks.several.get(name, (name,)) if one in known}


def _silence(machine: Machine, lanes: Collection[Lane], begun: float) -> float:
    """Wait until the lanes are silent; return when the last of them was, or now when one is not."""
    clock = machine.clock
    while any(lane.silent_at is None for lane in lanes) and clock.monotonic() < begun + _WAIT_S:
        clock.sleep_until(clock.monotonic() + _LOOK_S)
    return max((lane.silent_at or clock.monotonic() for lane in lanes), default=clock.monotonic())


def _words(arguments: Mapping[str, Any], effect: OrderEffect) -> str:
    said: list[str] = []
    wanted = set(arguments.get("zones") or ())
    if effect["silent"]:
        said.append(f"Đã dừng phát sau {effect['ms']} ms tại {', '.join(effect['silent'])}.")
        if more := sorted(set(effect["silent"]) - wanted) if wanted else []:
            said.append(f"Chung đường ra nên cũng dừng: {', '.join(more)}.")
    if effect["loud"]:
        said.append(f"CHƯA im tại {', '.join(effect['loud'])}: nếu vẫn nghe tiếng, hãy ngắt điện tăng âm.")
    if effect["held"]:
        said.append(f"Giữ lại {len(effect['held'])} buổi sắp phát, chờ người cho phát tiếp.")
    return " ".join(said) or "Không có gì đang phát ở đó."
