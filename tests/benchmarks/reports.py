"""The year report of a station with five years of log: seconds and memory, beside a plain count of the same rows.

    python -m tests.benchmarks.reports [entries]      # 3,000,000 by default; 300000 proves that it works

The log is filled straight into the database (12 zones, two sessions a day); the year that is reported is the last.
The same year is then reported from a station of one year, so that age can be told from period.
"""

from __future__ import annotations

import datetime as dt
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ZONES = 12
DAYS = 5 * 365
LAST = dt.date(2026, 12, 14)
TOPICS = ("y-nghia-chi-dao", "ket-qua-chi-so", "thu-tuc-truc-tuyen", "mot-cua", "chinh-quyen-so")
COLUMNS = (
    "seq",
    "id",
    "broadcast_id",
    "broadcast_title",
    "item_no",
    "zone",
    "kind",
    "title",
    "script_id",
    "revision",
    "topic",
    "unit",
    "genre",
    "audio_sha256",
    "planned_at",
    "started_at",
    "ended_at",
    "duration_ms",
    "heard_ms",
    "outcome",
    "reason",
    "actor",
    "host",
    "sink",
    "voice",
    "corrects",
    "recorded_at",
    "prev_hash",
    "hash",
)


def fill(path: Path, entries: int, days: int) -> None:
    """Write `entries` rows over `days` days that end with the last day of the year."""
    import sqlite3

    per_day = max(1, entries // days // ZONES)  # items a day
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA synchronous = OFF")
        have = {row[1] for row in db.execute("PRAGMA table_info(play_log)")}
        names = [c for c in COLUMNS if c in have]

        def rows() -> object:
            seq = 0
            for d in range(days):
                day = dt.datetime.combine(LAST - dt.timedelta(days=days - 1 - d), dt.time(), tzinfo=dt.UTC)
                for item in range(per_day):
                    at = (day + dt.timedelta(hours=-2 if item % 2 else 10, seconds=item * 40)).strftime(
                        "%Y-%m-%d %H:%M:%S.000000"
                    )
                    broadcast = d * 2 + item % 2
                    topic = TOPICS[(item + d) % len(TOPICS)]
                    for zone in range(ZONES):
                        seq += 1
                        full = (seq * 7919) % 50 != 0
                        values = {
                            "seq": seq,
                            "id": f"b{seq}",
                            "broadcast_id": broadcast,
                            "broadcast_title": "Buổi phát",
                            "item_no": item,
                            "zone": f"am{zone + 1:02d}",
                            "kind": "script",
                            "title": f"Bài số {item}",
                            "script_id": item,
                            "revision": 1,
                            "topic": topic,
                            "unit": "vhxh",
                            "genre": "column",
                            "audio_sha256": "a" * 64,
                            "planned_at": at,
                            "started_at": at,
                            "ended_at": at,
                            "duration_ms": 40_000,
                            "heard_ms": 40_000 if full else 12_000,
                            "outcome": "full" if full else "partial",
                            "reason": "" if full else "Mất điện.",
                            "actor": "tự động",
                            "host": "may-dai",
                            "sink": "main",
                            "voice": None,
                            "corrects": None,
                            "recorded_at": at,
                            "prev_hash": f"{seq - 1:064x}",
                            "hash": f"{seq:064x}",
                        }
                        yield [values[n] for n in names]

        db.executemany(f"INSERT INTO play_log ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", rows())
        last = db.execute("SELECT max(seq) FROM play_log").fetchone()[0]
        db.execute("UPDATE chain_head SET seq = ?, hash = ?", (last, f"{last:064x}"))
        db.execute("ANALYZE")


def measure(home: Path) -> None:
    """Report the year in this process and say what it cost; run in a process of its own, so that memory is its own."""
    from sqlalchemy import text

    from broadcaster.domain.reports.periods import parse
    from broadcaster.reporting import docx, paper, table_csv, xlsx
    from broadcaster.services.reports import content
    from broadcaster.services.station import open_station

    station = open_station(home)
    period = parse("2026-Y")
    start, end = (m.strftime("%Y-%m-%d %H:%M:%S.%f") for m in period.bounds(station.settings.tz))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        made = work()
        took[name] = time.perf_counter() - began
        return made

    with station.db.read() as session:
        # Cold: the first read of these pages by this process (the system may still hold them, say so when it matters).
        figures = timed("figures, cold", lambda: content.figures_of(station, session, period))
        timed("figures, warm", lambda: content.figures_of(station, session, period))
        plain = "SELECT count(*), sum(heard_ms) FROM play_log WHERE planned_at >= :a AND planned_at < :b"
        many, _ = session.execute(text(plain), {"a": start, "b": end}).one()
        timed("plain SQL count, warm", lambda: session.execute(text(plain), {"a": start, "b": end}).one())
        whole = session.scalar(text("SELECT count(*) FROM play_log"))
    document = timed("figures of three periods", lambda: content.document_of(station, period))
    for name, write in (
        ("full PDF", partial(paper.write, shape="full")),
        ("annex PDF", partial(paper.write, shape="annex")),
        ("annex Word", partial(docx.write, shape="annex")),
        ("workbook with every entry", xlsx.write),
        ("CSV of airings", table_csv.write_airings),
    ):
        timed(name, partial(write, document, home / "made"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"log of {whole:,} entries, {many:,} in the year, {figures.total.full:,} airings in full; "
        f"peak {peak:.0f} MB ({peak - before:.0f} MB more than before)"
    )
    for name, seconds in took.items():
        print(f"  {name}: {seconds:.2f} s")
    station.close()


def main(entries: int) -> None:
    """Fill and measure a station of five years and one of one year."""
    from broadcaster.services.setup.founding import init

    for days in (DAYS, 365):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            init(home).close()
            began = time.perf_counter()
            fill(home / "station.db", entries * days // DAYS, days)
            print(f"{days // 365} year(s): filled in {time.perf_counter() - began:.0f} s")
            subprocess.run([sys.executable, "-m", "tests.benchmarks.reports", "--measure", str(home)], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 3_000_000)
