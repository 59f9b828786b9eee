"""A document's text made ready to be read aloud: furniture out (and listed), broken lines whole, characters plain."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise

from broadcaster.text import furniture
from broadcaster.text.characters import count_oddities, plain
from broadcaster.text.joining import MARKER, Piece, join_lines
from broadcaster.text.notes import Note
from broadcaster.text.syllables import unify_tone_marks

__all__ = ["REASONS", "Cleaned", "Note", "Removal", "clean", "restore", "unify_tone_marks"]

#: Why each kind of thing is not read, for the editor.
REASONS = {
    "state-name": "Quốc hiệu là phần thể thức, không đọc trên loa.",
    "motto": "Tiêu ngữ là phần thể thức, không đọc trên loa.",
    "letterhead": "Tên cơ quan ở đầu văn bản là phần thể thức, không đọc trên loa.",
    "number": "Dòng số, ký hiệu của chính văn bản là phần thể thức, không đọc trên loa.",
    "place-date": "Dòng địa danh và ngày ký là phần thể thức, không đọc trên loa.",
    "recipients": "Mục Nơi nhận dành cho văn thư, người nghe không cần.",
    "archive": "Dòng Lưu dành cho văn thư, người nghe không cần.",
    "signature": "Phần chức danh và tên người ký không đọc trên loa.",
    "page-number": "Số trang không phải là nội dung.",
    "running-header": "Dòng lặp lại ở đầu hoặc chân trang không phải là nội dung.",
    "repeated-title": "Tên văn bản ghi hai lần (trang bìa và trang đầu), chỉ đọc một lần.",
    "footnote-mark": "Dấu chú thích không đọc được thành lời.",
    "footnote": "Chú thích cuối trang sẽ chen ngang câu đang đọc.",
    "end-mark": "Dấu kết thúc văn bản không đọc thành lời.",
    "soft-hyphen": "Dấu nối mềm chỉ để ngắt dòng khi in.",
    "bullet": "Ký hiệu đầu dòng được thay bằng gạch đầu dòng thường.",
    "rule": "Đường kẻ trang trí không đọc được thành lời.",
}
_TURNS = {"page-number", "running-header", "footnote"}
_BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_SOFT_HYPHEN = re.compile("\u00ad+")
_BULLET = re.compile(
    "\\s*((?:[•●○◦▪▫■□◆◇►▶▸➢➤➔❖✓✔✗✘✦✧★☆→⇒‣⁃∙·◘☐☑☒§¶❑❒\ue000-\uf8ff]\\s*)+|\\*\\s+(?=[^\\s*])|o\\s+(?=[A-ZĐ]))(?=\\S)"
)
_DASH = re.compile(r"[–—‐‑−]\s+|-(?=[^\W\d_])|-\s{2,}|\+(?=[^\W\d_])")
_END_MARK = re.compile(r"\s{0,8}[.,;]?\s{0,3}/{1,2}\s{0,3}[.\-–]{1,3}/?\s{0,8}$")
_NOTE_MARK = re.compile(r"\s?\[\d{1,3}\]|\(\*{1,3}\)|[†‡]+")
_RAISED = re.compile(r"(?<=[^\W\d_.,;:)”\"])[¹²³⁰⁴-⁹]+|(?<=[.,;:)”\"])[¹²³⁰⁴-⁹]+")
_UNIT = re.compile(r"(?:^|[^\w])(?:[kdcmnµμ]?m|ha|[^\W\d_])$", re.IGNORECASE)
_NOTE_BODY = re.compile(r"\[(\d{1,3})\]\s?\S|[¹²³⁰⁴-⁹]+\s?[^\W\d_]")
_HEADER_LINES = 25
_BLOCK_LINES = 60


@dataclass(frozen=True, slots=True)
class Removal:
    """Something taken out of a text.

    Attributes:
        text: what stood there, as written.
        start: its first character in the source (index of code points).
        end: one past its last character in the source.
        kind: a key of `REASONS`.
        reason: why it is not read aloud, one Vietnamese sentence.
        replacement: what stands there instead, mostly nothing.
    """

    text: str
    start: int
    end: int
    kind: str
    reason: str
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text ready to be turned into spoken words.

    Attributes:
        text: one paragraph, heading or list item a line, NFC; blank lines only where the source had them.
        removed: what was taken out, in the order of the source.
        notes: remarks for the editor.
        source: the text that was cleaned.
        kept: spans that a person asked to keep.
    """

    text: str
    removed: tuple[Removal, ...]
    notes: tuple[Note, ...]
    source: str = field(repr=False)
    kept: frozenset[tuple[int, int]] = frozenset()


