"""What opens an account: sealed in the database, with a key that no backup carries; codes on paper hashed slowly."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from broadcaster.cli.backups.command import restored_lines
from broadcaster.clock import FrozenClock
from broadcaster.db.models import User
from broadcaster.db.session import Database
from broadcaster.domain.people.roles import machine
from broadcaster.errors import ForbiddenError
from broadcaster.home import Home
from broadcaster.services.people import recovery_codes, seals, second_step
from broadcaster.services.people.accounts import actor_named, make_first_accounts, reset_password
from broadcaster.services.people.signing_in import authenticate, pass_second_step
from broadcaster.services.setup import doctor
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.founding import init
from broadcaster.services.setup.restoring import restore, restore_beside
from broadcaster.services.station import Station, open_station
from tests.kit.people import EDITOR

ANYBODY = machine("thử")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OLD_CODE = "12ab-34cd"


@pytest.fixture
def station(database: Database, tmp_path: Path, clock: FrozenClock) -> Station:
    """A station on either database, with an account of a version that kept the key open and the codes hashed fast."""
    home = Home(tmp_path / "home")
    home.make_folders()
    home.settings_file.write_text("", encoding="utf-8")
    with database.write() as session:
        for name in ("vanhanh", "khac"):
            codes = [hashlib.sha256(OLD_CODE.encode()).hexdigest()] if name == "vanhanh" else []
            facts = {"full_name": name, "roles": ["operator"], "password_hash": "x", "created_at": clock.now()}
            session.add(User(username=name, totp_secret=SECRET, recovery_hashes=codes, **facts))
    return Station(home, home.settings(), database, clock)


def row(station: Station, username: str = "vanhanh") -> User:
    with station.db.read() as session:
        found = session.scalars(select(User).where(User.username == username)).one()
        session.expunge_all()
        return found


def opens(station: Station, code: str) -> bool:
    user = row(station)
    return pass_second_step(station, user.id, user.session_epoch, code) is not None


def telephone(station: Station) -> str:
    return pyotp.TOTP(SECRET).at(station.now())


def test_keys_that_lay_open_are_sealed_and_telephones_and_papers_open_as_before(station: Station) -> None:
    second_step.take_over(station)
    user = row(station)
    assert SECRET not in str(user.totp_secret)
    assert user.recovery_hashes[0].startswith("0:$argon2id$")
    again = row(station)
    second_step.take_over(station)  # the next upgrade changes nothing
    assert (row(station).totp_secret, row(station).recovery_hashes) == (again.totp_secret, again.recovery_hashes)
    assert opens(station, telephone(station))
    assert "loại cũ" in second_step.anew(station, "vanhanh")
    assert opens(station, OLD_CODE)
    assert not opens(station, OLD_CODE)
    assert second_step.anew(station, "vanhanh") == ""


def test_a_sealed_key_is_of_use_in_its_own_row_and_with_its_own_home_alone(station: Station, tmp_path: Path) -> None:
    second_step.take_over(station)
    mine, other = row(station), row(station, "khac")
    assert seals.opened(station.home, mine.id, str(mine.totp_secret)) == SECRET
    assert seals.opened(station.home, mine.id, str(other.totp_secret)) is None  # carried over from another row
    assert seals.opened(Home(tmp_path / "other"), mine.id, str(mine.totp_secret)) is None
    assert seals.opened(station.home, mine.id, f"{str(mine.totp_secret)[:-4]}AAAA") is None
    assert seals.opened(station.home, mine.id, SECRET) is None  # laid there by whoever can write the database


def test_a_new_key_seals_all_anew_and_the_old_one_opens_nothing(station: Station) -> None:
    second_step.take_over(station)
    file = station.home.keys / "seal.key"
    before, old = str(row(station).totp_secret), file.read_text()
    with pytest.raises(ForbiddenError):
        second_step.seal_anew(station, EDITOR)
    assert file.read_text() == old
    assert second_step.seal_anew(station, ANYBODY) == 2
    assert old not in file.read_text()
    user = row(station)
    assert seals.opened(station.home, user.id, before) is None
    assert opens(station, telephone(station))
    seals.add_key(station.home)  # as one that was cut off leaves it
    assert seals.opened(station.home, user.id, str(user.totp_secret)) == SECRET


def test_a_code_on_paper_holds_80_random_bits_opens_once_and_costs_one_slow_hash() -> None:
    codes, kept = recovery_codes.new()
    assert len({*codes}) == len(kept) == recovery_codes.COUNT
    for number, code in enumerate(codes, 1):
        letters = code.replace("-", "")[1:]
        assert code.startswith(f"{number}-")
        assert len(letters) * 5 >= 80
        assert set(letters) <= set(recovery_codes._LETTERS)
    assert all(one.partition(":")[2].startswith("$argon2id$") for one in kept)
    assert not any(code.replace("-", "")[1:] in json.dumps(kept) for code in codes)
    assert recovery_codes.spent(codes[4].upper().replace("-", " "), kept) == kept[4]
    assert recovery_codes.spent(codes[4].replace("1", "l").replace("0", "O"), kept) == kept[4]  # read off a paper
    assert recovery_codes.spent(f"5{codes[3][1:]}", kept) is None
    assert recovery_codes.spent("123456", kept) is None
    assert not recovery_codes.are_older(kept)


@pytest.fixture
def founded(tmp_path: Path, clock: FrozenClock) -> Station:
    made = init(tmp_path / "real", overrides={"speech": {"voices": ["tone:beep"]}}, clock=clock)
    make_first_accounts(made)
    return made


def entered(station: Station, password: str, code: str) -> bool:
    found = authenticate(station, "vanhanh", password)
    assert found is not None
    assert found.second_step
    user_id = found.actor.user_id
    assert user_id is not None
    return pass_second_step(station, user_id, found.epoch, code) is not None


@pytest.mark.medium
def test_no_backup_carries_the_key_and_a_station_brought_back_elsewhere_asks_for_a_paper_code(
    founded: Station, tmp_path: Path, clock: FrozenClock
) -> None:
    password = reset_password(founded, ANYBODY, "vanhanh")
    actor = actor_named(founded, "vanhanh")
    totp = pyotp.TOTP(SECRET)
    codes = second_step.turn_on(founded, actor, SECRET, totp.at(clock.now()))
    archive = backup(founded, whole=True)
    key = (founded.home.keys / "seal.key").read_bytes()
    with zipfile.ZipFile(archive) as bundle:
        assert not any("key" in Path(name).suffix for name in bundle.namelist())
        held = b"".join(bundle.read(name) for name in bundle.namelist())
    assert SECRET.encode() not in held
    assert key not in held
    clock.advance(60)
    elsewhere = restore(archive, tmp_path / "elsewhere", clock=clock)
    assert elsewhere.shut_out == ("vanhanh",)
    assert any("no-second-step" in line for line in restored_lines(elsewhere))
    there = open_station(elsewhere.home.root, clock=clock)
    assert [c.ok for c in doctor.examine(there) if c.name == "Bước thứ hai"] == [None]
    assert not entered(there, password, totp.at(clock.now()))
    assert "khôi phục" in second_step.anew(there, "vanhanh")
    assert entered(there, password, codes[2])
    assert not entered(there, password, codes[2])
    second_step.turn_off(there, ANYBODY, "vanhanh")
    second_step.turn_on(there, actor, SECRET, totp.at(clock.now()))
    assert second_step.anew(there, "vanhanh") == ""
    there.close()
    beside = restore_beside(founded, ANYBODY, archive.name)
    assert beside.shut_out == ()
    here = open_station(beside.home.root, clock=clock)
    assert entered(here, password, totp.at(clock.now()))
    here.close()
    founded.close()
