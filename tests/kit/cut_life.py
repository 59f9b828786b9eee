"""A short life of a station whose power may go at any call: people are answered while play-out airs, by the real code.

    python -m tests.kit.cut_life HOME SCRATCH [hurried]

What is asked and what was answered is written to SCRATCH/said, a line each, which the record of the disk calls keeps in
its place among them: what stands before a cut was answered. One that is hurried waits for no disk, to be found out.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from broadcaster import keeping
from broadcaster.clock import SystemClock
from broadcaster.db import session as sessions
from broadcaster.db.models import Revision, Script, Topic, Unit
from broadcaster.db.queries.scripts.one import latest_revision
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.domain.scripts.scripts import Decision
from broadcaster.panel.app import secret_key
from broadcaster.playout.engine import Playout
from broadcaster.playout.record import signing
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.services.air import emergency_ending, mutes
from broadcaster.services.desk import beside
from broadcaster.services.log.chained import safe_ends
from broadcaster.services.people import accounts, seals
from broadcaster.services.schedule import feeds, leaving_out
from broadcaster.services.scripts import approving
from broadcaster.services.scripts.editing import add_script
from broadcaster.services.setup import restarting, settings_editor
from broadcaster.services.station import open_station
from broadcaster.sound.store import Store
from tests.kit import emergencies
from tests.kit.air import ALL_DAY, Air, make_air
from tests.kit.kills import level
from tests.kit.people import EDITOR, LEADER
from tests.kit.scripts import draft
from tests.kit.waiting import until

ADMIN = Actor("quantri", "Quản trị", frozenset({Role.ADMIN}))
SOUNDS = ("báo động", "lời nói", "một", "hai")
AIRED = 3
"""Broadcasts that really air while people are answered."""


def make_base(root: Path) -> None:
    """Make a station with something to air, and let go of it."""
    air = make_air(root, SystemClock(), windows=ALL_DAY)
    with air.station.db.write() as session:
        session.add(Unit(code="vhxh", name="Văn hóa"))
        session.add(Topic(code="khac", title="Khác", short="Khác", position=0))
    emergencies.prepare(air)
    for n, (name, seconds) in enumerate((("một", 0.2), ("hai", 0.3)), 1):
        level(air, name, seconds, n * 1000)
    with air.station.db.read() as session:
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"}).exec_driver_sql(
            "PRAGMA wal_checkpoint(TRUNCATE)"
        )
    items = [air.cue(1, "một"), air.cue(2, "hai")]
    now = air.station.now()
    for n in range(3):
        air.plan(now + dt.timedelta(days=1, hours=n), items, "ap-2", slot_key=f"mai-{n}")
    air.station.close()


class Life:
    """Says what it asks and what was answered."""

    def __init__(self, home: Path, scratch: Path) -> None:
        self.station = open_station(home)
        self.air = Air(self.station)
        self._said = os.open(scratch / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.scratch = scratch

    def say(self, **said: object) -> None:
        os.write(self._said, json.dumps(said).encode() + b"\n")

    def answered(self, what: str, act: Callable[[], object], value: Callable[[], object] | object = None) -> None:
        """Let something be done, and say what is promised by that."""
        self.say(asked=what)
        made = act()
        found = value() if callable(value) else made if value is None else value
        self.say(answered=what, value=found)

    def row(self, query: str) -> Callable[[], object]:
        def value() -> object:
            with self.station.db.read() as session:
                return session.connection().exec_driver_sql(query).scalar()

        return value

    def written(self, query: str, act: Callable[[], object]) -> None:
        """Let something be done whose effect is one value of the database."""
        self.answered(f"row {query}", act, self.row(query))


class _Horn:
    """A sink that says what leaves it."""

    kind, paced, exclusive, latency = "null", False, False, 0.0

    def __init__(self, life: Life) -> None:
        self._life, self.name = life, "main"

    def check(self) -> str:
        return ""

    def open(self, feed):
        life = self._life

        class _Feed:
            def write(self, pcm) -> None:
                life.say(sounded=feed.broadcast_id, value=int.from_bytes(pcm[:2], "little", signed=True) // 1000)

            def drop(self) -> None:
                pass

            def close(self) -> None:
                pass

        return _Feed()


def live(home: Path, scratch: Path) -> None:
    """One life, from its beginning to an end in order."""
    life = Life(home, scratch)
    stop = threading.Event()
    sinks = {"main": _Horn(life), "aircheck": SimulatedHorn("aircheck")}
    playout = Playout(*beside(life.station, refusal=lambda *_: None), sinks=sinks)
    thread = threading.Thread(target=playout.run, args=(stop,), daemon=True)
    with life.station.db.read() as session:
        tomorrow = list(session.connection().exec_driver_sql("SELECT id FROM broadcasts ORDER BY id").scalars())
    air = life.air
    with life.station.db.read() as session:
        offers = session.connection().exec_driver_sql("SELECT audio_sha256, duration_ms FROM cue_offers ORDER BY id")
        air.sounds |= {name: (sha, ms) for name, (sha, ms) in zip(SOUNDS, offers, strict=True)}
    items = [air.cue(1, "một"), air.cue(2, "hai")]
    now = life.station.now()
    aired = [
        air.plan(now + dt.timedelta(seconds=1.2 + 0.8 * n), items, "ap-2", slot_key=f"nay-{n}") for n in range(AIRED)
    ]
    life.say(begun=True)
    thread.start()
    for n in range(2):
        _people(life, n, tomorrow)
    until(lambda: all(air.row(n).state.terminal for n in aired), 60)
    life.answered(
        "marks",
        lambda: (
            signing.sign(
                life.station.home.playout, safe_ends(life.station), at=life.station.now(), station="Đài"
            ).number
        ),
    )
    stop.set()
    thread.join(30)
    life.station.close()


def _people(life: Life, n: int, numbers: list[int]) -> None:
    station, tomorrow = life.station, numbers[n]
    seen = ["ap-1", "ap-2"]
    who = f"nguoi{n}"
    of_user = f"FROM users WHERE username = '{who}'"
    life.written(
        f"SELECT password_hash {of_user}",
        lambda: accounts.create_user(station, ADMIN, who, "Người", [Role.EDITOR]),
    )
    life.written(f"SELECT password_hash {of_user}", lambda: accounts.reset_password(station, ADMIN, who))
    number: list[int] = []
    said = f"SELECT count(*) FROM emergencies WHERE id = {n + 1} AND state != 'draft'"
    life.written(said, lambda: number.append(emergencies.declared(life.air)))
    life.written(
        f"SELECT state FROM emergencies WHERE id = {number[0]}",
        lambda: emergency_ending.cancel(station, emergencies.OPERATOR, number[0], "hết lũ"),
    )
    left = f"SELECT state FROM broadcasts WHERE id = {tomorrow}"
    life.written(left, lambda: leaving_out.leave_out(station, emergencies.OPERATOR, [tomorrow]))
    life.written(left, lambda: leaving_out.take_back(station, emergencies.OPERATOR, [tomorrow]))
    _script(life)
    life.answered(
        "settings",
        lambda: settings_editor.change(station, ADMIN, "station", {**_written(station), "name": f"Đài {n}"}),
        f"Đài {n}",
    )
    life.answered("restart", lambda: restarting.ask(station, ADMIN), True)
    life.answered("restart", lambda: restarting.withdraw(station, ADMIN), False)
    life.answered("feed", lambda: feeds.renew_feed_token(station, ADMIN), lambda: feeds.feed_token(station))
    life.answered("seal", lambda: seals.seal(station.home, n, "bí mật"))
    life.answered("panel", lambda: secret_key(station.home))
    path = life.scratch / f"sound-{n}"
    path.write_bytes(os.urandom(3000 + 2000 * n))
    life.answered(f"sound {n}", lambda: Store(station.home.store).put(path))
    life.written(
        "SELECT count(*) FROM mutes WHERE ended_at IS NULL",
        lambda: mutes.mute(
            station, emergencies.OPERATOR, "ap-1", until=station.now() + dt.timedelta(hours=2), seen=seen
        ),
    )
    life.written(
        "SELECT count(*) FROM mutes WHERE ended_at IS NULL",
        lambda: mutes.unmute(station, emergencies.OPERATOR, "ap-1"),
    )


def _written(station) -> dict[str, str]:
    facts = settings_editor.facts_of(station, "station")
    return {k: "\n".join(v) if isinstance(v, list) else str(v) for k, v in facts.items()}


def _script(life: Life) -> None:
    number: list[int] = []
    life.answered("scripts", lambda: number.append(add_script(life.station, EDITOR, draft())), lambda: number[-1])

    def approve() -> None:
        with life.station.db.write() as session:
            script = session.scalars(select(Script).where(Script.id == number[-1])).one()
            revision: Revision = latest_revision(session, number[-1])
            approving.decide(
                life.station,
                session,
                LEADER,
                script,
                revision,
                rendition=None,
                decision=Decision.APPROVED,
                comment="",
                own=False,
            )

    life.written(f"SELECT decision FROM approvals WHERE script_id = {number[-1]}", approve)


if __name__ == "__main__":
    os.environ["LOA_SUPERVISED"] = "1"  # a restart may be asked for
    if sys.argv[3:] == ["hurried"]:
        sessions.LASTING = "NORMAL"
        keeping.sync_folder = lambda folder: None
    live(Path(sys.argv[1]), Path(sys.argv[2]))
