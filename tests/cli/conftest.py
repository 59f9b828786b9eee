"""The command `loa` run in this process, on a home of the test's own."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from broadcaster.cli import main

Loa = Callable[..., SimpleNamespace]


@pytest.fixture
def loa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Loa:
    """Run `loa` on a home of this test; the result has code, out and err."""

    def run(*arguments: object, stdin: bytes = b"") -> SimpleNamespace:
        monkeypatch.setattr(sys, "argv", ["loa", "--home", str(tmp_path / "home"), *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(stdin), isatty=lambda: False))
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return SimpleNamespace(code=code, out=captured.out, err=captured.err)

    return run


@pytest.fixture
def home(loa: Loa, tmp_path: Path) -> Path:
    made = loa("init", "--set", 'speech.voices=["tone:beep"]')
    assert made.code == 0, made.err
    return tmp_path / "home"
