"""Whose broadcast: the claim and the last check at T-30 s."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable
from typing import TypeVar, cast

from broadcaster.clock import Clock
from broadcaster.domain.air.desk import Bundle, Desk, DeskAwayError
from broadcaster.playout.host.lease import Lease
from broadcaster.playout.record.pinned import PinnedPlan
from broadcaster.threads import WatchedThread

log = logging.getLogger(__name__)

_CLAIM_S = 15.0
_HURRY_S = 3.0
_MARGIN_S = 8.0
T = TypeVar("T")


class Claims:
    """Claims broadcasts and checks them anew; while the desk is away, what is pinned counts."""

    def __init__(self, desk: Desk, clock: Clock, pinned: PinnedPlan, lease: Lease, *, inline: bool = False) -> None:
        self._desk = desk
        self._clock = clock
        self._pinned = pinned
        self._lease = lease
        self._inline = inline

    def confirm(self, bundle: Bundle) -> Bundle | None:
        """The broadcast as it now stands, ours; None when it was taken back or is another machine's.

        The desk is asked on a thread of its own, for it may hang; only one play-out has this home's lock, so a
        broadcast that was pinned here may air without its answer.
        """
        if bundle.broadcast.id < 0:
            return bundle  # ordered while no row could be written: nothing is to be claimed
        if self._inline:
            return self._claim(bundle)
        left = (bundle.broadcast.starts_at - self._clock.now()).total_seconds() - _MARGIN_S
        try:
            return within(min(max(left, _HURRY_S), _CLAIM_S), lambda: self._claim(bundle))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the desk, what was pinned airs
            log.warning("broadcast %s airs as pinned: %s", bundle.broadcast.id, error)
            return bundle

    def _claim(self, bundle: Bundle) -> Bundle | None:
        fresh = self._desk.claim(bundle.broadcast.id, self._clock.now(), self._lease.heir_since)
        if fresh is not None:
            self._pinned.put(fresh)
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

    WatchedThread(work, "desk-question", once=True).start()
    try:
        answer, error = box.get(timeout=limit_s)
    except queue.Empty:
        raise DeskAwayError("Cơ sở dữ liệu không trả lời kịp.") from None
    if error is not None:
        raise error
    return cast("T", answer)
