"""Work that does harm, for a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys


def process() -> int:
    return os.getpid()


def endless() -> None:
    while True:
        pass


def hungry() -> int:
    return sum(map(len, [bytes(100_000_000) for _ in range(100)]))


def falling() -> None:
    os._exit(3)


def with_child() -> None:
    subprocess.run([sys.executable, "-c", "while True: pass"], check=True)
