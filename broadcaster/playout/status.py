"""What play-out says of itself in its heartbeat: read by the panel, `doctor` and the start-up lines."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping

from broadcaster.domain.air.broadcasts import Phase
from broadcaster.domain.air.desk import STATUS_VERSION, Bundle, OnAir, Status
from broadcaster.domain.air.outlets import Outlet
from broadcaster.playout.airing.contract import AiringState


def status_of(
    now: dt.datetime,
    host: str,
    airings: Iterable[AiringState],
    pinned: Iterable[Bundle],
    sinks: Mapping[str, str],
    hold: str,
    muted: list[str],
    *,
    clock_doubted: bool = False,
    outlets: Mapping[str, Outlet] | None = None,
    threads: Mapping[str, str] | None = None,
) -> Status:
    """The state of play-out at this moment."""
    sounding = [_airing(one) for one in airings if one.phase is Phase.AIR]
    on_their_way = {one.broadcast.id for one in airings if one.phase is Phase.AIR}
    coming = sorted(
        (b.broadcast for b in pinned if b.broadcast.id not in on_their_way), key=lambda b: (b.starts_at, b.id)
    )
    following = next((b for b in coming if b.starts_at >= now), None)
    return {
        "v": STATUS_VERSION,
        "host": host,
        "pid": os.getpid(),
        "on_air": sounding,
        "next": None
        if following is None
        else {
            "broadcast": following.id,
            "title": following.title,
            "kind": following.kind.value,
            "starts_at": following.starts_at.isoformat(),
            "zones": list(following.zones),
            "items": len(following.rundown),
        },
        "sinks": {name: why or "ok" for name, why in sinks.items()},
        "outlets": {name: outlet.value for name, outlet in (outlets or {}).items()},
        "hold": hold,
        "clock_doubted": clock_doubted,
        "muted": muted,
        "threads": dict(threads or {}),
    }


def _airing(one: AiringState) -> OnAir:
    b = one.broadcast
    lanes = [lane for lane in one.lanes if lane.sounds]
    lane = next((lane for lane in lanes if lane.on_item is not None), lanes[0] if lanes else None)
    item = next((i for i in b.rundown if lane is not None and i.no == lane.on_item), None)
    return {
        "broadcast": b.id,
        "title": b.title,
        "kind": b.kind.value,
        "item": None
        if item is None
        else {"no": item.no, "title": item.title, "kind": item.kind, "script_id": item.script_id},
        "items": len(b.rundown),
        "zones": [z for lane in lanes for z in lane.zones],
        "planned_at": b.starts_at.isoformat(),
        "broadcast_started_at": one.started_at.isoformat() if one.started_at else None,
        "broadcast_position_ms": lane.position_ms if lane else 0,
        "broadcast_duration_ms": b.sound_ms,
        "started_at": lane.item_started_at.isoformat() if lane and lane.item_started_at else None,
        "position_ms": lane.item_ms if lane else 0,
        "duration_ms": item.duration_ms if item else 0,
        "level": lane.level if lane else None,
        "levels": {lane.sink.name: lane.level for lane in lanes},
        "quiet_s": {lane.sink.name: round(lane.quiet_s, 1) for lane in lanes},
    }
