"""What a program asked of its disk, call by call, as strace tells it: bytes, names, and what had to be down."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TRACED: Final = (
    "openat,creat,close,write,writev,pwrite64,pwritev,ftruncate,truncate,fallocate,fsync,fdatasync,rename,renameat,"
    "renameat2,unlink,unlinkat,link,linkat,mkdir,mkdirat,rmdir,lseek,sendfile,copy_file_range,clone,clone3,fork,vfork"
)
_BEGINS: Final = frozenset({"clone", "clone3", "fork", "vfork"})
_LINE: Final = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+)")
_BEGUN: Final = re.compile(r"^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$")
_ENDED: Final = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\d+)")
_ARGUMENT: Final = re.compile(r'"((?:\\x[0-9a-f]{2})*)"|(-?\w+)<((?:\\x[0-9a-f]{2})*)>|\[([^\]]*)\]|([^,\s][^,]*)')


@dataclass(frozen=True, slots=True)
class DiskCall:
    """One call: `write`, `size`, `sync`, `make`, `folder`, `link`, `rename`, `remove` or `said` (outside the home)."""

    kind: str
    path: str
    to: str = ""
    offset: int = 0
    data: bytes = b""
    since: int = 0
    """Of a sync: how many calls were over when it began, which are those that it brings down."""


@dataclass(frozen=True, slots=True)
class _Argument:
    text: str
    path: str = ""
    data: bytes = b""


def recorded(command: Sequence[str], home: Path, scratch: Path, timeout_s: float = 600) -> list[DiskCall]:
    """Run a program and return what it asked of the files below `home`; its words are what it wrote to `scratch/said`.

    Raises:
        AssertionError: it failed.
    """
    trace = scratch / "trace"
    strace = [
        "strace",
        "--seccomp-bpf",
        "-f",
        "-y",
        "-xx",
        "-s",
        "100000000",
        "-o",
        str(trace),
        "-e",
        f"trace={_TRACED}",
    ]
    done = subprocess.run(
        [*strace, *command],
        check=False,
        timeout=timeout_s,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with trace.open(encoding="ascii", errors="replace") as lines:
        return list(_calls(lines, str(home), str(scratch / "said")))


def _calls(lines: Iterator[str], home: str, said: str) -> Iterator[DiskCall]:
    begun: dict[str, tuple[str, int]] = {}
    processes: dict[str, dict[str, int]] = {}
    """Of each thread, where the next byte of an open file goes, by its handle; those of one process have one such."""
    count = 0
    for line in lines:
        since = count
        if found := _BEGUN.match(line):
            begun[found[1]] = found[3], count
            continue
        if found := _ENDED.match(line):
            first, since = begun.pop(found[1], ("", count))
            name, arguments, result = found[2], first + found[3], int(found[4])
        elif found := _LINE.match(line):
            name, arguments, result = found[2], found[3], int(found[4])
        else:
            continue
        if result < 0:
            continue
        thread = found[1]
        places = processes.setdefault(thread, {})
        if name in _BEGINS:
            processes[str(result)] = places if "CLONE_THREAD" in arguments else {}
            continue
        for call in _meant(name, [_argument(m) for m in _ARGUMENT.finditer(arguments)], result, places, since):
            if call.path == said and not call.data:
                continue
            if call.path == said:
                yield DiskCall("said", "", data=call.data)
            elif not (call.path + "/").startswith(home + "/") or call.path.endswith("-shm"):
                continue
            else:
                yield call
            count += 1


def _argument(found: re.Match[str]) -> _Argument:
    if found[1] is not None:
        data = bytes.fromhex(found[1].replace("\\x", ""))
        return _Argument("", os.fsdecode(data), data)
    if found[2] is not None:
        return _Argument(found[2], os.fsdecode(bytes.fromhex(found[3].replace("\\x", ""))))
    return _Argument(found[4] if found[4] is not None else found[5])


def _at(folder: _Argument, name: _Argument) -> str:
    return os.path.normpath(Path(folder.path) / name.path)


def _meant(name: str, told: list[_Argument], result: int, places: dict[str, int], since: int) -> Iterator[DiskCall]:
    match name:
        case "openat":
            path = _at(told[0], told[1])
            flags = told[2].text
            places[str(result)] = -1 if "O_APPEND" in flags else 0
            if "O_CREAT" in flags:
                yield DiskCall("make", path)
            if "O_TRUNC" in flags:
                yield DiskCall("size", path, offset=0)
        case "lseek":
            if places.get(told[0].text, 0) >= 0:
                places[told[0].text] = result
        case "write":
            place = places.get(told[0].text, 0)
            yield DiskCall("write", told[0].path, offset=place, data=told[1].data[:result])
            if place >= 0:
                places[told[0].text] = place + result
        case "pwrite64":
            yield DiskCall("write", told[0].path, offset=int(told[3].text), data=told[1].data[:result])
        case "ftruncate":
            yield DiskCall("size", told[0].path, offset=int(told[1].text))
        case "fsync" | "fdatasync":
            yield DiskCall("sync", told[0].path, since=since)
        case "rename":
            yield DiskCall("rename", told[0].path, told[1].path)
        case "link":
            yield DiskCall("link", told[0].path, told[1].path)
        case "unlink" | "rmdir":
            yield DiskCall("remove", told[0].path)
        case "unlinkat":
            yield DiskCall("remove", _at(told[0], told[1]))
        case "mkdir":
            yield DiskCall("folder", told[0].path)
        case "close":
            places.pop(told[0].text, None)
        case _:
            raise AssertionError(f"the bytes of {name} are not known: {told}")
