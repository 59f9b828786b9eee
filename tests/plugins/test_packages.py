"""A sink and a voice that a package brings alone: accepted, explained, heard; and whose fault a fault is."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import textwrap
import wave
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from broadcaster.clock import SystemClock
from broadcaster.domain.log.playlog import Outcome
from tests.kit.air import ALL_DAY, HORN, make_air
from tests.kit.packages import python
from tests.kit.waiting import until

pytestmark = pytest.mark.slow

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")
SINK, VOICE, RECOGNISER, SENDER = (
    textwrap.dedent(code) for code in re.findall(r"   ```python\n(.*?)   ```\n", PAGE, re.DOTALL)
)

FAILING_SINKS = """

class Leaking(Bucket):
    kind = "leaking"

    def __init__(self, name, options, site):
        len(options.litres)  # a bug of its own: a TypeError

class Torn(Bucket):
    kind = "torn"

    def check(self):
        raise ZeroDivisionError("thủng đáy")
"""

OTHER_RECOGNISERS = """

class Deaf(Recogniser):
    @classmethod
    def missing(cls):
        return "Vẹt chưa tỉnh."

    def text(self, sound):
        return ""

class Mad(Parrot):
    def text(self, sound):
        raise KeyError("lúa")
"""

HEAR = """
import logging, sys
from pathlib import Path
from broadcaster.errors import MediaError
from broadcaster.sound.recogniser_process import hear
logging.basicConfig()
try:
    print(hear(Path(sys.argv[1]), [(0, 1000), (1000, 2000)], recogniser=sys.argv[2], snr_db=None))
except MediaError as error:
    print(error)
