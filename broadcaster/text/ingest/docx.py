"""Word documents (.docx) read as their last state: insertions in, deletions out, numbers and tables in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from broadcaster.text.encodings import from_tcvn3, from_vni
from broadcaster.text.ingest import numbering, tables
from broadcaster.text.ingest.archive import Archive
from broadcaster.text.notes import Note

W = numbering.W
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_DROPPED = frozenset(
    f"{W}{tag}"
    for tag in (
        "del",
        "moveFrom",
        "rPr",
        "pPr",
        "instrText",
        "delText",
        "delInstrText",
        "sdtPr",
        "footnoteRef",
        "endnoteRef",
        "annotationRef",
    )
)
_BULLET_SYMBOLS = frozenset({"F0B7", "F0A7", "F0D8", "F0FC", "F076", "F0A8"})
_LEGACY_FONT = re.compile(r"\.vn|vni[- ]", re.IGNORECASE)
_BLANKS = re.compile(r"[ \u00a0]*\n[ \u00a0]*")


@dataclass(slots=True)
class _Style:
    parent: str = ""
    font: str = ""
    number: str = ""
    level: int = 0


@dataclass(slots=True)
class _Reader:
    numbering: numbering.Numbering
    styles: dict[str, _Style]
    counts: Counter[str] = field(default_factory=Counter)
    boxes: list[Element] = field(default_factory=list)
    depth: int = 0

    def blocks(self, parent: Element) -> Iterator[str]:
        """Yield the lines of a body, a cell or a text box."""
        carried = ""
        for node in parent:
            if node.tag == f"{W}p":
                text = carried + self.paragraph(node)
                carried = ""
                if (
                    node.find(f"{W}pPr/{W}rPr/{W}del") is not None
                    or node.find(f"{W}pPr/{W}rPr/{W}moveFrom") is not None
                ):
                    self.counts["tracked"] += 1
                    carried = text  # the mark between two paragraphs was deleted: they are one
                    continue
                yield text.rstrip()
                yield from self._boxes()
            elif node.tag == f"{W}tbl":
                yield from self.table(node)
                yield from self._boxes()
            elif node.tag in {f"{W}sdt", f"{W}customXml", f"{W}ins", f"{W}moveTo", f"{W}smartTag"}:
                content = node.find(f"{W}sdtContent")
                yield from self.blocks(node if content is None else content)
        if carried:
            yield carried.rstrip()

    def _boxes(self) -> Iterator[str]:
        while self.boxes:
            box = self.boxes.pop(0)
            self.counts["text-box"] += 1
            yield from self.blocks(box)

    def paragraph(self, node: Element) -> str:
        style = self._style(node.find(f"{W}pPr/{W}pStyle"))
        text = "".join(self.runs(node, style.font))
        if not text.strip():
            return ""
        return self._label(node, style) + _BLANKS.sub("\n", text.lstrip())

    def _style(self, link: Element | None) -> _Style:
        found = _Style()
        name = "" if link is None else link.get(f"{W}val", "")
        for _ in range(20):
            style = self.styles.get(name)
            if style is None:
                break
            found.font = found.font or style.font
            if not found.number:
                found.number, found.level = style.number, style.level
            name = style.parent
        found.font = found.font or self.styles.get("", _Style()).font
        return found

    def _label(self, node: Element, style: _Style) -> str:
        number, level = style.number, style.level
        properties = node.find(f"{W}pPr/{W}numPr")
        if properties is not None:
            number = _value(properties.find(f"{W}numId")) or number
            level = numbering.integer(_value(properties.find(f"{W}ilvl")), level)
        return self.numbering.label(number, level) if number and number != "0" else ""

    def runs(self, node: Element, font: str) -> Iterator[str]:
        for child in node:
            tag = child.tag
            if tag in _DROPPED:
                self.counts["tracked"] += tag in {f"{W}del", f"{W}moveFrom"}
            elif tag == f"{W}r":
                yield from self.run(child, font)
            elif tag == f"{_MC}AlternateContent":
                # The same box is stored twice, for new and for old programs.
                choice = child.find(f"{_MC}Choice")
                yield from self.runs(child.find(f"{_MC}Fallback") if choice is None else choice, font)  # type: ignore[arg-type]
            elif tag == f"{W}txbxContent":
                self.boxes.append(child)
            elif tag == f"{_M}t":
                self.counts["formula"] += 1
                yield child.text or ""
            else:
                self.counts["tracked"] += tag in {f"{W}ins", f"{W}moveTo"}
                yield from self.runs(child, font)

    def run(self, node: Element, font: str) -> Iterator[str]:
        properties = node.find(f"{W}rPr")
        if properties is not None:
            if _is_on(properties.find(f"{W}vanish")):
                self.counts["hidden"] += 1
                return
            fonts = properties.find(f"{W}rFonts")
            if fonts is not None:
                font = fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or font
            elif properties.find(f"{W}rStyle") is not None:
                font = self._style(properties.find(f"{W}rStyle")).font or font
        for child in node:
            yield from self._run_part(child, font)

    def _run_part(self, child: Element, font: str) -> Iterator[str]:
        tag = child.tag.removeprefix(W)
        if tag == "t":
            yield self._decoded(child.text or "", font)
        elif tag in {"tab", "ptab"}:
            yield "\t"
        elif tag in {"br", "cr"}:
            yield "\n"
        elif tag == "noBreakHyphen":
            yield "-"
        elif tag == "sym":
            yield "•" if child.get(f"{W}char", "").upper() in _BULLET_SYMBOLS else ""
        elif tag in {"footnoteReference", "endnoteReference"}:
            self.counts["footnote"] += 1
        elif tag in {"drawing", "pict", "object", "AlternateContent"} or child.tag.startswith(
            (_MC, "{urn:schemas-microsoft-com")
        ):
            self.counts["picture"] += any(str(e.tag).endswith(("}blip", "}imagedata")) for e in child.iter())
            wrapper = Element("wrapper")
            wrapper.append(child)
            yield from self.runs(wrapper, font)

    def _decoded(self, text: str, font: str) -> str:
        if text.isascii() or not _LEGACY_FONT.match(font):
            return text
        self.counts["font-tcvn3" if font.lower().startswith(".vn") else "font-vni"] += 1
        if font.lower().startswith("vni"):
            return from_vni(text)
        text = from_tcvn3(text)
        return text.upper() if font.endswith("H") else text

    def table(self, node: Element) -> Iterator[str]:
        self.depth += 1
        self.counts["nested-table"] += self.depth > 1
        rows: list[list[str]] = []
        heads: list[bool] = []
        above: dict[int, str] = {}
        for row in _rows(node):
            if row.find(f"{W}trPr/{W}del") is not None:
                self.counts["tracked"] += 1
                continue
            rows.append(self._row(row, above))
            heads.append(_is_on(row.find(f"{W}trPr/{W}tblHeader")))
        self.depth -= 1
        if not rows:
            return
        if tables.is_layout(rows):
            for row_cells in rows:
                for index, cell_text in enumerate(row_cells):
                    if not index or cell_text != row_cells[index - 1]:
                        yield from cell_text.split("\n")
            return
        self.counts["table"] += 1
        yield from tables.render(rows, head=True if heads[0] and len(rows) > 1 else None)

    def _row(self, row: Element, above: dict[int, str]) -> list[str]:
        """The cells of a row, merged ones repeated; `above` holds the last text of each column."""
        cells: list[str] = []
        for cell in _cells(row):
            text = "\n".join(line for line in self.blocks(cell) if line.strip())
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            if merge is not None and merge.get(f"{W}val") != "restart":
                text = above.get(len(cells), "")
            span = numbering.integer(_value(cell.find(f"{W}tcPr/{W}gridSpan")), 1)
            for _ in range(min(span, 60)):
                above[len(cells)] = text
                cells.append(text)
        return cells


def _rows(table: Element) -> Iterator[Element]:
    for node in table:
        if node.tag == f"{W}tr":
            yield node
        elif node.tag in {f"{W}sdt", f"{W}ins", f"{W}customXml"}:
            content = node.find(f"{W}sdtContent")
            yield from _rows(node if content is None else content)


def _cells(row: Element) -> Iterator[Element]:
    for node in row:
        if node.tag == f"{W}tc":
            yield node
        elif node.tag in {f"{W}sdt", f"{W}customXml"}:
            content = node.find(f"{W}sdtContent")
            yield from _cells(node if content is None else content)


def _value(node: Element | None) -> str:
    return "" if node is None else node.get(f"{W}val", "")


def _is_on(node: Element | None) -> bool:
    return node is not None and node.get(f"{W}val", "true") not in {"0", "false", "off"}


def _styles(root: Element | None) -> dict[str, _Style]:
    if root is None:
        return {}
    default = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}rFonts")
    styles = {"": _Style(font="" if default is None else default.get(f"{W}ascii", ""))}
    for node in root.iter(f"{W}style"):
        fonts = node.find(f"{W}rPr/{W}rFonts")
        level = _value(node.find(f"{W}pPr/{W}numPr/{W}ilvl"))
        styles[node.get(f"{W}styleId", "?")] = _Style(
            parent=_value(node.find(f"{W}basedOn")) or "?",
            font="" if fonts is None else fonts.get(f"{W}ascii", ""),
            number=_value(node.find(f"{W}pPr/{W}numPr/{W}numId")),
            level=numbering.integer(level, 0),
        )
    return styles


_REMARKS = {
    "tracked": "Tài liệu có {n} chỗ sửa theo dõi (Track Changes); máy đọc bản cuối: giữ phần thêm, bỏ phần xóa.",
    "text-box": "Có {n} hộp chữ (text box); nội dung được đặt sau đoạn chứa hộp.",
    "nested-table": "Có {n} bảng nằm trong bảng khác; hãy nghe lại phần này.",
    "footnote": "Đã bỏ {n} chú thích cuối trang.",
    "hidden": "Đã bỏ {n} đoạn chữ ẩn.",
    "formula": "Có {n} phần công thức toán; hãy viết lại thành lời.",
    "picture": "Có {n} hình; chữ trong hình không đọc được.",
    "font-tcvn3": "Đã đổi {n} đoạn chữ dùng phông .Vn (TCVN3) sang Unicode.",
    "font-vni": "Đã đổi {n} đoạn chữ dùng phông VNI sang Unicode.",
}


def to_text(name: str, data: bytes) -> tuple[str, tuple[Note, ...]]:
    """The text of a Word document and remarks on what was left out.

    Raises:
        DocumentError: the container is damaged, unsafe or too large.
    """
    archive = Archive(name, data)

    def part(path: str) -> Element | None:
        return archive.xml(path) if path in archive.names else None

    reader = _Reader(numbering.parse(part("word/numbering.xml")), _styles(part("word/styles.xml")))
    body = archive.xml("word/document.xml").find(f"{W}body")
    lines = [] if body is None else list(reader.blocks(body))
    notes = [Note(code, text.format(n=reader.counts[code])) for code, text in _REMARKS.items() if reader.counts[code]]
    if reader.counts["table"]:
        notes.append(tables.table_note(reader.counts["table"]))
    outside = [path for path in sorted(archive.names) if re.fullmatch(r"word/(?:header|footer)\d*\.xml", path)]
    if any((node.text or "").strip() for path in outside[:50] for node in archive.xml(path).iter(f"{W}t")):
        notes.append(Note("header-footer", "Đã bỏ đầu trang và chân trang."))
    if "word/comments.xml" in archive.names:
        notes.append(Note("comments", "Đã bỏ các ghi chú bên lề (comment)."))
    return "\n".join(lines), tuple(notes)
