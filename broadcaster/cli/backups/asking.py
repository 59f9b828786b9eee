"""Keys and passphrases as somebody gives them: in a file, or typed at the screen and not shown."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from broadcaster import handwritten
from broadcaster.errors import RuleError


def typed(file: Path | None, question: str, otherwise: str = "--passphrase-file") -> str:
    """What a file holds, else what is typed.

    Raises:
        RuleError: there is no file and nobody at the screen; `otherwise` is the option that takes one.
    """
    if file is not None:
        return handwritten.text(file).strip()
    if not sys.stdin.isatty():
        raise RuleError(f"Không có ai ở màn hình để gõ: hãy dùng {otherwise}.", field=otherwise)
    return str(click.prompt(question, hide_input=True))
