r"""The versions on this machine, each an environment of its own, and the pointer to the one in use.

`/opt/loa/versions/0.2.0/`, and `/opt/loa/current`, a link to one of them; on Windows `versions\` and a file
`current.txt`, for links are for administrators there. Nothing else in the program knows of this.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from broadcaster import homes, keeping
from broadcaster.domain.setup.upgrades import numbered
from broadcaster.errors import RuleError

_WHOLE: Final = ".complete"
"""A file in each environment that was laid to its end."""
_OURS: Final = ("PYTHON", "NOTIFY_SOCKET", "WATCHDOG_")
WINDOWS: Final = os.name == "nt"


@dataclass(frozen=True, slots=True)
class Versions:
    """The folder of the versions."""

    root: Path

    @classmethod
    def at(cls, folder: str) -> Self:
        """Those in a folder."""
        return cls(Path(folder))

    @property
    def pointer(self) -> Path:
        """What says which version is in use."""
        return self.root.parent / ("current.txt" if WINDOWS else "current")

    @property
    def key(self) -> Path:
        """The public key of whoever signs bundles, where one is wanted; only an administrator can put it there."""
        return self.root.parent / "upgrade.pub"

    def place(self, version: str) -> Path:
        """Where a version lies, or would."""
        numbered(version)
        return self.root / version

    def python(self, version: str) -> Path:
        """What runs a version."""
        return self.place(version) / ("Scripts/python.exe" if WINDOWS else "bin/python")

    def current(self) -> str:
        """The version in use; empty when there is none."""
        try:
            target = self.pointer.read_text(encoding="utf-8").strip() if WINDOWS else str(self.pointer.readlink())
        except OSError:
            return ""
        return Path(target).name

    def kept(self) -> list[str]:
        """The versions that are there whole, the oldest first."""
        found = [path.parent.name for path in self.root.glob(f"[0-9]*/{_WHOLE}")]
        return sorted(found, key=numbered)

    def is_whole(self, version: str) -> bool:
        """Whether a version was laid to its end."""
        return (self.place(version) / _WHOLE).is_file()

    def made_whole(self, version: str) -> None:
        """Put on the disk that a version was laid to its end."""
        keeping.keep(self.place(version) / _WHOLE, "")

    def point(self, version: str) -> None:
        """Make a version the one in use, in one stroke that a cut leaves undone or done."""
        if WINDOWS:
            keeping.keep(self.pointer, version)
        else:
            keeping.lead(self.pointer, Path(self.root.name) / version)

    def keep_only(self, *versions: str) -> list[str]:
        """Let go of all other versions; return which."""
        gone = [path for path in self.root.iterdir() if path.is_dir() and path.name not in versions]
        for path in gone:
            (path / _WHOLE).unlink(missing_ok=True)  # half gone is not whole
            shutil.rmtree(path, ignore_errors=True)
        return sorted(path.name for path in gone)

    def require_rights(self) -> None:
        """See that this account may change the versions.

        Raises:
            RuleError: it may not, or there are none.
        """
        if not self.root.is_dir():
            raise RuleError(
                f"Không có thư mục phiên bản {self.root}. Lệnh này chỉ cho đài cài bằng gói cài đặt.",
                field="--versions",
            )
        if not (os.access(self.root, os.W_OK) and os.access(self.root.parent, os.W_OK)):
            how = "mở PowerShell với quyền quản trị rồi chạy lại" if WINDOWS else "chạy lại với sudo"
            raise RuleError(
                f"Nâng cấp thay phần mềm của máy ({self.root}) nên cần quyền quản trị: {how}. Đài vẫn chạy bằng tài "
                "khoản riêng của nó.",
                field="--versions",
            )


def usual() -> Versions:
    """The versions of this machine: those among which this program lies, else where the installer puts them."""
    here = Path(sys.prefix)
    if here.parent.name == "versions":
        return Versions(here.parent)
    return Versions(homes.installed().programs / "versions")


def clean_environment() -> dict[str, str]:
    """The environment for the Python of another version: nothing leads it to this one's modules, or to its keeper."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)} | {"PYTHONSAFEPATH": "1"}
