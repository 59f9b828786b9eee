"""OpenDocument texts (.odt) read as their last state, lists and tables kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from broadcaster.text.ingest import tables
from broadcaster.text.ingest.archive import Archive
from broadcaster.text.ingest.document import DocumentError
from broadcaster.text.ingest.numbering import integer, spelled
from broadcaster.text.notes import Note

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT = f"{{{_OASIS}text:1.0}}"
_TABLE = f"{{{_OASIS}table:1.0}}"
_OFFICE = f"{{{_OASIS}office:1.0}}"
_DRAW = f"{{{_OASIS}drawing:1.0}}"
_STYLE = f"{{{_OASIS}style:1.0}}"
_SHAPES = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_DROPPED = frozenset(
    {
        f"{_TEXT}{tag}"
        for tag in ("note", "tracked-changes", "sequence-decls", "variable-decls", "soft-page-break", "ruby-text")
    }
    | {f"{_OFFICE}annotation", f"{_OFFICE}annotation-end", f"{_OFFICE}forms"}
)


@dataclass(frozen=True, slots=True)
class _Level:
    shape: str
    prefix: str
    suffix: str


@dataclass(slots=True)
class _Reader:
    lists: dict[str, dict[int, _Level]]
    counts: Counter[str] = field(default_factory=Counter)
    boxes: list[Element] = field(default_factory=list)
    depth: int = 0

    def blocks(self, parent: Element, style: str = "", level: int = 0) -> Iterator[str]:
        for node in parent:
            tag = node.tag
            if tag in {f"{_TEXT}p", f"{_TEXT}h"}:
                yield "".join(self.inline(node)).strip()
                while self.boxes:
                    self.counts["text-box"] += 1
                    yield from self.blocks(self.boxes.pop(0))
            elif tag == f"{_TEXT}list":
                yield from self.items(node, node.get(f"{_TEXT}style-name") or style, level + 1)
            elif tag == f"{_TABLE}table":
                yield from self.table(node)
            elif tag == f"{_TEXT}tracked-changes":
                self.counts["tracked"] += len(node)
            elif tag not in _DROPPED:
                yield from self.blocks(node, style, level)

    def items(self, node: Element, style: str, level: int) -> Iterator[str]:
        shape = self.lists.get(style, {}).get(level)
        count = 0
        for item in node:
            mark = ""
            if item.tag == f"{_TEXT}list-item":
                start = item.get(f"{_TEXT}start-value", "")
                count = integer(start, count + 1)
                if shape and shape.shape:
                    mark = f"{shape.prefix}{spelled(count, shape.shape)}{shape.suffix or '.'} "
                else:
                    mark = "- " if level == 1 else "+ "
            for child in item:
                if child.tag == f"{_TEXT}list":
                    yield from self.items(child, child.get(f"{_TEXT}style-name") or style, level + 1)
                    continue
                wrapper = Element("wrapper")
                wrapper.append(child)
                for line in self.blocks(wrapper, style, level):
                    yield mark + line if line else line
                    mark = "" if line else mark

    def inline(self, node: Element) -> Iterator[str]:
        yield node.text or ""
        for child in node:
            tag = child.tag
            if tag == f"{_TEXT}s":
                count = child.get(f"{_TEXT}c", "1")
                yield " " * (min(integer(count, 1), 100))
            elif tag == f"{_TEXT}tab":
                yield "\t"
            elif tag == f"{_TEXT}line-break":
                yield "\n"
            elif tag == f"{_TEXT}note":
                self.counts["footnote"] += 1
            elif tag == f"{_DRAW}text-box":
                self.boxes.append(child)
            elif tag not in _DROPPED:
                self.counts["picture"] += tag == f"{_DRAW}image"
                yield from self.inline(child)
            yield child.tail or ""

    def table(self, node: Element) -> Iterator[str]:
        self.depth += 1
        self.counts["nested-table"] += self.depth > 1
        rows = [self._row(row) for row in _rows(node)]
        headed = node.find(f"{_TABLE}table-header-rows") is not None
        self.depth -= 1
        if tables.is_layout(rows):
            for row in rows:
                for cell in row:
                    yield from cell.split("\n")
            return
        self.counts["table"] += 1
        yield from tables.render(rows, head=True if headed and len(rows) > 1 else None)

    def _row(self, row: Element) -> list[str]:
        cells: list[str] = []
        for cell in row:
            if cell.tag not in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
                continue
            text = "\n".join(line for line in self.blocks(cell) if line)
            repeat = cell.get(f"{_TABLE}number-columns-repeated", "1")
            if cell.tag.endswith("covered-table-cell"):
                text = cells[-1] if cells else ""
            cells += [text] * (min(integer(repeat, 1), 60))
        return cells


def _rows(table: Element) -> Iterator[Element]:
    for node in table:
        if node.tag == f"{_TABLE}table-row":
            yield node
        elif node.tag in {f"{_TABLE}table-header-rows", f"{_TABLE}table-rows", f"{_TABLE}table-row-group"}:
            yield from _rows(node)


def _list_styles(roots: list[Element]) -> dict[str, dict[int, _Level]]:
    styles: dict[str, dict[int, _Level]] = {}
    for node in (node for root in roots for node in root.iter(f"{_TEXT}list-style")):
        levels: dict[int, _Level] = {}
        for level in node:
            index = level.get(f"{_TEXT}level", "")
            if integer(index, 0):
                numbered = level.tag.endswith("list-level-style-number")
                shape = _SHAPES.get(level.get(f"{_STYLE}num-format", ""), "") if numbered else ""
                levels[integer(index, 0)] = _Level(
                    shape, level.get(f"{_STYLE}num-prefix", ""), level.get(f"{_STYLE}num-suffix", "")
                )
        styles[node.get(f"{_STYLE}name", "")] = levels
    return styles


_REMARKS = {
    "tracked": "Tài liệu có {n} chỗ sửa theo dõi; máy đọc bản cuối: giữ phần thêm, bỏ phần xóa.",
    "text-box": "Có {n} khung chữ; nội dung được đặt sau đoạn chứa khung.",
    "nested-table": "Có {n} bảng nằm trong bảng khác; hãy nghe lại phần này.",
    "footnote": "Đã bỏ {n} chú thích cuối trang.",
    "picture": "Có {n} hình; chữ trong hình không đọc được.",
}


def to_text(name: str, data: bytes) -> tuple[str, tuple[Note, ...]]:
    """The text of an OpenDocument file and remarks on what was left out.

    Raises:
        DocumentError: the container is damaged, encrypted, unsafe or too large.
    """
    archive = Archive(name, data)
    if "META-INF/manifest.xml" in archive.names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise DocumentError("Tệp có mật khẩu; hãy bỏ mật khẩu rồi nộp lại.", code="encrypted", field=name)
    content = archive.xml("content.xml")
    styles = [archive.xml("styles.xml")] if "styles.xml" in archive.names else []
    reader = _Reader(_list_styles([*styles, content]))
    body = content.find(f"{_OFFICE}body/{_OFFICE}text")
    lines = [] if body is None else list(reader.blocks(body))
    notes = [Note(code, text.format(n=reader.counts[code])) for code, text in _REMARKS.items() if reader.counts[code]]
    if reader.counts["table"]:
        notes.append(tables.table_note(reader.counts["table"]))
    if any(
        "".join(node.itertext()).strip()
        for root in styles
        for tag in ("header", "footer")
        for node in root.iter(f"{_STYLE}{tag}")
    ):
        notes.append(Note("header-footer", "Đã bỏ đầu trang và chân trang."))
    return "\n".join(lines), tuple(notes)
