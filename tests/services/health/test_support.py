"""The support bundle: a word of its own planted wherever a person's word may stand, and none of them leaves."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import JSON, Boolean, Column, DateTime, Integer, String, Table, insert, select, update
from sqlalchemy.exc import DatabaseError

from broadcaster import logs
from broadcaster.clock import FrozenClock
from broadcaster.db.base import Base, PlainWord, UtcDateTime
from broadcaster.db.models import Heartbeat, people
from broadcaster.db.session import Database
from broadcaster.services.health import support
from broadcaster.services.health.scrubbing import Scrubber
from broadcaster.services.health.three_lines import machine_code
from broadcaster.services.station import Station
from tests.kit import seed
from tests.kit.properties import examples

MARK = re.compile(r"(?i)mk[a-z]*q\d+z")
PEOPLE = [model.__table__ for model in vars(people).values() if isinstance(model, type) and hasattr(model, "__table__")]


class Marks:
    """Words that stand nowhere else, each in one place."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}

    def new(self, place: str) -> str:
        word = f"Mkq{len(self.places)}z"
        self.places[word.lower()] = place
        return word

    def left(self, text: str) -> list[str]:
        return sorted({self.places[m[0].lower()] for m in MARK.finditer(text)})


def planted(column: Column[Any], marks: Marks, known: dict[str, Any]) -> Any:
    """A value of a column: where it holds free words, one of its own."""
    for key in column.foreign_keys:
        return known.get(str(key.target_fullname))
    kind = column.type
    if column.name == "roles":
        return ["editor"]
    if isinstance(kind, PlainWord):
        return next(iter(kind.kind))
    if isinstance(kind, String):
        return marks.new(str(column))[: kind.length or None]
    if isinstance(kind, UtcDateTime | DateTime):
        return seed.NOW
    if isinstance(kind, JSON):
        return (
            {"x": marks.new(str(column)), "y": [marks.new(str(column))]}
            if "dict" in str(column.type)
            else [marks.new(str(column))]
        )
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Integer):
        return 900_000
    return dt.date(2026, 3, 4)


def plant_rows(station: Station, marks: Marks) -> None:
    """A row of each table of people with a word in every column; in every other table a word in each that allows it."""
    known: dict[str, Any] = {}
    with station.db.write() as session:
        for table in (t for t in Base.metadata.sorted_tables if t in PEOPLE):
            row = {c.name: planted(c, marks, known) for c in table.columns}
            session.execute(insert(table).values(row))
            known |= {f"{table.name}.{name}": value for name, value in row.items()}
    for table in (t for t in Base.metadata.sorted_tables if t not in PEOPLE):
        for column in table.columns:
            if (
                type(column.type) in {String, String().with_variant(String(), "x").__class__}
                or str(column.type) == "TEXT"
            ):
                _plant(station, table, column, marks)


def _plant(station: Station, table: Table, column: Column[Any], marks: Marks) -> None:
    keys = list(table.primary_key.columns)
    word = marks.new(str(column))
    try:
        with station.db.write() as session:
            first = session.execute(select(*keys).limit(1)).first()
            if (
                first is None
                or column in keys
                or column.foreign_keys
                or "sha256" in column.name
                or "hash" in column.name
            ):
                return
            where = [key == value for key, value in zip(keys, first, strict=True)]
            session.execute(update(table).where(*where).values({column.name: word}))
    except DatabaseError:
        del marks.places[word.lower()]  # a row that is chained refuses it


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[Path]:
    """The log of a process of its own."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    folder = tmp_path / "ghi"
    logs.configure("worker", folder, screen=False)
    yield folder / "worker.jsonl"
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    for handler in before:
        root.addHandler(handler)
    root.setLevel(level)


def plant_logs(marks: Marks, names: list[str]) -> None:
    """Every way in which a line of a log carries somebody's word."""
    log = logs.EventLog("broadcaster.thử")
    log.info("job done", title=marks.new("log field"), user=marks.new("log field"), deep={"x": [marks.new("log deep")]})
    log.warning("not done", error=f"Bài “{marks.new('quoted')}” của ông {names[0]} chưa duyệt; gọi 0912 345 678.")
    log.warning("not done", error=f"{names[0].upper()} gửi từ 192.168.1.77, 2001:db8::7, thư {names[1]}@xa-mau.example")
    logging.getLogger("broadcaster.cũ").warning("lease taken over from %s", marks.new("log argument"))
    logging.getLogger("waitress").warning(f"khách {marks.new('foreign event')}")  # noqa: G004 - as libraries do
    try:
        int(f"{marks.new('exception')}\n  {marks.new('second line')}: Error")
    except ValueError:
        log.exception("job broke", job=7, thread="lane-waiting")


