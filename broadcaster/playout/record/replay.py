"""From the journal to the desk: in order, as often as needed, with the same result."""

from __future__ import annotations

from broadcaster.domain.air.desk import Desk
from broadcaster.playout.record.journal import Journal


def replay(desk: Desk, journal: Journal) -> int:
    """Bring the desk everything that the journal holds; return how many lines it took.

    Raises:
        DeskAwayError: the desk is away; what is left is brought again later.
    """
    taken = 0
    while True:
        records, position = journal.unreplayed()
        if not records:
            return taken
        safe = desk.take(records)
        if safe < len(records):
            _, position = journal.unreplayed(safe)
        journal.replayed(position)
        taken += safe
