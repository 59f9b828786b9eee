"""A small disk of a test's own, that can be filled to its last block; only root mounts one."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.db.session import Database
from tests.kit.waiting import until

MB = 1_000_000
_BLOCK = 4096
NEEDS_ROOT = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="a disk of its own is mounted by root alone"
)


@contextlib.contextmanager
def mounted(folder: Path, size: str = "40m") -> Iterator[Path]:
    """A disk in memory at `folder`."""
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)], check=False, timeout=20)
    if made.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True, timeout=20)


def fill(folder: Path) -> None:
    """Take every block that is left, as a camera or a download does."""
    with contextlib.suppress(OSError), (folder / f"rac-{len(list(folder.iterdir()))}").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def fill_to(folder: Path, left: int) -> None:
    """Take so much that `left` bytes are free."""
    with (folder / f"rac-{len(list(folder.iterdir()))}").open("wb", buffering=0) as file:
        while free(folder) > left:
            file.write(bytes(min(64 * 1024, max(4096, free(folder) - left))))


def fill_all(folder: Path, database: Database) -> None:
    """Take every block, and those that the log of the database happened to hold: no row can be written."""
    until(lambda: free(folder) < _BLOCK or fill(folder))
    until(lambda: _shortened(database))
    until(lambda: free(folder) < _BLOCK or fill(folder))


def _shortened(database: Database) -> bool:
    """Give the log of the database back to the disk, unless somebody is at it."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar() == 0


def free(folder: Path) -> int:
    """The bytes that are left."""
    facts = os.statvfs(folder)
    return facts.f_bavail * facts.f_frsize


def empty(folder: Path) -> None:
    """Give back what `fill` took."""
    for path in folder.glob("rac-*"):
        path.unlink()


def may_mount() -> bool:
    """Whether whoever runs this may mount a disk."""
    return os.name == "posix" and os.geteuid() == 0
