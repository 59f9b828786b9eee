"""A folder: another disk, a share of the network, or a stick, wherever the system has mounted it."""

from __future__ import annotations

import contextlib
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from broadcaster.disks import reason
from broadcaster.keeping import make_folder, settle
from broadcaster.plugins import PluginOptions
from broadcaster.targets.refusing import Hindrance, hindered
from broadcaster.targets.target import AbsentError, TargetError

_PART = "dang-chep.part"
"""One file for whatever is being laid: what a copy that was cut off left is written over by the next."""


class FolderOptions(PluginOptions):
    """Một thư mục ở ổ đĩa khác hoặc ổ mạng đã gắn vào máy."""

    path: str = Field(min_length=1, description="Đường dẫn thư mục; phải có sẵn, đài không tự tạo.")


class FolderTarget:
    """Copies in a folder that is there; one that is missing is not made: it may be a disk that is not mounted."""

    Options: ClassVar[type[PluginOptions]] = FolderOptions

    def __init__(self, options: FolderOptions) -> None:
        self._root = Path(options.path).expanduser()
        self.where = f"thư mục {self._root}"

    @contextmanager
    def opened(self) -> Iterator[FolderShelf]:
        """Open the folder.

        Raises:
            AbsentError: it is not there.
        """
        if not there(self._root):
            raise AbsentError(
                f"Không thấy thư mục {self._root}. Ổ ấy đã gắn vào máy chưa? Gắn lại rồi bấm “Chép ngay”.",
                field=str(self._root),
            )
        yield FolderShelf(self._root)


def there(folder: Path) -> bool:
    """Whether a folder is there for this account.

    Raises:
        TargetError: this account may not look.
    """
    try:
        return stat.S_ISDIR(folder.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise hindered(str(folder), error) from None


class FolderShelf:
    """The files below a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def listed(self, folder: str) -> dict[str, int]:
        """The size of each file below a folder."""
        top = self._root / folder
        with _told(self._root):
            files = (p for p in top.rglob("*") if p.is_file()) if top.is_dir() else ()
            return {p.relative_to(self._root).as_posix(): p.stat().st_size for p in files}

    def put(self, source: Path, name: str) -> None:
        """Copy a file down to the disk beside its name, and give it the name when all of it is there."""
        target = self._root / name
        partial = self._root / _PART
        with _told(self._root):
            if not self._root.is_dir():  # pulled out: nothing is written into the empty place where it was mounted
                raise FileNotFoundError(self._root)
            make_folder(target.parent)
            try:
                shutil.copyfile(source, partial)
                settle(partial, target)
            except OSError:
                with contextlib.suppress(OSError):
                    partial.unlink(missing_ok=True)
                raise

    def get(self, name: str, to: Path) -> None:
        """Copy a file here."""
        with _told(self._root):
            shutil.copyfile(self._root / name, to)

    def remove(self, name: str) -> None:
        """Remove a file, and what a copy that was cut off left of it."""
        with _told(self._root):
            (self._root / name).unlink(missing_ok=True)


@contextmanager
def _told(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        told = hindered(str(root), error)
        if told.hindrance is Hindrance.OTHER:
            words = f"Không đọc hoặc ghi được ở {root} ({reason(error)}). Ổ có bị rút ra không? Cắm lại rồi chép lại."
            raise TargetError(words, field=str(root)) from None
        raise told from None
