"""A document's text made ready to be read aloud: furniture out (and listed), broken lines whole, characters plain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from broadcaster.text.characters import count_oddities, plain
from broadcaster.text.joining import JoinedLine, join_lines
from broadcaster.text.marking import BULLET, NOTE_MARK, TextLine, mark_furniture, split_lines
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
_SOFT_HYPHEN = re.compile("\u00ad+")
_DASH = re.compile(r"[–—‐‑−]\s+|-(?=[^\W\d_])|-\s{2,}|\+(?=[^\W\d_])")
_END_MARK = re.compile(r"\s{0,8}[.,;]?\s{0,3}/{1,2}\s{0,3}[.\-–]{1,3}/?\s{0,8}$")
_RAISED = re.compile(r"(?<=[^\W\d_.,;:)”\"])[¹²³⁰⁴-⁹]+|(?<=[.,;:)”\"])[¹²³⁰⁴-⁹]+")
_UNIT = re.compile(r"(?:^|[^\w])(?:[kdcmnµμ]?m|ha|[^\W\d_])$", re.IGNORECASE)


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


def clean(text: str, *, keep: Iterable[Removal | tuple[int, int]] = ()) -> Cleaned:
    """`text` ready to be read aloud, with everything that was taken out; total, pure, in linear time.

    Args:
        text: what `ingest` read, or what an editor typed.
        keep: removals of an earlier run on the same text, or their (start, end), that must stay in.
    """
    kept = frozenset((item.start, item.end) if isinstance(item, Removal) else item for item in keep)
    lines = split_lines(text)
    mark_furniture(lines)
    removed: list[Removal] = []
    kept_lines = _take_blocks(text, lines, kept, removed)
    pieces: list[JoinedLine] = []
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
        pieces.append(JoinedLine(shown, gap and bool(pieces), turn))
        gap = turn = False
    paragraphs, healed = join_lines(pieces)
    body = "".join(("\n\n" if p.gap else "\n") + p.text if i else p.text for i, p in enumerate(paragraphs))
    removed.sort(key=lambda removal: (removal.start, removal.end))
    return Cleaned(plain(body) if not body.isascii() else body, tuple(removed), _notes(text, healed), text, kept)


def restore(cleaned: Cleaned, removal: Removal) -> Cleaned:
    """The text cleaned again with `removal` left where it stood."""
    return clean(cleaned.source, keep={*cleaned.kept, (removal.start, removal.end)})


def _take_blocks(
    text: str, lines: Sequence[TextLine], kept: AbstractSet[tuple[int, int]], removed: list[Removal]
) -> list[tuple[TextLine, bool]]:
    """List the runs of marked lines as removals, and say of each line whether it stays."""
    out: list[tuple[TextLine, bool]] = []
    run: list[TextLine] = []

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

    blanks: list[TextLine] = []
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


def _shown(line: TextLine, kept: AbstractSet[tuple[int, int]], removed: list[Removal]) -> str:
    """One line as it is read, its small marks taken out and listed."""
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
    bullet = BULLET.match(raw)
    if bullet:
        found.append((bullet.start(1), bullet.end(1), "bullet", "- "))
    found += [(m.start(), m.end(), "soft-hyphen", "") for m in _SOFT_HYPHEN.finditer(raw)]
    found += [(m.start(), m.end(), "footnote-mark", "") for m in NOTE_MARK.finditer(raw) if m.start() > 0]
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
