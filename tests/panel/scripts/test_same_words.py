"""What is checked is what is heard: `loa read`, the editor's page, `produce`, script, sound and captions say the same."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from broadcaster.cli.produce import produce_command
from broadcaster.cli.reading import read_command
from broadcaster.db.queries.scripts.rows import script_detail
from broadcaster.services.scripts.editing import add_script
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.scripts.subtitles import rendition_captions
from broadcaster.services.station import Station
from tests.kit.panel import SignIn
from tests.kit.people import EDITOR
from tests.kit.properties import examples
from tests.kit.scripts import draft

pytestmark = pytest.mark.slow

DIRECTIONS = ["[nam]", "[NỮ]", "[ngắt]", "[ âm thanh: chuong ]", "[nhạc nền]", "[nhạc nền: nhac-ket]", "[hết nhạc]"]
SENTENCES = [
    "Kính thưa bà con.",
    "Ngày 12/3, lúc 7h30 tiêm chủng tại trạm y tế",
    "Ông [mật] mời họp; mang theo [bản sao] căn cước!",
    "xin mời nghe tin",
    "- Giá 15.000 đồng/kg",
    "Tin thứ nhất. [ngắt] Tin thứ hai.",
]
LINES = st.one_of(
    st.sampled_from(SENTENCES),
    st.sampled_from(DIRECTIONS),
    st.builds("{} {}".format, st.sampled_from(DIRECTIONS), st.sampled_from(SENTENCES)),
    st.just(""),
)
BODIES = st.lists(LINES, min_size=1, max_size=9).map(lambda found: "\n".join([*found, "Xin cảm ơn bà con."]))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def captioned(text: str) -> list[str]:
    cues = [cue.splitlines()[2:] for cue in text.split("\n\n")[1:]]  # under its number and its times
    return words(re.sub(r"<[^>]*>", "", html.unescape("\n".join(" ".join(lines) for lines in cues))))


def shown(page: str) -> list[str]:
    listed = page.partition("hear-lines")[2].partition("</ol>")[0]
    spans = re.findall(r"<li class=\"row\">\s*<span>(.*?)</span>", listed, re.DOTALL)
    return words(html.unescape(" ".join(spans)))


@settings(examples(6), phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES)
def test_every_surface_says_the_same_words(station: Station, sign_in: SignIn, tmp_path: Path, body: str) -> None:
    file, sound = tmp_path / "tin.txt", tmp_path / "tin.wav"
    file.write_text(body, encoding="utf-8")
    read = CliRunner().invoke(read_command, [str(file), "--json"])
    assert read.exit_code == 0, read.output
    said = words(json.loads(read.stdout)["spoken"])
    order = [str(file), "-o", str(sound), "--voice", "tone:beep", "--vtt", "--overwrite", "--format", "json"]
    produced = CliRunner().invoke(produce_command, order)
    assert produced.exit_code == 0, produced.output
    number = add_script(station, EDITOR, draft(body, voice="tone:beep"))
    speak(station, EDITOR, number)
    with station.db.read() as session:
        rendition = script_detail(session, number)["rendition"]
    page = sign_in("bientap").post("/scripts/preview", data={"body": body}).text
    assert words(rendition["spoken_text"]) == said
    assert words(" ".join(c["text"] for c in rendition["cues"])) == said
    assert captioned(rendition_captions(rendition["cues"])) == said
    assert captioned(sound.with_suffix(".vtt").read_text(encoding="utf-8")) == said
    assert shown(page) == said


@pytest.mark.parametrize(("typed", "meant"), [("[ngat]", "ý là [ngắt]?"), ("[lạ lùng]", "các lời dặn là")])
def test_every_surface_names_a_mistyped_direction(sign_in: SignIn, tmp_path: Path, typed: str, meant: str) -> None:
    body = f"Kính thưa bà con.\n{typed}\nXin mời nghe tin."
    file, sound = tmp_path / "tin.txt", tmp_path / "tin.wav"
    file.write_text(body, encoding="utf-8")
    read = CliRunner().invoke(read_command, [str(file), "--json"])
    assert meant in str(read.exception)
    assert words(typed)[0] not in words(json.loads(read.stdout)["spoken"])
    assert meant in str(CliRunner().invoke(produce_command, [str(file), "-o", str(sound)]).exception)
    assert not sound.exists()
    editor = sign_in("bientap")
    page = html.unescape(editor.post("/scripts/preview", data={"body": body}).text)
    assert meant in page
    assert words(typed)[0] not in shown(page)
    fields = {
        "title": "Tin",
        "unit": "vhxh",
        "topic": "khac",
        "genre": "bulletin",
        "priority": "normal",
        "airings": "0",
    }
    saved = editor.post("/scripts/new", data=fields | {"body": body})
    assert saved.status_code == 422
    assert meant in html.unescape(saved.text)
    assert typed in html.unescape(saved.text)
