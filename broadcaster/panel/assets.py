"""Static files: found in the shipped room or the station's own, named by their bytes, kept for a year."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, url_for
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup

from broadcaster.home import Home
from broadcaster.rooms import room


def init(app: Flask, home: Home) -> None:
    """Let templates name static files by `asset()` and icons by `icon()`; templates in the home win."""
    static = room("web") / "static"
    folders = [home.root / "web" / "templates", room("web") / "templates"]
    app.jinja_loader = ChoiceLoader([FileSystemLoader(f) for f in folders])
    app.jinja_env.globals.update(asset=asset, icon=icon)
    app.extensions["static-folder"] = static


def asset(name: str) -> str:
    """Return the address of a static file, with a mark of its bytes so that it may be kept for long."""
    return url_for("static", filename=name, v=_mark(room("web") / "static" / name))


def icon(name: str, label: str = "") -> Markup:
    """Return an icon of the sprite; with a label it speaks, without it is decoration."""
    href = f"{asset('icons.svg')}#{name}"
    if label:
        return Markup('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>').format(label, href)
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>').format(href)


@cache
def _mark(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]
