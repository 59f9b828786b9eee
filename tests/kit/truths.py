"""What must be true of a story: no word of the panel, of an answer or of the log may contradict the meters."""

from __future__ import annotations

from collections import defaultdict

from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.log.playlog import Outcome
from tests.kit import truths_of_pages
from tests.kit.story import Story
from tests.kit.story_acts import QUIET_S, TERMINAL
from tests.kit.story_founding import OUTPUTS
from tests.kit.story_meter import CHUNK_MS, SLACK_MS

SEEN_S = 2.0
"""The panel may be so late."""


def panel_tells_what_sounds(story: Story) -> None:
    """For two seconds nothing is done; then nothing is said to sound that is silent, and none to be silent that sounds."""
    before = truths_of_pages.said(story)
    since = story.turns.monotonic()
    story.wait(SEEN_S)
    after = truths_of_pages.said(story)
    sounding = {name: m.ms(since, since + SEEN_S) for name, m in story.meters.items()}
    wrong = truths_of_pages.contradictions(before, after, sounding, CHUNK_MS, round(SEEN_S * 1000) - 2 * CHUNK_MS)
    assert not wrong, "\n".join([*story.said, *wrong])


def pages_agree(story: Story) -> None:
    """No page contradicts another at one moment."""
    wrong = truths_of_pages.zones_page_agrees(story)
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
            found = {z: entries[number, z] for z in zones}
            wrong += _compared(row, meter.ms(broadcast=number), found, written=number not in story.unwritten)
    held = {one.number for one in story.present().held if not one.urgent}  # these are listed, and wait for a person
    open_ones = [b for b in rows.values() if _unended(story, b) and b.id not in held]
    wrong += [f"broadcast {b.id} “{b.title}” has no verdict: {b.state}" for b in open_ones]
    wrong += truths_of_pages.pages_tell_what_was_heard(story)
    wrong += [f"the thread {name} failed {times} times" for name, times in story.turns.failed.items()]
    if not story.log_holds():
        wrong.append("the chain of the log is broken")
    assert not wrong, "\n".join([*story.said, *wrong])


def _compared(row: BroadcastRow, ms: int, entries: dict[str, list], *, written: bool) -> list[str]:
    """Never more than sounded, and never less where it could be `written`."""
    wrong = []
    name = f"broadcast {row.id} “{row.title}” ({row.state})"
    addressed = {z: found for z, found in entries.items() if z in row.zones}
    if written and ms > SLACK_MS and not any(found for found in addressed.values()):
        wrong.append(f"{name}: {ms} ms sounded through {'/'.join(entries)} without an entry")
    nothing = row.state in {BroadcastState.MISSED, BroadcastState.CANCELLED, BroadcastState.REFUSED}
    if ms > SLACK_MS and nothing:
        wrong.append(f"{name}: {ms} ms sounded through {'/'.join(entries)}")
    for zone, found in addressed.items():
        if row.state is BroadcastState.AIRED and {e.outcome for e in found} != {Outcome.FULL}:
            wrong.append(f"{name}, {zone}: {sorted(e.outcome for e in found)}")
        heard = sum(e.heard_ms for e in found)
        slack = SLACK_MS * max(1, len(found))
        if heard > ms + slack:
            wrong.append(f"{name}, {zone}: the log says {heard} ms, the meter {ms}")
        if (
            written
            and row.state in {BroadcastState.AIRED, BroadcastState.PARTIAL}
            and found
            and heard + slack + 1000 < ms
        ):
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
    emergency_of = {b.id: b.emergency_id for b in story.rows() if b.kind is BroadcastKind.EMERGENCY}
    for stop in story.stops:
        for output in stop.outputs:
            for s in story.meters[output].heard:
                urgent = emergency_of.get(s.broadcast)
                held = urgent in stop.emergencies if urgent else s.broadcast in stop.broadcasts
                key = (urgent, True) if urgent else (s.broadcast, False)
                let_go = any(stop.at - QUIET_S <= at <= s.start for at in story.let_go.get(key, ()))
                if held and stop.at < s.start and not let_go:
                    wrong.append(
                        f"stopped at {stop.at:.2f} in {output}, broadcast {s.broadcast} sounds at {s.start:.2f}"
                    )
                    break
    assert not wrong, "\n".join([*story.said, *wrong])
