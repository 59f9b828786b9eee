"""The record held against the marks that lie elsewhere: what differs is named, unless an honest story explains it.

A mark says that a chain had so many rows, and how the last of them hashed. Rows before it may be rewritten only
together with the mark, in every place where it lies. A restore takes rows away and says so by a mark of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from broadcaster.domain.log.chain import GENESIS
from broadcaster.domain.log.chains import Chain
from broadcaster.domain.log.marks import Beginning, Mark, Marks


@dataclass(frozen=True, slots=True)
class MarkPlace:
    """One place where marks lie, and what was found there."""

    name: str
    """Vietnamese words that stand within a sentence."""
    found: Marks = field(default_factory=Marks)
    missing: str = ""
    """Why nothing could be read there: a Vietnamese sentence; empty when it could."""
    wrong: str = ""
    """What contradicts itself there; a Vietnamese sentence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence of a comparison; `grave` when no honest story explains it."""

    what: str
    grave: bool = True


@dataclass(frozen=True, slots=True)
class ChainEnds:
    """The chains as the database has them now."""

    ends: Mapping[Chain, tuple[int, str]]
    hashes: Mapping[Chain, Mapping[int, str]]
    """Of the rows that marks name."""

    def has(self, chain: Chain, seq: int, last: str) -> bool:
        """Whether the row of that number hashes so."""
        return last == (GENESIS if seq == 0 else self.hashes.get(chain, {}).get(seq))


def wanted(places: Iterable[MarkPlace]) -> dict[Chain, set[int]]:
    """The numbers of the rows that must be looked up."""
    numbers: dict[Chain, set[int]] = {chain: set() for chain in Chain}
    for place in places:
        for mark in place.found.marks:
            for chain, (seq, _) in mark.heads.items():
                numbers[chain].add(seq)
    return numbers


def compare(
    own: MarkPlace,
    others: Sequence[MarkPlace],
    record: ChainEnds,
    genuine: Callable[[Mark], bool],
    day: Callable[[dt.datetime], str],
) -> list[Finding]:
    """Hold all places against each other and against the record.

    Args:
        own: play-out's own marks.
        others: every other place.
        record: the chains.
        genuine: whether a mark's signature is that of its key.
        day: how a moment is named in a sentence.
    """
    found = list(_of_places([own, *others], genuine))
    found += _in_itself(own, day)
    strays: list[tuple[Mark, str]] = []
    for place in others:
        known, foreign = _sorted_out(own.found, place, record)
        found += known
        found += [Finding(_stray(own.found, place, foreign, day))] if foreign else []
        strays += [(mark, place.name) for mark in foreign]
    bearers: dict[str, list[str]] = {}
    for place in (own, *others):
        for mark in place.found.marks:
            bearers.setdefault(mark.sha256, []).append(place.name)
    marks = [*own.found.marks, *(mark for mark, _ in strays)]
    for chain in Chain:
        found += _of_chain(chain, marks, record, bearers, day)
    return list(dict.fromkeys(found))


def _of_places(places: Iterable[MarkPlace], genuine: Callable[[Mark], bool]) -> Iterator[Finding]:
    for place in places:
        if place.missing:
            yield Finding(place.missing, grave=False)
        if place.wrong:
            yield Finding(place.wrong)
        for line in place.found.damaged:
            yield Finding(f"Dòng {line} của {place.name} không đọc được.")
        for mark in place.found.marks:
            if not genuine(mark):
                yield Finding(f"Dấu số {mark.number} ở {place.name} mang chữ ký sai: nội dung đã bị sửa.")


def _in_itself(own: MarkPlace, day: Callable[[dt.datetime], str]) -> Iterator[Finding]:
    """Whether play-out's marks follow one another, and what they say of a new beginning."""
    before: Mark | None = None
    for mark in own.found.marks:
        number, previous = (before.number, before.sha256) if before else (0, GENESIS)
        if mark.number != number + 1 and (before or mark.beginning is not Beginning.NEW_KEY):
            yield Finding(f"Sổ dấu của máy phát thiếu dấu giữa số {number} và số {mark.number}.")
        elif mark.previous != previous:
            yield Finding(f"Dấu số {mark.number} của máy phát không nối với dấu đứng trước.")
        if before and mark.key != before.key and mark.beginning is not Beginning.NEW_KEY:
            yield Finding(f"Dấu số {mark.number} của máy phát ký bằng khóa khác mà không nói là khóa mới.")
        if mark.begins:
            yield Finding(_beginning(mark, day), grave=False)
        before = mark


