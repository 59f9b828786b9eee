"""Where marks lie: play-out's own file, the backups, and a folder elsewhere, in which they are laid from here."""

from __future__ import annotations

import functools
import json
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from broadcaster import keeping
from broadcaster.disks import reason
from broadcaster.domain.log import marks
from broadcaster.domain.log.anchored import MarkPlace
from broadcaster.domain.log.marks import FILE, LAID, Mark, Marks
from broadcaster.home import Home
from broadcaster.settings import Settings
from broadcaster.threads import WatchedThread

MEMBER = f"run/playout/{FILE}"
"""The marks within a backup, where a home has them."""
OWN = "sổ dấu của máy phát"
_NAMED = re.compile(r"-d(\d+)-([0-9a-f]{12})\.zip$")
_STATE = "laid.json"
_TAIL = 65_536


@dataclass(frozen=True, slots=True)
class Laid:
    """What became of the last try to lay marks in the folder of the settings."""

    folder: str = ""
    number: int = 0
    """The last mark that lies there."""
    why: str = ""
    """Why the newest does not: a Vietnamese sentence; empty when it does."""


def own(home: Home) -> MarkPlace:
    """The marks that play-out wrote."""
    return _of_file(OWN, home.playout / FILE)


def newest(home: Home) -> Mark | None:
    """The last mark that play-out wrote; of a file of many years only the end is read."""
    try:
        with (home.playout / FILE).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            return marks.read(file.read().decode("utf-8", "replace")).last
    except OSError:
        return None


def where(home: Home, settings: Settings, mark: Mark) -> list[str]:
    """Where a mark lies, in words; no folder elsewhere is asked, which may hang."""
    saved = [path.name for path in home.backups.glob("loa-*.zip") if path.name.endswith(suffix(mark))]
    state = laid(home, settings)
    folder = [f"thư mục {state.folder}"] if state.folder and state.number >= mark.number else []
    return [OWN, *(f"bản sao lưu {name}" for name in sorted(saved)), *folder]


def others(home: Home, settings: Settings, *, far: bool = True) -> list[MarkPlace]:
    """Every other place that this machine reaches, each with what it holds or why it is missing.

    Without `far` the folder on a stick or another machine is not asked, which may hang.
    """
    archives = [_of_archive(path) for path in sorted(home.backups.glob("loa-*.zip"))]
    found = [place for place in archives if place.found.marks or place.missing or place.wrong]
    if not any(place.found.marks for place in found):
        found.append(MarkPlace("bản sao lưu", missing="Chưa có bản sao lưu nào mang dấu đã ký."))
    return [*found, *(_of_folder(settings.log.marks_folder) if far else ())]


def _of_folder(folder: str) -> Iterator[MarkPlace]:
    if not folder:
        yield MarkPlace("thư mục ngoài", missing="Chưa đặt thư mục giữ dấu ở USB hay máy khác: log.marks_folder.")
        return
    name = f"thư mục {folder}"
    try:
        paths = sorted(Path(folder).glob(LAID.format(key="*")))
        Path(folder).stat()
    except OSError as error:
        yield MarkPlace(name, missing=f"Không đọc được {name}: {reason(error)}. Hãy cắm USB hoặc nối lại máy ấy.")
        return
    if not paths:
        yield MarkPlace(name, missing=f"Trong {name} chưa có dấu nào.")
    for path in paths:
        yield _of_file(str(path), path)


def _of_file(name: str, path: Path) -> MarkPlace:
    try:
        return MarkPlace(name, marks.read(path.read_text(encoding="utf-8", errors="replace")))
    except FileNotFoundError:
        return MarkPlace(name, missing=f"Không có {name}: chưa ký lần nào, hoặc tệp đã bị xóa.")
    except OSError as error:
        return MarkPlace(name, missing=f"Không đọc được {name}: {reason(error)}.")


def _of_archive(path: Path) -> MarkPlace:
    name = f"bản sao lưu {path.name}"
    try:
        with zipfile.ZipFile(path) as archive:
            held = archive.read(MEMBER) if MEMBER in archive.namelist() else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
        return MarkPlace(name, missing=f"Không đọc được {name}: tệp hỏng hoặc bị cắt cụt.")
    found = marks.read(held.decode("utf-8", "replace"))
    said, last = _NAMED.search(path.name), found.last
    wrong = ""
    if said and (last is None or f"-d{said[1]}-{said[2]}.zip" != suffix(last)):
        wrong = f"Tên của {name} mang dấu số {said[1]}, khác với dấu ở trong tệp ấy."
    return MarkPlace(name, found, wrong=wrong)


def suffix(last: Mark | None) -> str:
    """How the name of a backup ends: with the last mark, which stays in whatever list of files anybody keeps."""
    return f"-d{last.number}-{last.sha256[:12]}.zip" if last else ".zip"


def lay(home: Home, folder: str) -> Laid:
    """Bring the marks that are missing there into the folder of the settings, and keep what came of it."""
    held = own(home).found
    state = _laid(home, folder, held)
    target = home.playout / _STATE
    keeping.keep(target, json.dumps([state.folder, state.number, state.why], ensure_ascii=False))
    return state


def _laid(home: Home, folder: str, held: Marks) -> Laid:
    if not folder or held.last is None:
        return Laid(folder)
    path = Path(folder) / LAID.format(key=held.last.key[:12])
    inside = Path(folder).absolute().is_relative_to(home.root)
    there = MarkPlace("")
    try:
        if inside or not Path(folder).is_dir():
            words = "nằm trong thư mục của đài, hãy chọn nơi khác" if inside else "chưa có; hãy cắm USB hoặc nối máy"
            return Laid(folder, why=f"Thư mục giữ dấu {folder} {words}.")
        there = _of_file(folder, path)
        known = {mark.sha256 for mark in there.found.marks}
        fresh = [mark for mark in held.marks if mark.key == held.last.key and mark.sha256 not in known]
        if any(mark.number in {m.number for m in there.found.marks} for mark in fresh):
            return Laid(folder, why=f"Thư mục {folder} giữ dấu khác với sổ dấu của máy phát: chạy loa log verify.")
        with path.open("ab") as file:
            torn = file.tell() and not path.read_bytes().endswith(b"\n")
            file.write((b"\n" if torn else b"") + "".join(map(marks.line, fresh)).encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return Laid(folder, why=f"Thư mục giữ dấu {folder} không ghi được: {reason(error)}.")
    return Laid(folder, held.last.number)


def laid(home: Home, settings: Settings) -> Laid:
    """What came of the last try; it asks no folder, which may hang for as long as a network does."""
    try:
        folder, number, why = json.loads((home.playout / _STATE).read_text(encoding="utf-8"))
        state = Laid(str(folder), int(number), str(why))
    except (OSError, ValueError, TypeError):
        state = Laid(settings.log.marks_folder)
    return state if state.folder == settings.log.marks_folder else Laid(settings.log.marks_folder)


def tend(home: Home, settings: Settings) -> WatchedThread | None:
    """Lay what is missing, on a thread of its own: a folder on another machine may hang."""
    last = newest(home)
    folder, state = settings.log.marks_folder, laid(home, settings)
    if not folder or last is None or (state.number == last.number and not state.why):
        return None
    if any(thread.is_alive() for thread in _laying):
        return None
    thread = WatchedThread(functools.partial(lay, home, folder), "marks", once=True)
    _laying[:] = [thread]
    thread.start()
    return thread


_laying: list[WatchedThread] = []
