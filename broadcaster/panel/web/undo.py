"""Said and undone: a message after something was done, with a button that takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash


def done(
    text: str, url: str = "", *, label: str = "Hoàn tác", ask: bool = False, fields: Mapping[str, str] | None = None
) -> None:
    """Say on the next page what was done; with `url` offer to take it back by posting `fields` there.

    With `ask` the way back is a page of its own that asks first, for it makes the horns sound.
    """
    if not url:
        flash(text)
        return
    message: Any = {"text": text, "url": url, "label": label, "ask": ask, "fields": dict(fields or {})}
    flash(message, "undo")
