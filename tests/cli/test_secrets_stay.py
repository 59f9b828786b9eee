"""A word of its own in every setting that may hold a password: nothing that the station shows or writes repeats it."""

from __future__ import annotations

import logging
import re
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster import logs
from broadcaster.db.models import User
from broadcaster.domain.people.roles import Role, machine
from broadcaster.errors import StationError
from broadcaster.media import ffmpeg
from broadcaster.panel.app import create_app
from broadcaster.playout.sinks.icecast import IcecastOptions
from broadcaster.playout.sinks.pipe import last_line
from broadcaster.services.people.accounts import create_user
from broadcaster.services.people.passwords import hash_password
from broadcaster.services.setup import settings_editor
from broadcaster.services.station import Station, open_station
from broadcaster.settings import load
from tests.kit.loa import Loa

MARK = re.compile(r"mk-[a-z]+-93\w*")
RELAY = "http://nguoi:mk-tiepam-93@127.0.0.1:9/vov?khoa=mk-khoa-93abcdef"
SETTINGS = f"""
[playout.sinks.mang]
kind = "icecast"
options = {{port = 9, password = "mk-icecast-93"}}

[playout.sinks.cot]
kind = "pipe"
options = {{command = [{sys.executable!r}, "-c", "pass", "--key=mk-tham-93"]}}

[speech.engines.piper]
token = "mk-giong-93"

[relay.sources.vov]
title = "VOV"
url = "{RELAY}"
windows = ["05:00-05:30"]

[relay.sources.thu]
title = "Máy thu"
capture = ["khong-co-lenh-nay", "--key=mk-thu-93"]
windows = ["05:00-05:30"]
"""
PAGES = (
    "/",
    "/settings/",
    "/settings/waiting",
    "/audit/",
    "/log/",
    "/zones/",
    "/sounds/",
    "/emergency/",
    "/users/",
    "/schedule/",
)
HOLDS_THEM = {"station.toml", "run/settings.toml"}
"""The file itself, and the copy of it that worked last; backups hold it too, and leave under a passphrase."""
PASSWORD = "muoi hai con de trang"


@pytest.fixture
def filled(home: Path) -> Path:
    file = home / "station.toml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{SETTINGS}", encoding="utf-8")
    assert len(set(MARK.findall(SETTINGS))) == 6
    return home


@pytest.fixture
def station(filled: Path) -> Iterator[Station]:
    opened = open_station(filled)
    yield opened
    opened.close()


def marks(text: str) -> list[str]:
    return [text[max(0, m.start() - 60) : m.end()] for m in MARK.finditer(text)]


def test_no_command_tells_them(loa: Loa, filled: Path) -> None:
    for command in (
        ("doctor",),
        ("doctor", "--format", "json"),
        ("log", "show"),
        ("zone", "list"),
        ("voice", "list"),
        ("init",),
    ):
        done = loa(*command)
        assert marks(done.out + done.err) == [], command
    done = loa(
        "restore", filled / "station.toml", filled.parent / "x", "--database", "postgresql+psycopg://loa:mk-csdl-93@/x"
    )
    assert marks(done.out + done.err) == []
    assert loa("backup").code == 0
    made = next((filled / "backups").glob("loa-*.zip"))
    address = "postgresql+psycopg://loa:mk-csdl-93@127.0.0.1:9/loa"
    done = loa("restore", made, filled.parent / "x", "--run-commands", "--database", address)
    assert done.code != 0
    assert "mk-csdl-93" not in done.out + done.err


@pytest.mark.parametrize(
    "wrong",
    [
        '[relay.sources]\nvov = "http://nguoi:mk-tiepam-93@may/x"',
        '[relay.sources.vov]\ntitle = "V"\nurl = "htp://nguoi:mk-tiepam-93@may"\nwindows = ["05:00-05:30"]',
        '[database]\nurl = ["postgresql://loa:mk-csdl-93@may/loa"]',
        '[playout.sinks]\nmang = "mk-icecast-93"',
        '[speech.engines]\npiper = "mk-giong-93"',
    ],
)
def test_a_wrong_setting_is_told_without_what_was_written(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "station.toml"
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(StationError) as refused:
        load(file)
    assert marks(str(refused.value)) == []
    assert str(refused.value)


def test_no_page_no_row_no_log_and_no_file_but_the_settings_holds_them(station: Station) -> None:
    create_user(station, machine(), "xem", "Người xem", [Role.VIEWER, Role.ADMIN, Role.CHIEF])
    with station.db.write() as session:
        user = session.query(User).filter_by(username="xem").one()
        user.password_hash, user.must_change = hash_password(PASSWORD), False
    app = create_app(station, {"WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False})
    client = app.test_client()
    assert client.post("/login", data={"username": "xem", "password": PASSWORD}).status_code == 303
    for page in (*PAGES, *(f"/settings/{name}" for name in settings_editor.sections())):
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert marks(answer.text) == [], page
    assert "127.0.0.1:9/vov" not in client.get("/settings/").text  # nor, to a viewer, where it comes from
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    logs.configure("thu", station.home.logs, screen=False)
    try:
        log = logs.EventLog("thu")
        log.info("settings", settings=station.settings, relays=station.settings.relays)
        log.info("options", options=IcecastOptions(password="mk-icecast-93"))  # type: ignore[arg-type]
        for raised in (
            OSError(f"no route to {RELAY}"),
            StationError("mk-icecast-93"),
            ValueError("?khoa=mk-khoa-93abcdef"),
        ):
            try:
                raise raised
            except (OSError, StationError, ValueError):
                log.exception("failed")
    finally:
        for handler in list(root.handlers):
            root.removeHandler(handler)
            handler.close()
        for handler in before:
            root.addHandler(handler)
        root.setLevel(level)
    assert marks(repr(station.settings) + str(station.settings.relays)) == []
    with sqlite3.connect(station.home.root / "station.db") as rows:
        assert marks("\n".join(rows.iterdump())) == []
    rows.close()
    for path in station.home.root.rglob("*"):
        name = path.relative_to(station.home.root).as_posix()
        if path.is_file() and name not in HOLDS_THEM:
            assert marks(path.read_bytes().decode("utf-8", "replace")) == [], name


def test_what_another_program_complains_of_is_told_without_them(tmp_path: Path) -> None:
    IcecastOptions(password="mk-icecast-93")  # type: ignore[arg-type]
    complaints = ("http://nguoi:mk-tiepam-93@may/x: 401", "login mk-icecast-93 refused", "rtmp://a:mk-lenh-93@b: bad")
    for words in complaints:
        assert marks(str(ffmpeg.failure(1, words))) == []
        with (tmp_path / "stderr").open("w+") as file:
            file.write(words)
            file.flush()
            told = last_line(file.fileno())
        assert told
        assert marks(told) == []
