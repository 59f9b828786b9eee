"""What somebody at the machine does for a helper far away: three lines, and a bundle."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from broadcaster.services.air.fitness import Organ
from tests.kit.loa import Loa


@pytest.mark.usefixtures("home")
def test_the_command_prints_three_numbered_lines_and_says_no_when_something_ails(loa: Loa) -> None:
    done = loa("doctor", "--short")
    lines = done.out.splitlines()
    assert [line[:3] for line in lines] == ["1. ", "2. ", "3. "]
    assert max(map(len, lines)) < 90
    assert done.code == 1
    assert Organ.PLAYOUT.code in lines[1]


@pytest.mark.medium
def test_a_bundle_is_listed_when_it_is_made_and_each_file_can_be_looked_into(
    loa: Loa, home: Path, tmp_path: Path
) -> None:
    target = tmp_path / "goi.zip"
    done = loa("support", "-o", target)
    assert done.code == 0
    with zipfile.ZipFile(target) as archive:
        for name in archive.namelist():
            assert name in done.out
            shown = loa("support", "--show", name)
            assert shown.code == 0
            assert str(home) not in shown.out
    assert loa("support", "--show", "khong-co").code == 2
