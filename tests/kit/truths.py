"""What must be true of a story: no word of the panel, of an answer or of the log may contradict the meters."""

from __future__ import annotations

from collections import defaultdict

from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.setup.zones import ZoneState
from tests.kit.story import CHUNK_MS, OUTPUTS, SLACK_MS, TERMINAL, Story

SEEN_S = 2.0
"""The panel may be so late."""
SOUNDING_MS = 150
"""Sound of a moment's edge."""


def panel_tells_what_sounds(story: Story) -> None:
    """For two seconds nothing is done; then no zone is said to sound that is silent, and none to be silent that sounds."""
    before = {z.code: z for z in story.present().zones}
    since = story.turns.monotonic()
    story.wait(SEEN_S)
    after = {z.code: z for z in story.present().zones}
    wrong = []
    for code, output in OUTPUTS.items():
        ms = story.meters[output].ms(since, since + SEEN_S)
        said = {before[code].state, after[code].state}
        if said == {ZoneState.AIR} and ms == 0:
            wrong.append(f"{code}: said “{after[code].words}”, and was silent for {SEEN_S} s")
        if ZoneState.AIR not in said and ms > SEEN_S * 1000 - 2 * CHUNK_MS:
            wrong.append(f"{code}: said “{after[code].words}”, and sounded for {ms} ms")
    assert not wrong, "\n".join([*story.said, *wrong])


def log_tells_what_sounded(story: Story) -> None:
    """When all is over: every sound has its entries, every entry its sound, and every broadcast one true verdict."""
    wrong: list[str] = []
    entries = defaultdict(list)
    for e in story.entries():
        entries[e.broadcast_id, e.zone].append(e)
    rows = {b.id: b for b in story.rows()}
    for output, meter in story.meters.items():
        zones = [z for z, o in OUTPUTS.items() if o == output]
        for number in sorted({s.broadcast for s in meter.heard} | set(rows)):
            row = rows.get(number)
            if row is None:
                wrong.append(f"broadcast {number} sounded and is in no row")
                continue
            wrong += _compared(row, meter.ms(broadcast=number), {z: entries[number, z] for z in zones})
    held = {one.number for one in story.present().held if not one.urgent}  # these are listed, and wait for a person
    open_ones = [b for b in rows.values() if _unended(story, b) and b.id not in held]
    wrong += [f"broadcast {b.id} “{b.title}” has no verdict: {b.state}" for b in open_ones]
    if not story.log_holds():
        wrong.append("the chain of the log is broken")
    assert not wrong, "\n".join([*story.said, *wrong])


def _compared(row: BroadcastRow, ms: int, entries: dict[str, list]) -> list[str]:
    wrong = []
    name = f"broadcast {row.id} “{row.title}” ({row.state})"
    addressed = {z: found for z, found in entries.items() if z in row.zones}
    if ms > SLACK_MS and not any(found for found in addressed.values()):
        wrong.append(f"{name}: {ms} ms sounded through {'/'.join(entries)} without an entry")
    for zone, found in addressed.items():
        heard = sum(e.heard_ms for e in found)
        slack = SLACK_MS * max(1, len(found))
        if heard > ms + slack:
            wrong.append(f"{name}, {zone}: the log says {heard} ms, the meter {ms}")
        if row.state in {BroadcastState.AIRED, BroadcastState.PARTIAL} and found and heard + slack + 1000 < ms:
            wrong.append(f"{name}, {zone}: the meter says {ms} ms, the log {heard}")
        short = [e for e in found if e.outcome is Outcome.FULL and e.heard_ms + SLACK_MS < e.duration_ms]
        wrong += [f"{name}, {zone}: “{e.title}” is full with {e.heard_ms} of {e.duration_ms} ms" for e in short]
    return wrong


def _unended(story: Story, row: BroadcastRow) -> bool:
    return row.state not in TERMINAL and (story.station.now() - row.ends_at).total_seconds() > OVERDUE_S


OVERDUE_S = 200.0


def stopped_is_silent(story: Story) -> None:
    """Nothing of what a stop held back sounds until a person lets it go on."""
    wrong = []
    emergency_of = {b.id: b.emergency_id for b in story.rows()}
    for stop in story.stops:
        for output in stop.outputs:
            for s in story.meters[output].heard:
                same = s.broadcast in stop.broadcasts or emergency_of.get(s.broadcast) in stop.emergencies
                if same and stop.at < s.start < stop.until:
                    wrong.append(
                        f"stopped at {stop.at:.2f} in {output}, broadcast {s.broadcast} sounds at {s.start:.2f}"
                    )
                    break
    assert not wrong, "\n".join([*story.said, *wrong])
