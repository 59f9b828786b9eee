"""Structured logging: JSON lines into the home, readable lines on a screen.

The standard library alone: what each of the processes of a station holds for it is held five times.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import logging.handlers
import sys
from pathlib import Path
from typing import Any

from broadcaster.secret import masked

_EVENT_WIDTH = 28


class EventLog:
    """Logs events: a few words that stay the same, and fields by name."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, **fields: object) -> None:
        """Something happened as it should."""
        self._logger.info(event, extra={"fields": fields})

    def warning(self, event: str, *, fault: BaseException | None = None, **fields: object) -> None:
        """Something did not work, and is tried again or done without."""
        self._logger.warning(event, exc_info=fault, extra={"fields": fields})

    def error(self, event: str, *, fault: BaseException | None = None, **fields: object) -> None:
        """Something failed; with `fault`, where."""
        self._logger.error(event, exc_info=fault, extra={"fields": fields})

    def exception(self, event: str, **fields: object) -> None:
        """Something failed that nobody foresaw; call it where the exception is caught."""
        self.error(event, fault=sys.exception(), **fields)


def configure(process: str, folder: Path | None = None, *, screen: bool = True, level: int = logging.INFO) -> None:
    """Send every log line of this process to `folder/PROCESS.jsonl` (rotated) and, if wanted, to standard error."""
    root = logging.getLogger()
    root.setLevel(level)
    for handler in list(root.handlers):
        root.removeHandler(handler)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        file = logging.handlers.RotatingFileHandler(
            folder / f"{process}.jsonl", maxBytes=5_000_000, backupCount=5, encoding="utf-8"
        )
        file.setFormatter(_Json())
        root.addHandler(file)
    if screen:
        console = logging.StreamHandler(sys.stderr)
        console.setFormatter(_Readable())
        root.addHandler(console)
    for noisy in ("alembic", "huey", "apscheduler", "waitress"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it warns at each request that waits a moment


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return getattr(record, "fields", {})


def _moment(record: logging.LogRecord) -> str:
    return dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat().replace("+00:00", "Z")


class _Json(logging.Formatter):
    """One line of JSON for each event."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            **_fields(record),
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": _moment(record),
        }
        if record.args:
            line["template"] = str(record.msg)  # what whoever sends a log away may show of it
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return masked(json.dumps(line, ensure_ascii=False, default=str))


class _Readable(logging.Formatter):
    """One line for a person, and where it failed below it."""

    def format(self, record: logging.LogRecord) -> str:
        told = "".join(f" {name}={value}" for name, value in _fields(record).items())
        event = f"{record.getMessage():<{_EVENT_WIDTH}}"
        line = f"{_moment(record)} [{record.levelname.lower():<8}] {event} [{record.name}]{told}"
        return masked(f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line)
