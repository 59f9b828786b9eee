"""What a listener understood of a script: said and heard words laid side by side, and what to do about the gaps.

The listener is a recogniser behind a simulated horn. It is one listener, not a person, and mishears even a good reader
now and then; so a verdict is about sentences, never about single words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

Kind = Literal["rendition", "recording", "aircheck"]
Verdict = Literal["clear", "unsure", "unclear", "missing"]

CLEAR: Final = 0.75
UNSURE: Final = 0.5
"""Shares of a sentence's words that were understood."""
SAME_SCRIPT: Final = 0.4
_MISSING: Final = 0.25
_REPLACED: Final = 0.5
"""Other words, of a sentence's own length, that stand in its place when it was misread rather than left out."""
_LONG: Final = 30
_DIGITS: Final = frozenset(
    ["không", "một", "hai", "ba", "bốn", "tư", "năm", "lăm", "sáu", "bảy", "bẩy", "tám", "chín", "mười", "mươi", "trăm"]
)
_MANY_DIGITS: Final = 6
_NAMED: Final = 3
# What a northern ear cannot tell apart is no mistake.
_SAME: Final = ((r"^(?:gi(?=[^\W\d_])|r|v)", "d"), (r"^tr", "ch"), (r"^x", "s"), (r"^k(?=[^h])|^q(?=u)", "c"))

_FINAL_Y: Final = re.compile(r"(?<=[bcdđghklmnpqrstvx])[yýỳỷỹỵ]$")
_Y_TO_I: Final = str.maketrans("yýỳỷỹỵ", "iíìỉĩị")


@dataclass(frozen=True, slots=True)
class HeardSentence:
    """One sentence, and what came of it."""

    said: str
    heard: str
    share: float
    """Of its words, those understood (0 to 1)."""
    verdict: Verdict
    advice: tuple[str, ...]
    """Vietnamese sentences: what the editor can do."""


def words(text: str) -> list[str]:
    """The words of a text in small letters, without marks."""
    return re.sub(r"[^\w\s]|_", " ", unicodedata.normalize("NFC", text).lower()).split()


def key(word: str) -> str:
    """A word as the ear has it: spellings that sound alike in the north are one."""
    for pattern, into in _SAME:
        word = re.sub(pattern, into, word)
    return _FINAL_Y.sub(lambda m: m[0].translate(_Y_TO_I), word)


def judge(said: str, heard: str, *, voice: str = "") -> HeardSentence:
    """Judge one sentence that was heard by itself."""
    mine, theirs = words(said), words(heard)
    matched = _matched(mine, theirs)
    share = sum(matched) / len(mine) if mine else 1.0
    verdict: Verdict = "clear" if share >= CLEAR else "unsure" if share >= UNSURE else "unclear"
    lost = [w for w, ok in zip(mine, matched, strict=True) if not ok]
    return HeardSentence(said, heard, round(share, 3), verdict, _advice(mine, lost, verdict, voice))


def follow(sentences: Sequence[str], heard: Sequence[str], *, alone: bool = False) -> tuple[HeardSentence, ...]:
    """Lay a whole script beside all that was heard, and judge each sentence: read, misread or left out.

    What was heard besides the script (a greeting, another item of a broadcast) does not count against it.

    Args:
        sentences: of the script.
        heard: words, in order.
        alone: nothing else was read; other words in a sentence's place are then that sentence, misread.
    """
    mine = [words(s) for s in sentences]
    flat = [w for sentence in mine for w in sentence]
    places: list[int | None] = [None] * len(flat)
    for block in _matcher(flat, heard).get_matching_blocks():
        for n in range(block.size):
            places[block.a + n] = block.b + n
    out, at = [], 0
    for sentence, said in zip(sentences, mine, strict=True):
        own = places[at : at + len(said)]
        between = heard[_after(places[:at]) : _before(places[at + len(said) :], len(heard))]
        at += len(said)
        found = [p for p in own if p is not None]
        share = len(found) / len(said) if said else 1.0
        text = " ".join(heard[min(found) : max(found) + 1]) if found else ""
        verdict: Verdict = (
            "clear"
            if share >= CLEAR
            else "unsure"
            if share >= UNSURE
            else "unclear"
            if share >= _MISSING
            else "missing"
        )
        if alone and verdict == "missing" and len(between) >= _REPLACED * len(said):
            verdict, text = "unclear", " ".join(between)
        out.append(HeardSentence(sentence, text[:600], round(share, 3), verdict, _of_reading(verdict)))
    return tuple(out)


