"""Sounds by their content: a file's name is the SHA-256 of its bytes, written whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import psutil

from broadcaster import keeping
from broadcaster.disks import FULL, reason, refused
from broadcaster.errors import MediaError, RuleError

_INCOMING: Final = ".incoming"
_CHUNK: Final = 1 << 20


class Store:
    """A content-addressed folder of sounds: `ab/abcd….flac`.

    A new file is written beside its place, synced and renamed, so that a reader sees the whole file or none, and a
    power cut leaves no half one. What a killed process left unfinished is removed the next time a store is opened.

    Raises:
        MediaError: the folder cannot be used.
    """

    def __init__(self, root: Path, *, suffix: str = ".flac") -> None:
        self.root = root
        self._suffix = suffix
        self._incoming = root / _INCOMING
        try:
            keeping.make_folder(self._incoming)
            self._remove_stale()
        except OSError as error:
            raise disk_error(error, root) from None

    def path(self, sha256: str) -> Path:
        """Where the sound with this hash is, or would be."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise MediaError("Mã âm thanh không hợp lệ.", code="bad-hash", field=sha256[:80])
        return self.root / sha256[:2] / f"{sha256}{self._suffix}"

    def __contains__(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def put(self, source: Path) -> str:
        """Keep a copy of `source` and return its SHA-256; the same bytes are kept once.

        Bytes in the store are never overwritten, except a file whose bytes no longer match its name.

        Raises:
            MediaError: the source cannot be read, the disk is full or refuses.
        """
        try:
            sha256 = digest(source)
            target = self.path(sha256)
            if target.is_file() and digest(target) == sha256:
                return sha256
            keeping.make_folder(target.parent)
            with self.workspace() as folder:
                partial = folder / "copy"
                if _copy(source, partial) != sha256:
                    raise MediaError("Tệp âm thanh bị thay đổi trong khi chép. Hãy làm lại.", code="changed")
                partial.chmod(0o400)
                keeping.settle(partial, target)
        except OSError as error:
            raise disk_error(error, source) from None
        return sha256

    def verify(self, sha256: str) -> Path:
        """The path of a sound whose bytes were just checked against its name.

        Raises:
            MediaError: it is missing, unreadable or altered.
        """
        path = self.path(sha256)
        try:
            found = digest(path)
        except OSError:
            raise MediaError(
                "Tệp âm thanh không còn trong kho hoặc không đọc được. Hãy tạo lại âm thanh.",
                code="missing",
                field=path.name,
            ) from None
        if found != sha256:
            raise MediaError(
                "Tệp âm thanh trong kho đã bị thay đổi. Hãy tạo lại và duyệt lại.", code="altered", field=path.name
            )
        return path

    @contextlib.contextmanager
    def workspace(self) -> Iterator[Path]:
        """Lend a folder on the store's disk for work in progress; it is removed at the end.

        Raises:
            MediaError: the folder cannot be made.
        """
        folder = self._incoming / f"{os.getpid()}-{uuid.uuid4().hex}"
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise disk_error(error, folder) from None
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _remove_stale(self) -> None:
        for left in self._incoming.iterdir():
            owner = left.name.partition("-")[0]
            if not owner.isdigit() or not psutil.pid_exists(int(owner)):
                shutil.rmtree(left, ignore_errors=True)


def digest(path: Path) -> str:
    """The SHA-256 of a file's bytes in lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def settle(partial: Path, target: Path, *, overwrite: bool) -> None:
    """Give a finished file its name: at once whole, and over another only when that is wanted.

    Raises:
        RuleError: somebody made a file of that name meanwhile.
        DiskError: the disk refuses.
    """
    held = False
    try:
        if not overwrite:
            target.touch(exist_ok=False)  # fails when somebody made it meanwhile; FAT, of USB sticks, has no links
            held = True
        keeping.settle(partial, target)
    except FileExistsError:
        raise RuleError("Tệp đã có. Hãy đặt tên khác, hoặc thêm --overwrite để ghi đè.", field=str(target)) from None
    except OSError as error:
        if held:
            with contextlib.suppress(OSError):
                target.unlink()
        raise refused(error, str(target)) from None


def keep_whole(target: Path, data: bytes | Iterable[bytes], *, overwrite: bool = False) -> None:
    """Write a small file beside what a person has, whole or not at all.

    Raises:
        RuleError: its folder is missing, or there is one of that name and it may not be replaced.
        DiskError: the disk is full or refuses.
    """
    if not target.parent.is_dir():
        raise RuleError("Thư mục để ghi không tồn tại. Hãy tạo thư mục trước.", field=str(target.parent))
    if target.exists() and not overwrite:
        raise RuleError("Tệp đã có. Hãy đặt tên khác, hoặc thêm --overwrite để ghi đè.", field=str(target))
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        with partial.open("wb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)
        settle(partial, target, overwrite=overwrite)
    except OSError as error:
        raise refused(error, str(target)) from None
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def disk_error(error: OSError, path: Path) -> MediaError:
    """What to tell a person about a disk that refuses."""
    if error.errno in FULL:
        return MediaError(
            "Ổ đĩa đã đầy nên không lưu được âm thanh. Hãy xóa bớt tệp rồi làm lại.", code="disk-full", field=str(path)
        )
    return MediaError(
        f"Không đọc hoặc ghi được tệp âm thanh ({reason(error)}). Hãy kiểm tra ổ đĩa và quyền ghi vào thư mục.",
        code="disk",
        field=str(path),
    )


def _copy(source: Path, target: Path) -> str:
    sha = hashlib.sha256()
    with source.open("rb") as reader, target.open("xb") as writer:
        while chunk := reader.read(_CHUNK):
            sha.update(chunk)
            writer.write(chunk)
    return sha.hexdigest()
