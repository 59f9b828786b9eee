"""Static files: found in the shipped room or the station's own, named by their bytes, kept for a year."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache, lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for
from jinja2 import ChoiceLoader, FileSystemLoader
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from broadcaster.home import Home
from broadcaster.panel.web.own_templates import OwnTemplates
from broadcaster.rooms import room

_SCRIPTS = {"text/javascript", "application/javascript"}
_PACKED = {"text/css", "image/svg+xml", *_SCRIPTS}


def init(app: Flask, home: Home) -> None:
    """Let templates name static files by `asset()` and icons by `icon()`; templates in the home win."""
    static = room("web") / "static"
    app.jinja_loader = ChoiceLoader([OwnTemplates(home), FileSystemLoader(room("web") / "templates")])
    app.jinja_env.globals.update(asset=asset, icon=icon, import_map=import_map)
    app.extensions["static-folder"] = static
    app.after_request(_squeezed)
    app.after_request(_asked_again)


@cache
def asset(name: str) -> str:
    """The address of a static file, with a mark of its bytes so that it may be kept for long."""
    return url_for("static", filename=name, v=_mark(room("web") / "static" / name))


@cache
def import_map() -> Markup:
    """The addresses of all modules, so that one that imports another gets no kept copy of it."""
    names = sorted(f"js/{p.name}" for p in (room("web") / "static" / "js").glob("*.js"))
    return htmlsafe_json_dumps({"imports": {url_for("static", filename=name): asset(name) for name in names}})


@cache
def icon(name: str, label: str = "") -> Markup:
    """An icon of the sprite; with a label it speaks, without it is decoration."""
    href = f"{asset('icons.svg')}#{name}"
    if label:
        return Markup('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>').format(label, href)
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>').format(href)


def _squeezed(response: Response) -> Response:
    """Send styles, scripts and icons packed; pages are not, for they carry secrets beside what people typed."""
    if request.endpoint != "static" or response.status_code != 200 or response.mimetype not in _PACKED:
        return response
    response.vary.add("Accept-Encoding")
    path = Path(str(current_app.static_folder)) / str((request.view_args or {}).get("filename", ""))
    if request.accept_encodings.best_match(["gzip"]) != "gzip" or request.method != "GET":
        return response
    response.direct_passthrough = False
    response.close()
    response.set_data(_packed(path, path.stat().st_mtime_ns))
    response.headers["Content-Encoding"] = "gzip"
    return response


def _asked_again(response: Response) -> Response:
    """A script without its mark is looked up each time: a browser that knows no import map asks for modules so."""
    if request.endpoint == "static" and "v" not in request.args and response.mimetype in _SCRIPTS:
        response.cache_control.max_age = None
        response.cache_control.no_cache = True
    return response


@lru_cache(maxsize=64)
def _packed(path: Path, changed_ns: int) -> bytes:
    del changed_ns  # part of the key: a file that changed is packed anew
    return gzip.compress(path.read_bytes(), 9, mtime=0)


@cache
def _mark(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]
