"""A backup that was cut off or altered is named before anything is touched; one that cannot be written is told."""

from __future__ import annotations

import errno
import shutil
import zipfile
from collections import namedtuple
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.clock import FrozenClock
from broadcaster.domain.people.roles import machine
from broadcaster.errors import RuleError
from broadcaster.home import Home
from broadcaster.locks import FileLock
from broadcaster.services.setup import before_restoring, doctor
from broadcaster.services.setup.archives import looked_through
from broadcaster.services.setup.backup import backup, want_backup
from broadcaster.services.setup.restoring import restore
from broadcaster.services.station import Station
from tests.kit.clocks import NOON
from tests.kit.founding import founded
from tests.kit.panel import work

ANYBODY = machine("thử")


@pytest.fixture(scope="module")
def hour() -> FrozenClock:
    return FrozenClock(NOON)


@pytest.fixture(scope="module")
def station(hour: FrozenClock, tmp_path_factory: pytest.TempPathFactory) -> Station:
    return founded(tmp_path_factory.mktemp("đài") / "home", clock=hour)


@pytest.fixture(scope="module")
def archive(station: Station) -> Path:
    return backup(station)


@pytest.fixture(scope="module")
def small(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The same archive with little in each file: what the reader of a zip meets, and quick to read."""
    path = tmp_path_factory.mktemp("nhỏ") / "b.zip"
    with zipfile.ZipFile(archive) as whole, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as some:
        for name in ("station.db", "station.toml", "store.json", "schedules/zones.toml"):
            some.writestr(name, whole.read(name)[:600])
        some.writestr("audio/store/ab/cd.flac", bytes(range(256)), zipfile.ZIP_STORED)
    return path.read_bytes()


def held(data: bytes, folder: Path) -> dict[str, bytes]:
    """What an archive says, when it is believed."""
    path = folder / "b.zip"
    path.write_bytes(data)
    names = looked_through(path).names
    with zipfile.ZipFile(path) as bundle:
        return {name: bundle.read(name) for name in names}


@given(data=st.data())
def test_a_bit_that_is_another_is_named_or_changes_nothing(
    data: st.DataObject, small: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    at = data.draw(st.integers(0, len(small) * 8 - 1))
    altered = bytearray(small)
    altered[at // 8] ^= 1 << at % 8
    try:
        found = held(bytes(altered), folder)
    except RuleError:
        return  # named
    assert found == held(small, folder)


def test_a_length_in_the_list_of_an_archive_that_hides_the_files_behind_it_is_named(
    small: bytes, tmp_path: Path
) -> None:
    whole, at = held(small, tmp_path), small.index(b"PK\x01\x02")
    hidden = 0
    while at >= 0:
        for bit in range(28 * 8, 34 * 8):  # of its name, of what is extra, of its remark
            altered = bytearray(small)
            altered[at + bit // 8] ^= 1 << bit % 8
            try:
                assert held(bytes(altered), tmp_path) == whole
            except RuleError:
                hidden += 1
        at = small.find(b"PK\x01\x02", at + 4)
    assert hidden > 100


@given(share=st.floats(0, 1, exclude_max=True))
def test_a_backup_that_was_cut_off_anywhere_is_named(
    share: float, small: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(RuleError, match="cắt cụt"):
        held(small[: int(len(small) * share)], tmp_path_factory.getbasetemp())


def test_nothing_is_touched_for_a_damaged_backup(archive: Path, tmp_path: Path) -> None:
    whole = archive.read_bytes()
    bad = tmp_path / "b.zip"
    for data in (b"", whole[: len(whole) // 2], whole[:3000] + b"?" + whole[3001:]):
        bad.write_bytes(data)
        with pytest.raises(RuleError, match="Chưa động tới gì"):
            restore(bad, tmp_path / "mới")
    assert not (tmp_path / "mới").exists()


def test_settings_that_are_wrong_are_named_before_anything_is_touched(archive: Path, tmp_path: Path) -> None:
    bad = tmp_path / "b.zip"
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(bad, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"[web]\nport = mot" if name == "station.toml" else old.read(name))
    with pytest.raises(RuleError, match="Dòng 2 viết sai"):
        restore(bad, tmp_path / "mới")
    assert not (tmp_path / "mới").exists()


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "C:/x", "a\\..\\x"])
def test_a_name_that_leads_out_of_the_folder_is_refused(archive: Path, tmp_path: Path, name: str) -> None:
    bad = shutil.copy(archive, tmp_path / "b.zip")
    with zipfile.ZipFile(bad, "a") as bundle:
        bundle.writestr(name, "x")
    with pytest.raises(RuleError, match="đường dẫn lạ"):
        restore(bad, tmp_path / "mới")
    assert not (tmp_path / "mới").exists()


def test_a_disk_without_room_is_named_before_and_a_disk_that_fills_leaves_nothing(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        usage = namedtuple("usage", "total used free")  # noqa: PYI024 - as shutil has it
        patch.setattr(f"{before_restoring.__name__}.shutil.disk_usage", lambda _path: usage(10, 10, 1000))
        with pytest.raises(RuleError, match="Ổ đĩa còn trống"):
            restore(archive, tmp_path / "mới")
    assert not (tmp_path / "mới").exists()

    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "trống").mkdir()
    monkeypatch.setattr("broadcaster.services.setup.restoring.shutil.copyfileobj", full)
    for folder in ("mới", "trống"):
        with pytest.raises(RuleError, match="Không khôi phục được"):
            restore(archive, tmp_path / folder)
    assert not (tmp_path / "mới").exists()
    assert list((tmp_path / "trống").iterdir()) == []


def test_a_backup_that_cannot_be_written_leaves_no_archive_and_the_next_takes_its_remains_away(
    station: Station, hour: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(station.home.root)
    before = set(home.backups.glob("loa-*"))
    hour.advance(60)

    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "writestr", full)
        with pytest.raises(OSError, match="No space"):
            backup(station)
    assert set(home.backups.glob("*.zip")) == before
    (home.backups / "partial-x").mkdir()
    made = backup(station)
    assert {p for p in home.backups.iterdir() if p.name != "sounds"} == before | {made}
    looked_through(made)


def test_two_backups_are_never_written_at_once(station: Station) -> None:
    lock = FileLock(station.home.run / "backup.lock")
    assert lock.take()
    try:
        with pytest.raises(RuleError, match="bản sao lưu khác"):
            backup(station)
    finally:
        lock.close()


def test_a_night_whose_backup_failed_is_told_by_the_doctor_with_the_cause(
    station: Station, hour: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    hour.advance(60)
    with monkeypatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "writestr", full)
        want_backup(station, ANYBODY, whole=False)
        work(station)
    (check,) = [c for c in doctor.examine(station, thorough=False) if c.name == "Sao lưu"]
    assert check.ok is False
    assert "Ổ đĩa đã đầy" in check.sentence
    hour.advance(60)
    want_backup(station, ANYBODY, whole=False)
    work(station)
    (check,) = [c for c in doctor.examine(station, thorough=False) if c.name == "Sao lưu"]
    assert check.ok is not False
