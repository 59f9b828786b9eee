"""Sounds by login only: out of the store in parts (HTTP Range), named by their hash; or spoken for a trial."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import flask
from flask import Response

from broadcaster.errors import EngineError, NotFoundError
from broadcaster.panel.web.access import actor, station
from broadcaster.services.air.heartbeats import status
from broadcaster.services.scripts import trial
from broadcaster.sound.peaks import peaks
from broadcaster.sound.store import Store
from broadcaster.text import LexiconEntry

_POINTS = 240
"""Bars of an outline: what a phone's width can show."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


def send_peaks(sha256: str) -> Response:
    """The outline of the sound whose bytes have this hash, as JSON.

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


def send_trial(
    text: str, extra: Sequence[LexiconEntry] = (), *, voice: str | None = None, rate: float | None = None, cache: str
) -> Response:
    """A text as the worker speaks it, with words that nobody has saved.

    Raises:
        RuleError: there is too much to say.
        EngineError: the worker does not run, or no voice could speak it.
    """
    text = trial.checked(text)
    if not status(station(), "worker")[0]:
        raise EngineError("Bộ phận xử lý nền của đài chưa chạy nên chưa nghe thử được. Hãy báo người quản trị.")
    wav = trial.hear_by_worker(station(), actor().username, text, extra, voice=voice, rate=rate)
    return Response(wav, mimetype="audio/wav", headers={"Cache-Control": cache})


def send_sound(sha256: str) -> Response:
    """The sound whose bytes have this hash.

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
