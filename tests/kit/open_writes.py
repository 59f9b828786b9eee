"""An instrument for what our code does to files, programs and lines, as Python itself tells it.

Nothing slow may happen while a write transaction is open, for everybody else's write waits for that time; and no sound
that is kept is written in its own place, for the same bytes lie beside the backups under another name of one file.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from broadcaster.db.session import Database
from tests.kit.places import ROOT

_SLOW: Final = frozenset({"subprocess.Popen", "socket.connect", "socket.sendto", "socket.getaddrinfo", "time.sleep"})
_SMALL: Final = re.compile(r"/zoneinfo/|/tzdata/|\.toml$|/keys/|^/proc/|^/dev/|^\d+$")
"""Some kilobytes, read once for each time that they change, or a file that is open already."""
_AT_THE_MOMENT: Final = frozenset({"usable", "_keys"})
"""An emergency looks for its siren, seconds of sound, in the very moment in which it is ordered (`signs.usable`); the
key of the seals is made once in the life of a home (`seals._keys`)."""
_KEPT: Final = re.compile(r"/(audio/store|backups/sounds)/[0-9a-f]{2}/")
_HOUSE: Final = (str(ROOT / "broadcaster"), str(ROOT / "tests"))
_here = threading.local()
_found: list[str] = []


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _SLOW and event != "open":
        return
    inside = getattr(_here, "open", False)
    kept = event == "open" and isinstance(arguments[0], str) and _KEPT.search(arguments[0]) is not None
    if not (inside or kept):
        return
    if getattr(_here, "telling", False):
        return
    _here.telling = True  # what tells may open files itself
    try:
        if inside and not (event == "open" and _SMALL.search(str(arguments[0]))):
            _tell(event, arguments)
        elif kept and _in_place(arguments):
            _tell("written in its place", arguments)
    finally:
        _here.telling = False


def _in_place(arguments: tuple[Any, ...]) -> bool:
    path, mode, flags = arguments
    writes = bool(flags & (os.O_WRONLY | os.O_RDWR)) if isinstance(flags, int) else any(m in str(mode) for m in "wa+")
    return writes and Path(path).exists()


def _tell(what: str, arguments: tuple[Any, ...]) -> None:
    frames = traceback.extract_stack()
    house = [f for f in frames if f.filename.startswith(_HOUSE) and f.filename != __file__]
    loading = any("importlib" in f.filename or "zoneinfo" in f.filename for f in frames)
    if loading or not house or not house[-1].filename.startswith(_HOUSE[0]):
        return  # a module or a time zone is loaded, or it is the test's own doing
    if _AT_THE_MOMENT.isdisjoint(f.name for f in house):
        way = " < ".join(f"{Path(f.filename).stem}.{f.name}:{f.lineno}" for f in reversed(house[-4:]))
        _found.append(f"{what} {arguments[:1]} in {way}")


def taken() -> list[str]:
    """What happened since this was asked last, and where."""
    found, _found[:] = list(_found), []
    return found


@contextmanager
def watched() -> Iterator[None]:
    """Let every write of this process be watched."""
    write = Database.write

    @contextmanager
    def watching(self: Database, *, lasting: bool = True) -> Iterator[Any]:
        with write(self, lasting=lasting) as session:
            _here.open = True
            try:
                yield session
            finally:
                _here.open = False

    Database.write = watching  # type: ignore[method-assign]
    try:
        yield
    finally:
        Database.write = write  # type: ignore[method-assign]


sys.addaudithook(_heard)
