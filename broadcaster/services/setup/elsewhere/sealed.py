"""What lies elsewhere: sealed files whose names prove their bytes, and for each night a list of what it needs.

    MARK/sounds/4/<hidden name>.<hash of the sealed bytes>.age
    MARK/nights/loa-20261130-010000.list
    MARK/nights/loa-20261130-010000.<hash of the sealed bytes>.age

A list names no sound but only files, so that whoever reads it learns how many there are; with it any machine, without
the key, can tell whether a night is whole, prove its bytes, and let go of what no kept night needs.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyrage

from broadcaster.errors import RuleError

SUFFIX: Final = ".age"
LIST: Final = ".list"
_HASH: Final = 32
_NAMED: Final = re.compile(r"(?P<stem>[^/]+)\.(?P<hash>[0-9a-f]{32})\.age$")
_AT: Final = re.compile(r"^loa-(\d{8}-\d{6})")


@dataclass(frozen=True, slots=True)
class Night:
    """One night's copy as it lies elsewhere."""

    stem: str
    archive: str
    """The name of its archive; empty when it is missing."""
    sounds: frozenset[str]
    """The names of the sounds that it needs besides."""
    lost: frozenset[str]
    """Those of them that are not there."""

    @property
    def whole(self) -> bool:
        """Whether it can be brought back."""
        return bool(self.archive) and not self.lost

    def at(self, zone: zoneinfo.ZoneInfo) -> dt.datetime | None:
        """When it was made, aware UTC."""
        hit = _AT.match(self.stem)
        return dt.datetime.strptime(hit[1], "%Y%m%d-%H%M%S").replace(tzinfo=zone).astimezone(dt.UTC) if hit else None


def sounds_of(mark: str) -> str:
    """The folder of a key's sounds."""
    return f"{mark}/sounds"


def nights_of(mark: str) -> str:
    """The folder of a key's nights."""
    return f"{mark}/nights"


def sound_name(mark: str, hidden: str, sealed: Path) -> str:
    """The name of a sealed sound. Few folders: a stick's file system holds few long names in each."""
    return f"{sounds_of(mark)}/{hidden[0]}/{hidden}.{_hash(sealed)}{SUFFIX}"


def archive_name(mark: str, stem: str, sealed: Path) -> str:
    """The name of a night's sealed archive."""
    return f"{nights_of(mark)}/{stem}.{_hash(sealed)}{SUFFIX}"


def list_name(mark: str, stem: str) -> str:
    """The name of a night's list."""
    return f"{nights_of(mark)}/{stem}{LIST}"


def stem_of(name: str) -> str:
    """What a sealed file is called but for the hash of its bytes; empty for any other file."""
    hit = _NAMED.search(name)
    return hit["stem"] if hit else ""


def proved(name: str, path: Path) -> bool:
    """Whether the bytes at `path` are those that were sealed under the name."""
    hit = _NAMED.search(name)
    return hit is not None and _hash(path) == hit["hash"]


def nights(mark: str, there: Mapping[str, int], read: Callable[[str], str]) -> list[Night]:
    """The nights among the files that are there, the newest first; `read` gives the text of a list."""
    folder = nights_of(mark)
    archives = {stem_of(name): name for name in sorted(there) if name.startswith(f"{folder}/") and there[name]}
    found = []
    for name in sorted((n for n in there if n.startswith(f"{folder}/") and n.endswith(LIST)), reverse=True):
        stem = name.rpartition("/")[2].removesuffix(LIST)
        needs = frozenset(line for line in read(name).splitlines() if line)
        lost = frozenset(one for one in needs if not there.get(one))
        found.append(Night(stem, archives.get(stem, ""), needs, lost))
    return found


def seal(source: Path, to: Path, recipient: str) -> None:
    """Seal a file for whoever holds the paper.

    Raises:
        OSError: the disk refuses.
    """
    key = pyrage.x25519.Recipient.from_str(recipient)
    with source.open("rb") as file, to.open("wb") as out:
        kept = _Kept(out)
        try:
            pyrage.encrypt_io(file, kept, [key])
        except (pyrage.EncryptError, OSError):
            raise kept.error or OSError(None, "đọc hoặc ghi bị đứt") from None


def unseal(source: Path, to: Path, secret: str) -> None:
    """Open a sealed file.

    Raises:
        RuleError: the key is another, or the file is damaged.
        OSError: the disk refuses.
    """
    identity = pyrage.x25519.Identity.from_str(secret)
    with source.open("rb") as file, to.open("wb") as out:
        kept = _Kept(out)
        try:
            pyrage.decrypt_io(file, kept, [identity])
        except (pyrage.DecryptError, OSError):
            if kept.error is not None:
                raise kept.error from None
            raise RuleError(
                "Bản sao lưu này bị hỏng hoặc niêm phong bằng khóa khác, không mở được. Chưa động tới gì.",
                field=source.name,
            ) from None


class _Kept:
    """A file whose refusal is remembered: the library tells it in words of its own."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return int(self._file.write(data))
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        self._file.flush()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:_HASH]
