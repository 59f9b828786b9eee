"""Try a .deb on a bare Debian that is booted for it: `try_deb.py FILE.deb [--folder FOLDER] [--suite bookworm]`.

As root, with debootstrap. Installed by apt, started by systemd, heard; upgraded to a next version, removed,
installed over the station that was kept, purged. What stays on the machine is told name by name, and each step's
seconds. FOLDER keeps the bare Debian for the next time.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.kit.booted import Machine, booted
from tests.kit.waiting import until

PREPARE = r"""
set -eu
T=$1 R=$1/root
rm -rf $T/up $T/work; mkdir -p $T/up $T/work $R
mount -t overlay overlay -o lowerdir=$2,upperdir=$T/up,workdir=$T/work $R
for u in systemd-udevd.service systemd-udev-trigger.service getty.target timers.target remote-fs.target; do
  ln -sf /dev/null $R/etc/systemd/system/$u
done
mkdir -p $R/root/debs; cp "$3" $R/root/debs/first.deb; cp "$4" $R/root/debs/second.deb; cp /etc/resolv.conf $R/etc/
"""
QUIET = "printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d"
"""Lets nothing start by itself: the horns are put in place first."""
HORN = """
import re
from pathlib import Path

path = Path("/var/lib/loa/station.toml")
text = re.sub(r"(?m)^windows = .*", 'windows = ["00:00-23:59"]', path.read_text())
pipe = 'kind = "pipe"\\noptions = {command = ["tee", "/var/lib/loa/heard.raw"]}\\n'
path.write_text(text.replace('kind = "device"\\n', pipe))
"""
LOUD = """
import pathlib, sys, numpy
f = pathlib.Path("/var/lib/loa/heard.raw")
raw = f.read_bytes() if f.exists() else b""
n = numpy.frombuffer(raw[: len(raw) // 2 * 2], "<i2")
sys.exit(not (numpy.abs(n.astype(int)) > 500).sum() > 24000)
"""
COUNT = """
import sqlite3

(count,) = sqlite3.connect("/var/lib/loa/station.db").execute("SELECT count(*) FROM play_log").fetchone()
print(count)
"""
PYTHON = "/opt/loa/current/bin/python"
ENV = ("env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive")
LISTED = "find / -xdev ( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /root ) -prune"
OF_APT = re.compile(
    r"/var/(cache|log|lib/(apt|dpkg|systemd|pam|python))(/|$)|/etc/(ld\.so\.cache|\.pwd\.lock|resolv\.conf)$|.*-$"
)
"""What apt, dpkg and the login tables write for themselves, whatever is installed."""


class Trial:
    """One machine, and the seconds of what is done on it."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.begun = time.monotonic()

    def said(self, what: str) -> None:
        """Say that a step is done, and how long it took; the next begins."""
        print(f"{time.monotonic() - self.begun:5.0f} s  {what}", flush=True)
        self.begun = time.monotonic()

    def asked(self, *command: str, online: bool = False) -> subprocess.CompletedProcess[str]:
        """What came of a command."""
        return self.machine.run(*ENV, *command, online=online, timeout=1800)

    def done(self, *command: str, online: bool = False) -> str:
        """What a command said, which must end well."""
        came = self.asked(*command, online=online)
        if came.returncode:
            sys.exit(f"FAILED: {' '.join(command)[:200]}\n{came.stdout[-3000:]}{came.stderr[-3000:]}{self.journal()}")
        return came.stdout + came.stderr

    def apt(self, *words: str) -> str:
        """What apt said of an order."""
        return self.done("apt-get", "-y", "-q", *words, online=True)

    def journal(self) -> str:
        """The end of the service's journal."""
        return self.machine.run("journalctl", "-u", "loa", "-n", "40", "--no-pager", "-o", "cat").stdout

    def require(self, fact: object, otherwise: str) -> None:
        """Stop where something is not as it must be."""
        if not fact:
            sys.exit(f"FAILED: {otherwise}\n{self.journal()}")

    def shows(self, name: str) -> str:
        """A property of the service, by systemd."""
        return self.asked("systemctl", "show", "loa.service", f"--property={name}", "--value").stdout.strip()

    def waits(self, what: Callable[[], object], seconds: float, otherwise: str) -> None:
        """Wait for something."""
        try:
            until(what, seconds, every=1)
        except AssertionError:
            self.require(None, otherwise)

    def files(self) -> set[str]:
        """Every file of the machine that is not apt's own bookkeeping."""
        return {path for path in self.done(*LISTED.split(), "-o", "-print").splitlines() if not OF_APT.match(path)}

    def accounts(self) -> set[str]:
        """The names in the tables of accounts and groups."""
        return {line.split(":")[0] for line in self.done("cat", "/etc/passwd", "/etc/group").splitlines()}

    def running(self) -> str:
        """The processes of the station's account."""
        return self.asked("ps", "-u", "loa", "-o", "pid=,args=").stdout.strip()

    def entries(self) -> int:
        """How many entries the chained log has; it must hold."""
        self.done("loa", "log", "verify")
        return int(self.done(PYTHON, "-c", COUNT))


def moments(log: str, package: str) -> str:
    """How long a package was unpacked and configured, by dpkg's own log."""
    steps = rf"^(\S+ \S+) (?:status )?(install|unpacked|half-configured|installed) {package}"
    stamps = re.findall(steps, log, re.MULTILINE)
    at = {what: dt.datetime.fromisoformat(when) for when, what in stamps}
    unpacked, configured = at["unpacked"] - at["install"], at["installed"] - at["half-configured"]
    return f"of it {unpacked.seconds} s unpacking, {configured.seconds} s setting up the station"


def next_version(deb: Path, folder: Path) -> tuple[Path, str, str]:
    """The same program under the next number, as a package; the two numbers."""
    root, made = folder / "next", folder / "next.deb"
    subprocess.run(["rm", "-rf", root], check=True)
    subprocess.run(["dpkg-deb", "-R", deb, root], check=True)
    old = next((root / "opt/loa/versions").iterdir()).name
    first, _, last = old.rpartition(".")
    new = f"{first}.{int(last) + 1}"
    place = (root / "opt/loa/versions" / old).rename(root / "opt/loa/versions" / new)
    (site,) = place.glob("lib/python3*/site-packages")
    (card,) = site.glob("loa_xa-*.dist-info")
    for stale in (site / "broadcaster/__pycache__").glob("__init__.*"):
        stale.unlink()
    card = card.rename(site / f"loa_xa-{new}.dist-info")
    named = [place / "bin/loa", site / "broadcaster/__init__.py", card / "METADATA", card / "RECORD"]
    named += [root / "DEBIAN" / name for name in ("control", "postinst", "prerm", "postrm", "md5sums")]
    for path in named:
        path.write_text(path.read_text().replace(old, new))
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zzstd", "-z1", "--build", root, made], check=True)
    subprocess.run(["rm", "-rf", root], check=True)
    return made, old, new


def install(trial: Trial, old: str) -> None:
    """From nothing to the first sound."""
    trial.done("sh", "-c", QUIET)
    trial.apt("update")
    trial.apt("install", "--download-only", "/root/debs/first.deb")
    trial.said("fetched what it needs of Debian")
    trial.apt("install", "/root/debs/first.deb")
    trial.said("installed; " + moments(trial.done("cat", "/var/log/dpkg.log"), "loa-xa"))
    trial.require(trial.done("stat", "-c", "%U %G %a", "/var/lib/loa").strip() == "loa loa 700", "the home is open")
    trial.require(old in trial.done("loa", "--version"), "another version answers")
    trial.require(trial.shows("UnitFileState") == "enabled", "not enabled")
    trial.done(PYTHON, "-c", HORN)
    trial.done("rm", "/usr/sbin/policy-rc.d")
    trial.begun = time.monotonic()
    trial.done("systemctl", "start", "loa")
    trial.said("the service says that it is ready")
    begun = trial.begun
    trial.waits(lambda: trial.asked(PYTHON, "-c", LOUD).returncode == 0, 900, "no sound")
    trial.said("FIRST SOUND")
    print(f"         by the sound's own clock within {time.monotonic() - begun:.0f} s of being ready")
    said = trial.asked("loa", "doctor").stdout
    print(*(line for line in said.splitlines() if re.match("HỎNG|LƯU Ý", line)), sep="\n")


def upgrade(trial: Trial, new: str) -> None:
    """A next version by apt: the same log, and the station goes on."""
    trial.waits(trial.entries, 900, "what was heard is not in the log")
    before = trial.entries()
    trial.said(f"{before} entries in the log")
    trial.apt("install", "/root/debs/second.deb")
    trial.said("upgraded by apt")
    trial.waits(lambda: new in trial.done("readlink", "/opt/loa/current"), 1800, "the next version was never taken")
    trial.waits(lambda: trial.shows("ActiveState") == "active", 180, "the next version does not live")
    trial.require(trial.entries() >= before, "the upgrade lost entries of the log")
    trial.said(f"the next version is in use ({', '.join(trial.done('ls', '/opt/loa/versions').split())} kept)")


def leave(trial: Trial, files: set[str], accounts: set[str]) -> None:
    """Removed, installed over what was kept, purged: the log stays, nothing else does."""
    before = trial.entries()
    trial.apt("remove", "loa-xa")
    trial.require(not trial.running(), f"still running: {trial.running()}")
    trial.require(trial.asked("test", "-s", "/var/lib/loa/station.db").returncode == 0, "remove took the station")
    left = sorted(
        path
        for path in trial.files() - files
        if path.startswith(("/opt", "/usr/bin/loa", "/usr/lib/systemd/system/loa"))
    )
    trial.require(not left, f"remove left programs: {left[:5]}")
    trial.said("removed: nothing runs, the station is whole")

    trial.apt("install", "/root/debs/second.deb")
    trial.waits(lambda: trial.shows("ActiveState") == "active", 180, "it does not live after being installed again")
    trial.require(trial.entries() >= before, "the log is not the same")
    trial.said("installed over the station that was kept")

    said = trial.apt("purge", "loa-xa")
    trial.require("KHÔNG bị xóa" in said, "purge did not say where the data is")
    trial.require(not trial.running(), f"still running: {trial.running()}")
    trial.apt("autoremove", "--purge")
    stays = {path for path in trial.files() - files if not re.match(r"/var/backups/loa-[^/]+/", path)}
    (kept,) = (path for path in stays if path.startswith("/var/backups/loa-"))
    trial.require(trial.done("stat", "-c", "%a", kept).strip() == "700", "what purge kept is open to others")
    trial.done("test", "-s", f"{kept}/station.db")
    trial.said(f"purged, with all that came for it; the station's data in {kept}")
    print("stays:", *sorted(stays - {kept})[:20], "; accounts:", *sorted(trial.accounts() - accounts))
    trial.require(stays == {kept}, "purge left more than the data")
    trial.require(trial.accounts() - accounts == {"loa"}, "accounts that are not the station's stay")
    gone = files - trial.files() - {"/opt"}  # empty and owned by no package of Debian: dpkg lets it go
    trial.require(not gone, f"gone with it: {sorted(gone)[:5]}")


def main() -> None:
    """Try one package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("deb", type=Path)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--suite", default="bookworm")
    wanted = parser.parse_args()
    folder = wanted.folder or Path(tempfile.mkdtemp(prefix="loa-try-"))
    bare = folder / f"bare-{wanted.suite}"
    if not bare.exists():
        making = folder / "making"
        subprocess.run(["rm", "-rf", "--one-file-system", making], check=True)
        more = "--include=systemd-sysv,dbus,procps,ca-certificates"
        debootstrap = ["debootstrap", "--variant=minbase", more, wanted.suite, making]
        subprocess.run(debootstrap, check=True, stdout=subprocess.DEVNULL)
        making.rename(bare)
    second, old, new = next_version(wanted.deb.resolve(), folder)
    with booted(folder, PREPARE, str(bare), str(wanted.deb.resolve()), str(second)) as machine:
        trial = Trial(machine)
        print(f"a bare Debian {trial.done('cat', '/etc/debian_version').strip()}, booted", flush=True)
        files, accounts = trial.files(), trial.accounts()
        trial.begun = time.monotonic()
        install(trial, old)
        upgrade(trial, new)
        leave(trial, files, accounts)
    print("all of it held")


if __name__ == "__main__":
    main()
