"""What a page promises of another process's work: said only while that process lives, else that it waits."""

from __future__ import annotations

from flask import flash

from broadcaster.boot.remedy import TURN_ON
from broadcaster.panel.web.access import station
from broadcaster.services.air.heartbeats import status

_WAITS = {
    "worker": f"Phần xử lý nền không chạy nên việc này đang chờ. Hãy bật đài ({TURN_ON}).",
    "playout": f"Máy phát không chạy nên chưa có tiếng ra loa. Hãy bật đài ({TURN_ON}).",
}


def promise(done: str, coming: str, *, by: str = "worker") -> None:
    """Say what was done, and what is coming of it if `by` (the worker, play-out) is there to do it."""
    alive, _ = status(station(), by)
    flash(f"{done} {coming if alive else _WAITS[by]}", "" if alive else "error")
