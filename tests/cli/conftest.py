"""The command `loa` run in this process, on a home of the test's own."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sqlite3
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from broadcaster import private
from broadcaster.cli import main
from tests.kit.loa import Loa


@pytest.fixture
def loa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Loa:
    """Run `loa` on a home of this test; the result has code, out and err."""

    def run(*arguments: object, stdin: bytes = b"") -> SimpleNamespace:
        monkeypatch.setattr(sys, "argv", ["loa", "--home", str(tmp_path / "home"), *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        home, code, before = tmp_path / "home", 0, os.umask(0)
        by_hand = private.open_to_others(home)
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        finally:
            os.umask(before)
        assert set(private.open_to_others(home)) <= set(by_hand)
        captured = capsys.readouterr()
        return SimpleNamespace(code=code, out=captured.out, err=captured.err)

    return run


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A station as `loa init` makes it; others are copied from it, and it is never written to."""
    root = tmp_path_factory.mktemp("init") / "home"
    command = ["loa", "--home", str(root), "init", "--set", 'speech.voices=["tone:beep"]']
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.setattr(sys, "argv", command)
        before = os.umask(0)
        with contextlib.suppress(SystemExit):
            main()
        os.umask(before)
    with sqlite3.connect(root / "station.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return root


@pytest.fixture
def home(made_home: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "home"
    shutil.copytree(made_home, copied, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    return copied
