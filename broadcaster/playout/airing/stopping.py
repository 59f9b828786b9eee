"""Silence on order: of outputs until a person orders something anew, or of a part of one broadcast.

Each is answered with what really fell silent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.air.desk import Order, OrderEffect
from broadcaster.domain.air.stops import Stop, Stops
from broadcaster.playout.airing.horns import Horns
from broadcaster.playout.airing.machine import Machine
from broadcaster.playout.sinks import AIRCHECK
from broadcaster.playout.sound.player import Lane

_WAIT_S = 1.0
"""So long the answer waits for the sound to be gone; then it says where it is not."""
_LOOK_S = 0.005


def stop(machine: Machine, horns: Horns, order: Order, *, fresh: bool = False) -> tuple[str, OrderEffect]:
    """Carry out a stop, a `fresh` one as it was given this very moment; return the answer and what came of it.

    The stop is known to everything on its way before anything is cut, so that nothing begins in between; the disk
    comes after the silence.
    """
    begun = machine.clock.monotonic()
    if fresh:  # whatever is on its way was so before, though the wall clock was turned back since
        order = replace(order, at=max([order.at, *(one.wanted_since for one in horns.on_their_way())]))
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
    last = _silence(machine, lanes, begun, _sounds)
    machine.stops.save()
    machine.journal.write("stops", Stops(dict.fromkeys(sorted(outputs - {AIRCHECK}), given)).as_json())
    effect = OrderEffect(**_effect(lanes, begun, last, _sounds), held=sorted(held))
    return _words(order.arguments, effect), effect


def leave_out(machine: Machine, horns: Horns, order: Order) -> tuple[bool, str, OrderEffect]:
    """Leave items of a broadcast on its way out, or zones; return whether that was done, and what came of it.

    What is not on its way is looked at anew before it airs.
    """
    begun, number = machine.clock.monotonic(), int(order.arguments["broadcast_id"])
    items, zones = set(order.arguments.get("items") or ()), set(order.arguments.get("zones") or ())
    one = next((a for a in horns.on_their_way() if a.state.broadcast.id == number), None)
    if one is None:
        return False, "Buổi này không còn ở máy phát.", OrderEffect()
    why = Why(Cause.LEFT_OUT, f"{order.by or 'Người vận hành'} dừng phần này.")
    lanes = one.leave_out(items, zones, why, order.by)

    def sounds(lane: Lane) -> bool:
        return _sounds(lane) and (not items or lane.on_item in items)

    last = _silence(machine, lanes, begun, sounds)
    return True, "Đã dừng phần này.", _effect(lanes, begun, last, sounds)


def _sounds(lane: Lane) -> bool:
    return lane.silent_at is None


def _effect(lanes: Collection[Lane], begun: float, last: float, sounds: Callable[[Lane], bool]) -> OrderEffect:
    loud = {z for lane in lanes if sounds(lane) for z in lane.zones}
    silent = {z for lane in lanes for z in lane.zones} - loud
    return OrderEffect(silent=sorted(silent), loud=sorted(loud), ms=round((last - begun) * 1000))


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


def _silence(machine: Machine, lanes: Collection[Lane], begun: float, sounds: Callable[[Lane], bool]) -> float:
    """Wait until the lanes are silent; return when the last of them was, or now when one is not."""
    clock = machine.clock
    while any(map(sounds, lanes)) and clock.monotonic() < begun + _WAIT_S:
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
