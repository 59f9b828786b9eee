"""The floor of a disk: what people bring must leave so much free, for the log, the journal, plans and emergencies.

Whatever takes in bytes that somebody brings, or keeps copies of sound, asks here first: uploads, recordings, a voice at
the microphone, air-checks, backups into the home. What is small and must be written never asks.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from broadcaster.errors import RuleError

SHARE: Final = 0.1
"""Of a small disk the floor is no more than this part."""
NEAR: Final = 2
"""A disk is nearly full from so many floors on."""
MUCH: Final = 20_000_000_000
"""Bytes that are enough, however small a part of the disk they are."""


class NoRoomError(RuleError):
    """Raised when something would leave less of the disk than its floor; what was there is as it was."""

    code = "disk-full"


@dataclass(frozen=True, slots=True)
class DiskRoom:
    """How full a disk is, and how much of it is to stay free (bytes)."""

    left: int
    total: int
    floor: int

    @classmethod
    def of(cls, left: int, total: int, floor: int) -> Self:
        """A disk of which `floor` is to stay free, or its share where it is small."""
        return cls(left, total, min(floor, int(SHARE * total)))

    @classmethod
    def at(cls, folder: Path, floor: int) -> Self:
        """Look at the disk of a folder.

        Raises:
            OSError: it does not answer.
        """
        found = shutil.disk_usage(folder)
        return cls.of(found.free, found.total, floor)

    @property
    def closed(self) -> bool:
        """Whether nothing more is taken in."""
        return self.left < self.floor

    @property
    def near(self) -> bool:
        """Whether a person should make room by now."""
        return self.left < max(NEAR * self.floor, min(SHARE * self.total, MUCH))

    def refusal(self, asked: int = 0) -> str:
        """A Vietnamese sentence why so many bytes more are not taken in; empty while there is room for them."""
        if not self.floor or self.left - asked >= self.floor:
            return ""
        wanted = f", lần này cần thêm {said(asked)}" if asked else ""
        return (
            f"Ổ đĩa của đài còn trống {said(self.left)}{wanted}, mà phải để lại {said(self.floor)} cho việc phát và "
            "ghi nhật ký, nên đài chưa nhận. Hãy xóa bớt tệp không dùng trên máy, hoặc giữ bản thu kiểm thính ít ngày "
            "hơn, rồi làm lại. Phát theo lịch, phát khẩn cấp và duyệt bài vẫn như thường."
        )

    def require(self, asked: int = 0, *, field: str = "") -> None:
        """Let so many bytes in.

        Raises:
            NoRoomError: they would leave less than the floor; says how much there is, is asked, and what to do.
        """
        if why := self.refusal(asked):
            raise NoRoomError(why, field=field)

    @property
    def told(self) -> str:
        """A Vietnamese sentence when the disk fills up; empty while there is room."""
        return self.shut or self.filling

    @property
    def shut(self) -> str:
        """A Vietnamese sentence when nothing more is taken in; empty while something is."""
        if not self.closed:
            return ""
        return (
            f"Ổ đĩa của đài gần hết chỗ: chỉ còn {said(self.left)}, nên đài ngừng nhận bản ghi và tệp gửi lên, để lại "
            f"{said(self.floor)} cho việc phát và ghi nhật ký. Hãy xóa bớt tệp ngay."
        )

    @property
    def filling(self) -> str:
        """A Vietnamese sentence when a person should make room; empty while there is enough."""
        if not self.near:
            return ""
        share = round(100 * self.left / self.total) if self.total else 0
        until = f" Còn dưới {said(self.floor)} thì đài ngừng nhận bản ghi." if self.floor else ""
        return f"Ổ đĩa của đài sắp đầy: còn {said(self.left)} ({share} %). Hãy xóa bớt tệp không dùng.{until}"


def said(size: int) -> str:
    """So many bytes in words."""
    for unit, name in ((1e9, "GB"), (1e6, "MB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}".replace(".", ",").replace(",0 ", " ")
    return f"{max(size, 0) / 1e3:.0f} kB"
