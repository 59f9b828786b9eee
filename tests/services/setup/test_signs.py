"""A sound of the station's own whose file is gone is never dumb: found again, or a shipped one stands in, told aloud."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from broadcaster.db.models import CueRow
from broadcaster.domain.air.emergencies import EmergencyRequest
from broadcaster.domain.people.roles import machine
from broadcaster.media import ffmpeg
from broadcaster.services.air import emergencies, emergency_soundings, signs
from broadcaster.services.air.fitness import Organ, fitness
from broadcaster.services.schedule.cues import shipped
from broadcaster.services.setup import doctor, lacking, sounds
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.sounds import SoundFields
from broadcaster.services.station import Station
from broadcaster.sound.store import Store
from tests.kit.people import LEADER

ANYBODY = machine("thử")


@pytest.fixture
def station(station_of: Callable[[str], Station]) -> Station:
    return station_of("")


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    path = tmp_path / "coi.wav"
    ffmpeg.run(["-f", "lavfi", "-i", "sine=f=700:d=2:r=48000", str(path)])
    return path


def row_of(station: Station, name: str) -> CueRow:
    with station.db.read() as session:
        return session.get_one(CueRow, name)


def replaced(station: Station, upload: Path) -> str:
    """The kit's siren with a sound of the station's own."""
    sounds.change(station, ANYBODY, "bao-dong", SoundFields("Còi của xã", "alert", "Đài tự thu"), upload)
    sounds.decide(station, LEADER, 1, accept=True)
    return "bao-dong"


def added(station: Station, upload: Path) -> str:
    """A jingle that the kit has not."""
    name = sounds.add(station, ANYBODY, SoundFields("Nhạc hiệu của xã", "opening", "Đài tự thu"), upload)
    sounds.decide(station, LEADER, 1, accept=True)
    return name


def lost(station: Station, name: str) -> str:
    """The file of a sound goes away; its hash."""
    sha = row_of(station, name).audio_sha256
    Store(station.home.store).path(sha).unlink()
    return sha


@pytest.mark.medium
@pytest.mark.parametrize("own", [replaced, added])
def test_a_shipped_sound_stands_in_and_is_told_until_a_person_decides(
    station: Station, upload: Path, own: Callable[[Station, Path], str]
) -> None:
    name = own(station, upload)
    sha = lost(station, name)
    assert signs.mend(station) == [row_of(station, name).title]
    assert signs.mend(station) == [], "once"
    row = row_of(station, name)
    assert row.audio_sha256 in Store(station.home.store)
    assert row.lost_sha256 == sha
    (lack,) = lacking.lacks(station)
    assert (lack.title, lack.stands_in, lack.remade) == (row.title, True, False)
    check = next(c for c in doctor.examine(station, thorough=False) if c.name == "Âm thanh cần có")
    assert check.ok is False
    assert "đang dùng âm thanh đi kèm thay" in check.sentence
    assert not fitness(station).of(Organ.SIREN)
    sounds.keep_shipped(station, ANYBODY, name)
    assert lacking.lacks(station) == []
    assert row_of(station, name).licence != "Đài tự thu", "what is said of it is said of the shipped one"


@pytest.mark.medium
def test_the_file_uploaded_again_takes_its_place(station: Station, upload: Path) -> None:
    name = replaced(station, upload)
    sha = lost(station, name)
    signs.mend(station)
    sounds.change(station, ANYBODY, name, SoundFields("Còi của xã", "alert", "Đài tự thu"), upload)
    assert row_of(station, name).audio_sha256 == sha
    assert lacking.lacks(station) == []


@pytest.mark.medium
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_copy_beside_the_backups_is_brought_back(station: Station, upload: Path, when: str) -> None:
    name = replaced(station, upload)
    backup(station)
    kept = station.home.backups / signs.BESIDE
    away = kept.with_name("đi vắng")
    if when == "after":
        kept.rename(away)
    length = row_of(station, name).duration_ms
    sha = lost(station, name)
    signs.mend(station)
    if when == "after":
        assert row_of(station, name).lost_sha256 == sha
        away.rename(kept)
        assert signs.mend(station) == ["Còi của xã"]
    row = row_of(station, name)
    assert (row.audio_sha256, row.duration_ms, row.lost_sha256) == (sha, length, None)
    assert lacking.lacks(station) == []


@pytest.mark.medium
def test_an_emergency_that_begins_before_anything_was_mended_has_its_siren(station: Station, upload: Path) -> None:
    lost(station, replaced(station, upload))
    wish = EmergencyRequest(title="Lũ về", text="Nước lên.", zones=("am01",), reason="Công điện")
    number = emergencies.draft(station, ANYBODY, wish)
    emergencies.confirm(station, ANYBODY, number)
    with station.db.read() as session:
        siren = emergency_soundings.rundown_of(station, session, emergencies.get(session, number))[0]
    assert siren.audio_sha256 in Store(station.home.store)
    assert siren.duration_ms == round(shipped()["bao-dong"]["seconds"] * 1000)
