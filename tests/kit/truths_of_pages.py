"""What the pages say of this moment and of what is over, read as a person reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import lxml.html

from broadcaster.db.models import BroadcastRow
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.setup.zones import ZoneState
from broadcaster.scheduling.conflict import Kind
from tests.kit.story import Story
from tests.kit.story_acts import OPERATOR, TERMINAL
from tests.kit.story_founding import OUTPUTS

_SOUNDS = "Đang phát: "
_WORDS = {
    ZoneState.BAD: "Không ra loa",
    ZoneState.MUTED: "Đang tắt tiếng",
    ZoneState.LOST: "Không rõ",
    ZoneState.REST: "Chờ phát",
}


@dataclass(frozen=True)
class Said:
    """What the bar of every page and the first page say at one moment."""

    bar: tuple[str, ...]
    """The states in the bar, the urgent ones first."""
    heroes: tuple[str, ...]
    """What the first page says of each broadcast on air, or of none."""
    zones: dict[str, str]
    """The words about each zone."""

    def sounds(self, zone: str) -> bool:
        """Whether a zone is said to sound."""
        return self.zones[zone].startswith(_SOUNDS)


def said(story: Story) -> Said:
    """Read the bar and the first page."""
    bar = _tree(story.page(OPERATOR, "/fragments/bar"))
    now = _tree(story.page(OPERATOR, "/fragments/now"))
    names = {name: code for code, name in story.present().names.items()}
    zones = {
        names[_text(li.find(".//strong"))]: _text(li.find(".//span[@class='sub']"))
        for li in now.xpath("//ul[@class='zonelist']/li")
    }
    return Said(
        tuple(_text(b) for b in bar.xpath("//*[contains(@class, 'state')]/b")),
        tuple(_text(p) for p in now.xpath("//p[@class='hero-label']")),
        zones,
    )


def contradictions(before: Said, after: Said, sounding: dict[str, int], edge: int, whole: int) -> list[str]:
    """Where what was said both before and after some moments is not what sounded in them (ms by output).

    What sounded for no longer than `edge` was silent, what sounded as long as `whole` sounded all the time.
    """
    wrong = []
    for zone, output in OUTPUTS.items():
        ms = sounding[output]
        if before.sounds(zone) and after.sounds(zone) and ms <= edge:
            wrong.append(f"{zone}: said “{after.zones[zone]}”, and was silent")
        if not before.sounds(zone) and not after.sounds(zone) and ms >= whole:
            wrong.append(f"{zone}: said “{after.zones[zone]}”, and sounded for {ms} ms")
    lasting = set(before.bar) & set(after.bar)
    silent, loud = max(sounding.values()) <= edge, any(ms >= whole for ms in sounding.values())
    if silent and lasting & {"Đang phát", "ĐANG PHÁT KHẨN CẤP"} and "Tắt tiếng" not in lasting:
        wrong.append(f"the bar said {sorted(lasting)}, and nothing sounded")
    if loud and "Chờ phát" in lasting:
        wrong.append(f"the bar said {sorted(lasting)}, and {sounding} sounded")
    still = set(before.heroes) & set(after.heroes)
    if silent and "Đang phát" in still and "Tắt tiếng" not in lasting:
        wrong.append(f"the first page said {sorted(still)}, and nothing sounded")
    if loud and still & {"Buổi kế tiếp", "Chờ phát"}:
        wrong.append(f"the first page said {sorted(still)}, and {sounding} sounded")
    return wrong


def zones_page_agrees(story: Story) -> list[str]:
    """The page of the zones says of none that it is broken which the first page says to be well, or the other way round."""
    first, names = said(story), story.present().names
    rows = {_text(tr): tr for tr in _tree(story.page(OPERATOR, "/zones/")).xpath("//tbody/tr")}
    wrong = []
    for zone, name in names.items():
        (row,) = [words for words in rows if name in words]
        broken = _WORDS[ZoneState.BAD] in row
        if broken != first.zones[zone].startswith(_WORDS[ZoneState.BAD]) and "Đang tắt tiếng" not in row:
            wrong.append(f"{zone}: the zones page says “{row}”, the first page “{first.zones[zone]}”")
    return wrong


def pages_tell_what_was_heard(story: Story) -> list[str]:
    """When all is over: the page of each broadcast, the log and the list of conflicts say what the meters say."""
    wrong, rows = [], {b.id: b for b in story.rows()}
    heard = {n: sum(m.ms(broadcast=n) for m in story.meters.values()) for n in rows}
    for row in rows.values():
        if row.state in TERMINAL:
            wrong += _broadcast_page(story, row)
    outcomes = _log_page(story)
    for e in story.entries():
        if outcomes.get(e.seq, e.outcome.label) != e.outcome.label:
            wrong.append(f"the log says “{outcomes[e.seq]}” of entry {e.seq}, which is {e.outcome}")
        if outcomes.get(e.seq) == Outcome.FULL.label and not heard[e.broadcast_id]:
            wrong.append(f"the log says “{outcomes[e.seq]}” of “{e.title}”, of which nothing sounded")
    for li in _tree(story.page(OPERATOR, "/schedule/conflicts")).xpath("//ul[@class='health']/li"):
        for number in map(int, re.findall(r"/schedule/(\d+)\b", lxml.html.tostring(li, encoding="unicode"))):
            if _text(li).startswith(Kind.LOST.label) and heard.get(number):
                wrong.append(f"the conflicts say “{_text(li)}”, and broadcast {number} sounded for {heard[number]} ms")
    return wrong


def _broadcast_page(story: Story, row: BroadcastRow) -> list[str]:
    words = _text(_tree(story.page(OPERATOR, f"/schedule/{row.id}")).find(".//div[@class='head']"))
    if row.state.label not in words:
        return [f"the page of broadcast {row.id} says “{words}”, and it is {row.state}"]
    return []


def _log_page(story: Story) -> dict[int, str]:
    found = {}
    for tr in _tree(story.page(OPERATOR, "/log/")).xpath("//tbody/tr"):
        number = re.search(r"/log/(\d+)\b", lxml.html.tostring(tr, encoding="unicode"))
        if number is not None:
            found[int(number[1])] = _text(tr.xpath(".//span[contains(@class, 'badge')]")[0])
    return found


def _tree(page: str) -> Any:
    return lxml.html.document_fromstring(f"<div>{page}</div>")


def _text(element: Any) -> str:
    return "" if element is None else " ".join(element.text_content().split())
