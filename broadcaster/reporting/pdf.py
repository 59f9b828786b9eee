"""Papers as PDF, set by typst in the layout of Phụ lục I, Nghị định 30/2020/NĐ-CP; the only place that knows typst.

A paper is data: letterhead, blocks, signatures. The one template `paper.typ` sets it as PDF/A-2b, so that an archive
can keep it. Letters: Times New Roman where the machine has it, else Tinos of the same measures, which is shipped; both
have every Vietnamese mark.
"""

from __future__ import annotations

import datetime as dt
import json
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from broadcaster.domain.reports.papers import Issuer, PaperForm
from broadcaster.errors import StationError
from broadcaster.later import Later
from broadcaster.rooms import room

if TYPE_CHECKING:
    import typst
else:
    typst = Later("typst")

Side = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The two blocks at the head of a paper."""

    superior: str
    issuer: str
    """Written in capitals by whoever makes it."""
    number: str = ""
    """`Số:        /BC-UBND`: the number stays blank, văn thư gives it after signing; empty for a paper without one."""
    place: str = ""
    """`Vĩnh Mẫu, ngày      tháng      năm 2026`; empty for a paper without a date."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A part's name, in bold, kept with what follows."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, justified."""

    text: str
    indent: bool = True


@dataclass(frozen=True, slots=True)
class Bullets:
    """Lines that each begin with a dash."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing, with the words for those who cannot see it."""

    svg: str
    alt: str
    width: int = 100
    """Percent of the text's width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table whose head is repeated on each page.

    `widths` are shares of the text's width; `sides` say where each column's text stands.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    title: str = ""
    widths: tuple[float, ...] = ()
    sides: tuple[Side, ...] = ()
    size: float = 12
    """Points."""


Block = Heading | Paragraph | Bullets | Picture | Grid
_KINDS: dict[type[Block], str] = {
    Heading: "heading",
    Paragraph: "paragraph",
    Bullets: "bullets",
    Picture: "picture",
    Grid: "table",
}


@dataclass(frozen=True, slots=True)
class Signature:
    """Where somebody signs: office in bold capitals, a note below it, room, the name or nothing."""

    lines: tuple[str, ...]
    note: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One document."""

    kind: str
    """`BÁO CÁO`, `SỔ NHẬT KÝ CHƯƠNG TRÌNH PHÁT THANH`."""
    subject: str
    blocks: Sequence[Block]
    letterhead: Letterhead | None = None
    signatures: tuple[Signature, ...] = ()
    recipients: tuple[str, ...] = ()
    landscape: bool = False
    size: float = 14
    """Points of the running text."""
    author: str = ""
    made_at: dt.datetime = field(default=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    """Written into the file; the same paper made twice is the same bytes."""


def letterhead(
    station: Issuer,
    form: PaperForm,
    *,
    mark: str = "",
    year: int | None = None,
    issuer: str | None = None,
) -> Letterhead:
    """The station's own letterhead; `mark` is what follows the blank number, as in `BC-UBND`."""
    place = form.place or station.place
    return Letterhead(
        superior=form.superior,
        issuer=(issuer or station.commune).upper(),
        number=f"Số:          /{mark}" if mark else "",
        place=f"{place}, ngày        tháng        năm {year}" if year else "",
    )


def signer(form: PaperForm) -> Signature:
    """The signature block of the commune's leader, as the settings say."""
    heads = {
        "TM": ("TM. ỦY BAN NHÂN DÂN", form.signer_title),
        "KT": ("KT. CHỦ TỊCH", form.signer_title if form.signer_title != "CHỦ TỊCH" else "PHÓ CHỦ TỊCH"),
        "TL": ("TL. CHỦ TỊCH", form.signer_title),
    }
    return Signature(heads[form.signer_mode])


def picture(svg: str, *, dots: float = 200) -> bytes:
    """A drawing as PNG, 160 mm wide, `dots` to the inch: for files that hold no SVG.

    Raises:
        StationError: typst cannot set it.
    """
    source = (
        "#set page(width: 160mm, height: auto, margin: 0mm, fill: white)\n"
        '#image(bytes(sys.inputs.svg), format: "svg", width: 160mm)\n'
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            made = typst.compile(source.encode(), format="png", ppi=dots, font_paths=_fonts(), sys_inputs={"svg": svg})
        except RuntimeError as error:
            raise StationError(f"Không dựng được hình: {error}", code="picture") from None
    if not isinstance(made, bytes):
        raise StationError("Không dựng được hình: trình dựng trang không trả về hình nào.", code="picture")
    return made


def render(paper: Paper) -> bytes:
    """The paper as PDF/A-2b.

    Raises:
        StationError: typst cannot set it.
    """
    source = (files("broadcaster.reporting") / "paper.typ").read_bytes()
    with warnings.catch_warnings():  # a family of letters that this machine does not have is no fault
        warnings.simplefilter("ignore")
        try:
            made = typst.compile(
                source,
                font_paths=_fonts(),
                sys_inputs={"data": json.dumps(_data(paper), ensure_ascii=False)},
                pdf_standards=["a-2b"],
                timestamp=int(paper.made_at.timestamp()),
            )
        except RuntimeError as error:
            raise StationError(f"Không dựng được tệp PDF: {error}", code="pdf") from None
    if not isinstance(made, bytes):
        raise StationError("Không dựng được tệp PDF: trình dựng trang không trả về tệp nào.", code="pdf")
    return made


@cache
def _fonts() -> typst.Fonts:
    """The letters of this machine and the shipped ones; looked for once, it takes as long as a short paper."""
    return typst.Fonts(font_paths=[room("web") / "static" / "fonts"])


def _data(paper: Paper) -> dict[str, Any]:
    return {
        "title": f"{paper.kind}: {paper.subject}" if paper.subject else paper.kind,
        "author": paper.author,
        "kind": paper.kind,
        "subject": paper.subject,
        "landscape": paper.landscape,
        "size": paper.size,
        "letterhead": None if paper.letterhead is None else asdict(paper.letterhead),
        "blocks": [_block(b) for b in paper.blocks],
        "signatures": [asdict(s) for s in paper.signatures],
        "recipients": _recipients(paper.recipients),
    }


def _block(block: Block) -> dict[str, Any]:
    fields = {"kind": _KINDS[type(block)], **asdict(block)}
    if isinstance(block, Grid):
        count = len(block.heads)
        if any(len(row) != count for row in (*block.rows, block.total or block.heads)):
            raise ValueError("each row of a table has as many cells as its head")
        fields["widths"] = block.widths or (1,) * count
        fields["sides"] = block.sides or ("left", *("center",) * (count - 1))
    return fields


def _recipients(lines: tuple[str, ...]) -> list[str]:
    """The lines of Nơi nhận: each ends with a semicolon, the last with a full stop."""
    last = len(lines) - 1
    return [line if line.endswith((".", ";")) else f"{line}{'.' if n == last else ';'}" for n, line in enumerate(lines)]
