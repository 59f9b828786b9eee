"""How the station of schema 0013 beside this file was made: run with the code of commit d956dda, not with today's.

    PYTHONPATH=<checkout of d956dda> python tests/db/older/make_0013.py FOLDER [postgresql+psycopg://…]

A few minutes of a real station: planned, moved, copied and left-out broadcasts, trials and tones, a stop and its rest,
an emergency and what it interrupted, a meeting whose title only looks like one, somebody at the microphone. The rows
were then written out as SQL (`sqlite3 .dump`, `pg_dump --inserts`), with an evidence bundle of the day beside them.
"""

from __future__ import annotations

import datetime as dt
import sys
import threading
import time
from pathlib import Path

from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.emergencies import EmergencyRequest
from broadcaster.domain.people.roles import Actor, Role, machine
from broadcaster.playout.engine import Playout
from broadcaster.playout.sinks.null import NullSink
from broadcaster.services.air import broadcasts, emergencies, talks
from broadcaster.services.log import evidence
from broadcaster.services.schedule import by_hand, planning, resuming, rotations
from broadcaster.services.schedule.once import air_once
from broadcaster.services.scripts.approving import approve
from broadcaster.services.scripts.editing import ScriptDraft, add_script
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.setup.founding import init

ME = machine("thử")
EDITOR = Actor("bientap", "Biên tập viên", frozenset({Role.EDITOR}))
LEADER = Actor("lanhdao", "Phó Chủ tịch", frozenset({Role.CHIEF}))
OPERATOR = Actor("vanhanh", "Người vận hành", frozenset({Role.OPERATOR}))
ROTATION = """
[rotation]
code = "thu"
title = "Lịch thử"
valid_from = 2026-01-01
[[slot]]
code = "vao-giua"
title = "Vào giữa chừng"
start = "{start:%H:%M}"
max_minutes = 2
zones = ["am01", "am02"]
late = "join"
[[slot.item]]
kind = "script"
script = {long}
[[slot]]
code = "chieu"
title = "Buổi chiều"
start = "17:00"
max_minutes = 20
zones = ["am01"]
[[slot.item]]
kind = "cue"
cue = "nhac-hieu"
[[slot.item]]
kind = "fill"
max_items = 2
"""


