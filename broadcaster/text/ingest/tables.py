"""Tables put into words: each row a line, each figure with its column's head before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from broadcaster.text import furniture
from broadcaster.text.notes import Note

_NUMBERING = re.compile(r"(?:stt|tt|số tt|số thứ tự)\.?", re.IGNORECASE)


def table_note(count: int) -> Note:
    """The remark that `count` tables were put into words."""
    return Note(
        "table", f"Tài liệu có {count} bảng; máy đọc từng hàng kèm tên cột, nên viết lại thành lời cho dễ nghe."
    )


def is_layout(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether a table only sets things side by side: the letterhead, Nơi nhận beside the signature, one column."""
    lines = [line.strip() for row in rows for cell in row for line in cell.split("\n") if line.strip()]
    if max((len(row) for row in rows), default=0) <= 1:
        return True
    return any(
        furniture.is_state_name(line)
        or furniture.is_motto(line)
        or furniture.is_number_line(line)
        or furniture.is_recipients_head(line)
        or (furniture.is_signer_title(line) and len(rows) <= 6 and len(rows[0]) <= 3)
        for line in lines
    )


def render(rows: Sequence[Sequence[str]], *, head: bool | None = None) -> list[str]:
    """The lines of a table of cell texts.

    Args:
        rows: cells by row, merged cells repeated.
        head: whether the first row names the columns; None to judge by its looks.
    """
    rows = [[" ".join(cell.split()) for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        return []
    first = rows[0]
    named = head if head is not None else len(rows) > 1 and _names_columns(first)
    lines = []
    for row in rows[1:] if named else rows:
        if len(row) > 1 and len(set(row)) == 1:
            lines.append(row[0])  # one cell across the whole row heads a group
            continue
        parts: list[str] = []
        for index, value in enumerate(row):
            title = first[index] if named and index < len(first) else ""
            if not value or (index and value == row[index - 1] and title == first[index - 1]):
                continue
            parts.append(f"{title}: {value}" if title and title != value else value)
        if parts:
            line = "; ".join(part.rstrip(".;") for part in parts)
            lines.append(line if line.endswith(("!", "?")) else line + ".")
    return lines if lines or not named else ["; ".join(first) + "."]


def _names_columns(row: Sequence[str]) -> bool:
    filled = [cell for cell in row if cell]
    if len(filled) < max(2, len(row) - 1):
        return False
    return all(
        _NUMBERING.fullmatch(cell) or (not cell[0].isdigit() and len(cell) <= 80) for cell in filled
    ) and not any(re.fullmatch(r"[\d.,%/ -]+", cell) for cell in filled)
