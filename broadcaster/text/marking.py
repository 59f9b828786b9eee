"""Which lines of a document are furniture: letterhead, signature, recipients, page numbers; known by shape and place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from broadcaster.text import directions, furniture
from broadcaster.text.characters import plain
from broadcaster.text.joining import MARKER

BULLET = re.compile(
    "\\s*((?:[•●○◦▪▫■□◆◇►▶▸➢➤➔❖✓✔✗✘✦✧★☆→⇒‣⁃∙·◘☐☑☒§¶❑❒\ue000-\uf8ff]\\s*)+|\\*\\s+(?=[^\\s*])|o\\s+(?=[A-ZĐ]))(?=\\S)"
)
NOTE_MARK = re.compile(r"\s?\[\d{1,3}\]|\(\*{1,3}\)|[†‡]+")
_BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_NOTE_BODY = re.compile(r"\[(\d{1,3})\]\s?\S|[¹²³⁰⁴-⁹]+\s?[^\W\d_]")
_HEADER_LINES = 25
_BLOCK_LINES = 60


@dataclass(slots=True)
class TextLine:
    """One line of a text: its place, how it stands, how it looks, its page, and what furniture it is ("" for none)."""

    start: int
    end: int
    raw: str
    view: str
    page: int
    kind: str = ""


def split_lines(text: str) -> list[TextLine]:
    """The lines of `text`, with their places and pages (a form feed turns the page)."""
    lines: list[TextLine] = []
    start = page = 0
    for match in _BREAK.finditer(text):
        lines.append(_line(text[start : match.start()], start, page))
        page += match.group() == "\x0c"
        start = match.end()
    if start < len(text):
        lines.append(_line(text[start:], start, page))
    return lines


def _line(raw: str, start: int, page: int) -> TextLine:
    # Wide gaps are kept in the view: they tell columns set side by side.
    view = plain(raw.replace("\t", "   ")).strip()
    return TextLine(start, start + len(raw), raw, view, page)


def mark_furniture(lines: Sequence[TextLine]) -> None:
    """Write on each line the kind of furniture it is, "" for what is read."""
    lines = [line for line in lines if not (line.view.startswith("[") and directions.begins(line.view))]
    filled = [line for line in lines if line.view]
    _mark_simple(filled)
    _mark_running(filled)
    _mark_page_numbers(filled)
    _mark_header(filled)
    _mark_recipients(filled)
    _mark_signatures(filled)
    _mark_footnotes(filled)
    _mark_repeated_title(lines)


def _mark_simple(lines: Sequence[TextLine]) -> None:
    for line in lines:
        if len(line.view) > 200:
            continue
        columns = furniture.cells(line.view)
        if furniture.is_rule(line.view) or (columns and all(map(furniture.is_rule, columns))):
            line.kind = "rule"
        elif furniture.is_page_number(line.view):
            line.kind = "page-number"
        elif any(map(furniture.is_state_name, columns)) and all(map(furniture.is_capitals, columns)):
            line.kind = "state-name"
        elif any(map(furniture.is_motto, columns)) and all(
            furniture.is_motto(c) or furniture.is_capitals(c) for c in columns
        ):
            line.kind = "motto"
        elif furniture.is_archive_line(line.view):
            line.kind = "archive"


def _mark_running(lines: Sequence[TextLine]) -> None:
    """Mark what stands alike at the head or foot of at least three pages."""
    pages: dict[int, list[TextLine]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    if len(pages) < 3:
        return
    edges = [line for page in pages.values() for line in {id(x): x for x in (*page[:2], *page[-2:])}.values()]
    shapes = Counter(re.sub(r"\d+", "#", line.view) for line in edges if len(line.view) < 120)
    for line in edges:
        shape = re.sub(r"\d+", "#", line.view)
        if len(line.view) < 120 and shapes[shape] >= max(3, len(pages) // 2) and not line.kind and shape != "#":
            line.kind = "running-header"


def _mark_page_numbers(lines: Sequence[TextLine]) -> None:
    """Mark lone figures that can only count pages: at a page's edge, in mid-sentence, or counting up through the text."""
    lone = [(i, line) for i, line in enumerate(lines) if not line.kind and furniture.is_bare_number(line.view)]
    figures = [int(re.split(r"\D", line.view, maxsplit=1)[0]) for _, line in lone]
    counting = len(figures) >= 2 and all(b - a == 1 for a, b in pairwise(figures)) and figures[0] <= 2
    for i, line in lone:
        before = lines[i - 1] if i else None
        after = lines[i + 1] if i + 1 < len(lines) else None
        edge = (before is not None and before.page != line.page) or (after is not None and after.page != line.page)
        last = after is None and line.page > 0
        split = (
            before is not None
            and after is not None
            and before.view[-1] not in ".:;!?"
            and after.view[0].islower()
            and not MARKER.match(after.view)
            and len(before.view) > 20
        )
        # Lines that stand beside each other count something else: a list of figures.
        apart = i == 0 or not furniture.is_bare_number(lines[i - 1].view)
        if (
            edge
            or last
            or split
            or (counting and apart and (after is None or not furniture.is_bare_number(after.view)))
        ):
            line.kind = "page-number"


