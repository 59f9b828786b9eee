"""Stories that once ended in a contradiction, told as they were found."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from broadcaster.domain.air.broadcasts import BroadcastState, Origin
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.setup.zones import ZoneState
from broadcaster.playout.sinks.base import PROVEN_S
from broadcaster.services.air import orders
from tests.kit import story_acts as acts
from tests.kit import truths
from tests.kit.story import Story


def state_of(story: Story, zone: str) -> ZoneState:
    return next(z.state for z in story.present().zones if z.code == zone)


@pytest.mark.medium
def test_an_output_that_is_mended_is_well_once_it_has_carried_for_as_long_as_proves_it(story: Story) -> None:
    story.wait(125)  # the first slot is on air
    story.meters["rieng"].broken = "Dây loa bị đứt."
    story.wait(3)
    assert state_of(story, "am03") is ZoneState.BAD
    story.meters["rieng"].broken = ""
    story.wait(PROVEN_S - 2)
    assert state_of(story, "am03") is ZoneState.BAD
    story.wait(4)
    assert state_of(story, "am03") is ZoneState.AIR
    truths.panel_tells_what_sounds(story)


def test_an_output_that_is_mended_between_two_broadcasts_is_told_as_well(story: Story) -> None:
    story.wait(125)
    story.meters["rieng"].broken = "Dây loa bị đứt."
    while any(z.airing for z in story.present().zones):
        story.wait(5)
    assert state_of(story, "am03") is ZoneState.BAD
    story.meters["rieng"].broken = ""
    story.wait(12)
    assert state_of(story, "am03") is ZoneState.REST


@pytest.mark.medium
def test_what_an_emergency_interrupted_stays_stopped_also_when_it_was_begun_before_its_time(story: Story) -> None:
    acts.play_now(story, story.rows()[0].id)
    story.wait(5)
    number = acts.emergency(story, "am01", "am02", "am03")
    story.wait(8)
    acts.stop(story)
    story.wait(3)
    story.post("vanhanh", f"/emergency/{number}/cancel", reason="Đã hết nguy hiểm")
    story.wait(60)
    (rest,) = [b for b in story.rows() if b.origin is Origin.EMERGENCY_REST]
    assert [h.number for h in story.present().held if not h.urgent] == [rest.id]
    assert all(m.ms(broadcast=rest.id) == 0 for m in story.meters.values())
    truths.stopped_is_silent(story)


@pytest.mark.medium
def test_a_zone_that_alone_was_stopped_is_not_said_to_sound(story: Story) -> None:
    story.wait(125)
    acts.stop_by_command(story, "am01")
    truths.panel_tells_what_sounds(story)
    assert state_of(story, "am01") is ZoneState.REST
    assert state_of(story, "am03") is ZoneState.AIR


@pytest.mark.medium
def test_an_emergency_is_not_said_to_sound_while_play_out_is_dead(story: Story) -> None:
    acts.emergency(story, "am01", "am02", "am03")
    story.wait(3)
    story.kill()
    story.wait(1)
    truths.panel_tells_what_sounds(story)


@pytest.mark.medium
def test_what_ended_on_a_full_disk_is_not_said_to_sound(story: Story) -> None:
    acts.emergency(story, "am01", "am02", "am03")
    story.wait(3)
    story.disk.full = True
    story.wait(40)
    truths.panel_tells_what_sounds(story)


@pytest.mark.medium
def test_what_sounded_before_a_power_cut_on_a_full_disk_is_told_as_heard_in_part(story: Story) -> None:
    acts.emergency(story, "am03")
    story.wait(4)
    story.disk.full = True
    acts.stop(story)
    story.wait(6)
    story.kill()
    story.disk.full = False
    story.wait(10)
    story.live()
    story.to_the_end()
    first = next(b for b in story.rows() if b.emergency_id is not None)
    assert story.meters["rieng"].ms(broadcast=first.id) > 3000
    assert first.state is BroadcastState.PARTIAL
    truths.stopped_is_silent(story)


@pytest.mark.medium
def test_a_talk_that_went_on_where_it_was_not_stopped_is_logged_in_full_there(story: Story) -> None:
    acts.talk(story, "am01", "am02", "am03", seconds=6, urgent=False)
    story.wait(4)
    acts.stop(story, "am01", "am02")
    story.wait(6)
    (stopped, _, whole) = sorted(story.entries(), key=lambda e: e.zone)
    meters = [story.meters[name].ms(broadcast=whole.broadcast_id) for name in ("chung", "rieng")]
    assert meters[0] + 1000 < meters[1]
    assert abs(stopped.heard_ms - meters[0]) < 700
    assert abs(whole.heard_ms - meters[1]) < 700
    assert (stopped.outcome, whole.outcome) == (Outcome.PARTIAL, Outcome.FULL)


@pytest.mark.medium
def test_an_emergency_whose_output_broke_under_it_is_not_said_to_sound(story: Story) -> None:
    story.wait(15)
    acts.emergency(story, "am03")
    story.wait(4)
    story.meters["rieng"].broken = "Dây loa bị đứt."
    story.wait(1)
    assert story.present().alarm_unheard
    truths.panel_tells_what_sounds(story)


PLANNED, NOW, TALK = "planned", "play now", "talk"
slow = pytest.mark.slow


@pytest.mark.medium
@pytest.mark.parametrize("how", [PLANNED, pytest.param(NOW, marks=slow), pytest.param(TALK, marks=slow)])
def test_what_began_on_a_full_disk_and_was_never_written_is_told_as_not_known(story: Story, how: str) -> None:
    story.wait(60)
    story.disk.full = True
    if how == NOW:
        acts.play_now(story, story.rows()[0].id)
    if how == TALK:
        acts.talk(story, "am01", "am03", seconds=30, urgent=False)
    while not any(m.ms() > 2000 for m in story.meters.values()):
        story.wait(1)
    story.kill()
    since = story.turns.monotonic()
    story.disk.full = False
    story.wait(6)
    story.live()
    story.to_the_end()
    (lost,) = [b for b in story.rows() if any(m.ms(0, since, broadcast=b.id) for m in story.meters.values())]
    truths.log_tells_what_sounded(story)
    if how == NOW:  # its own time was still to come
        assert {e.outcome for e in story.entries() if e.broadcast_id == lost.id} == {Outcome.FULL}
        assert story.meters["rieng"].ms(since + 1, broadcast=lost.id) > lost.sound_ms - 1000
        return
    assert lost.state is BroadcastState.UNKNOWN
    assert {e.outcome for e in story.entries() if e.broadcast_id == lost.id} == {Outcome.UNKNOWN}
    assert "không rõ có phát hay không" in lost.verdict.lower()
    conflicts = story.page(acts.OPERATOR, "/schedule/conflicts")
    told = [li for li in re.findall(r"(?s)<li.*?</li>", conflicts) if f"/schedule/{lost.id}" in li]
    assert not any("không ai nghe được" in li for li in told)
    assert how == TALK or any("không rõ có phát hay không" in li for li in told)
    assert not any(m.ms(since + 1, broadcast=lost.id) for m in story.meters.values())


@pytest.mark.medium
def test_an_emergency_that_began_on_a_full_disk_and_was_never_written_is_said_again_from_its_siren(
    story: Story,
) -> None:
    story.disk.full = True
    acts.emergency(story, "am03")
    story.wait(4)
    story.kill()
    story.wait(3)
    story.live()
    since = story.turns.monotonic()
    story.wait(40)
    first = next(b for b in story.rows() if b.emergency_id is not None)
    assert story.meters["rieng"].ms(0, since) > 2000
    assert story.meters["rieng"].ms(since) > 5000
    story.to_the_end()
    outcomes = Counter(e.outcome for e in story.entries() if e.broadcast_id == first.id)
    assert outcomes[Outcome.UNKNOWN] == outcomes[Outcome.FULL] == len(first.rundown)
    truths.log_tells_what_sounded(story)


@pytest.mark.medium
@pytest.mark.parametrize(
    ("away", "urgent"),
    [(75, True), *(pytest.param(*case, marks=slow) for case in ((2, True), (2, False), (75, False)))],
)
def test_a_stop_that_nobody_answers_because_play_out_is_dead_holds_when_it_comes_back(
    story: Story, away: int, urgent: bool
) -> None:
    story.wait(110)
    number = acts.emergency(story, "am01", "am02", "am03") if urgent else None
    story.wait(3)
    story.kill()
    story.wait(2)
    assert orders.NO_ANSWER in acts.stop(story)
    assert len(story.stops) == 1
    truths.panel_tells_what_sounds(story)
    story.wait(away)
    since = story.turns.monotonic()
    story.live()
    story.wait(30)
    assert all(m.ms(since) == 0 for m in story.meters.values())
    held = [(h.number, h.urgent) for h in story.present().held]
    assert (number, True) in held if urgent else held
    truths.panel_tells_what_sounds(story)
    story.to_the_end()
    truths.log_tells_what_sounded(story)
    truths.stopped_is_silent(story)
