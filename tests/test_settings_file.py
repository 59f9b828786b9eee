"""`station.toml` as people change it: under its comments, under a wrong table, in the environment."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from broadcaster import settings, settings_file
from broadcaster.db.session import Database
from broadcaster.errors import RuleError
from broadcaster.home import Home
from broadcaster.secret import Secret
from broadcaster.settings import Settings

SECTIONS = {name: type(field.default) for name, field in Settings.model_fields.items()}
KEYS = [(section, key) for section, form in SECTIONS.items() for key in form.model_fields]
OTHER: dict[tuple[str, str], str] = {
    ("station", "timezone"): '"Asia/Bangkok"',
    ("station", "region"): '"north"',
    ("hours", "windows"): '["05:00-06:00"]',
    ("hours", "days_per_week"): "5",
    ("approval", "stale_reading"): '"hold"',
    ("speech", "voices"): '["tone:beep"]',
    ("speech", "rate"): "1.1",
    ("speech", "recogniser"): '"viet-asr"',
    ("speech", "engines"): "",
    ("sound", "profile"): '"studio"',
    ("web", "names"): '["dai.xa-mau.example"]',
    ("playout", "sinks"): "",
    ("relay", "sources"): "",
    ("alerts", "quiet"): '"21:30-05:30"',
    ("alerts", "senders"): "",
    ("alerts", "people"): "",
    ("watch", "ping"): '"https://canh.example/ping/khac"',
    ("backup", "recipient"): f'"age1{"q" * 58}"',
    ("backup", "targets"): "",
    ("database", "url"): '"sqlite:///x.db"',
    ("report", "signer_mode"): '"KT"',
    ("report", "recipients"): '["Lưu: VT."]',
}


def loaded(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "station.toml"
    path.write_bytes(text.encode())
    return settings.load(path)


def another(section: str, key: str) -> str:
    if (section, key) in OTHER:
        return OTHER[section, key]
    now = getattr(Settings.model_fields[section].default, key)
    if isinstance(now, bool):
        return str(not now).lower()
    return str(now + 1) if isinstance(now, int | float) else '"khác"'


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_each_key_changed_where_it_stands_under_its_comment_is_taken(tmp_path: Path, section: str, key: str) -> None:
    lines = settings_file.document().splitlines()
    words = SECTIONS[section].model_fields[key].description
    at = next(n for n, line in enumerate(lines) if line.startswith(f"# {words}"))
    value = another(section, key)
    if value and (below := next(n for n in range(at + 1, len(lines)) if lines[n].startswith(f"{key} =")), None):
        lines[below] = f"{key} = {value}"
        expected = tomllib.loads(f"x = {value}")["x"]
        taken = getattr(getattr(loaded(tmp_path, "\n".join(lines)), section), key)
        assert (taken.reveal() if isinstance(taken, Secret) else taken) == expected
    if value:
        table = next(line for line in reversed(lines[:at]) if line.startswith("["))
        assert table == f"[{section}]", "the comment stands where its key belongs"
        assert lines[at + 1].startswith(f"{key} =")
    else:
        under = next(line for line in lines[at + 1 :] if line and not line.startswith("#"))
        assert under.startswith(f"[{section}.{key}"), "the comment stands over its table"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with the mark of an editor"])
def test_the_file_is_taken_as_any_editor_saves_it(tmp_path: Path, mark: bytes) -> None:
    path = tmp_path / "station.toml"
    path.write_bytes(mark + settings_file.document().replace("\n", "\r\n").encode())
    assert settings.load(path).model_dump() == Settings().model_dump()


MISPLACED = [
    ("[playout.sinks.main]\nkind='null'\nplan_days = 14", "playout", lambda s: s.playout.plan_days == 14),
    (
        "[playout.sinks.main]\nkind='pipe'\ncommand=['cat']",
        "playout.sinks.main.options",
        lambda s: s.playout.sinks["main"].options == {"command": ["cat"]},
    ),
    (
        "[playout.sinks.a]\nkind='file'\n[playout.sinks.a.options]\nlease_seconds = 60",
        "playout",
        lambda s: s.playout.lease_seconds == 60,
    ),
    ("[station]\nport = 8191", "web", lambda s: s.web.port == 8191),
    ("port = 8191", "web", lambda s: s.web.port == 8191),
    ("[web]\nfour_eyes = false", "approval", lambda s: s.approval.four_eyes is False),
    ("[sinks.main]\nkind = 'null'", "playout", lambda s: s.playout.sinks["main"].kind == "null"),
]


@pytest.mark.parametrize(("text", "right", "taken"), MISPLACED)
def test_a_key_under_a_wrong_table_is_taken_as_meant_and_told(
    tmp_path: Path, text: str, right: str, taken: Any
) -> None:
    assert taken(loaded(tmp_path, text))
    (told,) = settings.remarks(tmp_path / "station.toml")
    assert f"nó thuộc bảng [{right}]" in told


def test_the_right_table_wins_over_a_misplaced_key_and_that_is_told(tmp_path: Path) -> None:
    assert loaded(tmp_path, "[web]\nport = 8191\n[station]\nport = 9000").web.port == 8191
    assert "không dùng" in settings.remarks(tmp_path / "station.toml")[0]


@pytest.mark.parametrize("text", ["[web]\nurl = 'x'", "[web]\nportt = 1", "[la]\nx = 1"])
def test_a_key_that_could_be_meant_for_the_database_or_nothing_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(settings.SettingsError, match="không có khóa này"):
        loaded(tmp_path, text)


def test_a_key_that_no_version_read_starts_an_older_station_all_the_same(tmp_path: Path) -> None:
    assert loaded(tmp_path, "[report]\ndrafting_unit = 'Phòng'").model_dump() == Settings().model_dump()


@pytest.mark.parametrize("key", ["sessions_per_day", "minutes_per_session", "days_per_week"])
def test_a_limit_is_lifted_by_nought_in_the_environment_as_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    assert getattr(loaded(tmp_path, f"[hours]\n{key} = 0").hours, key) is None
    monkeypatch.setenv(f"LOA_HOURS__{key.upper()}", "0")
    assert getattr(loaded(tmp_path, "").hours, key) is None
    monkeypatch.setenv(f"LOA_HOURS__{key.upper()}", "5")
    assert getattr(loaded(tmp_path, "").hours, key) == 5


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=30).filter(
    lambda name: name not in {".", ".."} and len(name.encode()) <= 120
)


@pytest.mark.parametrize("name", ["a%20b", "a%41b", "a?b", "a#b", "a b;c='d'", "-x", "a?mode=ro", "Đài xã"])
def test_a_home_of_any_name_keeps_its_database_within(tmp_path: Path, name: str) -> None:
    written(tmp_path / "nhà", name)


@rules(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES)
def test_whatever_a_home_is_called_nothing_is_written_outside_of_it(tmp_path: Path, name: str) -> None:
    written(tmp_path / "bất kỳ", name)


def written(beside: Path, name: str) -> None:
    home = Home(beside / name)
    home.root.mkdir(parents=True, exist_ok=True)
    before = set(beside.iterdir())
    database = Database(home.database_url(Settings()))
    with database.engine.begin() as connection:
        connection.exec_driver_sql("create table if not exists x (y int)")
    database.dispose()
    assert set(beside.iterdir()) == before
    assert (home.root / "station.db").is_file()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("oracle+cx_oracle://loa@/loa", "thiếu"),
        ("không phải", "Không phải địa chỉ"),
        ("khong://x", "Không phải địa chỉ"),
    ],
)
def test_a_database_that_cannot_be_reached_for_want_of_a_driver_is_one_sentence(url: str, words: str) -> None:
    with pytest.raises(RuleError, match=words):
        Database(url)


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Sydney", "Africa/Casablanca"])
def test_a_time_zone_that_changes_its_clocks_is_refused_with_the_one_to_take(tmp_path: Path, zone: str) -> None:
    with pytest.raises(RuleError) as refused:
        loaded(tmp_path, f'[station]\ntimezone = "{zone}"\n')
    assert "đổi giờ mùa hè" in refused.value.message
    assert "Asia/Ho_Chi_Minh" in refused.value.message


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "Asia/Bangkok", "UTC"])
def test_a_time_zone_that_never_changes_its_clocks_is_taken(tmp_path: Path, zone: str) -> None:
    assert loaded(tmp_path, f'[station]\ntimezone = "{zone}"\n').tz.key == zone


def test_the_environment_lies_over_the_file_key_by_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers and words as they are, lists and tables as JSON; what stands beside them in the file stays."""
    said = {
        "LOA_WEB__PORT": "8099",
        "loa_web__Threads": "5",
        "LOA_STATION__NAME": "[x",
        "LOA_HOURS__WINDOWS": '["05:00-06:00"]',
        "LOA_PLAYOUT__SINKS__MAIN__KIND": "null",
        "LOA_HOME": "nowhere",
    }
    for name, text in said.items():
        monkeypatch.setenv(name, text)
    found = loaded(tmp_path, "[web]\nport = 8001\nhost = '127.0.0.9'\n[playout.sinks.aircheck]\nkind = 'file'\n")
    assert (found.web.port, found.web.threads, found.web.host) == (8099, 5, "127.0.0.9")
    assert found.station.name == "[x"
    assert found.hours.windows == ["05:00-06:00"]
    assert set(found.playout.sinks) >= {"main", "aircheck"}
    monkeypatch.setenv("LOA_WEB__PROT", "1")
    with pytest.raises(RuleError, match="prot"):
        loaded(tmp_path, "")