def overall(sentences: Sequence[HeardSentence]) -> float:
    """The share of all words that were understood."""
    total = sum(len(words(s.said)) for s in sentences)
    return sum(s.share * len(words(s.said)) for s in sentences) / total if total else 1.0


def summary(kind: Kind, sentences: Sequence[HeardSentence]) -> str:
    """One Vietnamese sentence for the editor."""
    share = overall(sentences)
    bad = [n for n, s in enumerate(sentences, 1) if s.verdict in {"unclear", "missing"}]
    missing = [n for n, s in enumerate(sentences, 1) if s.verdict == "missing"]
    percent = f"{share * 100:.0f}%"
    if kind != "rendition" and share < SAME_SCRIPT:
        what = "Bản ghi âm" if kind == "recording" else "Bản thu khi phát"
        return f"{what} không giống bài này: chỉ {percent} số chữ khớp. Hãy kiểm tra có nhầm bài không."
    if kind == "aircheck":
        if missing:
            return f"Có câu không nghe thấy trên bản thu: câu {_list(missing)} ({percent} số chữ khớp)."
        if bad:
            return f"Bài đã duyệt có trên bản thu ({percent} số chữ khớp); nghe không rõ câu {_list(bad)}."
        return f"Bài đã duyệt có trên bản thu ({percent} số chữ khớp)."
    if bad and kind == "recording":
        other = [n for n in bad if n not in missing]
        found = [f"{what} câu {_list(which)}" for what, which in (("đọc sót", missing), ("đọc nhầm", other)) if which]
        return f"Có thể {', '.join(found)}; {percent} số chữ khớp với bài."
    if bad:
        return f"Máy nghe thử hiểu {percent} số chữ; cần xem lại câu {_list(bad)}."
    return f"Máy nghe thử hiểu {percent} số chữ, không có câu nào khó nghe."


def _after(places: Sequence[int | None]) -> int:
    """Where the heard words begin that follow all that was found at `places`."""
    return max((p for p in places if p is not None), default=-1) + 1


def _before(places: Sequence[int | None], end: int) -> int:
    return min((p for p in places if p is not None), default=end)


def _advice(said: Sequence[str], lost: Sequence[str], verdict: Verdict, voice: str) -> tuple[str, ...]:
    if verdict == "clear":
        return ()
    out = []
    if len(said) > _LONG:
        out.append(f"Câu dài {len(said)} tiếng: hãy tách thành hai câu.")
    if sum(w in _DIGITS for w in said) >= _MANY_DIGITS:
        out.append("Nhiều con số liền nhau: hãy tách từng nhóm bằng dấu phẩy, hoặc đọc hai lần.")
    if 0 < len(lost) <= _NAMED:
        named = ", ".join(f"“{word}”" for word in dict.fromkeys(lost))
        out.append(f"Khó nghe: {named}. Hãy thay bằng chữ khác hoặc thêm vào từ điển đọc.")
    if voice.startswith("espeak:"):
        out.append("Hãy thử giọng khác: giọng espeak khó nghe trên loa.")
    elif not out:
        out.append("Hãy thử giọng khác, đọc chậm lại, hoặc viết câu ngắn hơn.")
    return tuple(out)


def _of_reading(verdict: Verdict) -> tuple[str, ...]:
    match verdict:
        case "missing":
            return ("Không nghe thấy câu này: có thể đã đọc sót.",)
        case "unclear":
            return ("Nghe khác với bài nhiều: có thể đọc nhầm, hãy nghe lại chỗ này.",)
        case _:
            return ()


def _matched(said: Sequence[str], heard: Sequence[str]) -> list[bool]:
    out = [False] * len(said)
    for block in _matcher(said, heard).get_matching_blocks():
        out[block.a : block.a + block.size] = [True] * block.size
    return out


def _matcher(said: Sequence[str], heard: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, [key(w) for w in said], [key(w) for w in heard], autojunk=False)


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:8])) + (", …" if len(numbers) > 8 else "")
