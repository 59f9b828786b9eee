"""The service of a station on Linux: put in, looked at and taken out through systemd's own tool."""

from __future__ import annotations

import datetime as dt
import grp
import os
import pwd
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from broadcaster.boot.state import ServiceState
from broadcaster.boot.unit import ACCOUNT, FOLDERS, GROUPS, NAME, OWN, UPGRADE, WISH, BootUnit
from broadcaster.clock import SystemClock
from broadcaster.errors import ForbiddenError, StationError
from broadcaster.homes import SETTINGS, installed

_SWEPT: Final = ("/tmp", "/var/tmp", "/run", "/dev")  # noqa: S108 - where no station may lie
_ASKED: Final = (
    *("LoadState", "UnitFileState", "ActiveState", "MainPID", "WatchdogUSec", "ActiveEnterTimestamp"),
    *("StatusText", "NRestarts", "LimitRTPRIO", "User", "ReadWritePaths"),
)
_STARTS_S: Final = 60.0
_LOOK_S: Final = 0.5
_TIMEOUT_S: Final = 180


def here() -> bool:
    """Whether systemd runs this machine."""
    return Path("/run/systemd/system").is_dir() and shutil.which("systemctl") is not None


def state() -> ServiceState:
    """How the service stands.

    Raises:
        StationError: there is no systemd, or it does not answer.
    """
    _require_systemd()
    said = _systemctl("show", NAME, "--timestamp=unix", f"--property={','.join(_ASKED)}")
    found = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    since, limit = found.get("ActiveEnterTimestamp", ""), found.get("LimitRTPRIO", "")
    return ServiceState(
        installed=found.get("LoadState") == "loaded",
        at_boot=found.get("UnitFileState") == "enabled",
        running=found.get("ActiveState") == "active",
        starting=found.get("ActiveState") == "activating",
        since=dt.datetime.fromtimestamp(int(since[1:]), dt.UTC) if since[1:].isdecimal() else None,
        pid=int(found.get("MainPID") or 0),
        watchdog=found.get("WatchdogUSec", "0") not in {"0", "infinity"},
        rt_limit=int(limit) if limit.isdecimal() else 0,
        said=found.get("StatusText", ""),
        fell=int(found.get("NRestarts") or 0),
        account=found.get("User", ""),
        home=found.get("ReadWritePaths", "").partition(" -/media")[0],
    )


def unit_for(home: Path) -> BootUnit:
    """The unit for a station at `home` of this machine: of whoever owns it, else of an account of its own."""
    account, group = ACCOUNT, ACCOUNT
    if home.is_dir() and (found := home.stat()).st_uid:
        account, group = pwd.getpwuid(found.st_uid).pw_name, grp.getgrgid(found.st_gid).gr_name
    known = {one.gr_name for one in grp.getgrall()}
    groups = [name for name in GROUPS if name in known]
    layout, beside = installed(), Path(sys.prefix) / "bin" / "loa"
    if Path(sys.prefix).is_relative_to(layout.programs):  # versions lie side by side: the one in use
        return BootUnit(BootUnit.packaged(layout).program, home, account, group, groups, layout.programs)
    program = [str(beside)] if beside.is_file() else [sys.executable, "-m", "broadcaster"]
    return BootUnit(program, home, account, group, groups)


def install(home: Path, *, starter: bool) -> Iterator[str]:
    """Put the service in, let it start with the machine, and start it; say each thing that was done.

    A station that is not there yet is founded; what is there already stays.

    Raises:
        ForbiddenError: whoever asks is not root.
        StationError: it cannot be done, and the sentence says why.
    """
    _may("install")
    if any(home.is_relative_to(swept) for swept in _SWEPT):
        raise StationError("Thư mục này bị dọn khi máy khởi động lại; hãy đặt đài ở nơi khác.", field=str(home))
    unit = unit_for(home)
    yield from _owned(unit)
    if starter or not (home / SETTINGS).is_file():
        yield _as_owner(unit, "init", *(["--starter"] if starter else [])).strip()
    if written := [OWN / name for name, text in unit.texts().items() if _written(name, text)]:
        yield f"Đã ghi {', '.join(map(str, written))}."
        _systemctl("daemon-reload")
        if state().running:
            yield "Dịch vụ còn chạy theo tệp cũ. Lúc không có buổi phát, hãy chạy: sudo loa service restart"
    if not state().at_boot:
        _systemctl("enable", NAME)
        yield "Từ nay đài tự bật cùng máy."
    if WISH in unit.texts():
        _systemctl("enable", "--now", WISH)
    now = state()
    if not (now.running or now.starting):
        turn("start")


