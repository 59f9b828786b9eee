"""A disk filled to its last block, and panel, command line and API on it: each works, or says what to do."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from broadcaster.clock import SystemClock
from broadcaster.db import room
from broadcaster.db.models import Emergency, MuteRow
from broadcaster.domain.people.roles import Role, machine
from broadcaster.domain.people.scopes import Scope
from broadcaster.panel import create_app
from broadcaster.panel.web.access import is_open_to_all
from broadcaster.playout.engine import Playout
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.reserve import Reserve
from broadcaster.services.air.emergency_voice import room_for_words
from broadcaster.services.air.orders import NO_ANSWER
from broadcaster.services.people import accounts, signing_in, tokens
from broadcaster.sound.store import Store, digest
from tests.kit import emergencies
from tests.kit.air import ALL_DAY, Air, make_air
from tests.kit.live import running
from tests.kit.panel import Client, confirm_emergency, work
from tests.kit.places import ROOT
from tests.kit.small_disk import MB, NEEDS_ROOT, empty, fill, fill_all, free, mounted
from tests.kit.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), NEEDS_ROOT]

PASSWORD = "Nước lên nhanh 2026"
VOICES = "kind = 'null'\n[speech]\nvoices = ['tone:beep']\nlisten_back = false\n[emergency]\nquick_voice = 'tone:beep'"
PEOPLE = (("vanhanh", Role.OPERATOR), ("quantri", Role.ADMIN), ("bientap", Role.EDITOR), ("lanhdao", Role.CHIEF))
WORDS = "Nước đang lên nhanh, bà con ấp Mẫu di dời ngay."


@dataclass
class Full:
    """A station whose disk is full, in which everybody had signed in before."""

    air: Air
    app: Flask
    clients: dict[str, FlaskClient]
    key: str
    playout: Playout

    def sign_in(self, username: str) -> tuple[FlaskClient, int, str]:
        client = self.app.test_client()
        answer = client.post("/login", data={"username": username, "password": PASSWORD})
        return client, answer.status_code, answer.text

    def loa(self, *words: str) -> subprocess.CompletedProcess[str]:
        home = self.air.station.home.root
        return subprocess.run(
            [sys.executable, "-m", "broadcaster", "--home", str(home), *words],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )

    def api(self) -> FlaskClient:
        client = self.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.key}"
        return client

    def samples(self) -> int:
        horn = self.playout.machine.sinks.by_name["main"]
        assert isinstance(horn, SimulatedHorn)
        return horn.samples

    def rows(self) -> tuple[int, int]:
        with self.air.station.db.read() as session:
            drafts, mutes = (session.scalar(select(func.count()).select_from(t)) or 0 for t in (Emergency, MuteRow))
        return drafts, mutes

    def pages(self, username: str) -> dict[str, int]:
        """What each page that needs no number says to a person."""
        found: dict[str, int] = {}
        with self.app.app_context():
            rules = [r for r in self.app.url_map.iter_rules() if "GET" in (r.methods or ()) and not r.arguments]
            rules = [r for r in rules if not is_open_to_all(r.endpoint)]
        for rule in rules:
            found[rule.rule] = self.clients[username].get(rule.rule).status_code
        return found

    def nothing_is_half(self) -> None:
        """Each sound that is kept is whole, and nothing lies about."""
        store = Store(self.air.station.home.store)
        for path in store.root.glob("??/*"):
            assert digest(path) == path.stem
        assert not [p for p in store.root.rglob("*") if p.is_file() and p.parent.parent != store.root]


def made(disk: Path) -> tuple[Air, Flask, dict[str, FlaskClient], str]:
    air = make_air(disk / "dai", SystemClock(), windows=ALL_DAY, main=VOICES)
    emergencies.prepare(air)
    boss = machine("thử")
    for name, role in PEOPLE:
        first = accounts.create_user(air.station, boss, name, name, [role])
        signing_in.change_password(air.station, accounts.actor_named(air.station, name), first, PASSWORD)
    admin, scopes = accounts.actor_named(air.station, "quantri"), [s.value for s in Scope]
    key = tokens.create(air.station, admin, "cong", scopes, addresses="127.0.0.1")
    app = create_app(air.station, {"WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False})
    app.test_client_class = Client
    clients = {}
    for name, _ in PEOPLE:
        clients[name] = app.test_client()
        assert clients[name].post("/login", data={"username": name, "password": PASSWORD}).status_code == 303
    return air, app, clients, key


@pytest.fixture(params=[True, False], ids=["room of its own", "no room at all"])
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Full]:
    with mounted(tmp_path / "dia", "90m") as disk:
        air, app, clients, key = made(disk)
        reserve = Reserve(air.station.home.run / "reserve", 8 * MB)
        assert reserve.tend() == ""
        if request.param:
            room.keep(air.station.db)
            room_for_words(air.station.home).make()
        with running(air, reserve=reserve) as playout:
            fill(disk)
            until(lambda: "đầy" in playout.machine.incidents.now("disk"))
            fill(disk)
            until(lambda: free(disk) < 4096 or fill(disk))
            if not request.param:
                fill_all(disk, air.station.db)
            yield Full(air, app, clients, key, playout)
            empty(disk)
        air.station.close()


@pytest.mark.parametrize("full", [True], indirect=True, ids=["room of its own"])
def test_what_an_operator_needs_works_on_a_full_disk_that_has_room_of_its_own(full: Full) -> None:
    station = full.air.station
    client, code, said = full.sign_in("vanhanh")
    assert code == 303, said
    # the words of an emergency that nobody had drafted before
    drafted = client.post("/emergency/", data={"text": WORDS, "zones": ["ap-1"], "reason": "Công điện"})
    assert drafted.status_code == 303, drafted.text
    work(station)
    heard = full.samples()
    done = confirm_emergency(client, 1)
    assert done.status_code == 303, done.text
    row = emergencies.row(full.air, 1)
    assert row.quick_sha256 is not None, row.trouble
    until(lambda: full.samples() - heard >= (0.5 + row.quick_ms / 1000) * 48_000, 60)
    sound = full.air.path("lời nói").read_bytes()
    recorded = {"zones": ["ap-1"], "reason": "Công điện", "recording": (io.BytesIO(sound), "lu.flac")}
    room_for_words(station.home).make()  # as there was again, a moment ago
    assert client.post("/emergency/", data=recorded).status_code in {303, 422}
    # mute, loud again, stop
    muted = client.post("/mute", data={"zone": "ap-1", "seen": ["ap-2"]}, follow_redirects=True)
    assert "Đã tắt tiếng" in muted.text
    assert "Đã bật tiếng" in client.post("/unmute", data={"zone": "ap-1"}, follow_redirects=True).text
    assert NO_ANSWER not in client.post("/stop", follow_redirects=True).text
    # the same by the other doors
    api = full.api()
    asked = api.post("/api/v1/emergencies", json={"text": WORDS, "zones": ["ap-2"], "reason": "Tin lũ"})
    assert asked.status_code == 201, asked.text
    where = asked.headers["Location"]
    assert api.post(f"{where}/confirm", json={"seal": api.get(where).json["seal"]}).json["state"] == "active"
    typed = full.loa("emergency", WORDS, "--zones", "ap-1", "--reason", "Công điện", "--yes")
    assert "Đã xác nhận phát khẩn cấp" in typed.stdout, typed.stderr
    assert full.loa("stop", "--yes").returncode == 0
    full.nothing_is_half()


def test_every_page_is_shown_on_a_full_disk(full: Full) -> None:
    for name, _ in PEOPLE:
        broken = {page: code for page, code in full.pages(name).items() if code >= 500 and page != "/healthz"}
        assert broken.items() <= {("/log/export.xlsx", 503)}, name  # a file for whoever asked, of which it says so


@pytest.mark.parametrize("full", [False], indirect=True, ids=["no room at all"])
def test_without_any_room_each_way_says_what_to_do_and_nothing_is_written(full: Full) -> None:
    before, client = full.rows(), full.clients["vanhanh"]
    _, code, said = full.sign_in("vanhanh")
    assert code == 503
    assert "Ổ đĩa đã đầy" in said
    assert "loa stop" in said
    for _ in range(3):  # each one is carried out, though none of them has a row
        assert "Không có gì đang phát" in client.post("/stop", follow_redirects=True).text
    muted = client.post("/mute", data={"zone": "ap-1", "seen": ["ap-2"]})
    assert (muted.status_code, "Hãy xóa bớt tệp trên ổ đĩa" in muted.text) == (503, True)
    wish = {"text": WORDS, "zones": ["ap-1"], "reason": "Công điện"}
    drafted = client.post("/emergency/", data=wish)
    assert drafted.status_code == 422
    assert "micro cắm thẳng vào tăng âm" in drafted.text
    assert WORDS in drafted.text, "what was typed stays"
    sound = full.air.path("lời nói").read_bytes()
    sent = client.post("/emergency/", data=wish | {"text": "", "recording": (io.BytesIO(sound), "lu.flac")})
    assert sent.status_code == 422
    assert "Ổ đĩa đã đầy" in sent.text
    asked = full.api().post("/api/v1/emergencies", json=wish)
    assert (asked.status_code, asked.json["code"]) == (503, "database")
    assert "micro" in asked.json["message"]
    typed = full.loa("emergency", WORDS, "--zones", "ap-1", "--reason", "Công điện", "--yes")
    assert typed.returncode == 1
    assert "micro cắm thẳng vào tăng âm" in typed.stderr
    stopped = full.loa("stop", "--yes")
    assert stopped.returncode == 0, stopped.stderr
    assert full.rows() == before
    full.nothing_is_half()
