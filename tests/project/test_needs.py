"""What is missing is found before the tests begin: a library that nothing brings, the package that would bring it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.needs import PROGRAMS, Program, first_start, lost_libraries, package_of, where

pytestmark = pytest.mark.skipif(shutil.which("ldd") is None, reason="no ldd on this system")


def wants(path: Path, library: bytes) -> None:
    """Write a real program that is linked to a library of this name instead of the C library."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(Path("/bin/true").read_bytes().replace(b"libc.so.6", library))


def test_a_library_that_nothing_brings_is_lost(tmp_path):
    wants(tmp_path / "driver" / "node", b"libq.so.6")
    assert lost_libraries(tmp_path) == {"libq.so.6": tmp_path / "driver" / "node"}


def test_a_library_from_another_wheel_is_no_loss(tmp_path):
    wants(tmp_path / "a" / "node", b"libq.so.6")
    shutil.copy("/bin/true", tmp_path / "libq.so.6")
    assert lost_libraries(tmp_path) == {}


def test_what_is_no_program_is_not_asked(tmp_path):
    (tmp_path / "words.so").write_text("libq.so.6")
    assert lost_libraries(tmp_path) == {}


@pytest.mark.parametrize(
    ("library", "known", "package"),
    [
        ("libatomic.so.1", {"libatomic1"}, "libatomic1"),
        ("libasound.so.2", {"libasound2t64"}, "libasound2t64"),
        ("libavcodec-extra60.so.3", {"libavcodec-extra60-3"}, "libavcodec-extra60-3"),
        ("libX11.so.6", set(), "libx11-6"),
        ("libq.so.6", {"libc6"}, None),
    ],
)
def test_the_package_of_a_library(library, known, package):
    assert package_of(library, known.__contains__) == package


def test_a_program_that_cannot_start_says_why(tmp_path, monkeypatch):
    wants(tmp_path / "openssl", b"libq.so.6")
    (tmp_path / "openssl").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "libq.so.6" in first_start(next(p for p in PROGRAMS if p.name == "openssl"))


def test_a_program_that_is_not_there_is_not_installed(monkeypatch, tmp_path):
    monkeypatch.setenv("LOA_CHROMIUM", str(tmp_path / "nowhere"))
    assert where("chromium") is None
    assert first_start(PROGRAMS[0]) == "not installed"


def test_a_program_that_starts_is_well():
    assert first_start(Program(sys.executable, (), "", ("--version",))) is None


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.name)
def test_the_first_start_of_each_program_ends_well_where_it_is_installed(program):
    if where(program.name) is None:
        pytest.skip(f"{program.name} is not installed")
    assert first_start(program) is None
