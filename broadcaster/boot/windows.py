"""The service of a station on Windows: the same words as on Linux, through pywin32 and Windows' own tools.

Not tried on Windows yet; what it would tell Windows to do is pure and tested.
"""

from __future__ import annotations

import datetime as dt
import importlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import psutil

from broadcaster.boot.state import ServiceState
from broadcaster.clock import SystemClock
from broadcaster.errors import StationError
from broadcaster.homes import SETTINGS

NAME: Final = "loa"
ACCOUNT: Final = rf"NT SERVICE\{NAME}"
"""An account that Windows keeps for this service alone; it has no password."""
HOST: Final = "broadcaster.boot.windows_host.LoaService"
HOME_OPTION: Final = "home"
_WAITS_MS: Final = (5_000, 15_000, 60_000)
"""Before the service is started again after its first, second and each further fall."""
_FORGOTTEN_S: Final = 3600
_STARTS_S: Final = 60.0
_TIMEOUT_S: Final = 180


@dataclass(frozen=True, slots=True)
class WindowsService:
    """What Windows is told of the service."""

    home: Path

    def commands(self) -> list[list[str]]:
        """The calls of Windows' own tools that follow once the service is there."""
        waits = "/".join(f"restart/{ms}" for ms in _WAITS_MS)
        return [
            ["sc.exe", "config", NAME, "start=", "auto", "obj=", ACCOUNT],
            ["sc.exe", "failure", NAME, "reset=", str(_FORGOTTEN_S), "actions=", waits],
            ["sc.exe", "failureflag", NAME, "1"],
            ["icacls", str(self.home), "/grant", f"{ACCOUNT}:(OI)(CI)F", "/Q"],
        ]

    def text(self) -> str:
        """What would be done, to be read."""
        lines = [f"{HOST} ({HOME_OPTION}={self.home})", *map(subprocess.list2cmdline, self.commands())]
        return "\n".join(lines) + "\n"


unit_for = WindowsService


def here() -> bool:
    """Whether this is Windows."""
    return sys.platform == "win32"


def state() -> ServiceState:
    """How the service stands."""
    try:
        found = cast("Any", psutil).win_service_get(NAME).as_dict()
    except psutil.NoSuchProcess:
        return ServiceState(installed=False)
    pid = int(found.get("pid") or 0)
    return ServiceState(
        installed=True,
        at_boot=found["start_type"] == "automatic",
        running=found["status"] == "running",
        starting=found["status"] in {"start_pending", "continue_pending"},
        since=dt.datetime.fromtimestamp(psutil.Process(pid).create_time(), dt.UTC) if pid else None,
        pid=pid,
        watchdog=True,  # the supervisor's own: Windows has none
        account=str(found.get("username") or ""),
        home=str(_tool("win32serviceutil").GetServiceCustomOption(NAME, HOME_OPTION, "")),
    )


def install(home: Path, *, starter: bool) -> Iterator[str]:
    """Put the service in, let it start with the machine, and start it; say each thing that was done.

    Raises:
        StationError: Windows refuses; without the rights of an administrator it does.
    """
    if starter or not (home / SETTINGS).is_file():
        loa = [sys.executable, "-m", "broadcaster", "--home", str(home), "init"]
        yield _run([*loa, *(["--starter"] if starter else [])]).strip()
    tool = _tool("win32serviceutil")
    if not state().installed:
        automatic = _tool("win32service").SERVICE_AUTO_START
        tool.InstallService(HOST, NAME, "Loa Xã", startType=automatic, description="Loa truyền thanh của xã")
        yield "Đã cài dịch vụ; từ nay đài tự bật cùng máy."
    tool.SetServiceCustomOption(NAME, HOME_OPTION, str(home))
    for command in WindowsService(home).commands():
        _run(command)
    if not state().running:
        turn("start")


def turn(verb: str) -> None:
    """Start, stop or restart the service, and wait until it stands as it shall, or a minute."""
    clock = SystemClock()
    for one in ("stop", "start") if verb == "restart" else (verb,):
        if state().running != (one == "start"):
            _run(["sc.exe", one, NAME])
        until = clock.monotonic() + _STARTS_S
        while state().running != (one == "start") and clock.monotonic() < until:
            clock.sleep_until(clock.monotonic() + 0.5)


def remove() -> Iterator[str]:
    """Stop the service and take it out; the station stays."""
    if state().installed:
        turn("stop")
        _tool("win32serviceutil").RemoveService(NAME)
        yield "Đã tắt đài; đài không tự bật cùng máy nữa."


def _tool(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise StationError("Chưa có phần dịch vụ cho Windows. Cài thêm: pip install loa-xa[service]") from None


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_TIMEOUT_S, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or [str(done.returncode)]
        raise StationError(f"Lệnh “{subprocess.list2cmdline(command)}” không thành: {said[-1]} Cần quyền quản trị máy.")
    return done.stdout