def _mark_header(lines: Sequence[TextLine]) -> None:
    head = lines[:_HEADER_LINES]
    last = -1
    for i, line in enumerate(head):
        columns = furniture.cells(line.view)
        if line.kind in {"state-name", "motto"}:
            last = i
        elif any(map(furniture.is_number_line, columns)) or (
            len(columns) <= 2 and any(map(furniture.is_place_and_date, columns))
        ):
            rest = [c for c in columns if not furniture.is_number_line(c) and not furniture.is_place_and_date(c)]
            if all(map(furniture.is_capitals, rest)):
                line.kind = "number" if any(map(furniture.is_number_line, columns)) else "place-date"
                last = i
        elif line.view.startswith(("I.", "1.", "Điều 1")):
            break
    for line in head[: last + 1]:
        if not line.kind and furniture.is_capitals(line.view) and not furniture.is_document_kind(line.view):
            line.kind = "letterhead"


def _mark_recipients(lines: Sequence[TextLine]) -> None:
    for i, line in enumerate(lines):
        if line.kind or not furniture.is_recipients_head(line.view):
            continue
        entries: list[TextLine] = []
        open_entry = False
        for entry in lines[i + 1 : i + _BLOCK_LINES]:
            first = (furniture.cells(entry.view) or [""])[0]
            if entry.kind == "archive":
                entries.append(entry)
                break
            listed = (
                bool(MARKER.match(first))
                or bool(BULLET.match(first))
                or first.startswith(("-", "–"))
                or first.endswith(";")
            )
            goes_on = open_entry and first[:1].islower()
            if not listed and not goes_on:
                if furniture.is_signer_title(entry.view) or furniture.is_signed_mark(entry.view):
                    continue
                break
            entries.append(entry)
            open_entry = not first.endswith((";", "."))
        if entries:
            for entry in (line, *entries):
                entry.kind = "recipients"


def _mark_signatures(lines: Sequence[TextLine]) -> None:
    beside = False  # the office stood in the right-hand column, beside Nơi nhận
    for i, line in enumerate(lines):
        if line.kind == "recipients":
            beside = beside or any(map(furniture.is_signer_title, furniture.cells(line.view)[1:]))
            continue
        block = [] if line.kind else _signature_block(lines, i, named_only=beside)
        for member in block:
            member.kind = "signature"
        if block:
            for before in lines[max(i - 2, 0) : i]:
                if not before.kind and furniture.is_place_and_date(before.view):
                    before.kind = "place-date"
        beside = beside and bool(line.kind)


def _signature_block(lines: Sequence[TextLine], at: int, *, named_only: bool) -> list[TextLine]:
    """The lines of the signature that begins at `at`, none when what stands there is something else."""
    titled = furniture.is_signer_title(lines[at].view)
    if not titled and not named_only:
        return []
    block: list[TextLine] = []
    named = signed = False
    for line in lines[at : at + _BLOCK_LINES]:
        if line.kind:
            continue
        title = furniture.is_signer_title(line.view)
        mark = furniture.is_signed_mark(line.view)
        name = not title and furniture.is_name(line.view) and not furniture.is_document_kind(line.view)
        if not (mark or (title and not named) or (name and not named)):
            return block if named or signed else []
        block.append(line)
        named = named or name
        signed = signed or mark
    return block


def _mark_footnotes(lines: Sequence[TextLine]) -> None:
    marks = {m.group().strip() for line in lines for m in NOTE_MARK.finditer(line.view) if m.start()}
    for line in lines:
        match = None if line.kind else _NOTE_BODY.match(line.view)
        if match and (match.group(1) is None or f"[{match.group(1)}]" in marks):
            line.kind = "footnote"


def _mark_repeated_title(lines: Sequence[TextLine]) -> None:
    blocks: list[list[TextLine]] = [[]]
    for line in lines:
        if line.kind:
            continue
        if line.view:
            blocks[-1].append(line)
        elif blocks[-1]:
            if len(blocks) == 2:
                break
            blocks.append([])
    if len(blocks) < 2 or not blocks[0] or not furniture.is_document_kind(blocks[0][0].view):
        return
    if [line.view for line in blocks[0]] == [line.view for line in blocks[1]]:
        for line in blocks[0]:
            line.kind = "repeated-title"
