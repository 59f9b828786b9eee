"""Said and undone: a message after something was done, with a button that takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, flash, get_flashed_messages


@dataclass(frozen=True, slots=True)
class PageNotice:
    """What a page says of what was just done."""

    text: str
    bad: bool = False
    back: Mapping[str, Any] | None = None
    """The way back, when there is one."""

    @property
    def tone(self) -> str:
        """The end of its class."""
        return "bad" if self.bad else "ok"

    @property
    def icon(self) -> str:
        """The icon before it."""
        return "alert-triangle" if self.bad else "circle-check"


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


def notices() -> list[PageNotice]:
    """What the page before left to be said, each once."""
    found: Any = get_flashed_messages(with_categories=True)
    return [
        PageNotice(m["text"], back=m) if kind == "undo" else PageNotice(m, bad=kind == "error") for kind, m in found
    ]


def init(app: Flask) -> None:
    """Let the templates of `app` say what was done."""
    app.jinja_env.globals.update(notices=notices)
