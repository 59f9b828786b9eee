"""Who keeps a running station: the system's service, or `loa up` in a window; and as which account things are done."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final

from broadcaster.boot import unit
from broadcaster.errors import StationError
from broadcaster.home import Home
from broadcaster.services.setup.upgrade.versions import Versions, clean_environment
from broadcaster.supervise import bond

_WAIT_S: Final = 180
_GUARD: Final = (
    "import os, sys; sys.stdin.readline() or "
    "os.execv(python := os.path.realpath(sys.argv[1]) + '/bin/python', [python, *sys.argv[2:]])"
)
"""Becomes a station in the version that the pointer names, when the line breaks without a word."""


class Rights:
    """An administrator's for the versions of the machine, the station's own account's for all that lies in its home.

    Args:
        home: whose owner is that account.
    """

    def __init__(self, home: Home) -> None:
        self._own: tuple[int, int] | None = None
        if os.name == "posix" and os.getuid() == 0 and (facts := home.root.stat()).st_uid:
            self._own = facts.st_uid, facts.st_gid

    def lower(self) -> None:
        """Act as the station's account from now on."""
        if self._own:
            os.setegid(self._own[1])
            os.seteuid(self._own[0])

    @contextlib.contextmanager
    def high(self) -> Iterator[None]:
        """Act as the administrator, whose files everybody may read, for a moment."""
        if self._own:
            os.seteuid(0)
            os.setegid(0)
        mask = os.umask(0o022)
        try:
            yield
        finally:
            os.umask(mask)
            self.lower()

    def child(self) -> dict[str, Any]:
        """How a process of the station is started, with all groups of its account: sound cards are for one of them."""
        if not self._own:
            return {"umask": 0o077} if os.name == "posix" else {}
        import pwd  # noqa: PLC0415 - POSIX only

        user, group = self._own
        groups = os.getgrouplist(pwd.getpwuid(user).pw_name, group)
        return {"user": user, "group": group, "extra_groups": groups, "umask": 0o077}

    def started(self, command: list[str], **how: Any) -> subprocess.Popen[bytes]:
        """Start a station's process, which may take a port below 1024 as its service may."""
        setpriv = shutil.which("setpriv") if self._own else None
        with self.high():
            if setpriv is None or self._own is None:
                return subprocess.Popen(command, **self.child(), **how)
            user, group = self._own
            caps = [f"--{kind}-caps=+net_bind_service" for kind in ("inh", "ambient")]
            whole = [setpriv, f"--reuid={user}", f"--regid={group}", "--init-groups", *caps, *command]
            return subprocess.Popen(whole, umask=0o077, **how)


class Keeper:
    """`loa up` in a window, or in nobody's.

    Args:
        home: the station.
        rights: for what is started.
    """

    is_service = False

    def __init__(self, home: Home, rights: Rights) -> None:
        self._home, self._rights = home, rights
        self.lives = bool(bond.living(home))
        """Whether the station ran when this was made."""

    @staticmethod
    def of(home: Home, rights: Rights, *, by_service: bool = False) -> Keeper:
        """Whoever keeps the station of this home just now; `by_service`: it is known to be the system's service."""
        pid = bond.living(home).get("up")
        return _Service(home, rights) if by_service or (pid and pid == _main_pid()) else Keeper(home, rights)

    @contextlib.contextmanager
    def guarded(self, versions: Versions) -> Iterator[None]:
        """End the station in the block and start it again at its end, by another process if this one is killed."""
        if not self.lives:
            yield
            return
        with self._guard(versions) if os.name == "posix" else contextlib.nullcontext() as guard:
            try:
                yield
            finally:
                self.start(versions)
                if guard is not None and guard.stdin is not None:
                    with contextlib.suppress(OSError):
                        guard.stdin.write(b"over\n")

    def _guard(self, versions: Versions) -> subprocess.Popen[bytes]:
        up = ["-m", "broadcaster", "--home", str(self._home.root), "up"]
        return self._rights.started([sys.executable, "-c", _GUARD, str(versions.pointer), *up], **_apart(), bufsize=0)

    def stop(self) -> None:
        """End the station in order.

        Raises:
            StationError: it goes on living.
        """
        if left := bond.end(self._home, bond.living(self._home)):
            raise StationError(f"Không tắt được đài: {', '.join(map(str, left.values()))}.", code="locked")

    def start(self, versions: Versions) -> None:
        """Start the version in use, which lives on without this process."""
        python = versions.python(versions.current())
        self._rights.started(
            [str(python), "-m", "broadcaster", "--home", str(self._home.root), "up"],
            **_apart() | {"stdin": subprocess.DEVNULL},
        )


def _apart() -> dict[str, Any]:
    """How a process is started that outlives this one and its window."""
    nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.PIPE}
    return nowhere | {"env": clean_environment(), "cwd": "/", "start_new_session": os.name == "posix"}


class _Service(Keeper):
    """The unit of systemd."""

    is_service = True

    def __init__(self, home: Home, rights: Rights) -> None:
        super().__init__(home, rights)
        self.lives = self.lives or _shown("ActiveState") not in {"", "inactive", "failed"}

    def _guard(self, versions: Versions) -> subprocess.Popen[bytes]:
        del versions
        with self._rights.high():
            command = ["sh", "-c", f"read word || exec systemctl --no-block start {unit.NAME}"]
            return subprocess.Popen(command, **_apart(), bufsize=0)

    def stop(self) -> None:
        """Let systemd end it: it would start again what ends by itself."""
        self._system("stop")

    def start(self, versions: Versions) -> None:
        """Let systemd start it; its unit names the pointer."""
        del versions
        self._system("start")

    def _system(self, verb: str) -> None:
        with self._rights.high():
            done = systemctl(verb, unit.NAME)
        if done is None or done.returncode:
            why = "" if done is None else done.stderr.strip()
            raise StationError(f"systemctl {verb} {unit.NAME}: {why}", code="service")


def _main_pid() -> int:
    """The process of the station's unit; 0 when there is none."""
    said = _shown("MainPID")
    return int(said) if said.isdigit() else 0


def _shown(name: str) -> str:
    """What systemd says of the station's unit; empty when there is no systemd."""
    done = systemctl("show", f"--property={name}", "--value", unit.NAME)
    return "" if done is None else done.stdout.strip()


def systemctl(*words: str) -> subprocess.CompletedProcess[str] | None:
    """Have systemd do something, or say something; None where there is none."""
    path = shutil.which("systemctl")
    if path is None:
        return None
    return subprocess.run([path, *words], capture_output=True, text=True, check=False, timeout=_WAIT_S)