@dataclass(slots=True)
class _Line:
    start: int
    end: int
    raw: str
    view: str
    page: int
    kind: str = ""


def clean(text: str, *, keep: Iterable[Removal | tuple[int, int]] = ()) -> Cleaned:
    """Return `text` ready to be read aloud, with everything that was taken out; total, pure, in linear time.

    Args:
        text: what `ingest` read, or what an editor typed.
        keep: removals of an earlier run on the same text, or their (start, end), that must stay in.
    """
    kept = frozenset((item.start, item.end) if isinstance(item, Removal) else item for item in keep)
    lines = _split(text)
    _mark(lines)
    removed: list[Removal] = []
    kept_lines = _take_blocks(text, lines, kept, removed)
    pieces: list[Piece] = []
    gap = turn = False
    last_page = lines[0].page if lines else 0
    for line, stays in kept_lines:
        if not stays:
            turn = turn or line.kind in _TURNS
            gap = gap or bool(line.view)
            continue
        turn = turn or line.page != last_page
        last_page = line.page
        shown = _shown(line, kept, removed)
        if not shown:
            gap = True
            continue
        pieces.append(Piece(shown, gap and bool(pieces), turn))
        gap = turn = False
    paragraphs, healed = join_lines(pieces)
    body = "".join(("\n\n" if p.gap else "\n") + p.text if i else p.text for i, p in enumerate(paragraphs))
    removed.sort(key=lambda removal: (removal.start, removal.end))
    return Cleaned(plain(body) if not body.isascii() else body, tuple(removed), _notes(text, healed), text, kept)


def restore(cleaned: Cleaned, removal: Removal) -> Cleaned:
    """Return the text cleaned again with `removal` left where it stood."""
    return clean(cleaned.source, keep={*cleaned.kept, (removal.start, removal.end)})


def _split(text: str) -> list[_Line]:
    lines: list[_Line] = []
    start = page = 0
    for match in _BREAK.finditer(text):
        lines.append(_line(text[start : match.start()], start, page))
        page += match.group() == "\x0c"
        start = match.end()
    if start < len(text):
        lines.append(_line(text[start:], start, page))
    return lines


def _line(raw: str, start: int, page: int) -> _Line:
    # Wide gaps are kept in the view: they tell columns set side by side.
    view = plain(raw.replace("\t", "   ")).strip()
    return _Line(start, start + len(raw), raw, view, page)


def _mark(lines: Sequence[_Line]) -> None:
    """Write on each line the kind of furniture it is, "" for what is read."""
    filled = [line for line in lines if line.view]
    _mark_simple(filled)
    _mark_running(filled)
    _mark_page_numbers(filled)
    _mark_header(filled)
    _mark_recipients(filled)
    _mark_signatures(filled)
    _mark_footnotes(filled)
    _mark_repeated_title(lines)


def _mark_simple(lines: Sequence[_Line]) -> None:
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


def _mark_running(lines: Sequence[_Line]) -> None:
    """Mark what stands alike at the head or foot of at least three pages."""
    pages: dict[int, list[_Line]] = {}
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


def _mark_page_numbers(lines: Sequence[_Line]) -> None:
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


def _mark_header(lines: Sequence[_Line]) -> None:
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


