"""The processes of a running station, looked at from outside: memory, handles and threads of each, by its name."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Resident:
    """One process at one moment. Memory in MB: `pss` counts what several share in parts, so that it can be summed."""

    name: str
    pid: int
    pss: float
    rss: float
    handles: int
    threads: int


def residents(supervisor: int) -> list[Resident]:
    """The supervisor and all that it began, children of children too."""
    found = []
    top = psutil.Process(supervisor)
    for process in (top, *top.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            memory = process.memory_full_info()
            found.append(
                Resident(
                    _name(process.cmdline()),
                    process.pid,
                    getattr(memory, "pss", memory.uss) / 1e6,
                    memory.rss / 1e6,
                    process.num_fds(),
                    process.num_threads(),
                )
            )
    return found


def _name(command: list[str]) -> str:
    if "broadcaster" not in " ".join(command):
        return command[0].rpartition("/")[2] if command else "?"
    return command[-1]
