"""Sounds out of the store: by login only, in parts (HTTP Range), named by their hash."""

from __future__ import annotations

import re

import flask
from flask import Response

from broadcaster.errors import NotFoundError
from broadcaster.panel.access import station
from broadcaster.sound.store import Store

_SHA256 = re.compile(r"[0-9a-f]{64}")


def send_sound(sha256: str) -> Response:
    """Return the sound whose bytes have this hash.

    Raises:
        NotFoundError: the store does not have it.
    """
    if not _SHA256.fullmatch(sha256):
        raise NotFoundError("Không có âm thanh này.", field="sound")
    path = Store(station().home.store).path(sha256)
    if not path.is_file():
        raise NotFoundError("Tệp âm thanh không còn trong kho. Hãy tạo lại bản đọc.", field="sound")
    response = flask.send_file(path, mimetype="audio/flac", conditional=True, etag=sha256, max_age=0)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
