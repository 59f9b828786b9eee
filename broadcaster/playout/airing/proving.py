"""From what an ear found to the journal: each item and zone gets its proof, and the operator the alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from broadcaster.domain.proof import Finding, Proof
from broadcaster.playout.monitor.comparator import Listener
from broadcaster.playout.monitor.confidence_feed import Return
from broadcaster.playout.record.asrun import entry_id
from broadcaster.playout.sinks import return_command
from broadcaster.playout.sinks.base import Sink

if TYPE_CHECKING:
    from broadcaster.playout.airing.airing import Airing


def listener(airing: Airing, sink: Sink, zones: tuple[str, ...]) -> Listener | None:
    """Return the ear of a broadcast on a sink; None where play-out does not prove (a simulation)."""
    crew = airing.crew
    if not crew.proves:
        return None

    def found(item_no: int, finding: Finding) -> None:
        name, offset = next((lane.places[item_no] for lane in airing.lanes if item_no in lane.places), (None, None))
        at = crew.clock.now()
        proofs = [Proof(entry_id(airing.broadcast.id, item_no, z), finding, name, offset, at) for z in zones]
        crew.journal.write("proof", *(p.as_json() for p in proofs))

    command = return_command(sink)
    back = Return(command, lambda why: crew.alarm(f"return-{sink.name}", why)) if command else None
    return Listener(back, lambda why: crew.alarm(f"heard-{sink.name}", why), found)
