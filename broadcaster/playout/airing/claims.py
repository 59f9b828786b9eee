"""Whose broadcast, whose zones: the claim of a row at T-30 s, and of the horns just before T."""

from __future__ import annotations

import datetime as dt
import logging
import queue
import threading
from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from broadcaster.clock import Clock
from broadcaster.domain.broadcasts import Broadcast, BroadcastKind, Phase
from broadcaster.domain.causes import Cause, Why
from broadcaster.domain.desk import Bundle, Desk, DeskAwayError
from broadcaster.playout.airing.airing import Airing
from broadcaster.playout.airing.lineup import ways
from broadcaster.playout.host.lease import Tenure
from broadcaster.playout.record.pinned import Shelf

log = logging.getLogger(__name__)

_CLAIM_S = 15.0
_HURRY_S = 3.0
_MARGIN_S = 8.0
_RELEASE_S = 0.5
_ONE_AT_A_TIME = threading.Lock()
T = TypeVar("T")


class Claims:
    """Claims broadcasts and checks them anew; while the desk is away, what is pinned counts."""

    def __init__(self, desk: Desk, clock: Clock, shelf: Shelf, tenure: Tenure, *, inline: bool = False) -> None:
        self._desk = desk
        self._clock = clock
        self._shelf = shelf
        self._tenure = tenure
        self._inline = inline

    def confirm(self, bundle: Bundle) -> Bundle | None:
        """Return the broadcast as it now stands, ours; None when it was taken back or is another machine's.

        The desk is asked on a thread of its own, for it may hang; only one play-out has this home's lock, so a
        broadcast that was pinned here may air without its answer.
        """
        if self._inline:
            return self._claim(bundle)
        left = (bundle.broadcast.starts_at - self._clock.now()).total_seconds() - _MARGIN_S
        try:
            return within(min(max(left, _HURRY_S), _CLAIM_S), lambda: self._claim(bundle))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the desk, what was pinned airs
            log.warning("broadcast %s airs as pinned: %s", bundle.broadcast.id, error)
            return bundle

    def _claim(self, bundle: Bundle) -> Bundle | None:
        fresh = self._desk.claim(bundle.broadcast.id, self._clock.now(), self._tenure.heir_since)
        if fresh is not None:
            self._shelf.put(fresh)
        return fresh


def within(limit_s: float, ask: Callable[[], T]) -> T:
    """Ask on a thread of its own, and do not wait for the answer beyond `limit_s`.

    Raises:
        DeskAwayError: there is none by then.
    """
    box: queue.SimpleQueue[tuple[T, None] | tuple[None, Exception]] = queue.SimpleQueue()

    def work() -> None:
        try:
            box.put((ask(), None))
        except Exception as error:  # noqa: BLE001 - carried over to the asking thread
            box.put((None, error))

    threading.Thread(target=work, name="desk-question", daemon=True).start()
    try:
        answer, error = box.get(timeout=limit_s)
    except queue.Empty:
        raise DeskAwayError("Cơ sở dữ liệu không trả lời kịp.") from None
    if error is not None:
        raise error
    return cast("T", answer)


def reserve(
    clock: Clock, on_their_way: Callable[[], list[Airing]], wanting: Airing, by_sink: Mapping[str, tuple[str, ...]]
) -> Mapping[str, Why]:
    """Wait until the zones are free (the slot before may end this very second); an emergency makes them so."""
    urgent = wanting.broadcast.kind is BroadcastKind.EMERGENCY
    planned = (wanting.broadcast.starts_at - clock.now()).total_seconds()
    give_up = clock.monotonic() + max(planned, 0.0) + _RELEASE_S
    wanting.wanted = by_sink
    while True:
        with _ONE_AT_A_TIME:
            too_late = clock.monotonic() >= give_up
            busy = _busy(on_their_way(), wanting, by_sink, coming=not too_late)
            if not busy or too_late:
                wanting.granted = True
                return busy
        if urgent:
            for other in on_their_way():
                if other is not wanting and other.broadcast.kind is not BroadcastKind.EMERGENCY:
                    other.cut(_touched(other, by_sink), yielded(wanting.broadcast), wanting.by, waiting=True)
        clock.sleep_until(clock.monotonic() + 0.01)


def yielded(urgent: Broadcast) -> Why:
    """Why an item was cut by an emergency."""
    return Why(Cause.YIELDED_TO_EMERGENCY, "Nhường sóng cho phát khẩn cấp.", urgent.id)


def taken_by(other: Broadcast) -> Why:
    """Why a zone was not free."""
    urgent = other.kind is BroadcastKind.EMERGENCY
    text = f"Đang phát buổi “{other.title}”."
    return Why(Cause.YIELDED_TO_EMERGENCY, text, other.id) if urgent else Why(Cause.ZONE_BUSY, text)


def _touched(other: Airing, by_sink: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Return the zones of `other` that must fall silent before those in `by_sink` can be heard."""
    wanted = {zone for zones in by_sink.values() for zone in zones}
    shared = [lane for lane in other.lanes if lane.sink.exclusive and lane.sink.name in by_sink]
    return wanted | {zone for lane in shared for zone in lane.zones}


def _busy(
    others: list[Airing], wanting: Airing, by_sink: Mapping[str, tuple[str, ...]], *, coming: bool
) -> dict[str, Why]:
    """Return the zones that others have, with the reason.

    With `coming`, those count too whose turn is earlier and who are not in line yet: two that are called in the same
    second, as after a restart, keep their order.
    """
    busy: dict[str, Why] = {}
    for other in others:
        if other is wanting or other.phase is Phase.OVER:
            continue
        taken = [(lane.sink.name, lane.zones) for lane in other.lanes if not lane.over]
        first = _turn(other) < _turn(wanting)
        if not other.lanes and (other.granted or (first and (other.wanted or coming))):
            # Its players are about to stand there, or its turn comes first.
            taken = [
                (sink, tuple(zones)) for sink, zones in (other.wanted or ways(other.crew, other.bundle).by_sink).items()
            ]
        for sink, others_zones in taken:
            for name, zones in by_sink.items():
                same = sink == name and wanting.crew.sinks[sink].exclusive
                shared = set(zones) if same else set(zones) & set(others_zones)
                busy |= dict.fromkeys(shared, taken_by(other.broadcast))
    return busy


def _turn(one: Airing) -> tuple[bool, dt.datetime, int]:
    """Return who comes first when several wait for the same horns."""
    b = one.broadcast
    at = dt.datetime.min.replace(tzinfo=dt.UTC) if one.at_once else b.starts_at
    return b.kind is not BroadcastKind.EMERGENCY, at, b.id
