"""An upgrade carried out: laid beside, rehearsed, exchanged at a quiet moment, watched, and kept or taken back.

Whoever runs it is no part of the station: the version before is ended, the new one is started beneath this process and
ends with it. What is left of a cut at any moment is put in order by `settled`, at the next start of the station.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from broadcaster.clock import Clock
from broadcaster.domain.setup.upgrades import (
    QUIET,
    TRIAL,
    WATCH_S,
    Part,
    Sample,
    Upgrade,
    UpgradeStep,
    judge,
    lost_by_going_back,
)
from broadcaster.errors import RuleError, StationError
from broadcaster.home import Home
from broadcaster.services.setup.upgrade import databases, record
from broadcaster.services.setup.upgrade.versions import Versions, clean_environment
from broadcaster.supervise import bond
from broadcaster.supervise.keepers import Keeper, Rights
from broadcaster.supervise.other_versions import OtherVersions, UnknownQuestionError
from broadcaster.supervise.settling import alone, forgotten, put_in_order, replayed, size_of_marks

_LONG_S: Final = 7200.0
_LOOK_S: Final = 15.0
_END_S: Final = 90.0
_PATIENCE_S: Final = 1200.0
"""So long a trial that is over waits for what sounds, or for an emergency, before it ends."""
_BEFORE_UNKNOWN: Final = frozenset({"hold", "output", "disk", "sound", "siren"})
"""What may have been wrong before, where the version before cannot say."""


def require_nothing_lost(kept: databases.Kept) -> int:
    """See that the database kept of the version before knows all that happened since; return its entries.

    Raises:
        RuleError: it does not, or there is none.
    """
    (entries, deeds), (entries_then, deeds_then) = kept.counts(), kept.counts(old=True)
    if why := lost_by_going_back(entries - entries_then, deeds - deeds_then):
        raise RuleError(why, code="would-lose")
    return entries


def _turned_round(kept: databases.Kept) -> int:
    entries = require_nothing_lost(kept)
    kept.turn_round()
    return entries


class Upgrader:
    """Carries out one upgrade.

    Args:
        home: the station.
        versions: of this machine.
        clock: real time.
        tell: says to the person at the screen how it goes.
        stop: set when that person wants it to end.
        watch_s: how long the new version must be well before it is trusted.
        wanted: whether it is wished for still, as long as the station was not touched.
        touching: called with an administrator's rights when the station is about to be ended.
        by_service: the system's service keeps the station, whether it lives just now or is about to.
    """

    def __init__(
        self,
        home: Home,
        versions: Versions,
        clock: Clock,
        tell: Callable[[str], object],
        stop: threading.Event,
        *,
        watch_s: float = WATCH_S,
        touching: Callable[[], object] = lambda: None,
        wanted: Callable[[], bool] = lambda: True,
        by_service: bool = False,
    ) -> None:
        self._home, self._versions, self._clock = home, versions, clock
        self._say, self._stop, self._watch_s = tell, stop, watch_s
        self._touching, self._wanted, self._by_service = touching, wanted, by_service
        self._rights = Rights(home)
        self._others = OtherVersions(home, versions, self._rights)
        self._child: subprocess.Popen[bytes] | None = None

    def run(
        self, lay: Callable[[], str], *, hurry: bool = False, back: bool = False, other_form: bool = False
    ) -> Upgrade:
        """Upgrade to the version that `lay` lays and names; return how it ended.

        Args:
            lay: with the rights of the machine's administrator.
            hurry: do not ask that nothing be due soon; what sounds is waited for all the same.
            back: it is a return to the version before.
            other_form: the database that was kept of that version is of another form than the present one.

        Raises:
            StationError: it cannot begin, or what was found before the station was touched speaks against it.
        """
        self._rights.lower()
        with alone(self._home):
            forgotten(self._home, self._clock)
            old = self._versions.current()
            with self._rights.high():
                new = lay()
            now = self._clock.now()
            place = str(self._versions.root)
            upgrade = Upgrade(
                old=old, new=new, step=UpgradeStep.REHEARSING, versions=place, begun=now, at=now, back=back
            )
            upgrade = record.keep(self._home, replace(upgrade, migrated=other_form))
            try:
                return self._carry_out(upgrade, hurry=hurry)
            except (StationError, OSError, subprocess.SubprocessError) as error:
                ended = self._taken_back(upgrade, error)
                self._tell(ended.sentence)
                return ended

    def _tell(self, words: str) -> None:
        with contextlib.suppress(OSError):  # the window is closed, and the upgrade goes on
            self._say(words)

    def _taken_back(self, upgrade: Upgrade, error: BaseException) -> Upgrade:
        self._end_child()
        found = record.last(self._home) or upgrade
        why = error.message if isinstance(error, StationError) else f"{type(error).__name__}: {error}"
        return found if found.step.over else put_in_order(self._home, self._clock, found, why)

    def _carry_out(self, upgrade: Upgrade, *, hurry: bool) -> Upgrade:
        keeper = Keeper.of(self._home, self._rights, by_service=self._by_service)
        before = self._before(upgrade) if keeper.lives else _BEFORE_UNKNOWN
        self._tell(upgrade.sentence)
        self._rehearse(upgrade, running=keeper.lives)
        if keeper.lives:
            self._wait(upgrade, hurry=hurry)
        with keeper.guarded(self._versions):
            upgrade = self._exchange_and_watch(upgrade, keeper, before)
        with self._rights.high():
            self._versions.keep_only(upgrade.old, upgrade.new)
        return upgrade

    def _exchange_and_watch(self, upgrade: Upgrade, keeper: Keeper, before: frozenset[str]) -> Upgrade:
        """From the end of the version before until none runs."""
        try:
            upgrade = self._exchanged(upgrade, keeper)
            upgrade = record.go(self._home, self._clock, upgrade, UpgradeStep.TRIAL)
            self._tell(upgrade.sentence)
            self._try(upgrade, before)
            upgrade = record.go(self._home, self._clock, upgrade, UpgradeStep.MOVING)
            with self._rights.high():
                self._versions.point(upgrade.new)
            upgrade = put_in_order(self._home, self._clock, upgrade)
            self._tell(upgrade.sentence)
            self._until_quiet(upgrade.new)
        except BaseException as error:
            self._taken_back(upgrade, error)
            raise
        finally:
            self._end_child()
        return upgrade

    def _before(self, upgrade: Upgrade) -> frozenset[str]:
        """What is wrong now: the new version need not be better."""
        try:
            return frozenset(self._others.ask(upgrade.old, "health"))
        except UnknownQuestionError as error:
            raise RuleError(
                f"Phiên bản đang dùng ({upgrade.old}) chưa biết tự nâng cấp khi đang chạy. Hãy tắt đài vào lúc không "
                "có buổi nào sắp phát, rồi chạy lại lệnh này.",
                code="too-old",
            ) from error

    def _rehearse(self, upgrade: Upgrade, *, running: bool) -> None:
        self._others.tell(upgrade.old, "backup", wait_s=_LONG_S)
        if upgrade.back and upgrade.migrated:
            return  # its database is there and was looked at in its time
        self._copied(upgrade)
        found = self._migrated(upgrade, whole=True)
        if found["faults"] and self._chain_holds(upgrade.old):
            raise StationError(f"Chuỗi nhật ký không khớp sau khi chuyển: {found['faults'][0]}", code="migration")
        if running:
            databases.kept(self._home).clear(old=True)

    def _chain_holds(self, version: str) -> bool:
        """Whether the version before finds nothing wrong in the record."""
        return self._others.call(version, ["log", "verify"], _LONG_S).returncode == 0

    def _copied(self, upgrade: Upgrade) -> None:
        kept = databases.kept(self._home)
        if isinstance(kept, databases.KeptFile):
            kept.copy()
        else:  # the copy is built in the form of the version before
            self._others.ask(upgrade.old, "copy", wait_s=_LONG_S)

    def _migrated(self, upgrade: Upgrade, *, whole: bool) -> Any:
        return self._others.ask(upgrade.new, "migrate", *(["--whole"] if whole else []), wait_s=_LONG_S)

    def _wait(self, upgrade: Upgrade, *, hurry: bool) -> None:
        """Wait until nothing sounds, and nothing is due within a quarter of an hour."""
        told = ""
        while True:
            if not self._wanted():
                raise StationError("Đã thôi theo yêu cầu, đài chưa bị đụng tới.", code="withdrawn")
            need = 1.0 if hurry else QUIET.total_seconds()
            found = self._others.ask(upgrade.old, "quiet", "--seconds", str(need))
            if not found["why"]:
                return
            why = f"{found['why'][:1].upper()}{found['why'][1:]}. Sớm nhất lúc {found['free']}."
            if why != told:
                told = why
                self._tell(record.go(self._home, self._clock, upgrade, UpgradeStep.WAITING, why=why).sentence)
            self._sleep(_LOOK_S)

    def _exchanged(self, upgrade: Upgrade, keeper: Keeper) -> Upgrade:
        """End the station, migrate its last state and put it in place."""
        upgrade = record.go(self._home, self._clock, upgrade, UpgradeStep.STOPPING, why="")
        self._tell(upgrade.sentence)
        with self._rights.high():
            self._touching()
        if keeper.lives:
            keeper.stop()
        if left := bond.living(self._home):
            names = ", ".join(bond.NAMES[name] for name in left)
            raise StationError(f"Đài còn tiến trình đang chạy: {names}.", code="locked")
        upgrade = record.go(self._home, self._clock, upgrade, UpgradeStep.COPYING)
        kept = databases.kept(self._home)
        if upgrade.back and upgrade.migrated:
            found: Mapping[str, Any] = {"changed": True, "entries": _turned_round(kept)}
        else:
            self._copied(upgrade)
            found = self._migrated(upgrade, whole=False)
        upgrade = replace(
            upgrade,
            migrated=found["changed"],
            entries=found["entries"],
            replayed=replayed(self._home),
            marks=size_of_marks(self._home),
        )
        upgrade = record.go(self._home, self._clock, upgrade, UpgradeStep.SWAPPING)
        if upgrade.migrated:
            kept.place_new()
        return upgrade

    def _try(self, upgrade: Upgrade, before: frozenset[str]) -> None:
        """Run the new version and watch it.

        Raises:
            StationError: it is not well.
        """
        if why := self._tried(upgrade, before):
            self._until_quiet(upgrade.new)
            raise StationError(f"Phiên bản {upgrade.new} chạy không tốt: {why}", code="unfit")

    def _tried(self, upgrade: Upgrade, before: frozenset[str]) -> str:
        """What is wrong with the new version; empty when it is well."""
        self._child = self._rights.started(
            [str(self._versions.python(upgrade.new)), "-m", "broadcaster", "--home", str(self._home.root), "up"],
            stdin=subprocess.PIPE,  # never written to: it ends when this process does
            env=clean_environment() | {bond.SUPERVISED: "1", TRIAL: "1"},
            cwd="/",
            start_new_session=os.name == "posix",
        )
        began, samples = self._clock.monotonic(), list[Sample]()
        while (verdict := judge(samples, before, self._watch_s)) is None:
            after = self._clock.monotonic() - began
            if (code := self._child.poll()) is not None:
                return f"Nó tự tắt sau {after:.0f} giây (mã {code}); xem logs/up.jsonl."
            try:
                wrong = self._others.ask(upgrade.new, "health")
            except StationError as error:
                wrong = {Part.PROCESS.value: error.message}
            samples.append(Sample(after, wrong))
            self._sleep(min(5.0, self._watch_s / 4))
        return verdict

    def _until_quiet(self, version: str) -> None:
        """Let what sounds end before the processes change; a version that cannot say is not waited for."""
        until = self._clock.monotonic() + _PATIENCE_S
        with contextlib.suppress(StationError):
            while self._others.ask(version, "quiet", "--seconds", "60")["why"] and self._clock.monotonic() < until:
                self._sleep(_LOOK_S)

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin is not None:
            child.stdin.close()  # it follows this line
        try:
            child.wait(_END_S)
        except subprocess.TimeoutExpired:
            with self._rights.high():
                child.kill()
            child.wait()
        bond.end(self._home, bond.living(self._home))

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise StationError("Người vận hành đã ngắt lệnh.", code="stopped")
