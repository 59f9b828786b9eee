"""Whatever is mistyped or missing, a station that worked starts again, and says what is wrong, in one place each."""

from __future__ import annotations

import pytest
from flask import Flask

from broadcaster.cli.station import sink_checks, sink_sentences
from broadcaster.errors import RuleError
from broadcaster.panel.web import own_templates
from broadcaster.services.setup import doctor, settings_check
from broadcaster.services.setup.starter import prepare
from broadcaster.services.station import Station, open_station
from broadcaster.speech import registry
from tests.kit.broken_starts import BROKEN, WHOLE_FILE, Broken
from tests.kit.founding import founded
from tests.kit.panel import SignIn


@pytest.mark.medium
@pytest.mark.parametrize("what", list(BROKEN))
def test_it_starts_and_says_what_is_wrong(what: str, station: Station, app: Flask, sign_in: SignIn) -> None:
    broken: Broken = BROKEN[what]
    before = station.settings.model_dump()
    broken.do(station.home)
    again = open_station(station.home.root, clock=station.clock)
    try:
        if what in WHOLE_FILE:
            assert again.settings.model_dump() == before, "what worked last works on"
        told = [*settings_check.in_settings(again), *sink_sentences(again)]
        found = [c for c in [*doctor.examine(again, sink_checks(again)), *own_templates.checks(again.home)] if not c.ok]
        said = [c for c in found if broken.told.casefold() in c.sentence.casefold()]
        assert said, [c.sentence for c in found]
        assert not any("Traceback" in c.sentence or "Error" in c.sentence for c in found)
        if broken.output:
            assert [line for line in told if broken.told.casefold() in line.casefold()], "loa up prints it"
            assert {c.name for c in said if "Đường ra" in c.name}, "the doctor names the output"
            well = {c.name for c in sink_checks(again) if c.ok}
            assert "Đường ra “aircheck”" in well, "the others are well"
        person = sign_in("quantri")
        app.jinja_env.cache.clear()
        for page in ("/", "/settings/", "/zones/", "/scripts/"):
            assert person.get(page).status_code == 200, page
        if not broken.output:  # of outputs play-out tells, which does not run here
            app.extensions.pop("health", None)
            assert broken.told in person.get("/fragments/health").text.replace("&#34;", '"')
    finally:
        registry.configure({})
        again.close()


def test_the_copy_of_the_settings_that_worked_is_no_more_open_than_the_file_itself(station: Station) -> None:
    with station.home.settings_file.open("a", encoding="utf-8") as file:
        file.write("# sửa\n")
    station.home.settings_file.chmod(0o600)
    station.home.settings_in_use()
    copy = station.home.run / "settings.toml"
    assert copy.read_bytes() == station.home.settings_file.read_bytes()
    assert copy.stat().st_mode & 0o077 == 0


def test_settings_that_never_were_right_stop_a_first_start_in_one_sentence(station: Station) -> None:
    (station.home.run / "settings.toml").unlink()
    BROKEN["a key that no setting has"].do(station.home)
    with pytest.raises(RuleError, match=r"Có phải ý là “port” không\?"):
        open_station(station.home.root)


@pytest.mark.medium
def test_a_sample_rotation_that_is_broken_is_named_and_the_others_are_used(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    station = founded(tmp_path_factory.mktemp("đài") / "home")
    bad = sorted((station.home.root / "schedules").glob("*.toml"))
    rotations = [p for p in bad if p.name not in {"zones.toml", "exceptions.toml"}]
    rotations[0].write_text("[[slot]\n", encoding="utf-8")
    (line,) = prepare(station)
    assert rotations[0].name in line
    assert "Dòng 1 viết sai" in line
    assert prepare(station) == [line], "said at each start until it is mended"
    station.close()
