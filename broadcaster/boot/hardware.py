"""What kind of machine this is: read from the system, to be asked for on the telephone."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import subprocess
import sys
from enum import Enum
from pathlib import Path
from typing import Final

import psutil

_TIMEOUT_S: Final = 20
_HEX: Final = re.compile(r"0x([0-9a-fA-F]+)\s*$", re.MULTILINE)
_LEAP: Final = re.compile(r"\b([0-3])\s*\(")
_UNSYNCHRONISED: Final = "3"


class DiskKind(Enum):
    """What a folder lies on, in Vietnamese."""

    SPINNING = "ổ đĩa quay"
    SSD = "ổ SSD"
    CARD = "thẻ nhớ"
    UNKNOWN = "loại ổ đĩa không rõ"


def model() -> str:
    """The maker's name of the machine; empty when it says none."""
    for names in (("/sys/class/dmi/id/sys_vendor", "/sys/class/dmi/id/product_name"), ("/proc/device-tree/model",)):
        with contextlib.suppress(OSError):
            return " ".join(Path(name).read_text(encoding="utf-8", errors="replace").strip(" \0\n") for name in names)
    return ""


def system() -> str:
    """The system with its version, and the kind of processor."""
    name = f"{platform.system()} {platform.release()}"
    with contextlib.suppress(OSError):
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    return f"{name}, {platform.machine()}"


def size() -> str:
    """Processors and memory."""
    return f"{psutil.cpu_count()} nhân, {psutil.virtual_memory().total / 1e9:.1f} GB bộ nhớ"


def disk_under(folder: Path, sys_dev: Path = Path("/sys/dev/block")) -> DiskKind:
    """The kind of disk on which a folder lies."""
    if sys.platform == "win32":
        return DiskKind.UNKNOWN
    number = folder.stat().st_dev
    at = (sys_dev / f"{os.major(number)}:{os.minor(number)}").resolve()
    for one in (at, at.parent):  # a partition lies in the folder of its disk
        with contextlib.suppress(OSError):
            spins = (one / "queue" / "rotational").read_text(encoding="ascii").strip() == "1"
            card = one.name.startswith("mmcblk")
            return DiskKind.CARD if card else DiskKind.SPINNING if spins else DiskKind.SSD
    return DiskKind.UNKNOWN


def clock_synchronised() -> bool | None:
    """Whether the system sets its clock by another; None: it does not say."""
    if sys.platform == "win32":
        return windows_clock(_said("w32tm", "/query", "/status"))
    said = _said("timedatectl", "show", "--property=NTPSynchronized", "--value").strip()
    return {"yes": True, "no": False}.get(said)


def windows_clock(said: str) -> bool | None:
    """The same, of what `w32tm /query /status` says in any language: its first line names the leap indicator."""
    found = _LEAP.search(said)
    return None if found is None else found[1] != _UNSYNCHRONISED


def sleeps_after_s() -> int | None:
    """After how many seconds without a person Windows sleeps on mains power; 0: never; None: it does not say."""
    return windows_sleep(_said("powercfg", "/query", "SCHEME_CURRENT", "SUB_SLEEP", "STANDBYIDLE"))


def windows_sleep(said: str) -> int | None:
    """The same, of what `powercfg` says in any language: it ends with the indexes of mains power and of battery."""
    found = _HEX.findall(said)
    return int(found[-2], 16) if len(found) > 1 else None


def _said(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else done.stdout
