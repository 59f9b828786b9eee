"""The neural voice is loaded in a process of the worker's alone: whatever the panel has spoken, it stays the small process it was."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from broadcaster.clock import SystemClock
from broadcaster.db.models import Emergency
from broadcaster.domain.people.roles import Role, machine
from broadcaster.services.air.heartbeats import status
from broadcaster.services.people import accounts, signing_in
from broadcaster.services.station import Station
from tests.kit.founding import founded
from tests.kit.waiting import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not Path("/proc/self/maps").exists(), reason="looks at what a process has mapped as Linux tells"
    ),
    pytest.mark.skipif(find_spec("onnxruntime") is None, reason="the neural voice is not installed"),
]

PASSWORD = "bốn con vịt bơi qua sông"
_PANEL = """
import json, sys
from pathlib import Path
from broadcaster.panel.app import create_app
from broadcaster.services.station import open_station
station, password = open_station(sys.argv[1]), sys.argv[2]
app = create_app(station, {"WTF_CSRF_ENABLED": False})
def signed_in(name):
    client = app.test_client()
    client.post("/login", data={"username": name, "password": password})
    return client
client = signed_in("bientap")
form = {"title": "Bài", "unit": "vhxh", "topic": "khac", "genre": "bulletin", "body": "Kính thưa bà con.", "sentence": "0"}
sounds = [
    client.post("/scripts/hear", data=form),
    client.get("/lexicon/hear", query_string={"text": "Trời đẹp."}),
]
wish = {"text": "Nước lũ lên nhanh.", "zones": ["all"], "reason": "Công điện", "repeat_minutes": "30",
        "interrupted": "resume", "title": ""}
drafted = signed_in("vanhanh").post("/emergency/", data=wish).location
alien = [m for m in sys.modules if m.partition(".")[0] in {"onnxruntime", "onnx", "espeakng_loader"}]
alien += [m for m in ("model", "engine") if f"broadcaster.speech.vi_neural.{m}" in sys.modules]
maps = Path("/proc/self/maps").read_text()
print(json.dumps({"sounds": [[s.status_code, len(s.data)] for s in sounds], "alien": alien, "mapped": "onnxruntime" in maps, "drafted": drafted}))
"""


def test_the_panel_has_the_worker_speak(tmp_path: Path) -> None:
    home = tmp_path / "home"
    station = founded(home, overrides={"speech": {"listen_back": False}}, clock=SystemClock())
    for username, role in (("bientap", Role.EDITOR), ("vanhanh", Role.OPERATOR)):
        first = accounts.create_user(station, machine("bộ thử"), username, username, [role])
        signing_in.change_password(station, accounts.actor_named(station, username), first, PASSWORD)
    worker = subprocess.Popen([sys.executable, "-m", "broadcaster", "--home", str(home), "worker"])
    try:
        until(lambda: status(station, "worker")[0], 60)
        asked = subprocess.run(
            [sys.executable, "-c", _PANEL, str(home), PASSWORD],
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
        assert asked.returncode == 0, asked.stderr
        told = json.loads(asked.stdout.splitlines()[-1])
        assert [code for code, _ in told["sounds"]] == [200, 200]
        assert min(length for _, length in told["sounds"]) > 20_000
        assert told["drafted"] == "/emergency/1/confirm"
        assert told["alien"] == []
        assert not told["mapped"]
        assert not mapped(worker.pid), "whatever the library does, it is not in the worker"
        assert any(mapped(child.pid) for child in psutil.Process(worker.pid).children()), (
            "a process of the worker's spoke"
        )
        until(lambda: spoken(station), 60)
    finally:
        worker.terminate()
        worker.wait(60)
        station.close()


def mapped(pid: int) -> bool:
    """Whether a process has the library of the neural voice in it."""
    return "onnxruntime" in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")


def spoken(station: Station) -> bool:
    """Whether the emergency has its first words."""
    with station.db.read() as session:
        return session.get_one(Emergency, 1).quick_sha256 is not None
