"""The name is the name: when it changes, what is spoken of it is marked, offered to be made anew, and then says it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadcaster import settings_file
from broadcaster.db.queries.scripts import many
from broadcaster.db.queries.scripts.rows import script_detail
from broadcaster.services.lexicon import names
from broadcaster.services.lexicon.overrides import explained
from broadcaster.services.scripts.approving import airable, standings
from broadcaster.services.scripts.four_eyes import approve
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.station import Station
from broadcaster.worker.consumer import reconcile
from tests.kit.people import EDITOR, LEADER
from tests.kit.scripts import approved

CALL = "Đây là {station}, {province}. Mời bà con nghe."
OLD_CALL = "Đây là Đài truyền thanh xã Mẫu. Chào bà con xã Mẫu và xã Mẫu Sơn."


def rename(station: Station, **keys: str) -> None:
    path = station.home.settings_file
    path.write_text(settings_file.changed(path.read_text(encoding="utf-8"), "station", keys), encoding="utf-8")


def said(station: Station, number: int) -> str:
    with station.db.read() as session:
        return str(script_detail(session, number)["rendition"]["spoken_text"])


@pytest.mark.medium
@pytest.mark.parametrize(
    ("key", "value", "body"),
    [
        ("name", "Đài xã Tân Lập", CALL),
        ("province", "tỉnh Mới Đặt", CALL),
        ("commune", "phường Tân Lập", "Kính chào bà con {commune}."),
        ("name", "Đài xã Tân Lập", OLD_CALL),
        ("commune", "phường Tân Lập", OLD_CALL),
        ("region", "north", "Có 105 hộ và 2.000 đồng."),
    ],
)
def test_whatever_of_the_station_changes_marks_what_is_said_of_it_and_is_heard_after_approval(
    station: Station, key: str, value: str, body: str
) -> None:
    number, other = approved(station, body), approved(station, "Trời hôm nay đẹp.")
    reconcile(station)
    before = said(station, number)
    rename(station, **{key: value})
    reconcile(station)  # whoever changed the file, and wherever
    with station.db.read() as session:
        assert list(standings(session, [number, other])) == [number]
        assert names.outdated(session) == [number]
        assert [c.audio_sha256 for c in airable(session) if c.script_id == number]  # the approved sound goes on
    assert names.make_anew(station, LEADER, [number]) == 1
    speak(station, EDITOR, number)
    after = said(station, number)
    assert after != before
    if key != "region":
        assert value.lower() in after.lower()
    assert ("xã Mẫu Sơn" in after) == ("xã Mẫu Sơn" in body)
    with station.db.read() as session:
        assert names.outdated(session) == []
        assert number in [r.script.id for r in many.waiting(session)]
    approve(station, LEADER, number)
    with station.db.read() as session:
        assert standings(session, [number, other]) == {}
        assert [c.script_id for c in airable(session)] == [number, other]
    assert explained(station, number).spoken.text == after


@pytest.mark.medium
def test_a_name_that_comes_back_takes_the_mark_away(station: Station) -> None:
    number = approved(station, CALL)
    old = station.settings.station.name
    names.follow(station, LEADER, names.facts_of(station.settings.station))
    for name, marked in (("Đài khác", [number]), (old, [])):
        rename(station, name=name)
        names.follow(station, LEADER)
        names.follow(station, LEADER)  # a second look changes nothing
        with station.db.read() as session:
            assert list(standings(session, [number])) == marked


def test_the_station_may_hold_back_what_says_an_old_name(station: Station) -> None:
    number = approved(station, CALL)
    names.follow(station, LEADER)
    rename(station, name="Đài khác")
    approval = station.settings.approval.model_copy(update={"stale_reading": "hold"})
    strict = replace(station, settings=station.settings.model_copy(update={"approval": approval}))
    names.follow(strict, LEADER)
    with station.db.read() as session:
        assert number not in [c.script_id for c in airable(session)]
