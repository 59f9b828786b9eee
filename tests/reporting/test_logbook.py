"""The printed log book adds up: its lines to its own total, and both to the figures of a report of the same days."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.air.broadcasts import ItemKind
from broadcaster.domain.log.playlog import Entry, Outcome
from broadcaster.domain.reports.figures import count
from broadcaster.domain.reports.papers import Issuer, PaperForm
from broadcaster.reporting.logbook import Book, paper
from broadcaster.reporting.pdf import Grid, Paragraph
from tests.kit.entries import AT, VN, entry

ZONES = {"a": "Ấp Một", "b": "Ấp Hai", "c": "Ấp Ba"}
KINDS = [ItemKind.SCRIPT, ItemKind.RELAY, ItemKind.CUE, ItemKind.EMERGENCY, ItemKind.LIVE]


@st.composite
def logs(draw: st.DrawFn) -> list[Entry]:
    """Broadcasts of some items over several days, each item to zones that fared differently."""
    found = []
    for broadcast in range(draw(st.integers(0, 5))):
        at = AT + dt.timedelta(days=draw(st.integers(0, 3)), minutes=broadcast)
        for item in range(1, draw(st.integers(1, 4)) + 1):
            kind = draw(st.sampled_from(KINDS))
            for zone in draw(st.sets(st.sampled_from(list(ZONES)), min_size=1)):
                outcome = draw(st.sampled_from(Outcome))
                whole = {Outcome.FULL: 60_000, Outcome.PARTIAL: draw(st.integers(1, 59)) * 1000}
                found.append(
                    entry(
                        broadcast,
                        item,
                        zone,
                        outcome,
                        kind=kind,
                        title=f"Mục {broadcast}-{item}",
                        heard_ms=whole.get(outcome, 0),
                        planned_at=at,
                        started_at=at,
                    )
                )
    return found


def printed(entries: list[Entry]) -> tuple[str, list[tuple[str, ...]]]:
    """The summary of a book and its lines, as they stand on paper."""
    book = Book(
        title="Tháng 3",
        first=AT.date(),
        last=AT.date() + dt.timedelta(days=4),
        entries=entries,
        zones=ZONES,
        station=Issuer(commune="xã Mẫu", name="Đài Mẫu"),
        form=PaperForm(
            superior="UBND", place="", signer_mode="TM", signer_title="CHỦ TỊCH", recipients=(), self_score=False
        ),
        tz=VN,
        made_at=AT,
        seq=len(entries),
        last_hash="a" * 64,
    )
    blocks = paper(book).blocks
    summary = next(b for b in blocks if isinstance(b, Paragraph))
    return str(summary.text), [tuple(map(str, row)) for b in blocks if isinstance(b, Grid) for row in b.rows]


def zones_of(line: tuple[str, ...]) -> int:
    return len(ZONES) if line[3] == f"Tất cả {len(ZONES)} cụm" else len(line[3].split(", "))


def seconds_of(line: tuple[str, ...]) -> int:
    minutes, seconds = line[4].split(":")
    return int(minutes) * 60 + int(seconds)


@given(logs())
def test_the_lines_of_the_book_add_up_to_its_total_and_to_the_figures(entries: list[Entry]) -> None:
    summary, lines = printed(entries)
    figures = count(entries, VN)
    if not entries:
        assert "không có buổi phát nào" in summary
        assert lines == []
        return
    sessions, airings, records = (int(n) for n in re.findall(r"(\d+) (?:buổi|lượt mục|bản ghi)", summary))
    assert records == len(entries) == figures.entries == sum(map(zones_of, lines))
    assert sessions == figures.broadcasts + figures.broadcasts_missed
    by_item: dict[str, list[tuple[str, ...]]] = {}
    for line in lines:
        by_item.setdefault(line[2], []).append(line)
    assert airings == len(by_item)
    told = {name: int(n) for n, name in re.findall(r"(\d+) ([^,)\d]+)", summary.partition("(")[2])}
    fates = Counter[str]()
    for line in lines:
        fates[line[5].partition(":")[0].casefold()] += zones_of(line)
    assert told == fates
    kinds = {e.title: e.kind for e in entries}
    longest = {title: max(map(seconds_of, mine)) for title, mine in by_item.items()}
    for tally, kind in (
        (figures.total, ItemKind.SCRIPT),
        (figures.relay, ItemKind.RELAY),
        (figures.urgent, ItemKind.EMERGENCY),
        (figures.live, ItemKind.LIVE),
    ):
        mine = [title for title in by_item if kinds[title] == kind]
        assert tally.full + tally.partial + tally.missed == len(mine)
        assert tally.heard_ms == 1000 * sum(longest[title] for title in mine)
