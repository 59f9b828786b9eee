"""What a process logs: JSON lines for programs, readable ones for a person."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
import os

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


def written_by(handler, n, words="x" * 1000):
    for number in range(n):
        handler.handle(logging.LogRecord("broadcaster.thử", logging.INFO, "", 0, f"{number} {words}", (), None))


def lines_of(folder):
    return [line for path in folder.glob("*.jsonl*") for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(logs, "MOST", 20_000)


def bounded(path, **more):
    handler = logs.BoundedFile(path, **more)
    handler.setFormatter(logs._Json())
    return handler


@pytest.mark.usefixtures("small")
def test_a_log_is_bounded_in_size_and_loses_only_its_oldest_lines(tmp_path):
    handler = bounded(tmp_path / "worker.jsonl")
    written_by(handler, 500)
    handler.close()
    files = sorted(tmp_path.iterdir())
    assert len(files) == logs.OLDER + 1
    assert sum(f.stat().st_size for f in files) <= (logs.OLDER + 1) * logs.MOST
    numbers = sorted(int(json.loads(line)["event"].split()[0]) for line in lines_of(tmp_path))
    assert numbers == list(range(numbers[0], 500)), "what is left is the end, whole"


@pytest.mark.usefixtures("small")
@pytest.mark.skipif(os.name != "posix", reason="elsewhere nobody moves what another holds open")
def test_several_processes_of_one_name_write_into_one_log_and_lose_nothing_of_the_last_lines(tmp_path):
    handlers = [bounded(tmp_path / "desk.jsonl") for _ in range(3)]
    for turn in range(40):
        for n, handler in enumerate(handlers):
            written_by(handler, 1, f"{turn} {n} {'x' * 500}")
    for handler in handlers:
        handler.close()
    assert sum(f.stat().st_size for f in tmp_path.iterdir()) <= (logs.OLDER + 1) * logs.MOST * 1.1
    last = {tuple(json.loads(line)["event"].split()[1:3]) for line in lines_of(tmp_path)}
    assert {(str(turn), str(n)) for turn in range(20, 40) for n in range(3)} <= last
    assert (tmp_path / "desk.jsonl").stat().st_size <= logs.MOST * 1.1, "nobody goes on with a file put aside"


@pytest.mark.usefixtures("small")
def test_a_log_that_the_system_lets_nobody_move_is_written_on_and_stays_bounded(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "another process has it open")

    monkeypatch.setattr("os.rename", refuse)
    handler = bounded(tmp_path / "up.jsonl")
    written_by(handler, 30)
    kept = lines_of(tmp_path)
    assert len(kept) == 30, "no line is lost for it"
    written_by(handler, 100)
    assert handler.unwritten > 0
    assert (tmp_path / "up.jsonl").stat().st_size <= 2 * logs.MOST + 2000
    monkeypatch.undo()
    monkeypatch.setattr(logs, "MOST", 20_000)
    written_by(handler, 1)
    handler.close()
    assert (tmp_path / "up.jsonl").stat().st_size < 2000, "it goes on as soon as it may"


def test_a_log_holds_no_more_days_than_it_should_however_little_is_written(tmp_path):
    now = [dt.datetime(2026, 3, 1, tzinfo=dt.UTC).timestamp()]
    path = tmp_path / "web.jsonl"
    for _month in range(12):
        handler = bounded(path, clock=lambda: now[0])
        for _day in range(30):
            record = logging.LogRecord("broadcaster.thử", logging.INFO, "", 0, "ngày", (), None)
            record.created = now[0]
            handler.handle(record)
            os.utime(path, (now[0], now[0]))
            now[0] += 86_400
        handler.close()
    oldest = min(dt.datetime.fromisoformat(json.loads(line)["timestamp"]).timestamp() for line in lines_of(tmp_path))
    assert now[0] - oldest <= (logs.OLDER + 1) * (logs.DAYS + 1) * 86_400
    now[0] += 400 * 86_400  # the station was off
    bounded(path, clock=lambda: now[0]).close()
    assert [f.name for f in tmp_path.iterdir()] == ["web.jsonl"]


def test_one_line_never_fills_a_log(configured):
    log = logs.EventLog("x")
    log.warning("not understood", error="đầu " + "a" * 10_000_000 + " cuối", job=7, deep={"x": ["b" * 1_000_000]})
    (line,), _ = configured()
    assert len(json.dumps(line, ensure_ascii=False)) <= logs.LINE
    assert (line["event"], line["job"]) == ("not understood", 7)
    assert line["error"].startswith("đầu ")
    assert line["error"].endswith(" cuối")


def test_the_words_of_the_source_stand_apart_from_what_was_put_into_them(configured):
    logging.getLogger("broadcaster.x").warning("lease taken over from %s", "máy của ai")
    logs.EventLog("broadcaster.x").info("job done")
    lines, _ = configured()
    assert [line.get("template") for line in lines] == ["lease taken over from %s", None]
    assert lines[0]["event"] == "lease taken over from máy của ai"
