"""Upgrades cut off by kill -9 at random moments: what is in use afterwards, and how many log entries are lost.

    python -m tests.benchmarks.upgrades [--runs 100] [--minutes 60] [--forms now 0013 ...] [--seed 1]

A run takes a home of a released form, lets the real `loa upgrade` of real environments begin, kills it (or all processes
of the station with it) at a random moment of the time that a whole upgrade took, starts the station again, and looks:
one version on its own database, every entry of the log there, the chain whole. The form `now` is this tree under an
older number; `0013` and the like are what the tree was when its newest migration had that number, out of git, with the
packages that it needed then; of `0013` the log is the one that is kept in tests/db/older.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import psutil

from broadcaster.home import Home
from broadcaster.services.setup.upgrade.versions import Versions, clean_environment
from broadcaster.supervise import bond
from tests.kit.releases import TREE, Chronicle, Installed, alive, ended, free_port, laid, release
from tests.kit.waiting import until

NEW, OLD = "9.0.0", "0.0.1"
KEPT = TREE / "tests" / "db" / "older" / "station-0013.sqlite.sql"
MISSING = re.compile(r"No module named '([a-z_0-9]+)'")


class Form:
    """A released form, installed once: its environment, that of the new version, and a home to be copied."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.versions = Versions(folder / "opt" / "versions")
        self.versions.root.mkdir(parents=True)
        tree = TREE if name == "now" else out_of_git(name, folder / "tree")
        laid(release(folder, OLD, tree=tree), self.versions)
        self.bundle = release(folder, NEW, migrates=True)
        laid(self.bundle, self.versions)
        self.versions.point(OLD)
        self.home = folder / "home"
        self._init()
        self.whole_s = {True: 0.0, False: 0.0}

    def _init(self) -> None:
        python = str(self.versions.python(OLD))
        for _ in range(6):
            words = [python, "-m", "broadcaster", "--home", str(self.home), "init"]
            done = subprocess.run(words, capture_output=True, text=True, check=False, env=clean_environment(), cwd="/")
            if not (found := MISSING.search(done.stderr)):
                break
            subprocess.run([python, "-m", "pip", "install", "-q", found[1]], check=True, capture_output=True)
        if done.returncode:
            sys.exit(f"{self.name}: {done.stderr[-500:]}")
        if self.name == "0013":
            for left in self.home.glob("station.db*"):
                left.unlink()
            with closing(sqlite3.connect(self.home / "station.db")) as db:
                db.executescript(KEPT.read_text(encoding="utf-8"))

    @property
    def knows(self) -> bool:
        """Whether it can be upgraded while it runs."""
        return self.name == "now"

    def machine(self) -> Installed:
        """A fresh home beside the two versions, the old one in use."""
        home = self.folder / "run"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.home, home)
        self.versions.point(OLD)
        port = free_port()
        text = (home / "station.toml").read_text(encoding="utf-8")
        text = re.sub(r"(?m)^#? *port = \d+", f"port = {port}", text, count=1)
        if f"port = {port}" not in text:
            text += f"\n[web]\nport = {port}\n"
        (home / "station.toml").write_text(text, encoding="utf-8")
        return Installed(home, self.versions, port)


def out_of_git(form: str, folder: Path) -> Path:
    """The tree of the last commit whose newest migration has this number."""
    number = f"{int(form) + 1:04d}"
    pattern = f"broadcaster/db/migrations/versions/{number}_*"
    words = ["git", "log", "--diff-filter=A", "--format=%H", "--", pattern]
    next_one = subprocess.run(words, cwd=TREE, capture_output=True, text=True, check=True).stdout.split()[-1]
    folder.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", f"{next_one}^"], cwd=TREE, capture_output=True, check=True).stdout
    subprocess.run(["tar", "x", "-C", str(folder)], input=archive, check=True)
    return folder


