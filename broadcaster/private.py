"""The files of a station, closed to the other accounts of the machine: from their first byte, and again where open.

Every process of ours begins with `begin`, so that whatever it or a child of it makes is its account's alone. What a
command writes where a person says is made so too: whoever it is meant for is given it by the person.
"""

from __future__ import annotations

import contextlib
import csv
import os
import re
import stat
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_TRUSTED: Final = frozenset({"S-1-5-18", "SY", "S-1-5-32-544", "BA", "CO", "OW"})
"""On Windows: the system and the administrators, who read everything anyway, and whoever owns a file."""
_GRANTED: Final = re.compile(r"\((?:A|OA|XA);[^;]*;[^;]*;[^;]*;[^;]*;([^;)]+)")
_TIMEOUT_S: Final = 120


def begin() -> None:
    """Make what this process and its children write readable by its own account alone."""
    os.umask(_OTHERS)


def shut(root: Path) -> None:
    """Shut the folder itself to all others: nothing within can be reached then, however open it is."""
    if sys.platform != "win32" and root.is_dir() and root.stat().st_mode & _OTHERS:
        with contextlib.suppress(OSError):
            root.chmod(stat.S_IMODE(root.stat().st_mode) & ~_OTHERS)


def open_to_others(root: Path) -> list[Path]:
    """The folders and files from `root` on that another account may reach into; links are their targets' matter."""
    if sys.platform == "win32":
        return [root] if _strangers(_security_of(root), _own_sid()) else []
    return [path for path, mode in _modes(root) if mode & _OTHERS]


def close(root: Path) -> list[Path]:
    """Take from all other accounts what they may do from `root` on; return what was open.

    What the system refuses to close stays as it is, and `open_to_others` names it.
    """
    if not (found := open_to_others(root)):
        return found
    if sys.platform == "win32":
        for command in _closing(root, _own_sid()):
            _run(command)
        return found
    for path in found:
        with contextlib.suppress(OSError):
            path.chmod(stat.S_IMODE(path.lstat().st_mode) & ~_OTHERS)
    return found


def told(root: Path, found: Collection[Path]) -> str:
    """What `close` did, in a Vietnamese sentence; empty when nothing was open."""
    if not found:
        return ""
    if left := open_to_others(root):
        return (
            f"Tài khoản khác trên máy này đọc được {len(left)} tệp, thư mục của đài, như {left[0]}, và đài không đóng "
            "lại được. Hãy chạy lại bằng tài khoản sở hữu thư mục đài."
        )
    return f"Đã đóng {len(found)} tệp, thư mục của đài mà tài khoản khác trên máy này đọc được."


def _modes(root: Path) -> Iterator[tuple[Path, int]]:
    waiting = [root]
    while waiting:
        path = waiting.pop()
        try:
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                continue
            if stat.S_ISDIR(mode):
                waiting.extend(path.iterdir())
        except OSError:  # it went meanwhile, or it is not ours to look into
            continue
        yield path, mode


def _closing(root: Path, sid: str) -> list[list[str]]:
    """The calls of Windows' own tool that leave the folder to this account and the system, and all within as it."""
    full = [f"*{one}:(OI)(CI)F" for one in dict.fromkeys((sid, "S-1-5-18", "S-1-5-32-544"))]
    return [
        ["icacls", str(root), "/inheritance:r", "/grant:r", *full, "/Q"],
        ["icacls", str(root / "*"), "/reset", "/T", "/C", "/Q"],
    ]


def _strangers(security: str, sid: str) -> set[str]:
    """Who is let in by a security descriptor (SDDL) besides this account and those who see everything anyway."""
    return set(_GRANTED.findall(security)) - _TRUSTED - {sid}


def _security_of(root: Path) -> str:
    """The folder's security descriptor: the one form of it that is the same in every language of Windows."""
    with tempfile.TemporaryDirectory() as scratch:
        saved = Path(scratch) / "acl"
        _run(["icacls", str(root), "/save", str(saved), "/Q"])
        return saved.read_text(encoding="utf-16-le", errors="replace") if saved.is_file() else ""


def _own_sid() -> str:
    rows = list(csv.reader([_run(["whoami", "/user", "/fo", "csv", "/nh"]).strip()]))
    return rows[0][-1] if rows and rows[0] else ""


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
