"""What the front-end hands back: sentences for a voice, spans that explain them, notices for a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One stretch of the source and the words spoken for it.

    `start` and `end` index characters of `Spoken.source`; `spoken` is empty for what is left out. `rule` is a
    stable machine name, `reason` a Vietnamese sentence, `alternatives` the other readings that the writing
    would allow, and `look` is true where a person should look before approving.
    """

    start: int
    end: int
    written: str
    spoken: str
    rule: str
    reason: str
    alternatives: tuple[str, ...] = ()
    look: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Something in `source[start:end]` that a person should know; `message` is one Vietnamese sentence."""

    code: str
    message: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One unit of breath: at most about twelve seconds of speech, then `pause_ms` of silence.

    `start` and `end` index `Spoken.source`; `paragraph` counts the source's paragraphs from 0.
    """

    text: str
    start: int
    end: int
    pause_ms: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """The spoken form of a text; `spans` cover `source` (the text in NFC) in order, without overlap.

    `spans` is empty when the text was normalized without explanations; nothing else differs then.
    """

    sentences: tuple[Sentence, ...]
    spans: tuple[Span, ...]
    warnings: tuple[Notice, ...]
    source: str = ""

    @property
    def text(self) -> str:
        """All sentences, joined by a space."""
        return " ".join(sentence.text for sentence in self.sentences)