def power_cut(home: Home, *processes: subprocess.Popen[bytes]) -> None:
    """Kill processes with all that they started, and every process of the station."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            for one in [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]:
                one.suspend()
                one.kill()
    for pid in bond.living(home).values():
        if pid:
            os.kill(pid, signal.SIGKILL)


def tried(form: Form, chance: random.Random, *, cut: bool) -> str:
    """One upgrade; a station that does not come back is a fault like others, and its papers are kept."""
    try:
        return cut_off(form, chance, cut=cut)
    except AssertionError as error:
        kept = Path(tempfile.mkdtemp(prefix="upgrade-fault-"))
        shutil.copytree(form.folder / "run", kept / "home", ignore=shutil.ignore_patterns("audio", "backups"))
        shutil.copy(form.folder / "log", kept)
        home = Home(form.folder / "run")
        bond.end(home, bond.living(home))
        return f"FAULT {form.name}: {error}; see {kept}"


def cut_off(form: Form, chance: random.Random, *, cut: bool) -> str:
    """One upgrade; what it came to."""
    made, log = form.machine(), form.folder / "log"
    home, told = Home(made.home), Chronicle(made.home)
    before, running = made.entries(), form.knows and chance.random() < 0.5
    if form.knows:
        told.write(3)
    started = []
    if running:
        started.append(made.start("up", log=log))
        alive(made)
    command = made.upgrading(form.bundle, watch=1)
    began, by_itself = time.monotonic(), False
    upgrading = made.start(*command, log=log, version="" if form.knows else NEW)
    if cut:
        moment = chance.uniform(0, form.whole_s[running] or max(form.whole_s.values()) or 40.0)
        try:
            upgrading.wait(moment)
        except subprocess.TimeoutExpired:
            if form.knows:
                told.write(1)
            everything = chance.random() < 0.5
            power_cut(home, upgrading) if everything else upgrading.kill()
            by_itself = running and not everything
    upgrading.wait(600)
    if not cut:
        form.whole_s[running] = time.monotonic() - began
    step = made.state()["step"] if (made.home / "upgrade" / "state.json").is_file() else "laying"
    if not form.knows:  # it cannot put in order what it does not know of
        until(lambda: made.loa("upgrade", "settle", version=NEW).returncode == 0, 180, every=1.0)
    if by_itself:  # before it was stopped nothing happened to it
        untouched = step in {"laying", "rehearsing", "waiting"}
        until(lambda: (untouched or made.state_is_over()) and "up" in bond.living(home), 400, every=0.3)
    elif not running or upgrading.returncode < 0:  # what was under trial is about to end
        until(lambda: not bond.living(home), 240, every=0.3)
        started.append(made.start("up", log=log))
    until(made.speaks, 400, every=0.3, passing=(OSError, sqlite3.Error))
    lost = told.lost(made) if form.knows else set()
    lost |= before - made.entries()
    ok = made.form() == made.newest_form() and made.loa("log", "verify").returncode == 0
    version = "new" if made.versions.current() == NEW else "old"
    bond.end(home, bond.living(home))
    for process in (*started, upgrading):
        ended(process)  # a program of before the locks is none of the living
    outcome = f"{form.name}: cut at {step if cut else 'nothing'}, {'running' if running else 'stopped'} -> {version}"
    if lost or not ok:
        return f"FAULT {outcome}: {len(lost)} entries lost, form {made.form()} of {made.newest_form()}"
    return outcome


def main() -> None:
    """Run, and print the totals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--forms", nargs="+", default=["now", "0013", "0020", "0028"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--whole", type=float, default=0.0, help="seconds of a whole upgrade; by default it is measured"
    )
    asked = parser.parse_args()
    chance, found = random.Random(asked.seed), Counter()
    end = time.monotonic() + asked.minutes * 60
    with tempfile.TemporaryDirectory() as scratch:
        forms = [Form(name, Path(scratch) / name) for name in asked.forms]
        for form in forms:
            form.whole_s = dict.fromkeys((True, False), asked.whole)
        for n in range(asked.runs):
            form, began = forms[n % len(forms)], time.monotonic()
            outcome = tried(form, chance, cut=bool(asked.whole) or n >= len(forms))
            found[outcome] += 1
            print(f"{n + 1:4d} {outcome}, {time.monotonic() - began:.0f} s", flush=True)
            if time.monotonic() > end:
                break
    print(f"\n{sum(found.values())} upgrades, faults: {sum(n for o, n in found.items() if o.startswith('FAULT'))}")
    for outcome, times in sorted(found.items()):
        print(f"{times:4d} {outcome}")


if __name__ == "__main__":
    main()
