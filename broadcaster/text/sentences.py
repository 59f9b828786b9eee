"""Sentences for breath: where to stop, for how long, and how to cut what is too long for one breath."""

from __future__ import annotations

import re
from collections.abc import Iterator

from broadcaster.text.spoken import Sentence, Spoken
from broadcaster.text.word_lists import word_list

SYLLABLES_PER_BREATH = 50
"""About twelve seconds at 4.2 syllables a second, an announcer's pace on horns."""

PAUSES_MS = {".": 450, "!": 450, "?": 450, ";": 320, ":": 320, ",": 200, "": 90}
PARAGRAPH_MS = 700
HEADING_MS = 800

_SPACE_BEFORE = re.compile(r" ([,.;:!?])")
_COMMAS = re.compile(r"([,;:])(?: ?,)+")
_COMMA_STOP = re.compile(r",(?= ?[.;:!?])")
_STOPS = re.compile(r"([.!?;:])(?: ?[,;:])+")
_DOUBLE_STOP = re.compile(r"([.:;])(?: ?\.)+")
_CLAUSE = re.compile(r"[,;:](?= )")
_JOINTS = word_list("sentences.joints")


def tidy(text: str) -> str:
    """Single-spaced text in which no mark stands twice or after a blank."""
    text = " ".join(text.split())
    if _MARK.search(text):
        text = _SPACE_BEFORE.sub(r"\1 ", text)
        text = " ".join(text.split())
        text = _COMMAS.sub(r"\1", text)
        text = _COMMA_STOP.sub("", text)
        text = _STOPS.sub(r"\1 ", text)
        text = _SPACE_BEFORE.sub(r"\1 ", _DOUBLE_STOP.sub(r"\1", text))
        text = " ".join(text.split())
    return text.lstrip(",;:.!? ")


_MARK = re.compile(r" [,.;:!?]|[,.;:!?] ?[,.;:]|^[,;:.!?]")


def syllables(text: str) -> int:
    """How many syllables are spoken: words, and the parts of hyphenated ones."""
    return sum(len([p for p in word.split("-") if any(c.isalnum() for c in p)]) for word in text.split())


def cut(text: str) -> list[str]:
    """The sentence in units of at most `SYLLABLES_PER_BREATH` syllables, cut at clauses where there are any."""
    if text.count(" ") + text.count("-") < SYLLABLES_PER_BREATH:
        return [text]
    clauses: list[str] = []
    for clause in _clauses(text):
        clauses += _by_joints(clause)
    sizes = [syllables(clause) for clause in clauses]
    units: list[str] = []
    start, total = 0, sum(sizes)
    while total > SYLLABLES_PER_BREATH:
        stop = _best_stop(clauses, sizes, start, total)
        units.append(" ".join(clauses[start:stop]))
        total -= sum(sizes[start:stop])
        start = stop
    if start < len(clauses):
        units.append(" ".join(clauses[start:]))
    return units


def _best_stop(clauses: list[str], sizes: list[int], start: int, total: int) -> int:
    """Where the next unit ends: at a strong mark, between long clauses, near the middle of what remains."""
    best, best_score = start + 1, -1.0
    taken = 0
    for i in range(start, len(clauses) - 1):
        taken += sizes[i]
        if taken > SYLLABLES_PER_BREATH:
            break
        mark = clauses[i][-1]
        score = 4.0 if mark in ";:" else 0.0
        score += (sizes[i] >= _LONG_CLAUSE) + 1.5 * (sizes[i + 1] >= _LONG_CLAUSE)
        score += taken / SYLLABLES_PER_BREATH * 1.5 - (1.5 if total - taken < 6 else 0.0)
        if score > best_score:
            best, best_score = i + 1, score
    return best


_LONG_CLAUSE = 5
# Words that belong together; no breath is taken at the comma between them.
_PAIRS = (
    ("sửa đổi", "bổ sung"),
    ("một cửa", "một cửa"),
    ("cán bộ", "công chức"),
    ("công chức", "viên chức"),
    ("mục tiêu", "nhiệm vụ"),
    ("sản xuất", "kinh doanh"),
    ("đào tạo", "bồi dưỡng"),
    ("thi đua", "khen thưởng"),
    ("khiếu nại", "tố cáo"),
    ("phòng", "chống"),
    ("cơ quan", "đơn vị"),
    ("chủ trương", "đường lối"),
    ("chính sách", "pháp luật"),
    ("khoa học", "công nghệ"),
    ("khám", "chữa bệnh"),
    ("công nghiệp hóa", "hiện đại hóa"),
    ("kinh tế", "xã hội"),
    ("văn hóa", "xã hội"),
    ("quốc phòng", "an ninh"),
    ("cứu nạn", "cứu hộ"),
    ("phòng cháy", "chữa cháy"),
    ("phổ biến", "giáo dục"),
    ("tiếp nhận", "giải quyết"),
    ("công nhân", "viên chức"),
    ("đoàn viên", "thanh niên"),
    ("tính chất", "đặc điểm"),
    ("nhiệm vụ", "giải pháp"),
    ("quyền", "nghĩa vụ"),
    ("khó khăn", "vướng mắc"),
    ("nuôi trồng", "khai thác"),
    ("mua", "bán"),
)
_JOINED = re.compile("|".join(rf"(?<![^\W_]){a}, {b}(?![^\W_])" for a, b in _PAIRS), re.IGNORECASE)


def _clauses(text: str) -> Iterator[str]:
    start = 0
    pairs = [(m.start(), m.end()) for m in _JOINED.finditer(text)]
    for m in _CLAUSE.finditer(text):
        if any(a < m.start() < b for a, b in pairs):
            continue
        yield text[start : m.end()].strip()
        start = m.end()
    rest = text[start:].strip()
    if rest:
        yield rest


def _by_joints(clause: str) -> list[str]:
    """A clause too long for one breath, cut before a joining word in the later half of each breath."""
    words = clause.split()
    sizes = [max(1, word.count("-") + 1) for word in words]
    left = sum(sizes)
    if left <= SYLLABLES_PER_BREATH:
        return [clause]
    parts: list[str] = []
    start = 0
    while left > SYLLABLES_PER_BREATH:
        target = min(SYLLABLES_PER_BREATH, left // 2 + 4)
        taken, stop, joint = 0, start, 0
        while stop < len(words) - 1 and taken + sizes[stop] <= target:
            taken += sizes[stop]
            stop += 1
            if taken > 8 and words[stop].lower() in _JOINTS:
                joint = stop
        stop = joint or max(stop, start + 1)
        parts.append(" ".join(words[start:stop]))
        left -= sum(sizes[start:stop])
        start = stop
    parts.append(" ".join(words[start:]))
    return [part for part in parts if part]


def pause_after(text: str, *, ends_paragraph: bool) -> int:
    """Milliseconds of silence after a unit, by its last mark and its place."""
    last = text[-1:]
    mark = PAUSES_MS.get(last, PAUSES_MS[""])
    if not ends_paragraph:
        return mark
    return HEADING_MS if last.isalnum() else max(mark, PARAGRAPH_MS)


def estimate_seconds(spoken: Spoken, syllables_per_second: float) -> float:
    """How long the text will last in seconds, pauses included, for a voice of the given pace."""
    total = 0.0
    for sentence in spoken.sentences:
        inner = sum(PAUSES_MS[c] for c in sentence.text[:-1] if c in ",;:") / 1000
        total += syllables(sentence.text) / syllables_per_second + inner + sentence.pause_ms / 1000
    return total


__all__ = ["Sentence", "cut", "estimate_seconds", "pause_after", "syllables", "tidy"]