def _beginning(mark: Mark, day: Callable[[dt.datetime], str]) -> str:
    why = f" ({mark.why})" if mark.why else ""
    if mark.beginning is Beginning.NEW_KEY:
        return (
            f"Từ dấu số {mark.number}, {day(mark.at)}, đài ký bằng khóa mới{why}: máy mới, bản khôi phục, hoặc tệp "
            "khóa cũ đã mất. Nếu không ai làm việc ấy thì phải hỏi cho rõ."
        )
    return f"Dấu số {mark.number}, {day(mark.at)}: có người ghi rằng cơ sở dữ liệu được đưa về bản cũ{why}."


def _sorted_out(own: Marks, place: MarkPlace, record: ChainEnds) -> tuple[list[Finding], list[Mark]]:
    """What is said of marks that a restore or another machine explains, and the marks that nothing explains."""
    by_number = {mark.number: mark.sha256 for mark in own.marks}
    keys = {mark.key for mark in own.marks}
    explained: list[int] = []
    beside: list[int] = []
    foreign: list[Mark] = []
    for mark in place.found.marks:
        if by_number.get(mark.number) == mark.sha256:
            continue
        after = (b for b in own.marks if b.begins and b.number <= mark.number and b.at >= mark.at)
        if next(after, None) is not None:
            explained.append(mark.number)
        elif keys and mark.key not in keys and all(record.has(chain, *end) for chain, end in mark.heads.items()):
            beside.append(mark.number)
        else:
            foreign.append(mark)
    said = []
    if explained:
        span = f"Dấu số {_span(min(explained), max(explained))} ở {place.name}"
        said.append(f"{span} là của đài trước khi khôi phục: những dòng ghi sau bản sao lưu ấy không còn.")
    if beside:
        span = f"Dấu số {_span(min(beside), max(beside))} ở {place.name}"
        said.append(f"{span} do khóa của máy khác ký, và khớp với cơ sở dữ liệu.")
    return [Finding(words, grave=False) for words in said], foreign


def _stray(own: Marks, place: MarkPlace, foreign: Sequence[Mark], day: Callable[[dt.datetime], str]) -> str:
    first, last = foreign[0], foreign[-1]
    span = f"Dấu số {_span(first.number, last.number)} ({_days(first.at, last.at, day)}) ở {place.name}"
    if own.last is None or first.number > own.last.number:
        return f"{span} không có trong sổ dấu của máy phát: đài đã bị đưa về trạng thái cũ, hoặc sổ dấu bị thay."
    return f"{span} khác với dấu cùng số trong sổ dấu của máy phát: một trong hai nơi đã bị thay."


def _of_chain(
    chain: Chain,
    marks: Sequence[Mark],
    record: ChainEnds,
    bearers: Mapping[str, Collection[str]],
    day: Callable[[dt.datetime], str],
) -> Iterator[Finding]:
    """The first mark that a chain does not keep, with the rows and days between it and the last one that it keeps."""
    end = record.ends.get(chain, (0, GENESIS))[0]
    good: Mark | None = None
    lost = 0
    for mark in sorted(marks, key=lambda m: (m.heads.get(chain, (0, ""))[0], m.number)):
        if chain not in mark.heads:
            continue
        seq, last = mark.heads[chain]
        if record.has(chain, seq, last):
            good = mark
            continue
        if any(b.begins and b.number > mark.number and b.heads.get(chain, (0, ""))[0] < seq for b in marks):
            lost = max(lost, seq)
            continue
        low = good.heads[chain][0] if good else 0
        where = ", ".join(dict.fromkeys(bearers.get(mark.sha256, ())))
        days = _days(good.at, mark.at, day) if good else f"đến {day(mark.at)}"
        named = f"{chain.label}: dấu số {mark.number} ({days}; {where})"
        if seq > end:
            yield Finding(f"{named} ghi {seq} dòng, nay chỉ có {end}: thiếu các dòng {_span(end + 1, seq)}.")
        else:
            yield Finding(f"{named} không khớp: trong các dòng {_span(low + 1, seq)} có dòng đã bị thay.")
        return
    if lost:
        words = f"{chain.label}: lần khôi phục đã ghi nhận bỏ lại các dòng cũ tới số {lost}, không phải bị xóa."
        yield Finding(words, grave=False)


def _span(low: int, high: int) -> str:
    return f"{low}" if low >= high else f"{low}–{high}"


def _days(first: dt.datetime, last: dt.datetime, day: Callable[[dt.datetime], str]) -> str:
    return day(first) if day(first) == day(last) else f"{day(first)} đến {day(last)}"
