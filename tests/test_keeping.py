"""Files written whole: what is there before, what a disk that refuses leaves, and how open the file is."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from broadcaster import keeping


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("lasting", [True, False])
def test_a_kept_file_is_its_owner_s_alone_or_as_open_as_the_one_before_and_leaves_nothing_beside_it(
    tmp_path: Path, *, lasting: bool
) -> None:
    path = tmp_path / "a.json"
    keeping.keep(path, "một", lasting=lasting)
    assert (path.read_text(encoding="utf-8"), _mode(path)) == ("một", 0o600)
    path.chmod(0o640)
    keeping.keep(path, [b"ha", b"i"], lasting=lasting)
    assert (path.read_bytes(), _mode(path)) == (b"hai", 0o640)
    assert _names(tmp_path) == ["a.json"]


def test_what_was_made_first_stays(tmp_path: Path) -> None:
    path = tmp_path / "key"
    keeping.keep_first(path, "mine")
    keeping.keep_first(path, "yours")
    assert (path.read_text(), _mode(path), _names(tmp_path)) == ("mine", 0o600, ["key"])


def test_a_disk_that_refuses_leaves_the_file_before_and_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    keeping.keep(path, "before")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        keeping.keep(path, "after")
    assert (path.read_text(), _names(tmp_path)) == ("before", ["a"])


def test_a_disk_that_brings_no_names_down_by_itself_is_believed_and_a_broken_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = errno.EINVAL

    def refusing(_handle: int) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(os, "fsync", refusing)
    keeping.sync_folder(tmp_path)
    number = errno.EIO
    with pytest.raises(OSError, match="no"):
        keeping.sync_folder(tmp_path)


def test_a_file_is_taken_away_once_and_what_was_cut_off_half_written_is_cleared(tmp_path: Path) -> None:
    kept, left, mine = tmp_path / "a.part", tmp_path / ".a.999999999-2.part", tmp_path / f".a.{os.getpid()}-2.part"
    for path in (kept, left, mine):
        path.touch()
    assert keeping.clear_left(tmp_path.parent) == 1
    assert _names(tmp_path) == [mine.name, "a.part"]
    mine.unlink()
    for _ in range(2):
        keeping.forget(kept)
    assert _names(tmp_path) == []


def test_folders_are_made_with_those_above_them(tmp_path: Path) -> None:
    for _ in range(2):
        keeping.make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