@pytest.mark.medium
def test_no_word_that_was_planted_for_a_person_leaves_with_the_bundle(seeded_station: Station, logged: Path) -> None:
    station, marks = seeded_station, Marks()
    plant_rows(station, marks)
    with station.db.read() as session:
        names = [w for pair in session.execute(select(people.User.full_name, people.User.username)) for w in pair]
        names += list(session.scalars(select(people.Unit.name)))
    plant_logs(marks, [next(w for w in names if MARK.search(w)), seed.PEOPLE[3][0]])
    (station.home.logs / "worker.jsonl").write_text(
        logged.read_text(encoding="utf-8") + f"{marks.new('no JSON')}\n[1]\n", encoding="utf-8"
    )
    (station.home.logs / f"{marks.new('log name')}.jsonl").write_text("{}\n", encoding="utf-8")
    with station.db.write() as session:
        beat = session.get_one(Heartbeat, "playout")
        beat.at = station.now()
        beat.status = {
            "hold": f"Máy khác ({names[0]}) đang phát.",
            "sinks": {"main": f"Đường ra “{marks.new('sink')}”: {names[1]}"},
            "threads": {"x": f"Phần việc “{marks.new('thread')}” lỗi."},
            "on_air": [{"broadcast": 6, "title": marks.new("on air"), "zones": [], "quiet_s": {marks.new("name"): 20}}],
        }
    assert len(marks.places) > 90
    files = support.bundle(station)
    assert not [name for name, text in files.items() if text.startswith("không lấy được")]
    whole = "\n".join([*files, *files.values()])
    assert marks.left(whole) == []
    for person in names:
        assert not re.search(rf"(?i)(?<!\w){re.escape(person)}(?!\w)", whole), person
    for planted_word in ("192.168.1.77", "2001:db8::7", "0912 345 678", "xa-mau.example", str(station.home.root)):
        assert planted_word not in whole
    log = files["nhat-ky/worker.jsonl"].splitlines()
    first = json.loads(log[0])
    assert (first["event"], first["level"]) == ("job done", "info")
    assert [json.loads(x).get("template") for x in log].count("lease taken over from %s") == 1
    trace = next(json.loads(x)["exception"] for x in log if '"exception"' in x)
    assert trace.splitlines()[-1] == "ValueError"


@pytest.mark.medium
def test_a_bundle_holds_what_a_helper_needs(seeded_station: Station, tmp_path: Path) -> None:
    station = seeded_station
    files = support.write(station, tmp_path / "goi.zip")
    with zipfile.ZipFile(tmp_path / "goi.zip") as archive:
        assert set(archive.namelist()) == set(files)
        assert archive.testzip() is None
    assert all(name in files["DOC-TRUOC.txt"] for name in files if name != "DOC-TRUOC.txt")
    rows = json.loads(files["so-dong.json"])
    assert rows["rows"]["users"] == len(seed.PEOPLE)
    assert re.fullmatch(r"\d{4}", rows["schema"])
    settings = json.loads(files["cai-dat.json"])
    assert settings["hours"]["windows"]
    assert settings["station"]["timezone"] == "Asia/Ho_Chi_Minh"
    assert settings["station"]["commune"] == "•••"
    assert json.loads(files["may.json"])["disk"]["free"] > 0
    assert "loa_fit" in files["so-do.txt"]
    assert "L-02 Phát sóng" in json.loads(files["tinh-trang.json"])
    assert machine_code(station) in support.name_of(station)
    assert zipfile.is_zipfile(io.BytesIO(support.zipped(files)))


def test_a_bundle_of_a_station_whose_database_is_away_tells_of_it_and_shows_no_sentence(
    seeded_station: Station, logged: Path
) -> None:
    logs.EventLog("broadcaster.thử").warning("not done", error="Ông Nguyễn Thử Nghiệm gửi bài.")
    (seeded_station.home.logs / "worker.jsonl").write_bytes(logged.read_bytes())
    away = replace(seeded_station, db=Database(f"sqlite:///{seeded_station.home.root / 'khong-co' / 'station.db'}"))
    files = support.bundle(away)
    assert "không lấy được" in files["so-dong.json"]
    assert "Thử Nghiệm" not in "\n".join(files.values())
    assert json.loads(files["tinh-trang.json"])["L-01 Cơ sở dữ liệu"] != "tốt"
    away.db.dispose()


NAME = st.lists(
    st.sampled_from(["Nguyễn", "Trần", "Lê", "Thị", "Văn", "Hoàng", "Đức", "Bình", "Ánh", "Uyên", "Khôi", "Lý", "Sơn"]),
    min_size=2,
    max_size=4,
)


@examples(200)
@given(
    NAME.map(" ".join), st.sampled_from(["{} đã gửi", "của {}.", "({})", "tài khoản={}", "{}: lỗi", "[{}]", "a {}, b"])
)
def test_no_part_of_a_known_name_stays_in_a_sentence_however_it_stands_there(name: str, sentence: str) -> None:
    scrubber = Scrubber(people=[name])
    for said in (name, name.upper(), name.lower(), *name.split()):
        shown = scrubber.sentence(sentence.format(said))
        assert not [part for part in name.lower().split() if re.search(rf"(?<!\w){part}(?!\w)", shown.lower())]
    assert scrubber.name(name) == scrubber.name(name.upper()) != Scrubber().name(name), "stable, and of one bundle"


LOOKS = (
    "http://loa:mat@10.0.0.1/x?k=1",
    "ai@xa.example",
    "10.20.30.40",
    "fe80::1",
    "+84 912 345 678",
    "0912.345.678",
    "/home/ai/tep.txt",
    "C:\\Users\\ai\\tep.txt",
    "“lời của ai”",
    '"lời của ai"',
)


@pytest.mark.parametrize("word", LOOKS)
def test_what_looks_like_an_address_a_number_or_a_quotation_is_hidden(word: str) -> None:
    shown = Scrubber().sentence(f"Không mở được {word} lúc này.")
    assert word not in shown
    assert "ai" not in re.findall(r"\w+", shown)
    assert shown.startswith("Không mở được")


@pytest.fixture
def seeded_station(tmp_path: Path) -> Iterator[Station]:
    station = seed.build(tmp_path / "dai", FrozenClock(seed.NOW))
    yield station
    station.close()
