"""First passwords: on a terminal, else in a file that goes as they are changed; never in what a service prints."""

from __future__ import annotations

from pathlib import Path

from broadcaster.services.people import first_passwords
from broadcaster.services.people.accounts import actor_named
from broadcaster.services.people.signing_in import change_password
from broadcaster.services.station import open_station
from tests.kit.loa import Loa


def test_where_no_terminal_is_they_lie_in_a_file_until_each_was_changed(loa: Loa, tmp_path: Path) -> None:
    done = loa("init", "--set", 'speech.voices=["tone:beep"]')
    home = tmp_path / "home"
    file = home / "run" / "mat-khau-lan-dau.txt"
    assert str(file) in done.out
    lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(lines) >= 3
    assert not [password for _, password in lines if password in done.out + done.err]
    station = open_station(home)
    first_passwords.tidy(station)
    for count, (name, password) in enumerate(lines, 1):
        change_password(station, actor_named(station, name), password, f"{name}: muoi hai con de trang")
        first_passwords.tidy(station)
        assert file.is_file() == (count < len(lines))
        assert not file.is_file() or name not in file.read_text(encoding="utf-8").split()
    first_passwords.tidy(station)
    station.close()
