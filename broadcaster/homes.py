"""Where a station lies when nobody names it: never in the folder in which a command happens to be called.

What is installed for the whole machine has its place (`installed`); a tool of one person's keeps its station among
that person's data.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from broadcaster.errors import ForbiddenError

SETTINGS = "station.toml"
"""The file by which a folder is a home."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a station of the whole machine has what belongs to it."""

    programs: Path
    """`versions/` and what tells which of them is in use."""
    home: Path


def installed() -> Layout:
    """The layout of this machine."""
    if sys.platform == "win32":
        base = Path(os.environ.get("PROGRAMDATA") or r"C:\ProgramData") / "Loa"
        return Layout(base, base / "home")
    return Layout(Path("/opt/loa"), Path("/var/lib/loa"))


def wanted(given: str | os.PathLike[str] | None) -> Path:
    """The folder that is named, else that of `LOA_HOME`, else the machine's station, else the person's own."""
    if named := given or os.environ.get("LOA_HOME"):
        return Path(named).expanduser().resolve()
    machine = installed()
    ours = Path(sys.prefix).is_relative_to(machine.programs)
    return machine.home if ours or is_home(machine.home) else _own_data() / "loa"


def is_home(root: Path) -> bool:
    """Whether there is a station; one that this account may not look into counts."""
    try:
        (root / SETTINGS).stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def passed_by(given: str | os.PathLike[str] | None) -> str:
    """A word about a station in the folder `station` of here that is passed by; empty when one is named, or none is."""
    beside, root = Path("station").resolve(), wanted(given)
    if given or os.environ.get("LOA_HOME") or beside == root or not is_home(beside):
        return ""
    return f"Lệnh này dùng đài ở {root}. Muốn dùng đài ở {beside} thì thêm --home station."


def become_owner(root: Path) -> None:
    """When root works on the folder of another account, go on as that account: what is left there is the owner's.

    Raises:
        ForbiddenError: the owner could not even read this program.
    """
    if sys.platform == "win32" or os.geteuid() != 0 or not root.is_dir() or not (owner := root.stat().st_uid):
        return
    import pwd  # noqa: PLC0415 - there is none on Windows

    try:
        account = pwd.getpwuid(owner)
    except KeyError:
        raise ForbiddenError("Tài khoản sở hữu thư mục đài không còn trên máy này.", field=str(root)) from None
    os.initgroups(account.pw_name, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(owner)
    os.environ.update(HOME=account.pw_dir, USER=account.pw_name, LOGNAME=account.pw_name)
    if not all(os.access(module, os.R_OK) for module in (__file__, str(os.__file__))):
        raise ForbiddenError(
            f"Đài này thuộc tài khoản “{account.pw_name}”, mà tài khoản ấy không đọc được chương trình đang chạy. Hãy "
            "dùng lệnh loa đã cài cho cả máy.",
            field=str(root),
        )


def _own_data() -> Path:
    """The folder for data of the person's programs, as each system has it."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    given = Path(os.environ.get("XDG_DATA_HOME", ""))
    return given if given.is_absolute() else Path.home() / ".local" / "share"