def _mark_recipients(lines: Sequence[_Line]) -> None:
    for i, line in enumerate(lines):
        if line.kind or not furniture.is_recipients_head(line.view):
            continue
        entries: list[_Line] = []
        open_entry = False
        for entry in lines[i + 1 : i + _BLOCK_LINES]:
            first = (furniture.cells(entry.view) or [""])[0]
            if entry.kind == "archive":
                entries.append(entry)
                break
            listed = (
                bool(MARKER.match(first))
                or bool(_BULLET.match(first))
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


def _mark_signatures(lines: Sequence[_Line]) -> None:
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


def _signature_block(lines: Sequence[_Line], at: int, *, named_only: bool) -> list[_Line]:
    """Return the lines of the signature that begins at `at`, none when what stands there is something else."""
    titled = furniture.is_signer_title(lines[at].view)
    if not titled and not named_only:
        return []
    block: list[_Line] = []
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


def _mark_footnotes(lines: Sequence[_Line]) -> None:
    marks = {m.group().strip() for line in lines for m in _NOTE_MARK.finditer(line.view) if m.start()}
    for line in lines:
        match = None if line.kind else _NOTE_BODY.match(line.view)
        if match and (match.group(1) is None or f"[{match.group(1)}]" in marks):
            line.kind = "footnote"


def _mark_repeated_title(lines: Sequence[_Line]) -> None:
    blocks: list[list[_Line]] = [[]]
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


def _take_blocks(
    text: str, lines: Sequence[_Line], kept: AbstractSet[tuple[int, int]], removed: list[Removal]
) -> list[tuple[_Line, bool]]:
    """List the runs of marked lines as removals, and say of each line whether it stays."""
    out: list[tuple[_Line, bool]] = []
    run: list[_Line] = []

    def close() -> None:
        while run and not run[-1].view:
            blanks.append(run.pop())
        if run:
            start, end = run[0].start, run[-1].end
            stays = (start, end) in kept
            if not stays:
                removed.append(Removal(text[start:end], start, end, run[0].kind, REASONS[run[0].kind]))
            out.extend((line, stays) for line in run)
        out.extend((line, True) for line in reversed(blanks))
        run.clear()
        blanks.clear()

    blanks: list[_Line] = []
    for line in lines:
        if run and not line.view:
            run.append(line)
        elif line.kind:
            if run and run[0].kind != line.kind:
                close()
            run.append(line)
        else:
            close()
            out.append((line, True))
    close()
    return out


def _shown(line: _Line, kept: AbstractSet[tuple[int, int]], removed: list[Removal]) -> str:
    """Return one line as it is read, its small marks taken out and listed."""
    found = (
        []
        if line.raw.isascii()
        and "/" not in line.raw
        and not line.raw.lstrip().startswith(("*", "o ", "["))
        and "[" not in line.raw
        else _inline(line.raw)
    )
    out: list[str] = []
    at = 0
    for start, end, kind, replacement in found:
        span = (line.start + start, line.start + end)
        if start < at or span in kept:
            continue
        removed.append(Removal(line.raw[start:end], *span, kind, REASONS[kind], replacement))
        out += (line.raw[at:start], replacement)
        at = end
    out.append(line.raw[at:])
    shown = " ".join(plain("".join(out)).split())
    shown = re.sub(r" ([,;:!?.])(?= |$)", r"\1", shown)
    return _DASH.sub(lambda m: "+ " if m.group()[0] == "+" else "- ", shown, count=1) if _DASH.match(shown) else shown


def _inline(raw: str) -> list[tuple[int, int, str, str]]:
    found: list[tuple[int, int, str, str]] = []
    bullet = _BULLET.match(raw)
    if bullet:
        found.append((bullet.start(1), bullet.end(1), "bullet", "- "))
    found += [(m.start(), m.end(), "soft-hyphen", "") for m in _SOFT_HYPHEN.finditer(raw)]
    found += [(m.start(), m.end(), "footnote-mark", "") for m in _NOTE_MARK.finditer(raw) if m.start() > 0]
    found += [
        (m.start(), m.end(), "footnote-mark", "")
        for m in _RAISED.finditer(raw)
        if not _UNIT.search(raw[max(m.start() - 4, 0) : m.start()])
    ]
    slash = raw.rfind("/")
    end = _END_MARK.search(raw, max(slash - 12, 0)) if slash >= 0 else None
    if end:
        stop = "" if not raw[: end.start()].strip() or raw[: end.start()].rstrip()[-1] in ".!?" else "."
        found.append((end.start(), end.end(), "end-mark", stop))
    return sorted(found)


_ODDITIES = {
    "hidden": "Đã bỏ {n} ký tự ẩn (khoảng trắng không bề rộng, dấu thứ tự byte).",
    "direction": "Đã bỏ {n} dấu đổi chiều chữ; hãy kiểm tra lại thứ tự các từ ở chỗ đó.",
    "control": "Đã bỏ {n} ký tự điều khiển.",
    "twin": "Có {n} chữ cái Hy Lạp, Ki-rin hoặc chữ Ð lẫn trong văn bản; chữ nằm giữa từ tiếng Việt đã được thay bằng chữ La-tinh.",
    "private": "Đã bỏ {n} ký hiệu riêng của phông chữ, máy không biết là gì.",
    "khmer": "Có {n} cụm chữ Khmer; phần này được giữ nguyên, giọng đọc tiếng Việt không đọc được.",
    "broken": "Có {n} ký tự hỏng (�); hãy đối chiếu với bản gốc.",
}


def _notes(text: str, healed: int) -> tuple[Note, ...]:
    notes = [Note(f"characters-{odd.kind}", _ODDITIES[odd.kind].format(n=odd.count)) for odd in count_oddities(text)]
    if healed:
        notes.append(Note("joined", f"Đã nối {healed} chỗ câu bị ngắt dòng."))
    return tuple(notes)
