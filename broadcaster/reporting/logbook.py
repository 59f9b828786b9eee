"""The log book (sổ nhật ký chương trình phát thanh) as a paper: what was heard when and where, to be signed."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import segno

from broadcaster.domain.log.marks import Mark
from broadcaster.domain.log.playlog import Entry, Outcome
from broadcaster.domain.reports.papers import Issuer, PaperForm
from broadcaster.domain.schedule.rotations import WEEKDAY_LABELS
from broadcaster.reporting.document import number
from broadcaster.reporting.pdf import Block, Grid, Heading, Paper, Paragraph, Picture, Signature, letterhead

HEADS = ("Giờ", "Buổi phát", "Nội dung", "Cụm loa", "Phút:giây", "Kết quả")


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What the book of some days is made of; entries in order of time, corrected ones left out."""

    title: str
    first: dt.date
    last: dt.date
    entries: Sequence[Entry]
    zones: Mapping[str, str]
    station: Issuer
    form: PaperForm
    tz: ZoneInfo
    made_at: dt.datetime
    seq: int
    last_hash: str
    """The end of the chain when the book was made."""
    mark: Mark | None = None
    """The last signed mark."""


def paper(book: Book) -> Paper:
    """The book as a paper, a table for each day."""
    by_day: dict[dt.date, list[Entry]] = {}
    for e in book.entries:
        by_day.setdefault(e.planned_at.astimezone(book.tz).date(), []).append(e)
    blocks: list[Block] = [Paragraph(_summary(book))]
    for day in sorted(by_day):
        blocks.append(Heading(f"{WEEKDAY_LABELS[day.weekday()]}, ngày {day:%d/%m/%Y}"))
        blocks.append(
            Grid(
                heads=HEADS,
                rows=tuple(_lines(by_day[day], book)),
                widths=(1.2, 2.6, 4.2, 2.6, 1.3, 3.1),
                sides=("center", "left", "left", "left", "center", "left"),
                size=10.5,
            )
        )
    blocks.append(
        Paragraph(
            f"Sổ lập từ nhật ký phát thanh lúc {book.made_at.astimezone(book.tz):%H:%M ngày %d/%m/%Y}, đến bản ghi số "
            f"{book.seq}; dấu kiểm tra {book.last_hash[:32]}. Nhật ký gốc chỉ ghi thêm, mọi đính chính là bản ghi mới."
        )
    )
    if book.mark is not None:
        blocks.append(
            Paragraph(
                f"Dấu đã ký số {book.mark.number}, {book.mark.at.astimezone(book.tz):%H:%M ngày %d/%m/%Y}: "
                f"{book.mark.code}. Giữ sổ để so: loa log verify --mark, hoặc kiem_tra.py --dau trong gói bằng chứng."
            )
        )
        blocks.append(Picture(_qr(book.mark.scanned), f"Mã QR của dấu {book.mark.code}", width=10))
    return Paper(
        kind="SỔ NHẬT KÝ CHƯƠNG TRÌNH PHÁT THANH",
        subject=book.title,
        blocks=blocks,
        letterhead=letterhead(
            book.station, book.form, year=book.made_at.astimezone(book.tz).year, issuer=book.station.name
        ),
        signatures=(
            Signature(("NGƯỜI VẬN HÀNH",), "(Ký, ghi rõ họ tên)"),
            Signature(("LÃNH ĐẠO PHỤ TRÁCH",), "(Ký, ghi rõ họ tên)"),
        ),
        landscape=True,
        size=13,
        author=book.station.name,
        made_at=book.made_at,
    )


def _qr(text: str) -> str:
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", xmldecl=False)
    return drawn.getvalue().decode()


def _summary(book: Book) -> str:
    airings = {(e.broadcast_id, e.item_no, e.planned_at) for e in book.entries}
    sessions = {e.broadcast_id for e in book.entries}
    counts = {o: sum(e.outcome is o for e in book.entries) for o in Outcome}
    words = ", ".join(f"{number(n)} {o.label.lower()}" for o, n in counts.items() if n)
    span = f"Từ ngày {book.first:%d/%m/%Y} đến hết ngày {book.last:%d/%m/%Y}"
    if not airings:
        return f"{span}: không có buổi phát nào."
    return (
        f"{span}: {number(len(sessions))} buổi phát, {number(len(airings))} lượt mục; tính theo từng cụm loa có "
        f"{number(len(book.entries))} bản ghi ({words})."
    )


def _lines(entries: Iterable[Entry], book: Book) -> Iterable[tuple[str, ...]]:
    """One line for each item and fate: zones that fared alike stand together."""
    together: dict[tuple[object, ...], list[Entry]] = {}
    for e in entries:
        fate = (e.broadcast_id, e.item_no, e.planned_at, e.outcome, e.reason, e.corrects is None)
        together.setdefault(fate, []).append(e)
    shown: int | None = -1
    for group in together.values():
        e = group[0]
        moment = (e.started_at or e.planned_at).astimezone(book.tz)
        title = e.broadcast_title if e.broadcast_id != shown else ""
        shown = e.broadcast_id
        heard = round(max(g.heard_ms for g in group) / 1000)
        result = e.outcome.label + (f": {e.reason}" if e.reason else "")
        if e.corrects is not None:
            result += f" (đính chính, {e.actor})"
        yield (
            f"{moment:%H:%M:%S}",
            title,
            e.title,
            _where([g.zone for g in group], book.zones) + _besides(group, book.zones),
            f"{heard // 60}:{heard % 60:02d}",
            result,
        )


def _besides(group: Sequence[Entry], zones: Mapping[str, str]) -> str:
    """Who heard it though nobody addressed them."""
    also = tuple(dict.fromkeys(code for e in group for code in e.also))
    return f" (cũng nghe thấy ở {_where(also, zones)})" if also else ""


def _where(codes: Sequence[str], zones: Mapping[str, str]) -> str:
    if len(zones) > 1 and len(codes) >= len(zones):
        return f"Tất cả {len(zones)} cụm"
    return ", ".join(zones.get(c, c).removeprefix("Cụm loa ") for c in codes)
