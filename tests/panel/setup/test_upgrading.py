"""The page of upgrades: what is in use and what might follow, begun by a second look, withdrawn, and how it went."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import json
import re
from pathlib import Path

import pytest

from broadcaster import __version__
from broadcaster.boot import unit
from broadcaster.domain.setup.upgrades import Upgrade, UpgradeStep
from broadcaster.services.setup.upgrade import asking, bundles, record, telling
from broadcaster.services.setup.upgrade.versions import Versions
from broadcaster.services.setup.upgrade.wishes import wished
from broadcaster.services.station import Station
from broadcaster.supervise.settling import alone
from tests.kit.panel import SignIn
from tests.kit.releases import wheel

PAGE = "/settings/upgrade/"


def seal(page: str) -> dict[str, str]:
    found = re.search(r'name="seal" value="([^"]+)"', page)
    assert found is not None
    return {"seal": html.unescape(found[1])}


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Versions:
    made = Versions(tmp_path / "opt" / "versions")
    for version in (__version__, "9.0.0"):
        made.place(version).mkdir(parents=True)
        made.made_whole(version)
    made.point(__version__)
    units = tmp_path / "units"
    units.mkdir()
    (units / unit.WISH).touch()
    monkeypatch.setattr(asking, "usual", lambda: made)
    monkeypatch.setattr(unit, "FOLDERS", (units,))
    monkeypatch.setattr(asking, "_STICKS", ())
    return made


def test_an_administrator_has_the_machine_upgrade_by_a_second_look_and_takes_it_back(
    station: Station, sign_in: SignIn, versions: Versions
) -> None:
    admin = sign_in("quantri")
    page = admin.get(PAGE).text
    assert f"Đang dùng bản {__version__}" in page
    assert "Bản 9.0.0" in page
    look = admin.get(f"{PAGE}to/9.0.0").text
    assert admin.post(f"{PAGE}to/9.0.0", data={"seal": "x"}).status_code == 422
    assert wished(station.home, versions) is None, "nothing is begun that was not shown"
    assert admin.post(f"{PAGE}to/9.0.0", data=seal(look)).status_code == 303
    wish = wished(station.home, versions)
    assert wish is not None
    assert (wish.version, wish.by, wish.trusted) == ("9.0.0", "quantri", False)
    assert "Bản 9.0.0 chờ giờ yên để thay." in admin.get(f"{PAGE}standing").text
    assert admin.post(f"{PAGE}withdraw").status_code == 303
    assert wished(station.home, versions) is None
    assert admin.get(f"{PAGE}to/0.0.1").status_code == 404, "no older one, and none that is not there"


def test_whoever_only_looks_sees_how_upgrades_ended_and_begins_none(
    station: Station, sign_in: SignIn, versions: Versions
) -> None:
    at = dt.datetime(2027, 3, 1, 5, tzinfo=dt.UTC)
    ended = Upgrade(
        old="0.1.0", new="9.0.0", step=UpgradeStep.BACK, versions="", begun=at, at=at, why="Máy phát không chạy."
    )
    record.keep(station.home, ended)
    telling.keep_on_record(station)
    record.refuse(station.home, "9.9.9", "Phiên bản 9.9.9 không có trên máy này.", station.now())
    page = sign_in("bientap").get(PAGE).text
    assert "đã trở về phiên bản cũ. Máy phát không chạy." in page
    assert "9.9.9 không có trên máy này" in page
    record.keep(station.home, dataclasses.replace(ended, step=UpgradeStep.REHEARSING, told=False))
    assert "đang sao lưu" not in sign_in("bientap").get(PAGE).text, "nobody does it any more"
    assert "đã bị cắt ngang" in record.told(station.home)
    with alone(station.home):
        assert "đang sao lưu" in sign_in("bientap").get(PAGE).text
        assert "cắt ngang" not in record.told(station.home)
    assert "Thay sang bản này" not in page
    assert sign_in("bientap").post(f"{PAGE}to/9.0.0").status_code == 403
    assert wished(station.home, versions) is None


def test_a_bundle_is_found_and_without_the_key_of_this_machine_only_an_administrator_of_it_may_lay_it(
    station: Station, sign_in: SignIn, versions: Versions, tmp_path: Path
) -> None:
    place = record.folder(station.home) / asking.PLACE
    place.mkdir(parents=True)
    wheel(tmp_path / "wheels", "loa-xa", "9.1.0", {})
    bundles.packed(tmp_path / "wheels", "9.1.0", place / "moi.loa")
    (place / "hong.loa").write_bytes(b"none")
    admin = sign_in("quantri")
    assert "Máy này không có khóa của nơi phát hành" in admin.get(PAGE).text
    look = admin.get(f"{PAGE}to/9.1.0").text
    assert admin.post(f"{PAGE}to/9.1.0", data=seal(look)).status_code == 422
    versions.key.write_text("00" * 32)
    look = admin.get(f"{PAGE}to/9.1.0").text
    assert admin.post(f"{PAGE}to/9.1.0", data=seal(look)).status_code == 303
    wish = wished(station.home, versions)
    assert wish is not None
    assert Path(wish.bundle).name == "moi.loa"


def test_of_the_panels_wish_nothing_is_taken_but_the_version_and_whose_it_is(
    station: Station, versions: Versions
) -> None:
    place = record.folder(station.home)
    place.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"version": "9.0.0", "by": "x", "hurry": True, "back": True, "watch_s": 1, "trusted": True})
    (place / "wish.json").write_text(text)
    wish = wished(station.home, versions)
    assert wish is not None
    assert (wish.hurry, wish.back, wish.trusted, wish.watch_s) == (False, False, False, 120)
    (place / "wish.json").write_text("[]")
    assert wished(station.home, versions) is None
