"""The archive of a backup, looked through from end to end before anything of it is used."""

from __future__ import annotations

import json
import os
import struct
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from broadcaster import handwritten
from broadcaster.errors import RuleError

DATABASE: Final = "station.db"
"""The database within, as SQLite whatever the station works with."""
SETTINGS: Final = "station.toml"
LISTS: Final = {"store.json": "audio/store", "recordings.json": "audio/recordings"}
"""The lists of sounds within, and where in a home those sounds lie."""
DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
"""What reading a zip raises when bits of it are others, or its end is missing."""
_OTHER: Final = "Chưa động tới gì. Hãy dùng bản khác, hoặc chép lại bản này từ nơi còn giữ."


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive that is whole holds."""

    names: tuple[str, ...]
    size: int
    """Of all of it, unpacked (bytes)."""
    settings: str
    """The text of its settings."""


_END: Final = struct.Struct("<4s4H2LH")
"""The record at the end of an archive, the fifth of whose fields counts its files."""
_TOO_MANY: Final = 0xFFFF
"""Stands there when another record counts them."""


def looked_through(path: Path, *, thorough: bool = True) -> Contents:
    """What an archive holds, when every byte of it is as it was written; without `thorough` its sounds are not read.

    Raises:
        RuleError: it is cut off, damaged, or no backup of ours; the sentence says which.
    """
    try:
        with zipfile.ZipFile(path) as bundle:
            if thorough and (bad := bundle.testzip()):
                raise RuleError(f"Bản sao lưu bị hỏng ở “{bad}”. {_OTHER}", field=str(path))
            if not _is_whole(path, bundle):
                raise RuleError(f"Bản sao lưu bị hỏng ở mục lục. {_OTHER}", field=str(path))
            files = [one for one in bundle.infolist() if not one.is_dir()]
            names = tuple(one.filename for one in files)
            if why := _foreign(names):
                raise RuleError(why, field=str(path))
            settings = bundle.read(SETTINGS)
    except DAMAGE as error:
        raise RuleError(f"Bản sao lưu bị cắt cụt hoặc bị hỏng, không đọc được. {_OTHER}", field=str(path)) from error
    return Contents(names, sum(one.file_size for one in files), handwritten.decoded(settings, field=SETTINGS))


def sounds_beside(path: Path) -> list[str]:
    """The hashes of the sounds that an archive names and has not within."""
    with zipfile.ZipFile(path) as bundle:
        within = set(bundle.namelist())
        named = {
            sha256
            for name in LISTS.keys() & within
            for sha256 in json.loads(bundle.read(name))
            if f"{LISTS[name]}/{sha256[:2]}/{sha256}.flac" not in within
        }
    return sorted(named)


def _is_whole(path: Path, bundle: zipfile.ZipFile) -> bool:
    """Whether as many files are found as the end of the archive counts: a wrong length in its list hides the rest."""
    with path.open("rb") as file:
        file.seek(-_END.size - len(bundle.comment), os.SEEK_END)
        counted = _END.unpack(file.read(_END.size))[4]
    return counted in {len(bundle.infolist()), _TOO_MANY}


def _foreign(names: Collection[str]) -> str:
    """Why what has these names within cannot be brought back; empty when it can."""
    if not {SETTINGS, *list(LISTS)[:1]} <= set(names):
        return "Tệp này không phải bản sao lưu của đài."
    if any(PurePosixPath(n).is_absolute() or {"..", ""} & set(n.split("/")) or "\\" in n or ":" in n for n in names):
        return "Bản sao lưu chứa đường dẫn lạ nên không khôi phục."
    if DATABASE not in names:
        return (
            "Bản sao lưu này không có cơ sở dữ liệu: phiên bản cũ để PostgreSQL sao lưu riêng bằng pg_dump. Hãy dựng "
            "lại cơ sở dữ liệu từ bản pg_dump, mở đài bằng nó, rồi sao lưu lại."
        )
    return ""
