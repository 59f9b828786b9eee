"""Backups that leave the machine: always under a passphrase, and opened with it before anything is brought back."""

from __future__ import annotations

import errno
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil

from broadcaster import disks, keeping
from broadcaster.domain.fold import nfc
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.setup import age, backup
from broadcaster.services.station import Station

SUFFIX: Final = ".age"
SHORTEST: Final = 15
"""Letters of a passphrase: whoever finds the file may try as long as they like."""
_DIFFERENT: Final = 6


def good(passphrase: str, again: str) -> str:
    """A new passphrase as it is used, when it was typed alike twice and is hard to guess.

    Raises:
        RuleError: it is too easy, or not the same twice; `field` names the place.
    """
    words = nfc(passphrase).strip()
    if len(words) < SHORTEST or len(set(words)) < _DIFFERENT:
        raise RuleError(
            f"Cụm mật khẩu ngắn quá hoặc lặp lại quá: cần ít nhất {SHORTEST} ký tự. Ghép năm, sáu từ không liên quan.",
            field="passphrase",
        )
    if nfc(again).strip() != words:
        raise RuleError("Hai lần gõ cụm mật khẩu không giống nhau.", field="again")
    return words


def handed_out(station: Station, actor: Actor, name: str, passphrase: str) -> Iterator[bytes]:
    """One backup under a passphrase, piece by piece, to be kept elsewhere.

    Raises:
        ForbiddenError: the actor may not manage the station.
        NotFoundError: there is no such backup.
    """
    actor.require(Permission.MANAGE)
    found = backup.find(station.home, name)
    with station.db.write() as session:
        Trail(session, station.now(), actor).record("carry-backup", "station", station.home.root.name, note=name)
    return _pieces(found.path, passphrase)


def carry(station: Station, actor: Actor, name: str, folder: Path, passphrase: str) -> Path:
    """Write one backup under a passphrase into `folder`, down to the disk, whole or not at all; return its path.

    Raises:
        ForbiddenError: the actor may not manage the station.
        RuleError: there is no such folder, or this account may not write there.
        OSError: the disk is full or refuses.
    """
    require_takes(folder)
    target = folder / f"{name}{SUFFIX}"
    partial = target.with_suffix(".part")
    try:
        with partial.open("wb") as file:
            for piece in handed_out(station, actor, name, passphrase):
                file.write(piece)
        keeping.settle(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def account() -> str:
    """Whose this process is: the station's own account, whoever called it."""
    return psutil.Process().username()


def require_takes(folder: Path) -> None:
    """Make sure that a folder is there and takes a file of this account, which on a machine is the station's own.

    Raises:
        RuleError: it is not, or does not; the sentence says what to type.
    """
    try:
        if not stat.S_ISDIR(folder.stat().st_mode):
            raise RuleError("Đây không phải thư mục. Hãy chỉ thư mục của USB hay ổ khác.", field=str(folder))
        with tempfile.TemporaryFile(dir=folder):
            return
    except (FileNotFoundError, NotADirectoryError):
        raise RuleError("Không có thư mục này. USB đã cắm chưa?", field=str(folder)) from None
    except OSError as error:
        if error.errno in disks.FULL:
            raise RuleError("Ổ này đã đầy. Hãy xóa bớt tệp ở đó, hoặc dùng ổ lớn hơn.", field=str(folder)) from None
        if error.errno == errno.EROFS:
            raise RuleError("Ổ này chỉ cho đọc. USB có khóa ghi không?", field=str(folder)) from None
        who = account()
        raise RuleError(
            f"Tài khoản {who} (tài khoản chạy đài) không ghi được vào đây ({disks.reason(error)}). Mở quyền cho nó: "
            f"sudo install -d -o {who} {folder}; USB tự gắn thì gắn lại: sudo mount -o uid={who} THIẾT_BỊ /mnt.",
            field=str(folder),
        ) from None


def is_carried(archive: Path) -> bool:
    """Whether an archive is under a passphrase."""
    with archive.open("rb") as file:
        return age.is_sealed(file)


@contextmanager
def opened(archive: Path, passphrase: str, beside: Path) -> Iterator[Path]:
    """The archive in clear while it is used, in a folder of this account alone next to `beside`, proved whole.

    One that has no passphrase is given as it is.

    Raises:
        RuleError: the passphrase is another, the archive is damaged, or the disk has no room.
    """
    if not is_carried(archive):
        yield archive
        return
    above = next(p for p in (beside.parent, *beside.parent.parents) if p.exists())
    free, wanted = shutil.disk_usage(above).free, archive.stat().st_size
    if free < wanted:
        words = f"Ổ đĩa còn trống {free / 1e6:.0f} MB, mở bản sao lưu cần chừng {wanted / 1e6:.0f} MB."
        raise RuleError(words, field=str(above))
    with tempfile.TemporaryDirectory(prefix=".loa-", dir=above) as scratch:
        clear = Path(scratch) / archive.name.removesuffix(SUFFIX)
        with archive.open("rb") as source, clear.open("wb") as to:
            for piece in age.unsealed(source, nfc(passphrase).strip()):
                to.write(piece)
        yield clear


def _pieces(path: Path, passphrase: str) -> Iterator[bytes]:
    with path.open("rb") as source:
        yield from age.sealed(source, passphrase)
