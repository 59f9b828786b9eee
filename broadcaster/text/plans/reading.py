"""Proposals out of a plan's text: title, number, basis, topics, forms, audiences, offices, times, targets.

Nothing here decides: each proposal carries the lines that it stands on, and a person keeps, changes or drops it.
What cannot be found is said in a note, never guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from broadcaster.domain.fold import fold, nfc
from broadcaster.domain.reports.plans import LOUDSPEAKER, Form
from broadcaster.text import furniture
from broadcaster.text.plans import phrases, tables
from broadcaster.text.plans.outline import HEADINGS, Node, marked, outline
from broadcaster.text.plans.proposals import PlanReading, Proposal, ProposalKind

_NUMBER = re.compile(r"Số\s{0,3}:?\s{0,40}(\d{1,6}\s?/(?:\d{4}/)?[A-ZĐ][\w.&-]{1,20})")
_SECTIONS = (
    ("topics", ("noi dung", "chu de", "nhiem vu tuyen truyen", "trong tam tuyen truyen")),
    ("forms", ("hinh thuc", "phuong thuc", "kenh tuyen truyen", "phuong tien")),
    ("audiences", ("doi tuong",)),
    ("times", ("thoi gian", "tien do", "lo trinh", "thoi han")),
    ("units", ("to chuc thuc hien", "phan cong", "trach nhiem")),
    ("purpose", ("muc dich", "yeu cau", "muc tieu")),
    ("funds", ("kinh phi",)),
)
_PLAN_KINDS = ("ke hoach", "chuong trinh", "phuong an", "de an")
_BASIS_WORDS = ("Căn cứ", "Thực hiện", "Thi hành")
_MANY = 400
"""Proposals of one kind that are kept: a longer list is no plan of a commune."""


def read_plan(text: str, forms: Sequence[Form]) -> PlanReading:
    """What the plan in `text` seems to say; total: any text gives a reading, perhaps one of notes alone."""
    lines = tuple(nfc(text).split("\n"))
    root = outline(lines)
    sections = _sections(root)
    year = _year(lines)
    found = [*_head(lines), *_preamble(root)]
    found += _topics(root, sections, forms)
    found += _forms(root, sections, forms)
    found += _audiences(sections)
    found += _times(lines, sections, found, year)
    found += _units(sections)
    found += _deadlines(root, sections, year)
    found += _cited(root, found)
    found += tables.proposals(lines, forms, year)
    kept = _once(found)
    kept.sort(key=lambda p: (p.line, list(ProposalKind).index(p.kind)))
    return PlanReading(lines, tuple(kept), tuple(_notes(kept)))


def _sections(root: Node) -> dict[str, list[Node]]:
    """The nodes that head each kind of part; a heading of several ("Nội dung, hình thức") leaves it to its children."""
    found: dict[str, list[Node]] = {name: [] for name, _ in _SECTIONS}
    for node in root.walk():
        names = _named(node)
        if len(names) == 1 or (names and not any(_named(c) for c in node.children)):
            found[names[0]].append(node)
    return found


def _named(node: Node) -> list[str]:
    if node.kind not in HEADINGS and not (node.kind == "paragraph" and furniture.is_capitals(node.text)):
        return []
    head, colon, _ = node.text.partition(":")
    plain = fold(head)
    if len(plain.split()) > (16 if colon or node.kind in {"roman", "article", "paragraph"} else 10):
        return []
    plain = re.sub(r"^(?:ve |cac |nhung )", "", plain)
    loud = furniture.is_capitals(head)
    parts = re.split(r",| va ", plain)
    return [
        name
        for name, words in _SECTIONS
        if any(part.strip().startswith(w) or (loud and w in plain) for w in words for part in parts)
    ]


def _head(lines: Sequence[str]) -> Iterator[Proposal]:
    yield from _numbered(lines)
    begin = next((n for n, line in enumerate(lines[:80]) if _opens(line.strip())), None)
    if begin is None:
        return
    title = lines[begin].split(maxsplit=2)[2:]
    last = begin
    for number, raw in enumerate(lines[begin + 1 : begin + 12], begin + 1):
        line = raw.strip()
        ends = not line or furniture.is_rule(line) or marked(line)[0] or line.startswith(_BASIS_WORDS)
        if (ends and title) or len(title) >= 5:
            break
        if not ends:
            title.append(line)
            last = number
    if title:
        yield Proposal(ProposalKind.TITLE, " ".join(title), begin + 1, last + 1)


def _numbered(lines: Sequence[str]) -> Iterator[Proposal]:
    """Yield the number and the date of the letterhead; blanks left for a clerk are none."""
    for number, line in enumerate(lines[:20], 1):
        for cell in furniture.cells(line.strip()):
            if m := _NUMBER.fullmatch(cell):
                code = m[1].replace(" ", "")
                yield Proposal(ProposalKind.NUMBER, code, number, number, code)
            elif furniture.is_place_and_date(cell):
                for day in phrases.days(cell, dt.MINYEAR):
                    if day.year > dt.MINYEAR:
                        yield Proposal(ProposalKind.ISSUED, cell, number, number, day.isoformat())


def _opens(line: str) -> bool:
    return furniture.is_document_kind(line) and fold(line).startswith(_PLAN_KINDS)


def _preamble(root: Node) -> Iterator[Proposal]:
    for node in root.children:
        if node.kind in HEADINGS:
            return
        for document in phrases.cited(node.text):
            yield Proposal(ProposalKind.BASIS, document.text, node.line, node.last_line, document.number)


def _topics(root: Node, sections: dict[str, list[Node]], forms: Sequence[Form]) -> Iterator[Proposal]:
    del root
    heads = {id(n) for nodes in sections.values() for n in nodes}
    for head in sections["topics"]:
        items = [c for c in head.children if id(c) not in heads and not tables.is_row(c.text)]
        listed = [c for c in items if c.kind != "paragraph"] or [c for c in items if not c.text.endswith(":")]
        for node in listed[:_MANY]:
            goal = phrases.target(node.text)
            form = next((f.code for f in forms if phrases.names(node.text, f.words)), LOUDSPEAKER)
            yield Proposal(
                ProposalKind.TOPIC,
                node.text.rstrip(" .;"),
                node.line,
                node.last_line,
                "",
                ((form, goal),) if goal else (),
            )


def _forms(root: Node, sections: dict[str, list[Node]], forms: Sequence[Form]) -> Iterator[Proposal]:
    heads = sections["forms"]
    nodes = [n for head in heads for n in head.walk()] if heads else list(root.walk())
    for form in forms:
        found = next((n for n in nodes if phrases.names(n.text, form.words)), None)
        if found is not None:
            yield Proposal(ProposalKind.FORM, form.title, found.line, found.last_line, form.code)


def _audiences(sections: dict[str, list[Node]]) -> Iterator[Proposal]:
    for head in sections["audiences"]:
        inline = _after_colon(head)
        if inline:
            yield Proposal(ProposalKind.AUDIENCE, inline, head.line, head.last_line)
        for child in head.children:
            if not child.text.endswith(":"):
                said = re.sub(r"^Đối tượng (?:tuyên truyền )?(?:là|gồm|bao gồm)\s+", "", child.text).rstrip(" .;")
                yield Proposal(ProposalKind.AUDIENCE, said[:1].upper() + said[1:], child.line, child.last_line)


def _times(
    lines: Sequence[str], sections: dict[str, list[Node]], found: Sequence[Proposal], year: int | None
) -> Iterator[Proposal]:
    for head in sections["times"]:
        for node in head.walk():
            if stretch := phrases.span(node.text, year):
                value = f"{stretch[0].isoformat()}..{stretch[1].isoformat()}"
                yield Proposal(ProposalKind.SPAN, _after_colon(node) or node.text, node.line, node.last_line, value)
                return
    title = next((p for p in found if p.kind is ProposalKind.TITLE), None)
    if title and (stretch := phrases.span(title.text, year)):
        value = f"{stretch[0].isoformat()}..{stretch[1].isoformat()}"
        yield Proposal(ProposalKind.SPAN, title.text, title.line, min(title.last_line, len(lines)), value)


def _units(sections: dict[str, list[Node]]) -> Iterator[Proposal]:
    for head in sections["units"]:
        for node in head.children:
            name = node.text.partition(":")[0].rstrip(" .;")
            if node.kind == "paragraph" or len(name.split()) > 16:
                name = (phrases.office(node.text) or "") if node.kind != "paragraph" or ":" in node.text[:120] else ""
            name = re.sub(r"^(?:Giao|Đề nghị|Trách nhiệm của)\s+", "", name)
            if not name or _named(node):
                continue
            task = "; ".join(c.text.rstrip(" .;") for c in node.children) or _after_colon(node)
            last = max(n.last_line for n in node.walk())
            yield Proposal(ProposalKind.UNIT, name[:1].upper() + name[1:], node.line, last, task[:2000])


def _deadlines(root: Node, sections: dict[str, list[Node]], year: int | None) -> Iterator[Proposal]:
    del sections
    for node in root.walk():
        if tables.is_row(node.text):
            continue
        plain = fold(node.text)
        due = any(word in plain for word in ("truoc ngay", "cham nhat", "han cuoi", "hoan thanh"))
        days = phrases.days(node.text, year) if year and due else []
        if days:
            for day in days[:6]:
                yield Proposal(
                    ProposalKind.DEADLINE, node.text.rstrip(" ."), node.line, node.last_line, day.isoformat()
                )
        elif (
            "bao cao" in plain
            and re.search(r"(?:hang|dinh ky|moi) (?:quy|thang|nam)|6 thang|dinh ky", plain)
            and "quy" in plain
        ):
            yield Proposal(ProposalKind.DEADLINE, node.text.rstrip(" ."), node.line, node.last_line)


def _cited(root: Node, found: Sequence[Proposal]) -> Iterator[Proposal]:
    known = {p.value for p in found if p.kind is ProposalKind.BASIS}
    for node in root.walk():
        for document in phrases.cited(node.text):
            if document.number not in known:
                known.add(document.number)
                yield Proposal(ProposalKind.CITED, document.text, node.line, node.last_line, document.number)


def _year(lines: Sequence[str]) -> int | None:
    for line in lines[:120]:
        if stretch := phrases.span(line, None):
            return stretch[0].year
    return None


def _after_colon(node: Node) -> str:
    return node.text.partition(":")[2].strip().rstrip(".")


def _once(found: Sequence[Proposal]) -> list[Proposal]:
    """Drop what is said twice: one title, number and span, one of each form, text and line."""
    kept: list[Proposal] = []
    seen: set[tuple[object, ...]] = set()
    counts: dict[ProposalKind, int] = {}
    single = {ProposalKind.TITLE, ProposalKind.NUMBER, ProposalKind.ISSUED, ProposalKind.SPAN}
    for p in found:
        key: tuple[object, ...] = (p.kind,) if p.kind in single else (p.kind, p.value or fold(p.text))
        if p.kind in {ProposalKind.DEADLINE, ProposalKind.UNIT, ProposalKind.TOPIC}:
            key = (p.kind, fold(p.text), p.value if p.kind is ProposalKind.DEADLINE else "")
        if key in seen or not any(map(str.isalnum, p.text)) or counts.get(p.kind, 0) >= _MANY:
            continue
        seen.add(key)
        counts[p.kind] = counts.get(p.kind, 0) + 1
        kept.append(p)
    return kept


def _notes(found: Sequence[Proposal]) -> Iterator[str]:
    have = {p.kind for p in found}
    missing = {
        ProposalKind.TITLE: "Không thấy tên kế hoạch (dòng “KẾ HOẠCH” và trích yếu); hãy tự ghi.",
        ProposalKind.TOPIC: "Không thấy phần nội dung tuyên truyền; hãy đánh dấu từng dòng là chủ đề hoặc tự thêm.",
        ProposalKind.FORM: "Không thấy hình thức tuyên truyền nào; hãy tự chọn.",
        ProposalKind.SPAN: "Không thấy thời gian thực hiện; hãy tự ghi ngày đầu và ngày cuối.",
        ProposalKind.UNIT: "Không thấy phần tổ chức thực hiện; hãy tự thêm đơn vị nếu cần.",
    }
    return (words for kind, words in missing.items() if kind not in have)