"""


@pytest.fixture
def air(tmp_path):
    made = make_air(tmp_path / "dai", SystemClock(), windows=ALL_DAY, main=HORN)
    made.sound("đô", 1.0, 440)
    made.zones("ap-1", sink="xo")
    yield made
    made.station.close()


def settings(air, *lines):
    path = air.station.home.settings_file
    path.write_text("\n".join([path.read_text(encoding="utf-8"), *lines, ""]), encoding="utf-8")


@pytest.fixture
def bucket(install):
    points = {"bucket": "thu_xo:Bucket", "leaking": "thu_xo:Leaking", "torn": "thu_xo:Torn"}
    install("thu_xo", "broadcaster.sinks", points, SINK + FAILING_SINKS)


def pitch(samples, rate):
    return np.abs(np.fft.rfft(samples)).argmax() * rate / len(samples)


@contextmanager
def on_air(air, environment):
    """Play-out as `loa up` starts it, in the environment with the package."""
    command = [python(environment), "-m", "broadcaster", "--home", air.station.home.root, "playout"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        yield
    finally:
        process.terminate()
        process.communicate(timeout=30)


def tune(path):
    with wave.open(str(path)) as sound:
        return pitch(np.frombuffer(sound.readframes(sound.getnframes()), "<i2"), sound.getframerate())


def test_a_sink_of_a_package_is_accepted_explained_and_airs(air, bucket, loa, environment, tmp_path):
    got = tmp_path / "xo.raw"
    settings(air, "[playout.sinks.xo]", 'kind = "bucket"', f"options = {{path = '{got}', litres = 20}}")
    told = loa("doctor").stdout
    assert "cái xô 20 lít" in told
    number = air.plan(air.station.now() + dt.timedelta(seconds=6), [air.cue(1, "đô")], "ap-1")
    with on_air(air, environment):
        row = until(lambda: air.row(number).state.terminal and air.row(number), 40)
    assert row.state.value == "aired", row.verdict
    heard = np.frombuffer(got.read_bytes(), "<i2")
    loud = heard[np.abs(heard) > 2000]
    assert 0.8 < loud.size / 48_000 < 1.1
    assert pitch(heard[heard.size // 4 : heard.size * 3 // 4], 48_000) == pytest.approx(440, abs=2)


def test_a_mistyped_kind_or_option_is_named_with_what_was_meant(air, bucket, loa):
    before = air.station.home.settings_file.read_text(encoding="utf-8")
    settings(air, "[playout.sinks.xo]", 'kind = "buket"')
    told = loa("doctor")
    assert told.returncode != 0
    (line,) = [line for line in told.stdout.splitlines() if "Có phải ý là “bucket” không?" in line]
    assert line.startswith("HỎNG  Đường ra “xo”: Không có loại đường ra “buket”.")
    assert "fan_out" in line, "the kinds that there are"
    assert "[playout.sinks.xo]" in line
    air.station.home.settings_file.write_text(before, encoding="utf-8")
    settings(air, "[playout.sinks.xo]", 'kind = "bucket"', "options = {path = 'x', litre = 3}")
    told = loa("doctor")
    assert told.returncode != 0
    (line,) = [line for line in told.stdout.splitlines() if "litre" in line]
    assert line.startswith("HỎNG")
    assert "litre: không có khóa này. Có phải ý là “litres” không?" in line
    assert "Nhật ký:" in told.stdout, "the rest is examined all the same"


@pytest.mark.parametrize(
    ("kind", "bug"), [("leaking", "TypeError: object of type 'int' has no len()"), ("torn", "ZeroDivisionError: thủng")]
)
def test_a_bug_in_a_sink_is_its_own_and_keeps_no_other_from_sounding(air, bucket, loa, kind, bug):
    settings(air, "[playout.sinks.xo]", f'kind = "{kind}"', "options = {path = 'x'}")
    told = loa("doctor")
    assert f"Loại đường ra “{kind}” (gói thu_xo 1.0) bị lỗi trong chính mã của nó: {bug}" in told.stdout
    assert "tùy chọn không hợp lệ" not in told.stdout + told.stderr
    assert "Traceback" in told.stderr
    assert "thu_xo.py" in told.stderr
    assert "TỐT   Đường ra “main”: lệnh cat." in told.stdout, "the others are well"


def test_beside_a_sink_whose_code_fails_the_others_air_and_the_log_tells_why(air, bucket, environment):
    air.zones("ap-2", sink="main")
    settings(air, "[playout.sinks.xo]", 'kind = "leaking"', "options = {path = 'x'}")
    starts_at = air.station.now() + dt.timedelta(seconds=6)
    number = air.plan(starts_at, [air.cue(1, "đô")], "ap-1", "ap-2")
    with on_air(air, environment):
        until(lambda: air.row(number).state.terminal, 40)
    log = {e.zone: e for e in air.log(number)}
    assert log["ap-2"].outcome is Outcome.FULL
    assert log["ap-1"].outcome is Outcome.FAILED
    assert "“leaking” (gói thu_xo 1.0) bị lỗi trong chính mã của nó: TypeError" in log["ap-1"].reason
    assert "sink-xo" in {i.what for i in air.incidents()}


def test_a_voice_of_a_package_is_listed_explained_and_speaks(air, install, loa, tmp_path):
    install("thu_sao", "broadcaster.engines", {"flute": "thu_sao:Flute"}, VOICE)
    settings(air, "[speech]", 'voices = ["flute:re", "espeak:vi"]', "[speech.engines.flute]", "hertz = 700")
    assert "Dùng flute:re." in loa("doctor").stdout
    assert "Sáo trúc" in loa("voice", "list").stdout
    made = tmp_path / "sao.wav"
    tried = loa("voice", "try", "Xin chào bà con.", "--voice", "flute:re", "-o", str(made))
    assert tried.returncode == 0, tried.stderr
    assert tune(made) == pytest.approx(700, abs=2)
    (tmp_path / "bai.txt").write_text("Kính thưa bà con, mai họp ấp.", encoding="utf-8")
    whole = tmp_path / "bai.wav"
    produced = loa("produce", str(tmp_path / "bai.txt"), "--voice", "flute:re", "--profile", "studio", "-o", str(whole))
    assert produced.returncode == 0, produced.stderr
    assert tune(whole) == pytest.approx(300, abs=2), "without a station no options count"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("[speech.engines.flute]\nherz = 700", "herz: không có khóa này. Có phải ý là “hertz” không?"),
        ("[speech.engines.flute]\nhertz = 3000", "Sáo quá cao, tai không chịu được."),
        ("[speech.engines.flut]\nhertz = 700", "không có bộ đọc “flut”. Có phải ý là “flute” không?"),
    ],
)
def test_what_a_voice_lacks_is_said_in_its_own_words(air, install, loa, line, words):
    install("thu_sao", "broadcaster.engines", {"flute": "thu_sao:Flute"}, VOICE)
    settings(air, "[speech]", 'voices = ["flute:re", "espeak:vi"]', line)
    told = loa("doctor")
    assert words in told.stdout + told.stderr


def test_a_recogniser_of_a_package_hears_and_its_faults_are_its_own(air, install, loa, environment):
    points = {"parrot": "thu_vet:Parrot", "deaf": "thu_vet:Deaf", "mad": "thu_vet:Mad"}
    install("thu_vet", "broadcaster.recognisers", points, RECOGNISER + OTHER_RECOGNISERS)
    air.sound("dài", 2.0)

    def told(name):
        command = [python(environment), "-c", HEAR, air.path("dài"), name]
        return subprocess.run(command, capture_output=True, text=True, check=True)

    assert told("parrot").stdout == "['nghe 2 giây', 'nghe 2 giây']\n"
    assert told("deaf").stdout == "Vẹt chưa tỉnh.\n"
    mad = told("mad")
    assert "Bộ nghe thử “mad” (gói thu_vet 1.0) bị lỗi trong chính mã của nó: KeyError" in mad.stdout
    assert "thu_vet.py" in mad.stderr, "the trace"
    settings(air, "[speech]", 'recogniser = "deaf"')
    assert "Vẹt chưa tỉnh." in loa("doctor").stdout


def test_a_sender_of_a_package_is_offered_and_tells(air, install, loa, tmp_path):
    install("thu_diem", "broadcaster.alerts", {"pigeon": "thu_diem:Pigeon"}, SENDER)
    loft = tmp_path / "chuong.txt"
    settings(air, "[alerts.senders.cau]", 'kind = "pigeon"', f"options = {{loft = '{loft}', ring = 'so-khoen-12345'}}")
    told = loa("alerts", "test", "cau")
    assert "chim đã bay" in told.stdout, told.stderr
    assert loft.read_text(encoding="utf-8").startswith("Gửi thử từ ")
