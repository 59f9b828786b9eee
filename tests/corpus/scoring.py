"""Reads the corpus of spoken forms and judges an answer on its words alone; the form is described in README.md."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

CORPUS = Path(__file__).parent

# One node of a form: a word, or a choice between sequences of nodes (an empty sequence: may be left out).
Node = str | tuple[tuple["Node", ...], ...]

_PIECE = re.compile(r"[{}/]|[^{}/]+")

# Old and new placing of the tone mark are one spelling: hoà/hòa, thuỷ/thủy, khoẻ/khỏe.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_OLD_PLACE = re.compile(rf"(?<!q)(o|u)(a|e|y)([{_TONES}])(?![^\W\d_]|[\u0302\u0306\u031b])")

# What a Northern reading may say where the South says otherwise; used for peers, which have no regional setting.
_NORTH = {
    "linh": "lẻ",
    "nghìn": "ngàn",
    "nhăm": "lăm",
    "bẩy": "bảy",
    "mồng": "mùng",
    "kilôgam": "ki lô gam",
    "kilogam": "ki lô gam",
    "kilômét": "ki lô mét",
    "kilomet": "ki lô mét",
    "milimét": "mi li mét",
    "mililít": "mi li lít",
    "miligam": "mi li gam",
    "xentimét": "xăng ti mét",
    "centimet": "xăng ti mét",
    "hecta": "héc ta",
    "hécta": "héc ta",
    "kí": "ki",
    "ký": "ki",
}
# After these a "tư" is a four; elsewhere (thứ tư, đầu tư, riêng tư) it is another word.
_FOUR_AFTER = frozenset({"mươi", "tháng", "lẻ", "trăm", "phẩy", "quý"})

# A consonant left standing alone is read by every voice as its name.
_LETTERS = {
    "b": "bê",
    "c": "xê",
    "d": "dê",
    "đ": "đê",
    "f": "ép",
    "g": "giê",
    "h": "hát",
    "j": "gi",
    "k": "ca",
    "l": "lờ",
    "m": "em",
    "n": "en",
    "p": "pê",
    "q": "quy",
    "r": "rờ",
    "s": "ét",
    "t": "tê",
    "v": "vê",
    "w": "vê kép",
    "x": "ích",
    "z": "dét",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence of the corpus: as written, and every way an announcer may say it."""

    id: str
    kind: str
    hard: bool
    written: str
    spoken: str
    forms: tuple[str, ...]

    def accepts(self, answer: str, *, tolerant: bool = False) -> bool:
        """True when the words of `answer` are those of an accepted form; `tolerant` also takes Northern words."""
        words = fold(answer, tolerant=tolerant)
        return any(_matches(_parsed(form, tolerant), words) for form in self.forms)


def load(*paths: Path) -> list[Row]:
    """The rows of the given files, in order."""
    rows = []
    for path in paths:
        lines = path.read_text(encoding="utf-8").splitlines()
        for line in lines[1:]:
            name, kind, level, written, spoken, alternatives = line.split("\t")
            others = tuple(form for form in alternatives.split(" | ") if form)
            rows.append(Row(name, kind, level == "hard", written, spoken, (spoken, *others)))
    return rows


def development() -> list[Row]:
    """The share that rules may be written against."""
    return load(*sorted(CORPUS.glob("dev-*.tsv")))


def held_out() -> list[Row]:
    """The share set apart; nobody who writes rules reads it."""
    return load(CORPUS / "heldout.tsv")


def fold(text: str, *, tolerant: bool = False) -> tuple[str, ...]:
    """The words of a text: lower case, NFC, no punctuation, one placing of the tone mark, "tỉ" as "tỷ"."""
    text = unicodedata.normalize("NFD", text.lower())
    text = _OLD_PLACE.sub(r"\1\3\2", text)
    text = unicodedata.normalize("NFC", text)
    words: list[str] = []
    for written in re.findall(r"\w+", text.replace("_", " ")):
        word = "tỷ" if written == "tỉ" else written
        if tolerant:
            word = _NORTH.get(word) or _LETTERS.get(word, word)
        words += [] if tolerant and word == "mùng" else word.split()
    if tolerant:
        for place, word in enumerate(words[1:], start=1):
            if word == "tư" and words[place - 1] in _FOUR_AFTER:
                words[place] = "bốn"
        # 7h00 as "bảy giờ không phút" says no less than "bảy giờ".
        for place in range(len(words) - 3, -1, -1):
            if words[place : place + 3] == ["giờ", "không", "phút"]:
                del words[place + 1 : place + 3]
    return tuple(words)


def digits_lost(row: Row, answer: str) -> bool:
    """True when a figure was left unread or its words are too few; a lower bound, the same for every normalizer.

    A digit still standing in the answer counts, and so does an answer with fewer number words than the shortest
    accepted form. "năm" is not counted: it is a year as often as a five.
    """
    if not re.search(r"\d", row.written):
        return False
    said = sum(word in _NUMBER_WORDS for word in fold(answer, tolerant=True))
    return bool(re.search(r"\d", answer)) or said < min(_fewest(_parsed(form, True)) for form in row.forms)


def _fewest(nodes: tuple[Node, ...]) -> int:
    return sum(
        (node in _NUMBER_WORDS) if isinstance(node, str) else min(_fewest(option) for option in node) for node in nodes
    )


_NUMBER_WORDS = frozenset(
    [
        "không",
        "một",
        "mốt",
        "hai",
        "ba",
        "bốn",
        "tư",
        "lăm",
        "sáu",
        "bảy",
        "tám",
        "chín",
        "mười",
        "mươi",
        "trăm",
        "ngàn",
        "triệu",
        "tỷ",
        "nhất",
        "nhì",
        "nửa",
        "giêng",
    ]
)


@lru_cache(maxsize=8192)
def _parsed(form: str, tolerant: bool) -> tuple[Node, ...]:
    nodes, _ = _sequence(_PIECE.findall(form), 0, tolerant)
    return nodes


def _sequence(pieces: Sequence[str], at: int, tolerant: bool) -> tuple[tuple[Node, ...], int]:
    nodes: list[Node] = []
    while at < len(pieces) and pieces[at] not in "}/":
        if pieces[at] == "{":
            options: list[tuple[Node, ...]] = []
            while pieces[at] != "}":
                option, at = _sequence(pieces, at + 1, tolerant)
                options.append(option)
            nodes.append(tuple(options))
        else:
            nodes += fold(pieces[at], tolerant=tolerant)
        at += 1
    return tuple(nodes), at


def _matches(nodes: tuple[Node, ...], words: tuple[str, ...]) -> bool:
    return len(words) in _reach(nodes, words, {0})


def _reach(nodes: tuple[Node, ...], words: tuple[str, ...], starts: set[int]) -> set[int]:
    for node in nodes:
        if isinstance(node, str):
            starts = {at + 1 for at in starts if at < len(words) and words[at] == node}
        else:
            starts = set().union(*(_reach(option, words, starts) for option in node))
        if not starts:
            break
    return starts


def expansions(row: Row, limit: int = 64) -> Iterator[str]:
    """Some of the accepted forms written out, the first choice first; for readers and for the tests of this module."""

    def walk(nodes: tuple[Node, ...]) -> Iterator[str]:
        if not nodes:
            yield ""
            return
        head, rest = nodes[0], nodes[1:]
        heads = [head] if isinstance(head, str) else [text for option in head for text in walk(option)]
        for first in heads:
            for last in walk(rest):
                yield f"{first} {last}".strip()

    for form in row.forms:
        for count, text in enumerate(walk(_parsed(form, False))):
            if count >= limit:
                break
            yield text
