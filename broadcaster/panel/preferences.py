"""How one person likes the panel: letter size and ground. Kept in the session cookie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import flask
from flask import Blueprint, request, session
from flask.typing import ResponseReturnValue

from broadcaster.panel.people.auth import safe_next
from broadcaster.panel.web.access import public

blueprint = Blueprint("preferences", __name__)
SIZES = {"normal": "Thường", "large": "Lớn"}
THEMES = {"auto": "Theo máy", "light": "Sáng", "dark": "Tối"}
_DARK_ON = {"auto": "screen and (prefers-color-scheme: dark)", "light": "not all", "dark": "screen"}
_GROUNDS = {"auto": "light dark"}


@dataclass(frozen=True, slots=True)
class Preferences:
    """Letter size and ground."""

    size: str
    theme: str
    sizes: ClassVar[Mapping[str, str]] = SIZES
    themes: ClassVar[Mapping[str, str]] = THEMES

    @property
    def dark_on(self) -> str:
        """Where the dark colours hold, as a media query; paper is always light."""
        return _DARK_ON[self.theme]

    @property
    def grounds(self) -> str:
        """The grounds that the browser's own parts may take, before any style is read."""
        return _GROUNDS.get(self.theme, self.theme)


def chosen() -> Preferences:
    """What this browser chose."""
    size, theme = session.get("size"), session.get("theme")
    return Preferences(size if size in SIZES else "normal", theme if theme in THEMES else "auto")


@blueprint.post("/preferences")
@public
def save() -> ResponseReturnValue:
    """Remember a choice."""
    if (size := request.form.get("size")) in SIZES:
        session["size"] = size
    if (theme := request.form.get("theme")) in THEMES:
        session["theme"] = theme
    return flask.redirect(safe_next(request.form.get("next")), code=303)
