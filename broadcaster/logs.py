"""Structured logging: JSON lines into the home, readable lines on a screen.

The standard library alone: what each of the processes of a station holds for it is held five times.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import logging.handlers
import os
import sys
import time
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

from broadcaster.secret import masked

_EVENT_WIDTH = 28
MOST: Final = 5_000_000
"""Bytes in one file of a log."""
OLDER: Final = 5
"""Files of a process beside the one that it writes."""
DAYS: Final = 30
"""A file holds no more days than these, however little is written."""
LINE: Final = 64_000
"""Letters of a line; what a library says may be as long as what it was given."""
_DAY_S: Final = 86_400.0


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
        file = BoundedFile(folder / f"{process}.jsonl")
        file.setFormatter(_Json())
        root.addHandler(file)
    if screen:
        console = logging.StreamHandler(sys.stderr)
        console.setFormatter(_Readable())
        root.addHandler(console)
    for noisy in ("alembic", "huey", "apscheduler", "waitress"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it warns at each request that waits a moment


class BoundedFile(logging.handlers.RotatingFileHandler):
    """A file of lines that is bounded in size and in age, also while another process of its name writes to it.

    Such a one may have turned the file over: then it is followed to the new one. Where the system lets nobody turn over
    what another holds open (Windows), it is written on, to twice its size; what comes then is left out.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._began = clock()
        self.unwritten = 0
        """Lines that had no room."""
        super().__init__(path, maxBytes=MOST, backupCount=OLDER, encoding="utf-8")
        self._forget()

    def _open(self) -> TextIOWrapper:
        stream = super()._open()
        self._began = self._first_moment()
        return stream

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802 - the library's name
        """Whether the file is full, or holds what is too old."""
        self._follow()
        return bool(super().shouldRollover(record)) or self._clock() - self._began > DAYS * _DAY_S

    def doRollover(self) -> None:  # noqa: N802 - the library's name
        """Begin a new file; go on with this one where nobody may move it."""
        try:
            super().doRollover()
        except OSError:
            self.stream = self._open()
        self._forget()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, unless there is twice as much already and no new file can be begun."""
        try:
            if self.shouldRollover(record):
                self.doRollover()
            if self.stream is not None and self.stream.tell() > 2 * MOST:
                self.unwritten += 1
            else:
                logging.StreamHandler.emit(self, record)
        except Exception:  # noqa: BLE001 - as the library: a log stops nothing
            self.handleError(record)

    def _follow(self) -> None:
        """Write to the file of this name, not to one that another process has put aside."""
        if self.stream is None or os.name != "posix":
            return
        with contextlib.suppress(OSError):
            mine = os.fstat(self.stream.fileno())
            try:
                there = os.stat(self.baseFilename)  # noqa: PTH116 - asked with each line
                same = (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)
            except FileNotFoundError:
                same = False
            if not same:
                self.stream.close()
                self.stream = self._open()

    def _first_moment(self) -> float:
        """When the first line of the file was written; now for a new one, or one that does not tell."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError), open(self.baseFilename, "rb") as file:  # noqa: PTH123
            return dt.datetime.fromisoformat(json.loads(file.readline(4 * LINE))["timestamp"]).timestamp()
        return self._clock()

    def _forget(self) -> None:
        """Remove files put aside that end before all that is kept."""
        last = self._clock() - (OLDER + 1) * DAYS * _DAY_S
        path = Path(self.baseFilename)
        for old in path.parent.glob(f"{path.name}.*"):
            with contextlib.suppress(OSError):
                if old.stat().st_mtime < last:
                    old.unlink()


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
        return masked(json.dumps(_short(line), ensure_ascii=False, default=str))


def _short(line: dict[str, Any]) -> dict[str, Any]:
    """A line with no field so long that it would fill a file; of what is long the beginning and the end are kept."""
    if len(json.dumps(line, ensure_ascii=False, default=str)) <= LINE:
        return line
    part = LINE // (2 * len(line))
    words = {key: value if isinstance(value, int | float) else str(value) for key, value in line.items()}
    return {
        key: f"{value[: part // 2]} … {value[-part // 2 :]}" if isinstance(value, str) and len(value) > part else value
        for key, value in words.items()
    }


class _Readable(logging.Formatter):
    """One line for a person, and where it failed below it."""

    def format(self, record: logging.LogRecord) -> str:
        told = "".join(f" {name}={value}" for name, value in _fields(record).items())
        event = f"{record.getMessage():<{_EVENT_WIDTH}}"
        line = f"{_moment(record)} [{record.levelname.lower():<8}] {event} [{record.name}]{told}"
        return masked(f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line)
