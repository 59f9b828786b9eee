"""What a person should know about a text, beside the text itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """One remark on a document.

    Attributes:
        code: short machine code, stable across versions.
        message: one Vietnamese sentence for the editor.
        choices: keys to choose from when the remark asks a question, else empty.
    """

    code: str
    message: str
    choices: tuple[str, ...] = ()
