"""Bring a voice to the shelf, from a web address or a folder (a USB stick): whole and checked, or not at all.

A broken transfer goes on where it stopped. Every byte is checked against the SHA-256 in the manifest before the voice
appears on the shelf.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final

import tomlkit

from broadcaster import keeping
from broadcaster.clock import Clock, SystemClock
from broadcaster.errors import EngineError
from broadcaster.speech import shelf
from broadcaster.speech.shelf import MANIFEST, Manifest, VoiceFile

_CHUNK: Final = 1 << 18
_TIMEOUT_S: Final = 30.0
_ATTEMPTS: Final = 6
_PAUSE_S: Final = 2.0
_MAX_MANIFEST: Final = 200_000
_SPARE: Final = 100_000_000
"""Bytes that must stay free on the disk."""

Progress = Callable[[float], None]


def look(source: str, clock: Clock | None = None) -> Manifest:
    """What a folder or web address offers, without taking it.

    Raises:
        EngineError: there is no voice there, or the network fails.
    """
    if not _is_web(source):
        folder = Path(source)
        path = folder / MANIFEST
        if path.is_file():
            return shelf.parse(path.read_text(encoding="utf-8", errors="replace"), where=str(path))
        if manifest := _bare_piper(folder):
            return manifest
        raise EngineError(
            "Thư mục này không có giọng đọc (thiếu voice.toml, hoặc tệp .onnx cùng .onnx.json).",
            code="no-voice",
            field=source,
        )
    body = _Transfer(clock or SystemClock()).small(_address(source, MANIFEST))
    return shelf.parse(body.decode("utf-8", "replace"), where=source)


def install(source: str, manifest: Manifest, *, progress: Progress | None = None, clock: Clock | None = None) -> Path:
    """Put the voice that `look` found on the shelf and return its folder; one of that name is replaced.

    Raises:
        EngineError: the transfer fails for good, the disk is full, or a hash is wrong; the shelf is as before.
    """
    tell = progress or (lambda _share: None)
    work = shelf.shelf() / ".incoming" / manifest.name
    try:
        work.mkdir(parents=True, exist_ok=True)
        _require_room(work, manifest)
        done = 0
        transfer = _Transfer(clock or SystemClock())
        for file in manifest.files:
            target = work / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            before = done

            def told(count: int, before: int = before) -> None:
                tell((before + count) / max(1, manifest.size))

            if _is_web(source):
                transfer.file(_address(source, file.path), target, file, told)
            else:
                _copy(Path(source) / file.path, target, told)
            _verify(target, file)
            done += file.size
        (work / MANIFEST).write_text(describe(manifest), encoding="utf-8")
        return _shelve(work, manifest)
    except OSError as error:
        raise EngineError(
            f"Không ghi được giọng đọc vào máy ({error.strerror or error}). Hãy kiểm tra ổ đĩa.", code="disk"
        ) from None


def describe(manifest: Manifest) -> str:
    """The text of `voice.toml`."""
    table = asdict(manifest)
    table["file"] = [dict(file) for file in table.pop("files")]
    return tomlkit.dumps(table)


def pack(folder: Path, manifest: Manifest) -> Path:
    """Write `voice.toml` beside the files of a voice, so that it can be installed elsewhere with its hashes checked."""
    path = folder / MANIFEST
    path.write_text(describe(manifest), encoding="utf-8")
    return path


def _bare_piper(folder: Path) -> Manifest | None:
    """A manifest for a folder that holds just a Piper model and its settings."""
    for model in sorted(folder.glob("*.onnx")) if folder.is_dir() else ():
        settings = model.with_name(f"{model.name}.json")
        if settings.is_file():
            files = tuple(VoiceFile(p.name, p.stat().st_size, shelf.digest(p)) for p in (model, settings))
            return Manifest(
                name=model.stem,
                engine="piper",
                label=model.stem,
                region="north",
                gender="none",
                licence="chưa rõ",
                files=files,
            )
    return None


def _copy(source: Path, target: Path, told: Callable[[int], None]) -> None:
    count = 0
    with source.open("rb") as reader, target.open("wb") as writer:
        while chunk := reader.read(_CHUNK):
            writer.write(chunk)
            count += len(chunk)
            told(count)


def _verify(path: Path, file: VoiceFile) -> None:
    if path.stat().st_size == file.size and shelf.digest(path) == file.sha256:
        return
    path.unlink(missing_ok=True)
    raise EngineError(
        f"Tệp {file.path} không đúng mã kiểm tra SHA-256 nên không cài. Hãy tải hoặc chép lại từ nguồn tin cậy.",
        code="wrong-hash",
        field=file.path,
    )


def _require_room(work: Path, manifest: Manifest) -> None:
    have = sum(p.stat().st_size for p in work.rglob("*") if p.is_file())
    free = shutil.disk_usage(work).free
    if free + have < manifest.size + _SPARE:
        raise EngineError(
            f"Ổ đĩa không đủ chỗ: giọng này cần {manifest.size / 1e6:.0f} MB, còn trống {free / 1e6:.0f} MB.",
            code="disk-full",
        )


def _shelve(work: Path, manifest: Manifest) -> Path:
    target = shelf.shelf() / manifest.name
    old = work.with_name(f"{manifest.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.replace(old)
    work.replace(target)
    shutil.rmtree(old, ignore_errors=True)
    return target


class _Transfer:
    """Downloads with patience: each attempt goes on where the last one stopped."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def small(self, url: str) -> bytes:
        try:
            with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - an address a person gave
                _refuse_page(answer)
                return bytes(answer.read(_MAX_MANIFEST))
        except urllib.error.HTTPError as error:
            with error:
                raise _http(error.code) from None
        except (OSError, http.client.HTTPException) as error:
            raise _dead(error) from None

    def file(self, url: str, target: Path, file: VoiceFile, told: Callable[[int], None]) -> None:
        part = target.with_name(f"{target.name}.part")
        failure = _dead(OSError("hết lượt thử"))
        for attempt in range(_ATTEMPTS):
            have = part.stat().st_size if part.exists() else 0
            if have >= file.size:
                break
            try:
                self._go_on(url, part, have, file.size, told)
            except urllib.error.HTTPError as error:
                with error:
                    if error.code == 416:
                        part.unlink(missing_ok=True)
                        continue
                    if error.code < 500 and error.code != 429:
                        raise _http(error.code) from None
                    failure = _http(error.code)
            except (OSError, http.client.HTTPException) as error:
                if isinstance(error, OSError) and error.errno is not None and not isinstance(error, ConnectionError):
                    raise
                failure = _dead(error)
            self._clock.sleep_until(self._clock.monotonic() + _PAUSE_S * 2**attempt)
        if not part.exists() or part.stat().st_size < file.size:
            raise failure
        keeping.settle(part, target)

    def _go_on(self, url: str, part: Path, have: int, size: int, told: Callable[[int], None]) -> None:
        request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - an address a person gave
            _refuse_page(answer)
            resumed = have > 0 and answer.status == http.HTTPStatus.PARTIAL_CONTENT
            count = have if resumed else 0
            with part.open("ab" if resumed else "wb") as out:
                while chunk := answer.read1(_CHUNK):
                    out.write(chunk)
                    count += len(chunk)
                    told(min(count, size))
                    if count > size:
                        break
            if count > size:
                with contextlib.suppress(OSError):
                    os.truncate(part, size)  # the hash decides


