"""What a process logs: JSON lines for programs, readable ones for a person."""

from __future__ import annotations

import io
import json
import logging

import pytest

from broadcaster import logs


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """A process that logs; returns what it wrote to its file, and to the screen."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    for handler in handlers:
        root.removeHandler(handler)
    screen = io.StringIO()
    monkeypatch.setattr("sys.stderr", screen)
    logs.configure("thử", tmp_path)

    def written():
        lines = (tmp_path / "thử.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines], screen.getvalue()

    yield written
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)


def test_an_event_carries_its_fields_and_its_moment(configured):
    logs.EventLog("một.hai").info("job done", job=7, kind="đọc", process="worker")
    (line,), screen = configured()
    assert line["timestamp"].endswith("Z")
    assert {k: v for k, v in line.items() if k != "timestamp"} == {
        "event": "job done",
        "level": "info",
        "logger": "một.hai",
        "job": 7,
        "kind": "đọc",
        "process": "worker",
    }
    assert "[info    ] job done" in screen
    assert "job=7 kind=đọc process=worker" in screen


def test_a_line_of_any_library_is_an_event_too_and_noise_is_left_out(configured):
    logging.getLogger("thư viện").warning("có %d lỗi", 3)
    logging.getLogger("apscheduler.scheduler").info("added job")
    logging.getLogger("thư viện").debug("chi tiết")
    (line,), _ = configured()
    assert (line["event"], line["level"], line["logger"]) == ("có 3 lỗi", "warning", "thư viện")


def test_a_failure_says_where(configured):
    log = logs.EventLog("x")
    try:
        int("hỏng")
    except ValueError as error:
        log.exception("job broke", job=1)
        log.warning("not written", fault=error)
    (broke, warned), screen = configured()
    assert broke["level"] == "error"
    assert "ValueError: invalid literal" in broke["exception"]
    assert "ValueError: invalid literal" in warned["exception"]
    assert screen.count("ValueError: invalid literal") == 2
