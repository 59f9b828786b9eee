"""A real PostgreSQL of a test's own, on loopback, that can be stopped and started."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kit.waiting import until

UTF8 = ("--encoding=UTF8", "--locale=C.UTF-8")  # a bare machine may name a language that it has not


class Server:
    """One PostgreSQL with its data in a folder."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries = binaries
        self._folder = folder
        self._as_user: list[str] = []
        if os.geteuid() == 0:
            self._as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            shutil.chown(folder, "postgres", "postgres")
        self._owner = "postgres" if self._as_user else getpass.getuser()
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self._port = s.getsockname()[1]
        self.url = f"postgresql+psycopg://{self._owner}@127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None
        asked = [
            str(binaries / "initdb"),
            "-D",
            str(folder / "data"),
            "-A",
            "trust",
            "-U",
            self._owner,
            "--no-sync",
            *UTF8,
        ]
        subprocess.run([*self._as_user, *asked], check=True, capture_output=True, timeout=120)

    def start(self) -> None:
        """Begin, and wait until it answers."""
        at = ["-h", "127.0.0.1", "-p", str(self._port)]
        with (self._folder / "log").open("ab") as log:
            program = [
                str(self._binaries / "postgres"),
                "-D",
                str(self._folder / "data"),
                *at,
                "-k",
                str(self._folder),
                "-F",
            ]
            self._process = subprocess.Popen([*self._as_user, *program], stdout=log, stderr=log)
        asked = [self._binaries / "pg_isready", *at, "-q"]
        until(lambda: subprocess.run(asked, check=False, timeout=20).returncode == 0, 60, every=0.1)

    def stop(self) -> None:
        """End it as a power cut would end what it serves: every connection is closed at once."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(20)
            self._process = None


@contextmanager
def made() -> Iterator[Server]:
    """A server that runs, for a while."""
    for base in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (base / "initdb").exists():
            break
    else:
        pytest.skip("PostgreSQL is not installed")
    # Not below pytest's own folder: each session that starts shuts that to other users, and the server with it.
    folder = Path(tempfile.mkdtemp(prefix="loa-pg-"))
    server = Server(base, folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