def _refuse_page(answer: http.client.HTTPResponse) -> None:
    if answer.headers.get_content_type() == "text/html":
        raise EngineError(
            "Mạng trả về một trang web thay vì giọng đọc; có thể mạng đang đòi đăng nhập. Hãy mở trình duyệt kiểm tra.",
            code="captive-portal",
        )


def _http(code: int) -> EngineError:
    if code == http.HTTPStatus.NOT_FOUND:
        return EngineError("Địa chỉ này không có giọng đọc (mã 404). Hãy kiểm tra lại địa chỉ.", code="no-voice")
    return EngineError(f"Máy chủ chứa giọng đọc từ chối (mã {code}). Hãy thử lại sau.", transient=True, code="network")


def _dead(error: Exception) -> EngineError:
    return EngineError(
        f"Mạng bị ngắt khi tải giọng đọc ({getattr(error, 'reason', None) or error}). "
        "Chạy lại lệnh để tải tiếp từ chỗ dở, hoặc chép giọng đọc từ USB.",
        transient=True,
        code="network",
    )


def _is_web(source: str) -> bool:
    return urllib.parse.urlsplit(source).scheme in {"http", "https"}


def _address(base: str, path: str) -> str:
    return f"{base.rstrip('/')}/{urllib.parse.quote(path)}"
