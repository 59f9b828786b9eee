"""A disk after a cut: of what was asked of it, that much is there which it may have brought down by then.

What was synced is there. Of the rest any part may be: single writes dropped, torn in a sector or taken in another
order, sizes without their bytes, and names as a journal of the disk keeps them (all before a moment) or as one without
a journal does (each or not). That a file's bytes are down says nothing of its name: that lies in the folder.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.kit.disk_calls import DiskCall

SECTOR: Final = 512
_NAMING: Final = frozenset({"make", "folder", "link", "rename", "remove"})


@dataclass
class _Bytes:
    """The bytes of one file, whatever it is called: what is down, and what was asked since."""

    down: bytearray = field(default_factory=bytearray)
    asked: list[tuple[int, DiskCall]] = field(default_factory=list)
    size: int = 0

    def sync(self, since: int) -> None:
        for number, call in self.asked:
            if number < since:
                _apply(self.down, call)
        self.asked = [(number, call) for number, call in self.asked if number >= since]


def _apply(down: bytearray, call: DiskCall, length: int | None = None) -> None:
    if call.kind == "size":
        del down[call.offset :]
        down.extend(bytes(call.offset - len(down)))
        return
    data = call.data if length is None else call.data[:length]
    down.extend(bytes(max(0, call.offset - len(down))))
    down[call.offset : call.offset + len(data)] = data


class LostDisk:
    """Follows the calls of a run one by one from a home that is wholly down; may be built as it is after a cut now."""

    def __init__(self, home: Path) -> None:
        self._home = str(home)
        self._files: dict[str, _Bytes] = {}
        """As the running program sees them: what has which name, and None for a folder."""
        self._folders: set[str] = {self._home}
        for path in home.rglob("*"):
            if path.is_dir():
                self._folders.add(str(path))
            elif not path.name.endswith("-shm"):
                data = path.read_bytes()
                self._files[str(path)] = _Bytes(bytearray(data), size=len(data))
        self._down = dict(self._files), set(self._folders)
        """The names that are down for certain."""
        self._names: list[tuple[int, DiskCall, _Bytes | None]] = []
        """What was asked of names and is not certain to be down."""
        self._count = 0

    def take(self, call: DiskCall) -> None:
        """Let the program do one call."""
        number, self._count = self._count, self._count + 1
        match call.kind:
            case "said":
                return
            case "sync":
                self._sync(call)
            case "write" | "size":
                file = self._files.get(call.path)
                if file is None:
                    return  # a handle of a file that has no name any more
                place = file.size if call.offset < 0 else call.offset
                exact = DiskCall(call.kind, call.path, offset=place, data=call.data)
                file.asked.append((number, exact))
                file.size = place if call.kind == "size" else max(file.size, place + len(call.data))
            case _:
                self._name(number, call)

    def _name(self, number: int, call: DiskCall) -> None:
        if call.kind == "make" and call.path in self._files:
            return
        file = _Bytes() if call.kind == "make" else self._files.get(call.path)
        _rename(self._files, self._folders, call, file)
        self._names.append((number, call, file))

    def _sync(self, call: DiskCall) -> None:
        if (file := self._files.get(call.path)) is not None:
            file.sync(call.since)
        elif call.path in self._folders:
            left = []
            for number, one, file in self._names:
                if number < call.since and call.path in {
                    _above(one.path),
                    _above(one.to or one.path),
                }:
                    _rename(*self._down, one, file)
                else:
                    left.append((number, one, file))
            self._names = left

    def build(self, home: Path, chance: random.Random) -> None:
        """Lay the home out as it may be after a cut at this moment."""
        files, folders = dict(self._down[0]), set(self._down[1])
        for call, file in self._lucky(chance):
            _rename(files, folders, call, file)
        shutil.rmtree(home, ignore_errors=True)
        for folder in sorted(folders, key=len):
            self._place(home, folder).mkdir(parents=True, exist_ok=True)
        way = chance.choice(("none", "all", "some", "some"))
        built: dict[int, bytes] = {}
        for path, file in files.items():
            place = self._place(home, path)
            if place.parent.is_dir():
                if id(file) not in built:
                    built[id(file)] = _bytes(file, way, chance)
                place.write_bytes(built[id(file)])

    def _place(self, home: Path, path: str) -> Path:
        return home / os.path.relpath(path, self._home)

    def _lucky(self, chance: random.Random) -> list[tuple[DiskCall, _Bytes | None]]:
        asked = [(call, file) for _, call, file in self._names]
        if chance.random() < 0.5:
            return asked[: chance.randint(0, len(asked))]
        return [one for one in asked if chance.random() < 0.5]


def _above(path: str) -> str:
    return path.rpartition("/")[0]


def _bytes(file: _Bytes, way: str, chance: random.Random) -> bytes:
    if not file.asked or way == "none":
        return bytes(file.down)
    found = bytearray(file.down)
    asked: Sequence[DiskCall] = [call for _, call in file.asked]
    if way == "some":
        asked = [call for call in asked if chance.random() < 0.6]
    torn = chance.randrange(len(asked)) if way == "some" and asked and chance.random() < 0.5 else -1
    for number, call in enumerate(asked):
        length = None
        if number == torn and call.kind == "write":
            length = chance.randint(0, len(call.data))
            length = length // SECTOR * SECTOR if len(call.data) > SECTOR else length
        _apply(found, call, length)
    if way == "some" and chance.random() < 0.2:
        found.extend(bytes(max(0, file.size - len(found))))  # its size came down, its bytes did not
    return bytes(found)


def _rename(files: dict[str, _Bytes], folders: set[str], call: DiskCall, file: _Bytes | None) -> None:
    match call.kind:
        case "folder":
            folders.add(call.path)
        case "make":
            files.setdefault(call.path, file or _Bytes())
        case "link":
            if file is not None:
                files[call.to] = file
        case "rename":
            if file is not None:
                files.pop(call.path, None)
                files[call.to] = file
            elif call.path in folders:
                for path in [p for p in files if p.startswith(call.path + "/")]:
                    files[call.to + path[len(call.path) :]] = files.pop(path)
                for path in [p for p in folders if p == call.path or p.startswith(call.path + "/")]:
                    folders.discard(path)
                    folders.add(call.to + path[len(call.path) :])
        case "remove":
            files.pop(call.path, None)
            folders.discard(call.path)
