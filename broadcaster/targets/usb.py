"""A stick that is known by the label somebody gave it, wherever the system has mounted it."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

import psutil
from pydantic import Field

from broadcaster.plugins import PluginOptions
from broadcaster.targets.folder import FolderShelf, there
from broadcaster.targets.refusing import hindered
from broadcaster.targets.target import AbsentError

BY_LABEL: Final = Path("/dev/disk/by-label")
_ESCAPED: Final = re.compile(r"\\x([0-9a-f]{2})")


class UsbOptions(PluginOptions):
    """USB nhận ra bằng nhãn (tên ổ); chép khi cắm vào và mỗi đêm."""

    label: str = Field("LOA-SAOLUU", min_length=1, max_length=32, description="Nhãn đặt cho USB khi định dạng.")
    folder: str = Field("loa-xa", pattern=r"^[\w-]+$", description="Thư mục trên USB; đài tự tạo.")


class UsbTarget:
    """Copies on a stick; without it there is nothing to reach for, which is no fault of anybody."""

    Options: ClassVar[type[PluginOptions]] = UsbOptions

    def __init__(self, options: UsbOptions) -> None:
        self._label, self._folder = options.label, options.folder
        self.where = f"USB nhãn {self._label}"

    def mounted(self) -> Path | None:
        """Where the stick is mounted; None while it is not."""
        return next((place for label, place in labels() if label == self._label), None)

    @contextmanager
    def opened(self) -> Iterator[FolderShelf]:
        """Open the stick.

        Raises:
            AbsentError: it is not plugged in, or plugged in and not mounted.
            TargetError: it does not take a folder.
        """
        place = self.mounted()
        if place is None:
            plugged = any(_word(p.name) == self._label for p in _devices())
            raise AbsentError(
                f"USB nhãn “{self._label}” đã cắm nhưng máy chưa mở nó. Hãy mở USB trong trình quản lý tệp, hoặc nhờ "
                "người cài máy đặt tự gắn."
                if plugged
                else f"Chưa thấy USB nhãn “{self._label}”. Hãy cắm USB ấy vào máy của đài: cắm xong là đài tự chép."
            )
        home = place / self._folder
        if not there(home):
            try:
                home.mkdir()
            except OSError as error:
                raise hindered(f"USB ở {place}", error) from None
        yield FolderShelf(home)


def labels() -> Iterator[tuple[str, Path]]:
    """The label of every mounted volume that has one, with its place."""
    if sys.platform == "win32":
        yield from ((label, Path(p.mountpoint)) for p in psutil.disk_partitions() if (label := _windows(p.mountpoint)))
        return
    named = {os.path.realpath(link): _word(link.name) for link in _devices()}
    for part in psutil.disk_partitions(all=True):
        device = os.path.realpath(part.device) if part.device.startswith("/") else ""
        if device in named:
            yield named[device], Path(part.mountpoint)


def _devices() -> list[Path]:
    return sorted(BY_LABEL.iterdir()) if BY_LABEL.is_dir() else []


def _word(escaped: str) -> str:
    r"""A label as people wrote it: the system writes a blank in it as `\x20`."""
    data = _ESCAPED.sub(lambda hit: chr(int(hit[1], 16)), escaped).encode("latin-1", "replace")
    return data.decode("utf-8", "replace") if _ESCAPED.search(escaped) else escaped


def _windows(mountpoint: str) -> str:
    """The label of a volume of Windows; empty for a drive without a disk."""
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - it is there on Windows alone
    name = ctypes.create_unicode_buffer(261)
    found = kernel.GetVolumeInformationW(mountpoint, name, 261, None, None, None, None, 0)
    return name.value if found else ""