def carries_upgrades() -> bool:
    """Whether systemd would carry out an upgrade that is wished for."""
    return here() and any((folder / UPGRADE).is_file() for folder in FOLDERS)


def turn(verb: str) -> None:
    """Start, stop or restart the service, and wait until it stands as it shall, or a minute.

    Raises:
        ForbiddenError: whoever asks is not root.
        StationError: systemd refuses.
    """
    _may(verb)
    clock, before = SystemClock(), state().pid
    _systemctl(verb, "--no-block", NAME)
    until = clock.monotonic() + _STARTS_S
    while clock.monotonic() < until:
        now = state()
        if not now.pid if verb == "stop" else now.running and (verb == "start" or now.pid != before):
            return
        clock.sleep_until(clock.monotonic() + _LOOK_S)


def remove() -> Iterator[str]:
    """Stop the service, let it start no more, and take away what `install` wrote; the station stays.

    Raises:
        ForbiddenError: whoever asks is not root.
        StationError: systemd refuses.
    """
    _may("remove")
    if state().installed:
        _systemctl("disable", "--now", NAME)
        yield "Đã tắt đài; đài không tự bật cùng máy nữa."
    if any((folder / WISH).is_file() for folder in FOLDERS):
        _systemctl("disable", "--now", WISH)
    for path in (OWN / name for name in (NAME, UPGRADE, WISH)):
        if path.is_file():
            path.unlink()
            _systemctl("daemon-reload")
            yield f"Đã xóa {path}."


def _written(name: str, text: str) -> bool:
    """Lay a unit where it belongs, unless a package laid the same; return whether anything changed."""
    own, *others = (folder / name for folder in FOLDERS)
    if any(path.is_file() and path.read_text(encoding="utf-8") == text for path in others):
        if not own.exists():
            return False
        own.unlink()
        return True
    if own.is_file() and own.read_text(encoding="utf-8") == text:
        return False
    own.write_text(text, encoding="utf-8")
    own.chmod(0o644)
    return True


def _owned(unit: BootUnit) -> Iterator[str]:
    """Make the account and the folder that are missing, and see that the account can run the program."""
    if unit.account == ACCOUNT and not any(one.pw_name == ACCOUNT for one in pwd.getpwall()):
        _run("useradd", "--system", "--user-group", "--no-create-home", f"--home-dir={unit.home}", ACCOUNT)
        yield f"Đã tạo tài khoản “{ACCOUNT}” cho đài."
    if not unit.home.exists():
        unit.home.mkdir(parents=True, mode=0o700)
        yield f"Đã tạo thư mục {unit.home}."
    if unit.home.stat().st_uid == 0:  # root's: a station that root founded, or a folder for one
        if any(unit.home.iterdir()) and not (unit.home / SETTINGS).is_file():
            raise StationError("Thư mục này đã có tệp khác mà không phải là một đài.", field=str(unit.home))
        for path in (unit.home, *unit.home.rglob("*")):
            shutil.chown(path, unit.account, unit.group)
    _as_owner(unit, "--version")


def _as_owner(unit: BootUnit, *words: str) -> str:
    try:
        return _run(*unit.program, "--home", str(unit.home), *words, user=unit.account)
    except PermissionError:
        raise StationError(
            f"Tài khoản “{unit.account}” không chạy được {unit.program[0]}. Hãy cài loa cho cả máy (gói .deb), đừng "
            "cài trong thư mục riêng của root hay của một người.",
        ) from None


def _require_systemd() -> None:
    if not here():
        raise StationError("Máy này không dùng systemd nên đài không làm dịch vụ được. Hãy bật đài bằng: loa up")


def _may(verb: str) -> None:
    _require_systemd()
    if os.geteuid() != 0:
        raise ForbiddenError(f"Việc này cần quyền quản trị máy. Chạy lại: sudo loa service {verb}")


def _systemctl(*words: str) -> str:
    return _run("systemctl", *words)


def _run(*command: str, user: str | None = None) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_TIMEOUT_S,
        check=False,
        cwd="/",
        env=os.environ | {"LC_ALL": "C.UTF-8"},
        umask=0o077 if user else -1,
        user=user,
        group=None if user is None else pwd.getpwnam(user).pw_gid,
        extra_groups=None if user is None else [],
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or [str(done.returncode)]
        raise StationError(f"Lệnh “{shlex.join(command)}” không thành: {said[-1]}")
    return done.stdout
