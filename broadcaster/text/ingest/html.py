"""HTML, pasted from a page or from Word: block by block, lists and tables kept, what the eye does not see left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from broadcaster.text.ingest import tables
from broadcaster.text.notes import Note

_BLOCKS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "  # noqa: SIM905
    "header hr main nav p pre section summary".split()
)
_SPACED = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p", "blockquote", "pre"})
_SKIPPED = frozenset(
    "script style head template noscript svg math object iframe select textarea button title del".split()  # noqa: SIM905
)
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905
_HIDDEN = re.compile(
    r"display\s{0,5}:\s{0,5}none|mso-hide\s{0,5}:\s{0,5}all|visibility\s{0,5}:\s{0,5}hidden", re.IGNORECASE
)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_START = re.compile(r"<!--\s?StartFragment\s?-->")
_END = re.compile(r"<!--\s?EndFragment\s?-->")
_CONDITIONAL = re.compile(r"<!\[(?:if[^\]>]{0,80}|endif)\]>")
_OPEN = re.compile(r"<(?=[^<>]*(?:<|\Z))")
_MAX_DEPTH = 400


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.table_count = 0
        self.nested_count = 0
        self._line: list[str] = []
        self._lists: list[int | None] = []
        self._mark = ""
        self._skip: list[str] = []
        self._tables: list[_Table] = []
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if self._skip:
            if tag == self._skip[-1] and tag not in _VOID and len(self._skip) < _MAX_DEPTH:
                self._skip.append(tag)
            return
        hidden = _HIDDEN.search(attributes.get("style") or "") is not None or "hidden" in attributes
        if tag in _SKIPPED or (hidden and tag not in _VOID and tag not in {"body", "html"}):
            self._skip.append(tag)
        elif tag in {"ul", "ol"}:
            self._break()
            self._lists.append(None if tag == "ul" else _integer(attributes.get("start"), 1, 9999))
        elif tag == "li":
            self._open_item()
        elif tag == "table":
            self._open_table()
        elif tag in {"tr", "td", "th"} and self._tables:
            self._open_cell(tag, attributes)
        elif tag in _BLOCKS or tag == "br":
            self._break(blank=tag in _SPACED)
            self._pre += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if self._skip:
            if tag == self._skip[-1]:
                self._skip.pop()
            elif tag in {"html", "body"}:
                self._skip.clear()
            return
        if tag in {"ul", "ol"}:
            self._break()
            if self._lists:
                self._lists.pop()
        elif tag == "table":
            self._close_table()
        elif tag in {"td", "th", "tr"} and self._tables:
            self._break()
        elif tag in _BLOCKS or tag == "li":
            self._break(blank=tag in _SPACED)
            self._pre -= tag == "pre" and self._pre > 0

    def handle_data(self, data: str) -> None:
        if self._skip:
            return
        if self._pre:
            first, *rest = data.split("\n")
            self._line.append(first)
            for line in rest:
                self._break()
                self._line.append(line)
            return
        self._line.append(_SPACE.sub(" ", data))

    def finish(self) -> str:
        self.close()
        while self._tables:
            self._close_table()
        self._break()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).strip("\n")

    def _target(self) -> list[str]:
        return self._tables[-1].cell if self._tables else self.lines

    def _break(self, *, blank: bool = False) -> None:
        text = "".join(self._line).strip(" \t\r\n")
        self._line.clear()
        target = self._target()
        if text:
            target.append(self._mark + text)
            self._mark = ""
        if blank and target and target[-1] and not self._mark:
            target.append("")

    def _open_item(self) -> None:
        self._break()
        if self._lists and self._lists[-1] is not None:
            self._mark = f"{self._lists[-1]}. "
            self._lists[-1] += 1
        else:
            self._mark = "- " if len(self._lists) <= 1 else "+ "

    def _open_table(self) -> None:
        self._break()
        if len(self._tables) < 20:
            self.nested_count += bool(self._tables)
            self._tables.append(_Table())

    def _open_cell(self, tag: str, attributes: dict[str, str | None]) -> None:
        self._break()
        table = self._tables[-1]
        if tag == "tr" or not table.rows:
            table.rows.append([])
            table.heads.append(True)
            table.cell = []
        if tag != "tr":
            table.cell = []
            table.rows[-1].extend([table.cell] * _integer(attributes.get("colspan"), 1, 60))
            table.heads[-1] = table.heads[-1] and tag == "th"

    def _close_table(self) -> None:
        self._break()
        if not self._tables:
            return
        table = self._tables.pop()
        rows = [["\n".join(cell) for cell in row] for row in table.rows if row]
        target = self._target()
        if not rows:
            return
        target.append("")
        if tables.is_layout(rows):
            seen: set[int] = set()
            for cell in (cell for row in table.rows for cell in row):
                if id(cell) not in seen:
                    seen.add(id(cell))
                    target.extend(cell)
        else:
            self.table_count += 1
            heads = [head for head, row in zip(table.heads, table.rows, strict=True) if row]
            target.extend(tables.render(rows, head=True if heads[0] and len(rows) > 1 else None))
        target.append("")


class _Table:
    def __init__(self) -> None:
        self.rows: list[list[list[str]]] = []
        self.heads: list[bool] = []
        self.cell: list[str] = []


def _integer(text: str | None, default: int, most: int) -> int:
    good = text and text.isascii() and text.isdigit() and len(text) < 6
    return min(max(int(text), 1), most) if text and good else default


def strip_comments(source: str) -> str:
    """`source` without <!-- comments -->, an unclosed one to its end, in linear time."""
    kept: list[str] = []
    at = 0
    while (start := source.find("<!--", at)) >= 0:
        kept.append(source[at:start])
        end = source.find("-->", start + 4)
        if end < 0:
            return "".join(kept)
        at = end + 3
    return "".join([*kept, source[at:]])


def to_text(source: str) -> tuple[str, tuple[Note, ...]]:
    """The words that a browser would show, a block a line, and remarks."""
    start = _START.search(source)
    if start:
        end = _END.search(source, start.end())
        source = source[start.end() : end.start() if end else len(source)]
    source = strip_comments(source)
    reader = _Reader()
    # Word wraps its list marks in conditional comments; their content is what the reader sees. A "<" that opens
    # nothing is a letter, as in "a < b"; escaped, it also spares the parser its slow search for the tag's end.
    reader.feed(_OPEN.sub("&lt;", _CONDITIONAL.sub("", source)))
    text = reader.finish()
    notes = [tables.table_note(reader.table_count)] if reader.table_count else []
    if reader.nested_count:
        notes.append(Note("nested-table", f"Có {reader.nested_count} bảng nằm trong bảng khác; hãy nghe lại phần này."))
    return text, tuple(notes)
