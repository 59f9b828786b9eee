"""The starter scripts: heads that the machine accepts, words that can be heard, citations that are those of the plan."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from broadcaster.domain.scripts.scripts import Genre, Priority
from broadcaster.rooms import room
from broadcaster.text import front_matter

SCRIPTS = room("scripts")
FILES = sorted(p for p in SCRIPTS.rglob("*.md") if p.name != "README.md")
TOPICS = tomllib.loads((SCRIPTS / "topics.toml").read_text(encoding="utf-8"))["topic"]
UNITS = tomllib.loads((SCRIPTS / "units.toml").read_text(encoding="utf-8"))["unit"]
OTHER = "khac"
SPOKEN_AT_LENGTH = {Genre.BULLETIN, Genre.COLUMN, Genre.NOTICE}

# The citations of the plan "Thông tin, tuyên truyền về cải cách hành chính năm 2026", word for word.
PLAN_CITATIONS = (
    "Kế hoạch số 150/KH-UBND ngày 25 tháng 3 năm 2026 của Ủy ban nhân dân tỉnh An Giang",
    "Quyết định số 06/QĐ-TTg ngày 06 tháng 01 năm 2022 của Thủ tướng Chính phủ",
    "Nghị quyết số 57-NQ/TW ngày 22/12/2024 của Bộ Chính trị",
    "Nghị định số 118/2025/NĐ-CP ngày 9 tháng 6 năm 2025 của Chính phủ",
    "Nghị định số 118/2025/NĐ-CP ngày 09 tháng 6 năm 2025 của Chính phủ",
    "Nghị định số 367/2025/NĐ-CP ngày 31 tháng 12 năm 2025",
    "Nghị quyết số 66/NQ-CP ngày 26 tháng 3 năm 2025 của Chính phủ",
)
PLAN_TITLES = {
    "0501-de-an-06.md": "Đề án phát triển ứng dụng dữ liệu về dân cư, định danh và xác thực điện tử phục vụ chuyển đổi số "
    "quốc gia giai đoạn 2022 - 2025, tầm nhìn đến năm 2030",
    "0502-nghi-quyet-57.md": "đột phá phát triển khoa học, công nghệ, đổi mới sáng tạo và chuyển đổi số quốc gia",
    "0703-nghi-quyet-66.md": "Chương trình cắt giảm, đơn giản hóa thủ tục hành chính liên quan đến hoạt động sản xuất, "
    "kinh doanh năm 2025 và 2026",
}
NUMBERED = re.compile(r"số \d+(?:/\d{4})?[-/][A-ZĐ]+(?:[-/][A-ZĐa-z]+)*")
YEARLESS_NUMBERS = re.compile(r"\d[\d.,/%]*")

each_script = pytest.mark.parametrize("path", FILES, ids=[p.name for p in FILES])


def read(path: Path) -> front_matter.Parsed:
    return front_matter.parse(path.read_text(encoding="utf-8"), name=path.name)


@each_script
def test_the_head_is_complete_and_names_known_things(path):
    fields = read(path).fields
    assert {"title", "unit", "topic", "genre", "priority", "language", "verify"} <= fields.keys()
    assert 5 <= len(fields["title"]) <= 120
    assert fields["unit"] in {u["code"] for u in UNITS}
    assert fields["topic"] in {t["code"] for t in TOPICS}
    assert Genre(fields["genre"])
    assert Priority(fields["priority"]) is Priority.NORMAL, "a shipped script never claims priority"
    assert fields["language"] == "vi"
    assert all(isinstance(v, str) and v for v in fields["verify"])
    first, last = fields.get("valid_from"), fields.get("valid_to")
    assert first is None or last is None or first <= last


@each_script
def test_the_folder_says_what_is_inside(path):
    fields = read(path).fields
    folder = path.parent.name
    if folder == "station":
        assert Genre(fields["genre"]) in {Genre.OPENING, Genre.STATION_CALL, Genre.CLOSING}
        assert fields["topic"] == OTHER
    elif folder == "slogans":
        assert Genre(fields["genre"]) is Genre.SLOGAN
    else:
        topic = next(t for t in TOPICS if t["code"] == fields["topic"])
        assert folder == f"{topic['plan']:02d}-{topic['code']}"
        assert path.name.startswith(folder[:2])
        assert Genre(fields["genre"]) in SPOKEN_AT_LENGTH


@each_script
def test_the_words_can_be_heard(path):
    parsed = read(path)
    text = path.read_text(encoding="utf-8")
    assert text == unicodedata.normalize("NFC", text)
    assert text.endswith("\n")
    assert "\r" not in text
    words = len(re.findall(r"\w+", parsed.body))
    match Genre(parsed.fields["genre"]):
        case Genre.SLOGAN:
            assert words <= 30
        case genre if genre in SPOKEN_AT_LENGTH:
            assert 90 <= words <= 220
        case _:
            assert words <= 70
    if Genre(parsed.fields["genre"]) is not Genre.SLOGAN:
        for sentence in re.split(r"[.!?:;](?=\s)|\n{2,}", parsed.body):
            assert len(re.findall(r"\w+", sentence)) <= 55, sentence
    assert not re.search(r"[*_#`<>|]|https?:|\bTODO\b|\d{9,}", parsed.body), "spoken text has no marks, links, numbers"


@each_script
def test_only_documented_placeholders_are_used(path):
    found = set(re.findall(r"\{[^}]*\}", read(path).body))
    assert found <= {"{station}", "{commune}", "{province}"}
    assert not re.search(r"[{}]", re.sub(r"\{[^}]*\}", "", read(path).body))
    assert not re.search(r"(^|[.?!] )\{(commune|province)\}", read(path).body, re.MULTILINE), (
        "xã ... would begin a sentence"
    )


@each_script
def test_document_numbers_stand_as_in_the_plan_and_are_to_be_verified(path):
    parsed = read(path)
    body, verify = parsed.body, list(parsed.fields["verify"])
    for match in NUMBERED.finditer(body):
        cited = [c for c in PLAN_CITATIONS if match.start() - c.index("số ") >= 0]
        assert any(body.startswith(c, match.start() - c.index("số ")) for c in cited), match[0]
        assert any(match[0] in v for v in verify), f"{match[0]} is not in verify"
    if title := PLAN_TITLES.get(path.name):
        assert title in body


@each_script
def test_no_figure_is_claimed_outside_citations_dates_and_names(path):
    body = read(path).body
    for known in (
        *PLAN_CITATIONS,
        "năm 2025 và 2026",
        "năm 2026",
        "2022 - 2025",
        "năm 2030",
        "ngày 1 tháng 7 năm 2025",
        "Đề án 06",
        "6 tháng",
    ):
        body = body.replace(known, "")
    assert not YEARLESS_NUMBERS.findall(body)


@each_script
def test_nothing_is_said_about_how_a_name_is_written(path):
    """An abbreviation is read in full, so "viết tắt là PAR INDEX" would say the same name twice."""
    assert not re.search(r"(viết|gọi) tắt", read(path).body)


@each_script
def test_what_speaks_of_the_plan_of_a_year_ends_with_it(path):
    parsed = read(path)
    if "năm 2026" in parsed.body:
        assert parsed.fields.get("valid_to") == dt.date(2026, 12, 31)


@each_script
def test_scripts_for_people_carry_something_to_verify(path):
    fields = read(path).fields
    assert fields["verify"] or path.parent.name == "station"


def test_every_topic_of_the_plan_has_two_scripts_and_one_without_a_year():
    long_ones = [p for p in FILES if Genre(read(p).fields["genre"]) in SPOKEN_AT_LENGTH]
    all_of = Counter(read(p).fields["topic"] for p in long_ones)
    lasting = Counter(read(p).fields["topic"] for p in long_ones if "valid_to" not in read(p).fields)
    for topic in TOPICS:
        if topic["plan"]:
            assert all_of[topic["code"]] >= 2
            assert lasting[topic["code"]] >= 1


def test_the_station_can_open_and_close_every_day():
    lasting = Counter(
        Genre(read(p).fields["genre"]) for p in FILES if p.parent.name == "station" and "valid_to" not in read(p).fields
    )
    assert lasting == {Genre.STATION_CALL: 1, Genre.OPENING: 1, Genre.CLOSING: 1}
    assert "Đây là {station}" in read(SCRIPTS / "station/10-loi-xuong.md").body


def test_there_are_notices_and_at_least_ten_slogans():
    genres = Counter(Genre(read(p).fields["genre"]) for p in FILES)
    assert genres[Genre.SLOGAN] >= 10
    assert genres[Genre.NOTICE] >= 5


def test_names_and_titles_are_unique():
    """The importer knows a starter file by its name alone."""
    assert max(Counter(p.name for p in FILES).values()) == 1
    assert max(Counter(read(p).fields["title"] for p in FILES).values()) == 1


def test_topics_are_the_ten_of_the_plan_in_order_and_one_for_the_rest():
    assert [t["plan"] for t in TOPICS] == [*range(1, 11), 0]
    assert TOPICS[-1]["code"] == OTHER
    assert len({t["code"] for t in TOPICS}) == len({t["short"] for t in TOPICS}) == len(TOPICS)
    for topic in TOPICS:
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", topic["code"])
        assert topic["title"]
        assert len(topic["short"]) <= 40
        assert bool(topic["source"]) is bool(topic["plan"])


def test_units_have_distinct_codes_and_names():
    assert len({u["code"] for u in UNITS}) == len({u["name"] for u in UNITS}) == len(UNITS)
    assert {u["kind"] for u in UNITS} == {"party", "office", "service", "armed", "union"}
