"""The panel under load: 5,000 scripts, 100 zones, a million log entries, 20 people at once.

    python -m tests.benchmarks.panel_load [--scripts 5000] [--zones 100] [--entries 1000000] [--seconds 60] [--home DIR]

The panel runs as its own process, as a station runs it; the people are threads of this one. Each opens one page after
another, thinking for about a second between them, and the on-air bar is asked for every two seconds as a browser does.
Three times stand side by side: `wait` is the whole answer as the reader waits for it, with what this load itself takes of
the machine; `server` is what the server says of itself (`Server-Timing`): waiting for a thread, and the page; `cpu` is the
processor time of the page alone, which other load on the machine hardly moves. Beside it in the same run: the health page,
which asks the database next to nothing, so that the machine's own noise is known.
With `--home` the station is kept and used again.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import http.client
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import insert

from broadcaster.clock import SystemClock
from broadcaster.db.models import Approval, BroadcastRow, Rendition, Revision, Script, ZoneRow
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, ItemKind, Origin, RundownItem
from broadcaster.domain.log.playlog import Entry, Outcome
from broadcaster.domain.people.roles import Role, machine
from broadcaster.domain.scripts.scripts import Genre, Priority, ScriptState
from broadcaster.services.log import playlog
from broadcaster.services.people import accounts, signing_in
from broadcaster.services.setup.founding import init
from broadcaster.services.station import Station, open_station

PORT = 18577
PASSWORD = "bốn con vịt bơi qua sông"
PAGES = (
    "/",
    "/scripts/",
    "/scripts/?q=ho+so",
    "/scripts/?q=dich+vu&state=approved",
    "/scripts/{script}",
    "/approve/",
    "/schedule/",
    "/schedule/?view=zones",
    "/schedule/{broadcast}",
    "/log/",
    "/log/?from={year}",
    "/reports/",
    "/zones/",
    "/sounds/",
    "/settings/",
)
BAR = "/fragments/bar"
BATCH = 20_000
_SAID = re.compile(r"(\w+);dur=([\d.]+)")


def build(root: Path, scripts: int, zones: int, entries: int) -> None:
    """Make the station in bulk; the chain of its log is a real one."""
    station = init(root, clock=SystemClock())
    rng = random.Random(7)
    now = station.now()
    with station.db.write() as session:
        for n in range(zones):
            session.merge(ZoneRow(code=f"z{n:03d}", name=f"Cụm loa số {n + 1}", position=n))
    _scripts(station, scripts, now)
    _broadcasts(station, zones, now)
    began = time.perf_counter()
    done = 0
    while done < entries:
        with station.db.write() as session:
            playlog.append(session, [_entry(done + i, zones, entries, now, rng) for i in range(BATCH)], now)
        done += BATCH
    print(f"{done} entries chained in {time.perf_counter() - began:.0f} s")
    accounts.create_user(station, machine(), "taithu", "Người thử tải", [Role.OPERATOR, Role.CHIEF, Role.EDITOR])
    temporary = accounts.reset_password(station, machine(), "taithu")
    signing_in.change_password(station, accounts.actor_named(station, "taithu"), temporary, PASSWORD)
    station.close()


def _scripts(station: Station, count: int, now: dt.datetime) -> None:
    words = (
        "hồ sơ",
        "dịch vụ công",
        "tiêm chủng",
        "căn cước",
        "thủ tục",
        "chuyển đổi số",
        "phòng chống bão",
        "đất đai",
    )
    sha = hashlib.sha256(b"x").hexdigest()
    with station.db.write() as session:
        from broadcaster.db.queries.people import units
        from broadcaster.db.queries.scripts.many import topics
        from broadcaster.domain.fold import fold

        codes, offices = [t.code for t in topics(session)], [u.code for u in units(session)]
        first = (session.query(Script.id).order_by(Script.id.desc()).limit(1).scalar() or 0) + 1
        rows, revisions, renditions, approvals = [], [], [], []
        for n in range(first, first + count):
            title = f"Bài {n}: {words[n % 8]} và {words[n % 7]}"
            body = f"{title}. " + "Kính thưa bà con, đây là nội dung của bài. " * 12
            state = [ScriptState.APPROVED, ScriptState.APPROVED, ScriptState.DRAFT, ScriptState.RETIRED][n % 4]
            if n % 250 == 0:
                state = ScriptState.SUBMITTED
            rows.append(
                {
                    "id": n,
                    "title": title,
                    "folded": fold(f"{title}\n{body}"),
                    "unit_code": offices[n % len(offices)],
                    "topic_code": codes[n % len(codes)],
                    "genre": Genre.COLUMN,
                    "priority": Priority.NORMAL,
                    "state": state,
                    "valid_from": None,
                    "valid_to": None,
                    "verify": [],
                    "source_name": None,
                    "created_at": now - dt.timedelta(hours=n),
                    "updated_at": now - dt.timedelta(minutes=n),
                }
            )
            revisions.append(
                {
                    "id": n + 10_000,
                    "script_id": n,
                    "number": 1,
                    "body": body,
                    "body_sha256": sha,
                    "author": "bientap",
                    "created_at": now,
                }
            )
            renditions.append(
                {
                    "id": n + 10_000,
                    "revision_id": n + 10_000,
                    "spoken_text": body,
                    "spoken_sha256": sha,
                    "lexicon_version": "1",
                    "voice": "tone",
                    "engine_version": "1",
                    "audio_sha256": sha,
                    "duration_ms": 60_000,
                    "lufs": -16.0,
                    "dbtp": -1.5,
                    "cues": [],
                    "notes": [],
                    "created_at": now,
                }
            )
            if state is ScriptState.APPROVED:
                approvals.append(
                    {
                        "script_id": n,
                        "revision_id": n + 10_000,
                        "rendition_id": n + 10_000,
                        "decision": "approved",
                        "by": "lanhdao",
                        "own_work": False,
                        "comment": "",
                        "spoken_sha256": sha,
                        "audio_sha256": sha,
                        "at": now,
                    }
                )
        for table, values in ((Script, rows), (Revision, revisions), (Rendition, renditions), (Approval, approvals)):
            session.execute(insert(table), values)


def _broadcasts(station: Station, zones: int, now: dt.datetime) -> None:
    every = [f"z{n:03d}" for n in range(zones)]
    rundown = [
        RundownItem(n, ItemKind.SCRIPT, f"Mục {n}", "a" * 64, 60_000, script_id=n, topic="khac", spoken_sha256="b" * 64)
        for n in range(1, 9)
    ]
    today = station.local(now).replace(hour=5, minute=0, second=0, microsecond=0)
    rows = []
    for day in range(-365, 8):
        for hour in (0, 6, 12):
            starts = today + dt.timedelta(days=day, hours=hour)
            rows.append(
                {
                    "slot_key": "ngay-thuong/tai",
                    "origin": Origin.ROTATION,
                    "rotation_code": "ngay-thuong",
                    "slot_code": "tai",
                    "kind": BroadcastKind.ROTATION,
                    "title": "Chương trình thử tải",
                    "starts_at": starts,
                    "ends_at": starts + dt.timedelta(minutes=20),
                    "zones": every,
                    "rundown": rundown,
                    "reasons": [],
                    "sound_ms": 480_000,
                    "state": BroadcastState.AIRED if starts < now else BroadcastState.PLANNED,
                }
            )
    with station.db.write() as session:
        session.execute(insert(BroadcastRow), rows)


def _entry(n: int, zones: int, total: int, now: dt.datetime, rng: random.Random) -> Entry:
    at = now - dt.timedelta(days=365) * (1 - n / total)
    outcome = Outcome.FULL if rng.random() < 0.97 else Outcome.PARTIAL
    return Entry(
        id=f"tai-{n}",
        broadcast_id=n // (8 * zones) + 1,
        broadcast_title="Chương trình thử tải",
        item_no=n // zones % 8 + 1,
        zone=f"z{n % zones:03d}",
        kind="script",
        title=f"Mục {n // zones % 8 + 1}",
        script_id=n % 5000 + 1,
        revision=1,
        topic="khac",
        unit="vhxh",
        genre="column",
        audio_sha256="a" * 64,
        planned_at=at,
        started_at=at,
        ended_at=at + dt.timedelta(seconds=60),
        duration_ms=60_000,
        heard_ms=60_000 if outcome is Outcome.FULL else 20_000,
        outcome=outcome,
        reason="",
        actor="tự động",
        host="may-thu",
        sink="main",
        voice="tone",
    )


class Took(NamedTuple):
    """Seconds of one answer."""

    wait: float
    server: float
    cpu: float


class Person(threading.Thread):
    """Somebody with a browser: one connection, one session."""

    def __init__(self, number: int, pages: list[str], until: float, pause: float) -> None:
        super().__init__(daemon=True)
        self.rng = random.Random(number)
        self.pages, self.until, self.pause = pages, until, pause
        self.took: dict[str, list[Took]] = defaultdict(list)
        self.tag = ""
        self.codes: dict[int, int] = defaultdict(int)
        self.wire = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        self.cookies: dict[str, str] = {}

    def ask(self, address: str, *, body: str | None = None) -> tuple[http.client.HTTPResponse, bytes]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if address == BAR:  # as the browser asks: for the part alone, and only if it changed
            headers |= {"HX-Request": "true", "If-None-Match": self.tag}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.wire.request("POST" if body is not None else "GET", address, body, headers)
        answer = self.wire.getresponse()
        content = answer.read()
        if address == BAR:
            self.tag = answer.headers.get("ETag", "")
        for header in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer, content

    def sign_in(self) -> None:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.ask("/login")[1].decode())
        assert token, "no sign-in page"
        form = urllib.parse.urlencode({"username": "taithu", "password": PASSWORD, "csrf_token": token[1]})
        answer, _ = self.ask("/login", body=form)
        assert answer.status == 303, answer.status

    def run(self) -> None:
        bar_due = time.perf_counter() + self.rng.random() * 2
        time.sleep(self.pause * self.rng.random())  # people who think don't all press in the same instant
        while time.perf_counter() < self.until:
            address = BAR if time.perf_counter() > bar_due else self.rng.choice(self.pages)
            if address == BAR:
                bar_due = time.perf_counter() + 2
            began = time.perf_counter()
            answer, _ = self.ask(address)
            wait = time.perf_counter() - began
            said = {name: float(ms) / 1e3 for name, ms in _SAID.findall(answer.headers.get("Server-Timing", ""))}
            self.took[address].append(Took(wait, said["queue"] + said["app"], said["cpu"]))
            self.codes[answer.status] += 1
            if self.pause:
                time.sleep(self.pause * self.rng.uniform(0.5, 1.5))


def crowd(pages: list[str], people: int, seconds: float, pause: float, label: str) -> None:
    """Let people in at once and print what they waited."""
    until = time.perf_counter() + seconds + people * 0.3
    crew = [Person(n, pages, until, pause) for n in range(people)]
    for person in crew:  # one after another: the panel slows down an address that signs in too often
        person.cookies = dict(crew[0].cookies)
        if not person.cookies:
            person.sign_in()
    began = time.perf_counter()
    for person in crew:
        person.start()
    for person in crew:
        person.join()
    lasted = time.perf_counter() - began
    took: dict[str, list[Took]] = defaultdict(list)
    codes: dict[int, int] = defaultdict(int)
    for person in crew:
        for address, times in person.took.items():
            took[address] += times
        for code, count in person.codes.items():
            codes[code] += count
    every = [t for times in took.values() for t in times]
    print(f"\n{label}: {people} at once, {len(every)} answers, codes {dict(codes)}, {len(every) / lasted:.0f} a second")
    print(f"  {'ms, median / p95':<38}{'n':>6}{'wait':>17}{'server':>17}{'cpu':>17}")
    for address, times in [*sorted(took.items(), key=lambda pair: -_p95([t.server for t in pair[1]])), ("all", every)]:
        cells = (
            f"{statistics.median(kind) * 1e3:>9.1f} /{_p95(kind) * 1e3:>6.1f}" for kind in zip(*times, strict=True)
        )
        print(f"  {address:<38}{len(times):>6}{''.join(cells)}")


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


def main() -> None:
    """Build, serve, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("scripts", 5000), ("zones", 100), ("entries", 1_000_000), ("people", 20)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--home", type=Path)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = wanted.home or Path(folder) / "station"
        if not (root / "station.toml").exists():
            build(root, wanted.scripts, wanted.zones, wanted.entries)
        station = open_station(root)
        with station.db.read() as session:
            script = session.query(Script.id).order_by(Script.id.desc()).limit(1).scalar()
            broadcast = session.query(BroadcastRow.id).order_by(BroadcastRow.id.desc()).limit(1).scalar()
        year = (station.today() - dt.timedelta(days=364)).isoformat()
        station.close()
        pages = [p.format(script=script, broadcast=broadcast, year=year) for p in PAGES]
        command = [sys.executable, "-m", "broadcaster", "--home", str(root), "web", "--port", str(PORT)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as panel:
            try:
                _wait()
                crowd(["/healthz"], wanted.people, min(10, wanted.seconds), 1.0, "the health page alone")
                crowd(pages, 1, min(20, wanted.seconds), 0, "one person without a pause")
                crowd(pages, wanted.people, wanted.seconds, 1.0, "people who think for a second")
                crowd(pages, wanted.people, min(20, wanted.seconds), 0, "people without a pause")
            finally:
                panel.terminate()


def _wait() -> None:
    for _ in range(300):
        try:
            Person(0, [], 0, 0).ask("/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the panel did not come up")


if __name__ == "__main__":
    main()
