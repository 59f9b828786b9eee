"""Sounds out of the store: by login only, in parts (HTTP Range), named by their hash."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import flask
from flask import Response

from broadcaster.errors import NotFoundError
from broadcaster.panel.web.access import station
from broadcaster.sound.peaks import peaks
from broadcaster.sound.store import Store

_POINTS = 240
"""Bars of an outline: what a phone's width can show."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


def send_peaks(sha256: str) -> Response:
    """Return the outline of the sound whose bytes have this hash, as JSON.

    Raises:
        NotFoundError: the store does not have it.
        MediaError: it cannot be read.
    """
    path = Store(station().home.store).path(sha256)
    if not _SHA256.fullmatch(sha256) or not path.is_file():
        raise NotFoundError("Tệp âm thanh không còn trong kho. Hãy tạo lại bản đọc.", field="sound")
    response = flask.jsonify(_peaks(path))
    response.set_etag(sha256)
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


@lru_cache(maxsize=128)
def _peaks(path: Path) -> tuple[int, ...]:
    # A path in the store names its bytes, so the outline never changes.
    return peaks(path, _POINTS)


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