def until(what, seconds=40.0):
    """Wait for something that must come true, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came true")


def main(folder: Path, url: str | None) -> None:
    """Live a few minutes."""
    station = init(
        folder,
        overrides={
            "speech": {"voices": ["tone:beep"]},
            "hours": {"windows": ["00:00-23:59"], "sessions_per_day": 50, "days_per_week": 7},
            "playout": {"sinks": {"main": {"kind": "null"}, "aircheck": {"kind": "null"}}},
            **({"database": {"url": url}} if url else {}),
        },
    )

    def script(title: str, words: str) -> int:
        number = add_script(station, EDITOR, ScriptDraft(title=title, unit="vhxh", topic="khac", body=words))
        speak(station, EDITOR, number)
        approve(station, LEADER, number)
        return number

    short = script("Lịch tiêm chủng", "Sáng mai trạm y tế tiêm chủng.")
    long = script("Họp dân", "Kính mời bà con tới nhà văn hóa họp dân. " * 6)
    minute = dt.timedelta(minutes=1)
    soon = (station.local(station.now()) + 2 * minute).replace(second=0, microsecond=0)
    rotations.apply_rotation(station, ME, ROTATION.format(start=soon, long=long), "thu")
    planning.plan(station, 4)

    def rows(**values) -> list[BroadcastRow]:
        with station.db.read() as session:
            return session.query(BroadcastRow).filter_by(**values).order_by(BroadcastRow.starts_at).all()

    def row(number: int) -> BroadcastRow:
        return rows(id=number)[0]

    afternoons = [r for r in rows(slot_key="thu/chieu") if r.starts_at > station.now() + 60 * minute]
    by_hand.move(station, ME, afternoons[0].id, afternoons[0].starts_at + 30 * minute)
    by_hand.copy(station, ME, afternoons[1].id, afternoons[1].starts_at + 30 * minute)
    by_hand.leave_out(station, ME, [afternoons[1].id])
    by_hand.add(station, ME, "Buổi riêng", afternoons[2].starts_at + 40 * minute, 10)

    def ended(number: int) -> BroadcastRow:
        return until(lambda: row(number).state.terminal and row(number))

    def items(number: int) -> float:
        return row(number).sound_ms / 1000

    time.sleep(max(0.0, (soon - station.now()).total_seconds() + 4.0))
    playout = Playout(station, sinks={n: NullSink(n) for n in ("main", "aircheck")})
    stop = threading.Event()
    thread = threading.Thread(target=playout.run, args=(stop,))
    thread.start()

    def sounds(number: int, item: int = 1) -> bool:
        return any(o.broadcast.id == number and o.lanes and o.lanes[0].on_item == item for o in playout.floor.airings())

    joined = rows(slot_key="thu/vao-giua")[0]
    print("joined:", ended(joined.id).verdict)

    def once(title: str, which: list, zones: tuple, **more) -> int:
        return air_once(
            station, ME, which, title=title, starts_at=station.now() + dt.timedelta(seconds=2), zones=zones, **more
        )

    print("trial:", ended(once("Thử", [short], ("am01",), trial=True)).verdict)
    print("tone:", ended(once("Thử loa", ["chuong"], ("am01",), tone=True)).verdict)

    meeting = once("KHẨN CẤP: họp dân", [short, long], ("am01",))
    until(lambda: sounds(meeting, 2))
    timetable_row = once("Bản tin bị chiếm loa", [short], ("am02",))
    with station.db.write() as session:  # as a rotation that was changed meanwhile may have it
        session.get(BroadcastRow, timetable_row).zones = ["am01", "am02"]
    print("busy:", ended(timetable_row).verdict)
    broadcasts.send(station, OPERATOR, "stop", zones=["am01"])
    print("stopped:", ended(meeting).verdict)
    print("rest:", ended(resuming.resume(station, OPERATOR, meeting)).verdict)

    cut = once("Bản tin bị ngắt", [short, long, short], ("am01", "am02"))
    until(lambda: sounds(cut, 2))
    emergency = emergencies.draft(
        station,
        OPERATOR,
        EmergencyRequest(
            title="Lũ về",
            text="Nước lũ đang lên. Mời bà con lên chỗ cao.",
            zones=("am01",),
            reason="Công điện",
            repeat_minutes=120,
        ),
    )
    emergencies.confirm(station, OPERATOR, emergency)
    print("cut:", ended(cut).verdict)
    again = until(lambda: playout.look_again() or [r for r in rows() if r.slot_key.startswith(f"resume/{cut}/")])
    for r in again:
        print("resumed:", r.slot_key, ended(r.id).verdict)
    emergencies.cancel(station, OPERATOR, emergency, "Nước đã rút")

    talk = talks.start(station, OPERATOR, ("am02",), title="Nhắc lịch").number
    talks.take(station, OPERATOR, talk, 0, bytes(48000 * 2))
    talks.end(station, OPERATOR, talk)
    print("talk:", ended(talk).verdict)
    skipped = once("Bỏ qua", [short], ("am02",))
    broadcasts.send(station, OPERATOR, "skip", broadcast_id=skipped)
    print("skipped:", ended(skipped).verdict)
    last = once("Còn mở", [short], ("am02",))
    ended(last)
    time.sleep(3)
    stop.set()
    thread.join(20)
    day = station.today()
    evidence.make_bundle(
        station,
        Actor("tp", "Trưởng phòng", frozenset({Role.CHIEF, Role.REPORTER})) if hasattr(Role, "REPORTER") else LEADER,
        day,
        day,
        folder / "bang-chung.zip",
        clips=0,
    )
    for r in rows():
        print(r.id, r.slot_key, r.kind.value, r.state.value, r.verdict[:100])
    station.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
