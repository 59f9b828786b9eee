"""What people do in a story, through the forms of the panel and the commands: operator, leader and editor."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

import broadcaster.cli.emergency.command  # noqa: F401 - it must be there when the story's threads take their places
from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.air.emergencies import EmergencyState
from broadcaster.domain.scripts.scripts import Priority, ScriptState
from broadcaster.services.air import orders
from tests.kit.page_forms import form_to
from tests.kit.panel import work
from tests.kit.story import Line, Stop, Story
from tests.kit.story_founding import OUTPUTS

OPERATOR, EDITOR, LEADER = "vanhanh", "bientap", "lanhdao"
TERMINAL = frozenset(s for s in BroadcastState if s.terminal)
QUIET_S = 1.5
"""A confirmed stop is silence within this."""
LASTS = dt.timedelta(minutes=20)
"""How long an emergency that repeats is in force."""
READY = dt.timedelta(seconds=28)
"""A stop holds back what is due so soon."""


def sharing(zone: str) -> list[str]:
    """The zones that fall silent with one."""
    return [z for z, output in OUTPUTS.items() if output == OUTPUTS[zone]]


def waiting(story: Story) -> list[BroadcastRow]:
    """The next broadcasts that wait."""
    return [b for b in story.rows() if b.state is BroadcastState.PLANNED][:3]


# On the air


def stop(story: Story, *zones: str) -> str:
    """Stop all, or these zones and what shares their outputs; remember what must stay silent. Return the page."""
    before = _held_by(story, zones)
    said = story.post(OPERATOR, "/stop", zone=list(zones))
    _stopped(story, before, said)
    return said


def stop_by_command(story: Story, *zones: str) -> None:
    """Call `loa stop`."""
    before = _held_by(story, zones)
    _stopped(story, before, story.command("stop", "--yes", *(["--zones", ",".join(zones)] if zones else [])))


def _stopped(story: Story, before: Stop, said: str) -> None:
    """What is confirmed is silence; what a dead play-out did not answer holds from when it comes back."""
    answered = orders.NO_ANSWER not in said
    assert not answered or story.playout is not None, said
    if answered or story.playout is None:
        story.stops.append(before)


def _held_by(story: Story, zones: Iterable[str]) -> Stop:
    outputs = frozenset(OUTPUTS[z] for z in zones) or frozenset(story.meters)
    now = story.station.now()
    due = [b for b in story.rows() if b.starts_at <= now + READY and b.state not in TERMINAL]
    mine = [b for b in due if {OUTPUTS[z] for z in b.zones} & outputs and (b.ordered_at or now) <= now]
    urgent = [e.id for e in story.emergencies() if e.state is EmergencyState.ACTIVE and _touches(e.zones, outputs)]
    at = story.turns.monotonic() + QUIET_S
    return Stop(at, outputs, frozenset(b.id for b in mine), frozenset(urgent))


def _touches(zones: Iterable[str], outputs: AbstractSet[str]) -> bool:
    return any(OUTPUTS[z] in outputs for z in (OUTPUTS if "all" in zones else zones))


def decide_held(story: Story, *, drop: bool) -> None:
    """Let the first thing that a stop holds back go on, or give it up."""
    for one in story.present().held[:1]:
        if not drop:
            story.ordered_anew(one.number, urgent=one.urgent)
        story.fill(OPERATOR, f"/held/{one.kind}/{one.number}", pressed=("drop", "1") if drop else None)


def play_now(story: Story, number: int) -> None:
    """Ask for a broadcast at once."""
    story.ordered_anew(number, urgent=False)
    story.fill(OPERATOR, f"/schedule/{number}/air")


def resume(story: Story) -> None:
    """Let the rest of what was stopped last go on, where the first page offers that."""
    offered = re.findall(r"/resume/(\d+)", story.page(OPERATOR, "/fragments/now"))
    if offered:
        story.fill(OPERATOR, f"/resume/{offered[-1]}")


def mute(story: Story, zone: str) -> None:
    """Turn off the outputs of a zone, as the page that asks says it."""
    story.fill(OPERATOR, f"/mute?zone={zone}", "/mute")


def unmute(story: Story, zone: str) -> None:
    """Turn on the outputs of a zone."""
    story.post(OPERATOR, "/unmute", zone=zone)


def talk(story: Story, *zones: str, seconds: float, urgent: bool) -> None:
    """Speak into the microphone from now on, if the panel lets one."""
    if story.line is not None:
        return
    asked: dict[str, object] = {"zones": list(zones), "title": "Nói với bà con"}
    if urgent:
        asked |= {"urgent": "1", "reason": "Cháy"}
    answer = story.person(OPERATOR).post("/live/start", data=asked)
    story.note(f"{OPERATOR} speaks for {seconds} s in {zones}, urgent: {urgent} -> {answer.status_code}")
    assert answer.status_code in {200, 422}, answer.text
    if answer.status_code == 200:
        story.line = Line(answer.get_json()["number"], seconds)


def emergency(story: Story, *zones: str, repeat: int | None = None) -> int | None:
    """Confirm an emergency at the panel; its number, or None when the panel refused."""
    known = {e.id for e in story.emergencies()}
    story.post(
        OPERATOR,
        "/emergency/",
        text="Nước lũ đang lên nhanh. Bà con di dời ngay.",
        zones=list(zones),
        reason="Công điện",
        repeat_minutes=str(repeat or ""),
        expires_at=f"{story.station.local(story.station.now() + LASTS):%Y-%m-%dT%H:%M}" if repeat else "",
        interrupted="resume",
        title="",
    )
    new = [e.id for e in story.emergencies() if e.id not in known]
    if not new:
        return None
    story.fill(OPERATOR, f"/emergency/{new[0]}/confirm")
    work(story.station)
    return new[0]


def emergency_by_command(story: Story, *zones: str, sure: bool) -> None:
    """Call `loa emergency`, and go away at its question unless one is `sure`."""
    words = ["Bà con chú ý, có cháy lớn.", "--zones", ",".join(zones), "--reason", "Cháy"]
    story.command("emergency", *words, *(["--yes"] if sure else []))
    work(story.station)


def end_emergencies(story: Story) -> None:
    """End all that are in force."""
    for e in story.emergencies():
        if e.state is EmergencyState.ACTIVE:
            story.post(OPERATOR, f"/emergency/{e.id}/cancel", reason="Đã hết nguy hiểm")


# The day's programme


def leave_out(story: Story, number: int) -> None:
    """Leave a broadcast out."""
    story.post(OPERATOR, "/schedule/leave-out", numbers=number)


def take_back(story: Story) -> None:
    """Plan again what was left out last."""
    left = [b.id for b in story.rows() if b.state is BroadcastState.CANCELLED and b.starts_at > story.station.now()]
    if left:
        story.post(OPERATOR, "/schedule/take-back", numbers=left[-1])


def copy(story: Story, number: int, minutes: int) -> None:
    """Air a broadcast once more, some minutes from now."""
    at = story.station.local(story.station.now() + dt.timedelta(minutes=minutes))
    story.fill(OPERATOR, f"/schedule/{number}/copy", to=f"{at:%Y-%m-%dT%H:%M}")


def change_slot(story: Story, slot: str, *, later: bool, agrees: bool) -> None:
    """Move a slot of the rotation two minutes on, or take it out; on the page that asks, agree or go away."""
    at = f"/schedule/rotations/thuong/slots/{slot}"
    page = story.page(OPERATOR, at)
    start = re.search(r'name="start"[^>]*value="(\d\d):(\d\d)', page) or re.search(
        r'value="(\d\d):(\d\d)[^"]*"[^>]*name="start"', page
    )
    if start is None:
        return  # it was taken out before
    hour, minute = map(int, start.groups())
    fields = form_to(
        page, at, here=at, **({"start": f"{hour:02d}:{(minute + 2) % 60:02d}"} if later else {"do": "remove"})
    )
    if fields is None:
        return
    asked = story.post(OPERATOR, at, **fields)
    put = form_to(asked, "/schedule/rotations/apply", here=at)
    mark = re.search(r'name="agreed" value="(\w*)"', asked)
    if agrees and put is not None and mark is not None:
        story.post(OPERATOR, "/schedule/rotations/apply", **put, agreed=mark[1])


# Scripts


def write(story: Story, words: int, *, urgent: bool) -> None:
    """The editor writes a script, and hands it in; the machine speaks it."""
    typed: dict[str, object] = {"title": f"Tin {len(story.scripts())}", "body": " ".join(["Bà con"] * words) + "."}
    if urgent:
        typed["priority"] = Priority.EMERGENCY.value
    story.fill(EDITOR, "/scripts/new", pressed=("then", "submit"), **typed)
    work(story.station)


def correct(story: Story, number: int) -> None:
    """The editor changes the words of a script, and hands it in."""
    body = next(
        iter(re.findall(r'<textarea[^>]*name="body"[^>]*>([^<]*)', story.page(EDITOR, f"/scripts/{number}/edit"))), ""
    )
    story.fill(EDITOR, f"/scripts/{number}/edit", pressed=("then", "submit"), body=f"{body.strip()} Bà con chú ý.")
    work(story.station)


def approve(story: Story) -> None:
    """The leader hears and approves what waits longest."""
    for script in [s for s in story.scripts() if s.state is ScriptState.SUBMITTED][:1]:
        story.fill(LEADER, f"/approve/{script.id}", pressed=("decision", "approve"))


def withdraw(story: Story, number: int) -> None:
    """The leader gives a script back to its editor."""
    story.fill(LEADER, f"/approve/{number}", pressed=("decision", "return"), comment="Số liệu cần kiểm tra lại")
