"""How one person likes the panel: letter size and ground. Kept in the session cookie."""

from __future__ import annotations

from dataclasses import dataclass

import flask
from flask import Blueprint, request, session
from flask.typing import ResponseReturnValue

from broadcaster.panel.access import public
from broadcaster.panel.auth import safe_next

blueprint = Blueprint("preferences", __name__)
SIZES = {"normal": "Thường", "large": "Lớn"}
THEMES = {"auto": "Theo máy", "light": "Sáng", "dark": "Tối"}


@dataclass(frozen=True, slots=True)
class Preferences:
    """Letter size and ground."""

    size: str
    theme: str


def chosen() -> Preferences:
    """Return what this browser chose."""
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
