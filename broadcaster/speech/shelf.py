"""The shelf of voices that were installed on this machine: folders with a manifest, checked by their hashes.

A voice is a folder with `voice.toml`:

    name = "vi-tram"            # the folder's name
    engine = "piper"
    label = "Trâm, giọng Nam"
    region = "south"
    gender = "female"
    licence = "CC-BY-4.0"
    [[file]]
    path = "vi-tram.onnx"
    size = 63201294
    sha256 = "…"
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final, get_args

from broadcaster import handwritten
from broadcaster.errors import EngineError, RuleError
from broadcaster.speech.engine import Gender, Region

MANIFEST: Final = "voice.toml"
SHELVED: Final = ("piper", "vieneu")
"""Engines whose voices stand on the shelf."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class VoiceFile:
    """One file of a voice."""

    path: str
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a voice says of itself."""

    name: str
    engine: str
    label: str
    region: Region
    gender: Gender
    licence: str
    files: tuple[VoiceFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(f.size for f in self.files)


def shelf() -> Path:
    """The folder of installed voices: `LOA_VOICES`, else the user's data folder."""
    if chosen := os.environ.get("LOA_VOICES"):
        return Path(chosen)
    base = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA")
    return Path(base or Path.home() / ".local" / "share") / "loa-xa" / "voices"


def parse(text: str, *, where: str) -> Manifest:
    """A manifest.

    Raises:
        EngineError: it is not TOML, a field is missing or wrong, or a file would lie outside of the voice's folder.
    """
    try:
        table = handwritten.table(text, field=())
        return Manifest(
            name=_matching(table, "name", _NAME),
            engine=_one_of(table, "engine", SHELVED),
            label=str(table["label"])[:120],
            region=_one_of(table, "region", get_args(Region)),
            gender=_one_of(table, "gender", get_args(Gender)),
            licence=str(table["licence"])[:80],
            files=tuple(_file(row) for row in table["file"]),
        )
    except (RuleError, KeyError, TypeError, ValueError) as error:
        raise EngineError(
            f"Bản mô tả giọng đọc (voice.toml) không đúng: {error}.", code="voice-manifest", field=where
        ) from None


def installed() -> tuple[tuple[Manifest, Path], ...]:
    """The voices on the shelf with their folders; a damaged manifest is passed over."""
    found = []
    for path in sorted(shelf().glob(f"*/{MANIFEST}")):
        try:
            found.append((parse(path.read_text(encoding="utf-8"), where=str(path)), path.parent))
        except (OSError, UnicodeDecodeError, EngineError):
            continue
    return tuple(found)


def find(engine: str, name: str) -> tuple[Manifest, Path]:
    """A voice of an engine by its name, its files there and of the right size.

    Raises:
        EngineError: it is not installed, or a file is missing or cut short.
    """
    for manifest, folder in installed():
        if (manifest.engine, manifest.name) == (engine, name):
            for file in manifest.files:
                path = folder / file.path
                if not path.is_file() or path.stat().st_size != file.size:
                    raise EngineError(
                        f"Giọng “{name}” thiếu hoặc hỏng tệp {file.path}. Hãy cài lại: loa voice install.",
                        code="voice-damaged",
                        field=file.path,
                    )
            return manifest, folder
    raise EngineError(f"Chưa cài giọng “{name}”. Xem: loa voice list.", code="no-voice", field=name)


def digest(path: Path) -> str:
    """The SHA-256 of a file in lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _file(row: Any) -> VoiceFile:
    path = PurePosixPath(str(row["path"]))
    if path.is_absolute() or ".." in path.parts or "\\" in str(path) or path.name == MANIFEST:
        raise ValueError(f"đường dẫn tệp “{path}” không được phép")
    size = int(row["size"])
    if size <= 0:
        raise ValueError("size phải lớn hơn 0")
    return VoiceFile(str(path), size, _matching(row, "sha256", _SHA256))


def _matching(table: Any, key: str, pattern: re.Pattern[str]) -> str:
    value = str(table[key])
    if not pattern.fullmatch(value):
        raise ValueError(f"{key} = “{value[:80]}” không hợp lệ")
    return value


def _one_of(table: Any, key: str, known: tuple[Any, ...]) -> Any:
    if table[key] not in known:
        raise ValueError(f"{key} = “{table[key]}”, phải là một trong {', '.join(known)}")
    return table[key]
