"""Watches that are real processes over one database: each message goes out once, and twice only when one is killed over it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from broadcaster.services.station import Station

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
ROUNDS = 10
PEOPLE = """
[alerts.senders.tin]
kind = "webhook"
options = { url = "http://127.0.0.1:9/" }
[alerts.people.a]
role = "Trưởng đài"
senders = ["tin"]
[alerts.people.b]
role = "Người trực"
senders = ["tin"]
"""


def begun(station: Station, sent: Path, rounds: int, *more: str) -> subprocess.Popen[bytes]:
    asked = [sys.executable, "-m", "tests.kit.watching_process", str(station.home.root), str(sent), str(rounds), *more]
    return subprocess.Popen(asked, cwd=Path(__file__).parents[3])


def ended(*processes: subprocess.Popen[bytes]) -> list[int]:
    try:
        return [p.wait(120) for p in processes]
    finally:
        for p in processes:
            p.kill()
            p.wait(20)


def told_people(station: Station) -> None:
    with station.home.settings_file.open("a", encoding="utf-8") as file:
        file.write(PEOPLE)


def test_two_workers_over_one_database_send_each_message_once(station: Station, tmp_path: Path) -> None:
    told_people(station)
    sent = tmp_path / "sent"
    assert ended(*(begun(station, sent, ROUNDS) for _ in range(2))) == [0, 0]
    named = Counter(re.findall(r"<(\d\d)>", sent.read_text(encoding="utf-8")))
    assert named == {f"{n:02}": 2 for n in range(ROUNDS)}, "each once to each of two people"


def test_what_a_killed_worker_had_sent_and_not_marked_is_sent_again_under_the_same_number(
    station: Station, tmp_path: Path
) -> None:
    told_people(station)
    sent = tmp_path / "sent"
    (died,) = ended(begun(station, sent, 1, "--die"))
    assert died == -9
    first = sent.read_text(encoding="utf-8").splitlines()
    assert len(first) in {1, 2}
    assert ended(begun(station, sent, 1, "--ahead", "30")) == [0]
    assert ended(begun(station, sent, 1, "--ahead", "300"), begun(station, sent, 1, "--ahead", "300")) == [0, 0]
    lines = sent.read_text(encoding="utf-8").splitlines()
    numbers = {re.findall(r"Mã tin: (\w+)", line)[0] for line in lines}
    assert len(numbers) == 1, "who gets both sees that they are one"
    doubted = [line for line in lines if "có thể bạn đã nhận tin này" in line]
    assert len(doubted) == len(lines) - 2
    assert 1 <= len(doubted) <= 2
