"""Plans shaped as a table: rows with named columns, as a reader of documents puts them or as bars and tabs set them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from broadcaster.domain.fold import fold
from broadcaster.domain.reports.plans import LOUDSPEAKER, Form
from broadcaster.text.plans import phrases
from broadcaster.text.plans.proposals import Proposal, ProposalKind

_COLUMNS = (
    ("target", ("chi tieu", "so luong", "so luot", "dinh muc")),
    ("form", ("hinh thuc", "kenh", "phuong thuc")),
    ("unit", ("don vi", "co quan", "chu tri", "phu trach", "phoi hop")),
    ("due", ("thoi gian", "thoi han", "tien do", "hoan thanh")),
    ("audience", ("doi tuong",)),
    ("topic", ("noi dung", "chu de", "nhiem vu", "cong viec", "hoat dong")),
)
_NAMED = re.compile(r"(?:^|;\s)([^;:]{1,60}):\s")


def column(head: str) -> str | None:
    """What a column of that head holds, or None."""
    plain = fold(head).strip()
    return next((name for name, words in _COLUMNS if any(w in plain for w in words)), None)


def is_row(line: str) -> bool:
    """Whether a line is a row of a table with named columns, or of one set with bars."""
    return len(_fields(line)) >= 2 or line.count("|") >= 2


def _fields(line: str) -> dict[str, str]:
    """The cells of `Nội dung: …; Hình thức: …`, by what their columns hold."""
    heads = list(_NAMED.finditer(line))
    found: dict[str, str] = {}
    for here, after in zip(heads, [*heads[1:], None], strict=False):
        name = column(here[1])
        if name and name not in found:
            found[name] = line[here.end() : after.start() if after else len(line)].strip().rstrip(".;")
    return found if "topic" in found else {}


def rows(lines: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line from 1, cells by what they hold) of every row that names a topic."""
    heads: list[str | None] = []
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        bars = "|" in line or "\t" in line
        if not bars:
            heads = heads if line and not line.strip("-–—=+ ") else []
            fields = _fields(line)
            if len(fields) >= 2:
                yield number, fields
            continue
        cells = [c.strip() for c in re.split(r"\||\t+", line.strip("|"))]
        if not any(c.strip("-–:+= ") for c in cells):
            continue
        named = [column(c) for c in cells]
        if len([n for n in named if n]) >= 2 and "topic" in named and len(line) < 400 and not heads:
            heads = named
        elif heads and len(cells) == len(heads):
            fields = {}
            for name, cell in zip(heads, cells, strict=True):
                if name and cell and name not in fields:
                    fields[name] = cell.rstrip(".;")
            if "topic" in fields:
                yield number, fields


def proposals(lines: Sequence[str], forms: Sequence[Form], year: int | None) -> Iterator[Proposal]:
    """Yield the proposals of every row: a topic with its target, and the forms, offices and dates beside it."""
    for number, row in rows(lines):
        named = [f for f in forms if phrases.names(row.get("form", ""), f.words)]
        goal = (
            phrases.target(row.get("target", "")) or _bare(row.get("target", "")) or phrases.target(row.get("form", ""))
        )
        targets = (((named[0].code if named else LOUDSPEAKER), goal),) if goal else ()
        yield Proposal(ProposalKind.TOPIC, row["topic"], number, number, "", targets)
        for form in named:
            yield Proposal(ProposalKind.FORM, form.title, number, number, form.code)
        for name in re.split(r"\s*[;,]\s+", row.get("unit", "")):
            if name.strip():
                yield Proposal(ProposalKind.UNIT, name.strip(), number, number)
        if row.get("audience"):
            yield Proposal(ProposalKind.AUDIENCE, row["audience"], number, number)
        for day in phrases.days(row.get("due", ""), year) if year else ():
            yield Proposal(ProposalKind.DEADLINE, row["topic"][:200], number, number, day.isoformat())


def _bare(cell: str) -> int | None:
    return int(cell) if re.fullmatch(r"\d{1,4}", cell.strip()) else None
