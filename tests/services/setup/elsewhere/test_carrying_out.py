"""Copies outside the machine: what is there is whole, sealed, named so that nothing is revealed, and comes back by paper."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest
from sqlalchemy import select

from broadcaster.clock import FrozenClock
from broadcaster.db.models import Job
from broadcaster.disks import DiskError
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.domain.work.jobs import JobKind, JobState
from broadcaster.errors import ForbiddenError, RuleError, StationError
from broadcaster.services.log.record import examine
from broadcaster.services.setup import backup as backups
from broadcaster.services.setup import doctor
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.elsewhere import facts, fetching, paper_key, sealed
from broadcaster.services.setup.elsewhere.carrying_out import carry, want
from broadcaster.services.setup.elsewhere.nightly import Sticks
from broadcaster.services.setup.restoring import Restored, restore
from broadcaster.services.station import Station, open_station
from broadcaster.services.work import jobs
from broadcaster.targets.folder import FolderShelf
from broadcaster.targets.target import AbsentError, TargetError
from tests.kit.elsewhere import ANYBODY, place, stick, with_folder
from tests.kit.scripts import approved
from tests.kit.small_disk import NEEDS_ROOT, fill

WATCHER = Actor("xem", "Người xem", frozenset({Role.VIEWER}))


@pytest.fixture
def station(station_of: Callable[[str], Station]) -> Station:
    return station_of("")


def carries(station: Station) -> int:
    """How many copies the worker was asked for and has not begun."""
    with station.db.read() as session:
        return len(session.scalars(select(Job).where(Job.kind == JobKind.CARRY, Job.state == JobState.WANTED)).all())


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def back(place_: str, typed: str, root: Path, clock: FrozenClock) -> Restored:
    """What a person does on a new machine with the paper and the place."""
    key = paper_key.read(typed)
    with fetching.source(place_).opened() as shelf, fetching.fetched(shelf, key, root) as archive:
        return restore(archive, root, clock=clock, agree=lambda _: None)


@pytest.mark.medium
def test_a_station_comes_back_whole_from_a_place_with_the_paper_alone(
    station_of: Callable[[str], Station], database_url: str, tmp_path: Path, clock: FrozenClock
) -> None:
    station = station_of(database_url)
    approved(station)
    key = with_folder(station, tmp_path / "nas")
    backup(station)
    known = carry(station, "nas")
    assert (known.fault, known.nights, known.missing) == ("", 1, 0)
    before = {p.name for p in station.home.store.glob("??/*.flac")}
    shutil.rmtree(station.home.backups)
    made = back(str(tmp_path / "nas"), " ".join(key.groups).lower(), tmp_path / "mới", clock)
    assert {p.name for p in made.home.store.glob("??/*.flac")} == before
    assert (made.lacks, made.gone, made.waiting) == ((), 0, ())
    copy = open_station(made.home.root, clock=clock)
    assert examine(copy).faults == []
    assert paper_key.recipient_of(copy) == key.recipient, "it goes on sealing for the same paper"
    copy.close()
    assert [p.name for p in tmp_path.glob(".loa-*")] == [], "nothing is left in clear"


@pytest.mark.medium
def test_what_lies_elsewhere_reveals_nothing_and_is_opened_by_the_paper_alone(station: Station, tmp_path: Path) -> None:
    approved(station)
    key = with_folder(station, tmp_path / "nas")
    backup(station)
    carry(station, "nas")
    there = files(tmp_path / "nas")
    hashes = {p.stem for p in (station.home.root / "audio").rglob("*.flac")}
    assert len(hashes) > 3
    for name, data in there.items():
        assert not any(sha[:12] in name or sha.encode() in data for sha in hashes), name
        if name.endswith(sealed.SUFFIX):
            assert data.startswith(b"age-encryption.org/v1\n-> X25519 ")
            assert pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(key.secret)])
            with pytest.raises(pyrage.DecryptError):
                pyrage.decrypt(data, [pyrage.x25519.Identity.generate()])
    at_home = b"".join(p.read_bytes() for p in station.home.root.rglob("*") if p.is_file())
    assert key.secret.encode() not in at_home
    assert key.secret.removeprefix("AGE-SECRET-KEY-1").encode() not in at_home


@pytest.mark.medium
def test_a_sound_is_carried_once_and_let_go_when_no_kept_night_names_it(
    station: Station, tmp_path: Path, clock: FrozenClock
) -> None:
    approved(station)
    with_folder(station, tmp_path / "nas")
    backup(station)
    carry(station, "nas")
    first = {n: (tmp_path / "nas" / n).stat().st_ino for n in files(tmp_path / "nas") if "/sounds/" in n}
    clock.advance(86_400)
    approved(station, "Kính thưa bà con. Ngày mai trời mưa.")
    backup(station)
    carry(station, "nas")
    second = {n: (tmp_path / "nas" / n).stat().st_ino for n in files(tmp_path / "nas") if "/sounds/" in n}
    assert first.items() < second.items(), "what was there was not laid again"
    fresh = min(second.keys() - first.keys())
    for path in [*station.home.store.glob("??/*.flac"), *(station.home.backups / "sounds").glob("??/*.flac")]:
        if paper_key.hidden(paper_key.recipient_of(station), path.stem) == sealed.stem_of(fresh):
            path.unlink()
    for _ in range(backups.KEEP):
        clock.advance(86_400)
        backup(station)
        known = carry(station, "nas")
    assert known.nights == backups.KEEP
    left = files(tmp_path / "nas")
    assert fresh not in left
    assert len([n for n in left if n.endswith(sealed.LIST)]) == backups.KEEP


def test_what_is_told_of_a_place_is_what_it_answered(station: Station, tmp_path: Path, clock: FrozenClock) -> None:
    assert doctor_line(station)[0] is None
    place(station, "nas", "folder", path=str(tmp_path / "nas"))
    assert doctor_line(station)[0] is False
    paper_key.make(station, ANYBODY)
    backup(station)
    assert facts.last_carried(station) == (facts.Carried("nas"),)
    with pytest.raises(AbsentError):
        carry(station, "nas")
    (never,) = facts.last_carried(station)
    assert never.absent
    assert (never.newest_at, never.tried_at) == (None, station.now())
    (tmp_path / "nas").mkdir()
    known = carry(station, "nas")
    assert facts.last_carried(station) == (known,)
    assert known.newest_at == station.now().replace(microsecond=0)
    assert doctor_line(station)[0] is True
    for archive in (tmp_path / "nas").rglob("loa-*.age"):
        archive.unlink()
    for old in station.home.backups.glob("loa-*.zip"):
        old.unlink()
    with pytest.raises(RuleError):
        carry(station, "nas")
    assert facts.last_carried(station)[0].fault
    backup(station)
    clock.advance(9 * 86_400)
    carry(station, "nas")
    ok, words = doctor_line(station)
    assert ok is False
    assert "đã 9 ngày" in words


def doctor_line(station: Station) -> tuple[bool | None, str]:
    found = next(c for c in doctor.examine(station, thorough=False) if c.name == "Sao lưu nơi khác")
    return found.ok, found.sentence


class _CutError(Exception):
    """The power, or a hand."""


@pytest.mark.medium
@pytest.mark.parametrize("after", range(3))
def test_a_copy_that_is_cut_off_leaves_no_half_night_and_goes_on_from_there(
    station: Station, tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    approved(station)
    key = with_folder(station, tmp_path / "nas")
    backup(station)
    carry(station, "nas")
    clock.advance(86_400)
    approved(station, "Kính thưa bà con. Ngày mai trời mưa to.")
    backup(station)
    real, laid = FolderShelf.put, []

    def cut(self: FolderShelf, source: Path, name: str) -> None:
        if len(laid) == after:
            half = source.with_suffix(".half")
            half.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
            (tmp_path / "nas" / "dang-chep.part").write_bytes(half.read_bytes())
            raise _CutError
        real(self, source, name)
        laid.append(name)

    with monkeypatch.context() as patch:
        patch.setattr(FolderShelf, "put", cut)
        with pytest.raises(_CutError):
            carry(station, "nas")
    made = back(str(tmp_path / "nas"), key.secret, tmp_path / "mới", clock)
    assert (made.lacks, made.gone) == ((), 0), "the night before is whole all the while"
    known = carry(station, "nas")
    assert (known.nights, known.fault) == (2, "")
    assert not list((tmp_path / "nas").rglob("*.part"))


@pytest.mark.medium
@NEEDS_ROOT
def test_a_stick_is_copied_when_it_is_plugged_in_and_is_told_of_when_it_is_full_or_pulled_out(
    station: Station, tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(station)
    place(station, "usb", "usb")
    key = paper_key.make(station, ANYBODY)
    backup(station)
    sticks = Sticks()
    with stick(tmp_path / "stick", monkeypatch) as one:
        sticks.look(station)
        assert carries(station) == 0
        with pytest.raises(AbsentError, match="Hãy cắm USB"):
            carry(station, "usb")
        one.plug()
        with pytest.raises(AbsentError, match="máy chưa mở nó"):
            carry(station, "usb")
        one.open("2m")
        sticks.look(station)
        sticks.look(station)
        assert carries(station) == 1, "once each time it is plugged in"
        fill(one.mount)
        with pytest.raises(TargetError, match="đầy"):
            carry(station, "usb")
        assert not list(one.mount.rglob("*.age"))
        one.pull()
        one.plug()
        one.open()
        assert carry(station, "usb").nights == 1
        made = back("usb", key.secret, tmp_path / "mới", clock)
        assert made.gone == 0
        clock.advance(86_400)
        approved(station, "Kính thưa bà con. Rút USB giữa chừng.")
        backup(station)
        with pytest.raises(StationError):
            carry(station, "usb", progress=lambda share: one.pull() if share > 0 else None)
        assert files(one.mount) == {}, "nothing is written where it was mounted"
        known = facts.last_carried(station)[0]
        assert known.fault
        assert known.nights == 1, "what it answered last stays known"


def test_only_who_manages_the_station_makes_a_key_or_asks_for_a_copy(station: Station, tmp_path: Path) -> None:
    with_folder(station, tmp_path / "nas")
    for act in (lambda: paper_key.make(station, WATCHER, renew=True), lambda: want(station, WATCHER, "nas")):
        with pytest.raises(ForbiddenError):
            act()
    number = want(station, ANYBODY, "nas")
    assert carries(station) == 1
    assert number not in jobs.due(station), "the copy stands behind a fresh backup"


@pytest.mark.medium
def test_a_new_key_needs_a_second_look_and_seals_everything_anew(
    station: Station, tmp_path: Path, clock: FrozenClock
) -> None:
    approved(station)
    old = with_folder(station, tmp_path / "nas")
    backup(station)
    carry(station, "nas")
    with pytest.raises(RuleError):
        paper_key.make(station, ANYBODY)

    def jam(_: paper_key.PaperKey) -> None:
        raise DiskError("đầy")

    with pytest.raises(DiskError):
        paper_key.make(station, ANYBODY, renew=True, lay=jam)
    assert paper_key.recipient_of(station) == old.recipient, "a sheet that was not printed changes nothing"
    new = paper_key.make(station, ANYBODY, renew=True)
    assert carry(station, "nas").nights == 1
    for number, key in enumerate((old, new)):
        made = back(str(tmp_path / "nas"), key.secret, tmp_path / f"mới-{number}", clock)
        assert made.gone == 0, "the old paper opens the old copies, the new one the new"
    with pytest.raises(RuleError, match="không có bản sao lưu nào"):
        back(str(tmp_path / "nas"), str(pyrage.x25519.Identity.generate()), tmp_path / "khác", clock)


@pytest.mark.parametrize("slip", [lambda s: s[:-1], lambda s: s[:-1] + ("Q" if s[-1] != "Q" else "P"), lambda s: ""])
def test_a_slip_in_typing_the_key_is_told(slip: Callable[[str], str]) -> None:
    secret = str(pyrage.x25519.Identity.generate())
    with pytest.raises(RuleError):
        paper_key.read(slip(secret))


@pytest.mark.medium
def test_a_damaged_file_elsewhere_is_never_unpacked(station: Station, tmp_path: Path, clock: FrozenClock) -> None:
    approved(station)
    key = with_folder(station, tmp_path / "nas")
    backup(station)
    carry(station, "nas")
    sound = next((tmp_path / "nas").glob("*/sounds/*/*.age"))
    sound.write_bytes(sound.read_bytes()[:-1] + b"\0")
    made = back(str(tmp_path / "nas"), key.secret, tmp_path / "mới", clock)
    assert made.gone == 1, "that sound alone is missing, and told"
    archive = next((tmp_path / "nas").glob("*/nights/*.age"))
    archive.write_bytes(archive.read_bytes()[:-1] + b"\0")
    with pytest.raises(RuleError):
        back(str(tmp_path / "nas"), key.secret, tmp_path / "khác", clock)
    assert not (tmp_path / "khác").exists()


def test_when_a_night_was_made_is_read_from_its_name(station: Station) -> None:
    night = sealed.Night("loa-20261130-010203-d5-abcdef012345", "x", frozenset(), frozenset())
    assert night.at(station.settings.tz) == dt.datetime(2026, 11, 29, 18, 2, 3, tzinfo=dt.UTC)
