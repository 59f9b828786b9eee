"""The instrument that tells of slow work inside an open write, and of sounds that are written in their place."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from broadcaster.db.session import Database
from broadcaster.sound.store import Store, digest
from tests.kit import open_writes


def test_a_file_that_is_read_inside_a_write_is_told_with_its_place_and_outside_it_is_not(
    sqlite_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.flac"
    path.write_bytes(b"x")
    database = Database(sqlite_url)
    digest(path)
    with database.read():
        digest(path)
    assert open_writes.taken() == []
    with database.write():
        digest(path)
        path.read_bytes()  # the test's own
    (told,) = open_writes.taken()
    assert "store.digest" in told
    with database.write():
        pass
    digest(path)
    assert open_writes.taken() == []
    database.dispose()


def test_a_program_that_is_begun_inside_a_write_is_told(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_writes, "_HOUSE", (str(Path(__file__).parent), "/nowhere"))
    database = Database(sqlite_url)
    with database.write():
        subprocess.run([sys.executable, "-c", ""], check=True, timeout=60)
    assert any(line.startswith("subprocess.Popen") for line in open_writes.taken())
    database.dispose()


def test_a_kept_sound_that_is_written_in_its_place_is_told_and_the_store_writes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "audio" / "store")
    source = tmp_path / "x"
    source.write_bytes(b"sound")
    kept = store.path(store.put(source))
    (tmp_path / "backups" / "sounds").mkdir(parents=True)
    twin = tmp_path / "backups" / "sounds" / "twin"
    os.link(kept, twin)
    kept.chmod(0o600)
    kept.write_bytes(b"spoilt")  # as a fault of the disk would, in the file that both names mean
    store.put(source)
    assert kept.read_bytes() == b"sound"
    assert twin.read_bytes() == b"spoilt", "what is put again is another file, under the old name"
    assert open_writes.taken() == []
    monkeypatch.setattr(open_writes, "_HOUSE", (str(Path(__file__).parent), "/nowhere"))
    kept.chmod(0o600)
    with kept.open("r+b"):
        pass
    assert any(line.startswith("written in its place") for line in open_writes.taken())
