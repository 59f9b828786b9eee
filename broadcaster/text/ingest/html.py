"""HTML, pasted from a page or from Word: block by block, lists and tables kept, what the eye does not see left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from broadcaster.text.ingest import tables
from broadcaster.text.notes import Note

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "main",
        "nav",
        "p",
        "pre",
        "section",
        "summary",
    ]
)
_SPACED = frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "p", "blockquote", "pre"])
_SKIPPED = frozenset(
    [
        "script",
        "style",
        "head",
        "template",
        "noscript",
        "svg",
        "math",
        "object",
        "iframe",
        "select",
        "textarea",
        "button",
        "title",
        "del",
    ]
)
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_HIDDEN = re.compile(
    r"display\s{0,5}:\s{0,5}none|mso-hide\s{0,5}:\s{0,5}all|visibility\s{0,5}:\s{0,5}hidden", re.IGNORECASE
)
_SPACE = re.compile(r"[ \t\r\n\f]+")
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
        if tag == "body":
            self._skip.clear()
        hidden = _HIDDEN.search(attributes.get("style") or "") is not None or "hidden" in attributes
        if tag in _SKIPPED or (hidden and tag not in _VOID and tag not in {"body", "html"}):
            self._skip.append(tag)
        elif tag == "br":
            self._break()
        elif tag in {"ul", "ol"}:
            self._break()
            start = attributes.get("start") or "1"
            self._lists.append(
                None if tag == "ul" else (int(start) if start.isascii() and start.isdigit() and len(start) < 5 else 1)
            )
        elif tag == "li":
            self._open_item()
        elif tag == "table":
            self._open_table()
        elif tag in {"tr", "td", "th"} and self._tables:
            self._open_cell(tag, attributes)
        elif tag in _BLOCKS:
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
            span = attributes.get("colspan") or "1"
            width = int(span) if span.isascii() and span.isdigit() and len(span) < 3 else 1
            table.rows[-1].extend([table.cell] * max(width, 1))
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


def to_text(source: str) -> tuple[str, tuple[Note, ...]]:
    """Return the words that a browser would show, a block a line, and remarks."""
    fragment = re.search(r"<!--\s?StartFragment\s?-->(.*?)<!--\s?EndFragment\s?-->", source, re.DOTALL)
    reader = _Reader()
    # Word wraps its list marks in conditional comments; their content is what the reader sees.
    reader.feed(re.sub(r"<!\[(?:if[^\]>]{0,80}|endif)\]>", "", fragment.group(1) if fragment else source))
    text = reader.finish()
    notes = [tables.table_note(reader.table_count)] if reader.table_count else []
    if reader.nested_count:
        notes.append(Note("nested-table", f"Có {reader.nested_count} bảng nằm trong bảng khác; hãy nghe lại phần này."))
    return text, tuple(notes)
