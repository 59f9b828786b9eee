"""Characters, tokens, and the context that a rule may look at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from broadcaster.text.lexicon import Lexicon
from broadcaster.text.profile import RegionalProfile
from broadcaster.text.spoken import Notice

TOKEN = re.compile(r"(\d)|([^\W\d_]+)|([^\w\s]|_)|(\n)")
"""Group 1 starts a figure, 2 is a word, 3 a sign, 4 a line's end; blanks are passed over."""

DASH = "-–—−‐‑‒"
_WINDOW = 80
_MARKS = " -–—+*•·●○■□▪▫◦➢►▶✓✔❖★☆()[]\"“”'.…,;:!?/"

_TONELESS = str.maketrans(
    "áàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ",
    "aaaaaăăăăăâââââeeeeeêêêêêiiiiioooooôôôôôơơơơơuuuuuưưưưưyyyyy",
)


def toneless(word: str) -> str:
    """The lower-case word without its tone marks (letters keep their hats and horns)."""
    return word.lower().translate(_TONELESS)


class RuleReading(NamedTuple):
    """A rule's answer: `text[start:end]` is said as `spoken`.

    `start` may lie before the token when the rule takes words back that nobody else has read.
    """

    start: int
    end: int
    spoken: str
    rule: str
    alternatives: tuple[str, ...] = ()
    look: bool = False


@dataclass(slots=True)
class Context:
    """What every rule may see: the text, the profile, the words, and where notices go."""

    text: str
    profile: RegionalProfile
    lexicon: Lexicon
    notices: list[Notice] = field(default_factory=list)
    learned: dict[str, str] = field(default_factory=dict)
    said: tuple[int, str] = (0, "")
    """Where the last reading ended, and its words."""

    def notice(self, code: str, message: str, start: int, end: int) -> None:
        """Tell a person about `text[start:end]`."""
        self.notices.append(Notice(code, message, start, end))

    def left(self, pos: int) -> Left:
        """The words before `pos`."""
        return Left(self.text[max(0, pos - _WINDOW) : pos])

    def right(self, pos: int, size: int = _WINDOW) -> str:
        """The characters after `pos`, lower case."""
        return self.text[pos : pos + size].lower()


class Left:
    """The text just before a token, read from its end; built once for a token, each part when asked for."""

    def __init__(self, raw: str) -> None:
        self.raw = raw

    @cached_property
    def lower(self) -> str:
        """Lower case, on the same line, outer blanks cut."""
        return self.raw.rsplit("\n", 1)[-1].lower().strip(' "“”')

    @cached_property
    def line_start(self) -> bool:
        """Whether only blanks, bullets and brackets stand before on this line."""
        return not self.raw.rsplit("\n", 1)[-1].strip(_MARKS)

    @cached_property
    def words(self) -> list[str]:
        """The last words, lower case, punctuation kept on them, nearest last."""
        return self.lower.split()

    @cached_property
    def last(self) -> str:
        """The nearest word, or an empty string."""
        return self.words[-1] if self.words else ""

    def ends(self, *phrases: str) -> bool:
        """Whether the left text ends with one of the phrases, as whole words; a sign needs no blank before it."""
        lower = self.lower
        for phrase in phrases:
            if lower.endswith(phrase):
                cut = len(lower) - len(phrase)
                if cut == 0 or not (lower[cut - 1].isalnum() and phrase[0].isalnum()):
                    return True
        return False

    def recent(self, *phrases: str, words: int = 6) -> bool:
        """Whether one of the phrases stands among the last few words, as whole words."""
        tail = " " + " ".join(w.strip(',;:.()"“”') for w in self.words[-words:]) + " "
        return any(f" {phrase} " in tail for phrase in phrases)
