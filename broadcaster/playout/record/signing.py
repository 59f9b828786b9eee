"""Marks made: the ends of the chains signed with a key that play-out alone holds, and written down beside its journal.

The key is a file of its own that no backup takes. Where it is missing a new one is made, and the first mark that it
signs says so.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from broadcaster import keeping
from broadcaster.domain.log import marks
from broadcaster.domain.log.chains import Chain
from broadcaster.domain.log.marks import BROUGHT_BACK, FILE, KEY_FILE, Mark
from broadcaster.errors import RuleError
from broadcaster.locks import FileLock


def due(folder: Path, now: dt.datetime, tz: ZoneInfo) -> bool:
    """Whether this day has no mark yet, or the station was just brought back."""
    last = _read(folder).last
    fresh = last is not None and last.at.astimezone(tz).date() == now.astimezone(tz).date()
    return not fresh or (folder / BROUGHT_BACK).exists() or not (folder / KEY_FILE).exists()


def sign(
    folder: Path, heads: Mapping[Chain, tuple[int, str]], *, at: dt.datetime, station: str, restored: str = ""
) -> Mark:
    """Sign the ends of the chains and write the mark down to the disk; `restored`: why the database is an older one.

    Raises:
        RuleError: another process is signing, or the file of the key holds none.
        OSError: the disk refuses.
    """
    with _alone(folder):
        key = _key(folder / KEY_FILE)
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        note = folder / BROUGHT_BACK
        why = note.read_text(encoding="utf-8").strip()[:300] if note.exists() else ""
        mark = marks.following(
            _read(folder).last, heads, at=at, station=station, key=public, restored=restored, why=why
        )
        mark = marks.with_signature(mark, key.sign(mark.signed))
        _append(folder / FILE, mark)
        note.unlink(missing_ok=True)
    return mark


def _read(folder: Path) -> marks.Marks:
    path = folder / FILE
    return marks.read(path.read_text(encoding="utf-8", errors="replace")) if path.exists() else marks.Marks()


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    lock = FileLock(folder / "marks.lock")
    try:
        if not lock.take():
            raise RuleError("Đang có nơi khác ký dấu. Hãy thử lại sau ít giây.", field="marks")
        yield
    finally:
        lock.close()


def _key(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        keeping.keep(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return key
    try:
        found = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, Ed25519PrivateKey):
        raise RuleError(
            "Tệp khóa ký dấu bị hỏng. Hãy cất tệp ấy đi nơi khác; đài sẽ làm khóa mới và ghi lại việc đổi khóa.",
            field=str(path),
        )
    return found


def _append(path: Path, mark: Mark) -> None:
    """Add a line, in the place of one that a power cut tore."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
    try:
        size = os.fstat(handle).st_size
        text = marks.line(mark)
        if size:
            os.lseek(handle, size - 1, os.SEEK_SET)
            if os.read(handle, 1) != b"\n":
                os.ftruncate(handle, path.read_bytes().rfind(b"\n") + 1)
        data = text.encode()
        while data:
            data = data[os.write(handle, data) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    if not size:
        keeping.sync_folder(path.parent)
