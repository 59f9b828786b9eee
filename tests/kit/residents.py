"""The processes of a running station, looked at from outside: memory, handles and threads of each, by its name."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

Shared = tuple[str, str]
"""A stretch of a file that is mapped: its path, and from where on."""


@dataclass(frozen=True, slots=True)
class Resident:
    """One process at one moment."""

    name: str
    pid: int
    held: float
    """Memory (MB): its own, and its part of what several of the station's processes share, so that it can be summed."""
    handles: int
    threads: int


def residents(supervisor: int) -> list[Resident]:
    """The supervisor and all that it began, children of children too."""
    top = psutil.Process(supervisor)
    family = [top, *top.children(recursive=True)]
    held = _held(p.pid for p in family)
    found = []
    for process in family:
        with contextlib.suppress(psutil.Error):
            found.append(
                Resident(
                    _name(process.cmdline()),
                    process.pid,
                    (held[process.pid] if process.pid in held else process.memory_full_info().uss) / 1e6,
                    process.num_fds(),
                    process.num_threads(),
                )
            )
    return found


def _held(pids: Iterable[int]) -> dict[int, float]:
    """Bytes by process, of those whose maps can be read (Linux).

    The system's own proportional figure falls when a stranger maps the same libraries, as a test beside it does. Here a
    page of a file is shared out among this family alone.
    """
    own: dict[int, float] = {}
    shared: dict[Shared, dict[int, int]] = defaultdict(dict)
    for pid in pids:
        with contextlib.suppress(OSError):
            alone, files = _maps(Path(f"/proc/{pid}/smaps").read_text(encoding="utf-8", errors="replace"))
            own[pid] = alone
            for stretch, size in files.items():
                shared[stretch][pid] = size
    for holders in shared.values():
        most, all_of_it = max(holders.values()), sum(holders.values())
        for pid, size in holders.items():
            own[pid] += most * size / all_of_it
    return own


def _maps(text: str) -> tuple[float, dict[Shared, int]]:
    """The bytes that are a process's own, and those of each stretch of a file that it holds."""
    alone, files, at = 0.0, defaultdict[Shared, int](int), ("", "")
    for line in text.splitlines():
        words = line.split(None, 5)
        if "-" in words[0]:
            at = (words[5] if len(words) > 5 else "", words[2])
        elif words[0] == "Rss:":
            files[at] += int(words[1]) * 1024
        elif words[0] == "Anonymous:":
            files[at] -= int(words[1]) * 1024
            alone += int(words[1]) * 1024
    return alone, {stretch: size for stretch, size in files.items() if size > 0}


def _name(command: list[str]) -> str:
    if "broadcaster" not in " ".join(command):
        return command[0].rpartition("/")[2] if command else "?"
    return command[-1]
