"""From what an ear found to the journal: each item and zone gets its proof, and the operator the alarm."""

from __future__ import annotations

from dataclasses import replace

from broadcaster.domain.log.playlog import entry_id
from broadcaster.domain.log.proof import CapturePoint, ItemFinding, Proof
from broadcaster.playout.airing.contract import OnItsWay
from broadcaster.playout.airing.machine import Machine
from broadcaster.playout.monitor.comparator import Comparator
from broadcaster.playout.monitor.confidence_feed import ConfidenceFeed
from broadcaster.playout.sinks import return_command
from broadcaster.playout.sinks.base import Sink


def listener(machine: Machine, airing: OnItsWay, sink: Sink, zones: tuple[str, ...]) -> Comparator | None:
    """Listens to a broadcast on a sink; None where play-out does not prove (a simulation)."""
    if not machine.proves:
        return None

    horns = machine.sinks.outlet(sink.name).heard

    def found(item_no: int, finding: ItemFinding) -> None:
        finding = finding if horns else replace(finding, ear=CapturePoint.RECORDED)
        state, at = airing.state, machine.clock.now()
        name, offset = next((lane.places[item_no] for lane in state.lanes if item_no in lane.places), (None, None))
        proofs = [Proof(entry_id(state.broadcast.id, item_no, z), finding, name, offset, at) for z in zones]
        machine.journal.write("proof", *(p.as_json() for p in proofs))

    command = return_command(sink)
    back = ConfidenceFeed(command, lambda why: machine.incidents.tell(f"return-{sink.name}", why)) if command else None
    return Comparator(machine.clock, back, lambda why: machine.incidents.tell(f"heard-{sink.name}", why), found)
