"""Files that outlive a power cut: each is written beside its place, down to the disk, and takes its name at once.

A reader sees the whole file or the one before it, whatever moment the power goes. What is appended to, as the journal,
looks after its own lines; what this module gives it is the folder that is down on the disk with the file's name in it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil

_PART: Final = ".part"
_OWNER: Final = re.compile(r"\.(\d{1,9})-\d+\.part$")
"""The process whose file it is."""
_NO_FOLDER_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP})
"""What a disk says that brings the names in a folder down by itself, as those of a network do."""


def keep(path: Path, data: str | bytes | Iterable[bytes], *, lasting: bool = True) -> None:
    """Write a small file whole or not at all; it is as open to others as what it replaces, else to nobody.

    One that is not `lasting` may be the older one after a power cut, or broken: whoever reads it must bear that.

    Raises:
        OSError: the disk is full or refuses; what was there is there still.
    """
    with _beside(path, data, lasting=lasting) as partial:
        with contextlib.suppress(FileNotFoundError):
            partial.chmod(stat.S_IMODE(path.stat().st_mode))
        partial.replace(path)
    if lasting:
        sync_folder(path.parent)


def keep_first(path: Path, data: str | bytes) -> None:
    """Write a file that is made once, as a key is: what another process wrote first stays.

    Raises:
        OSError: the disk is full or refuses.
    """
    with _beside(path, data, lasting=True) as partial:
        try:
            os.link(partial, path)
        except FileExistsError:
            pass
        except OSError:  # a disk without links
            if not path.exists():
                partial.replace(path)
    sync_folder(path.parent)


def settle(partial: Path, target: Path, *, lasting: bool = True) -> None:
    """Give a finished file its name: its bytes are down on the disk before, and the name after.

    Raises:
        OSError: the disk refuses.
    """
    if lasting:
        with partial.open("rb+" if os.name == "nt" else "rb") as file:
            os.fsync(file.fileno())
    partial.replace(target)
    if lasting:
        sync_folder(target.parent)


def lead(link: Path, target: Path) -> None:
    """Let a symbolic link lead to `target` from now on, whether it is there by now or not.

    Raises:
        OSError: the disk refuses; where it led it leads still.
    """
    partial = link.with_name(f".{link.name}{_PART}")
    partial.unlink(missing_ok=True)
    partial.symlink_to(target)
    partial.replace(link)
    sync_folder(link.parent)


def forget(path: Path) -> None:
    """Remove a file, so that no power cut brings it back.

    Raises:
        OSError: the disk refuses.
    """
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
        sync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, so that what is put into it is not lost with it.

    Raises:
        OSError: the disk refuses.
    """
    missing = [one for one in (path, *path.parents) if not one.is_dir()]
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in missing:
        sync_folder(one.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder down to the disk; Windows does so by itself.

    Raises:
        OSError: the disk refuses.
    """
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(handle)


def clear_left(folder: Path) -> int:
    """Remove what processes that are no more left half written in a folder and below it; return how many files."""
    gone = 0
    for left in folder.rglob(f".*{_PART}"):
        owner = _OWNER.search(left.name)
        if owner is not None and not psutil.pid_exists(int(owner[1])):
            with contextlib.suppress(OSError):
                left.unlink()
                gone += 1
    return gone


@contextmanager
def _beside(path: Path, data: str | bytes | Iterable[bytes], *, lasting: bool) -> Iterator[Path]:
    partial = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}{_PART}")
    pieces = [data.encode()] if isinstance(data, str) else [data] if isinstance(data, bytes) else data
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        yield partial
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
