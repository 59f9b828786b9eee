"""A command that is refused has changed nothing: everything that can refuse is asked before anything is kept."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest

from tests.kit.cap_messages import STORM
from tests.kit.loa import Loa

GOOD = "---\ntitle: Thông báo\nunit: cong-an\ntopic: khac\n---\nKính mời bà con dự họp.\n"
FILES = {
    "bai.md": GOOD,
    "bai-sai.md": GOOD.replace("topic: khac", "topic: khong-co"),
    "bai-huong-dan-sai.md": GOOD + "\n[am thanh chuong]\n",
    "lich-sai.toml": '[rotation]\ncode = "x"\ntitle = "X"\nvalid_from = 2026-01-01\n[[slot]]\ncode = "a"\nstart = "25:00"\n',
    "ke-hoach-sai.json": '{"title": "Kế hoạch"}',
    "ke-hoach-hong.json": "{",
    "tin.xml": STORM.replace("2026-03-06T07:00:00+07:00", "2099-03-06T07:00:00+07:00"),
    "ghi-am.wav": "khong phai am thanh",
    "hong.pdf": "%PDF-1.7 hong",
    "tu-dien-sai.csv": "mot\nhai,ba\n",
}
REFUSED = {
    "script add bai-sai.md": "khong-co",
    "script add bai.md --keep 99": "--keep",
    "script add bai.md --airings 9999": "--airings",
    "script add khong-co.md": "Không tìm thấy tệp",
    "script edit 1 bai-sai.md": "khong-co",
    "script edit 1 bai.md --keep 99": "--keep",
    "script edit 99999 bai.md": "Không có kịch bản số 99999",
    "script record 1 ghi-am.wav": "âm thanh",
    "schedule apply lich-sai.toml": "slot 1",
    "schedule day 2027-13-01 holiday": "DAY",
    "plan apply ke-hoach-sai.json": "viết sai",
    "plan apply ke-hoach-hong.json": "viết sai",
    "plan import hong.pdf": "PDF",
    "plan state 99 active": "Không có kế hoạch số 99",
    "air 99999 --zones all": "99999",
    "air 1 --zones all": "chưa được duyệt",
    "air 1 --at 25:00": "--at",
    "user add moi --role khong-co": "--role",
    "zone mute khong-co": "khong-co",
    "lexicon import tu-dien-sai.csv": "Dòng 1",
    "emergency --cap tin.xml --zones all --repeat 1 --yes": "--repeat",
    "emergency --cap tin.xml --zones khong-co --yes": "--zones",
    "emergency --cap tin.xml --yes": "--zones",
    "emergency --cap ghi-am.wav --zones all --yes": "như XML",
    "emergency Lũ --zones all --yes": "--reason",
    "emergency Lũ --zones all --reason x --repeat 2000 --yes": "--repeat",
    "emergency Lũ --zones khong-co --reason x --yes": "--zones",
    "emergency Lũ --zones all --reason x --until qua --yes": "--until",
    "emergency --recording ghi-am.wav --zones all --reason x --yes": "bản ghi âm",
    "emergency --cancel 7 --reason x": "số 7",
    "emergency --drop 7": "số 7",
    "emergency --confirm 7 --yes": "số 7",
    "emergency --prolong 7 --until 23:00": "số 7",
}
"""What is asked for, and what the refusal speaks of."""


def station_state(home: Path) -> dict[str, str]:
    """Every row of the database and every file of sound, by its content."""
    found = {}
    with sqlite3.connect(home / "station.db") as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = db.execute(f"SELECT * FROM {table}").fetchall()
            found[table] = hashlib.sha256(repr(rows).encode()).hexdigest()
    db.close()
    for file in (home / "audio").rglob("*"):
        if file.is_file():
            found[str(file)] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


@pytest.fixture
def with_script(loa: Loa, home: Path, tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert loa("script", "add", tmp_path / "bai.md").code == 0
    return home


@pytest.mark.parametrize("command", REFUSED)
def test_a_refused_command_leaves_the_station_as_it_was(
    loa: Loa, with_script: Path, tmp_path: Path, command: str
) -> None:
    before = station_state(with_script)
    refused = loa(*[tmp_path / word if word in {*FILES, "khong-co.md"} else word for word in command.split()])
    assert refused.code in {1, 2}, (refused.out, refused.err)
    assert REFUSED[command] in refused.err
    assert station_state(with_script) == before
