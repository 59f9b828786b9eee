"""A Debian of its own over this machine's files: namespaces, an overlay and a real systemd as its first process."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.kit.places import TESTS
from tests.kit.waiting import until

PYTHON = "/usr/bin/python3"
_CGROUPS = [
    Path(line.split()[1])
    for line in (Path("/proc/self/mounts").read_text() if sys.platform == "linux" else "").splitlines()
    if line.split()[2] in {"cgroup", "cgroup2"}
]
_PREPARED = r"""
set -eu
T=$1 R=$1/root V=$1/root/opt/loa/versions/trial
mount -t tmpfs -o size=3g tmpfs $T; mkdir -p $T/up $T/work $R
mount -t overlay overlay -o lowerdir=/,upperdir=$T/up,workdir=$T/work $R
rm -rf $R/etc/systemd/system/*.wants $R/etc/systemd/system/loa.service $R/var/lib/loa
for u in systemd-udevd.service systemd-udev-trigger.service systemd-networkd.service systemd-resolved.service \
  systemd-logind.service getty.target timers.target remote-fs.target; do ln -sf /dev/null $R/etc/systemd/system/$u; done
: > $R/etc/fstab
mkdir -p $R/etc/tmpfiles.d; ln -sf /dev/null $R/etc/tmpfiles.d/tmp.conf  # a boot empties /tmp, where this tree may lie
$2 -m venv --without-pip $V
# Under /opt: a service sees neither the machine's /tmp nor anybody's home, where this tree may lie.
n=0; echo "$3" | tr : '\n' | while read -r path; do
  n=$((n + 1)); mkdir -p $R/opt/loa/tree/$n; mount --bind "$path" $R/opt/loa/tree/$n
  echo /opt/loa/tree/$n >> $(echo $V/lib/python3*/site-packages)/loa.pth
done
printf '#!/opt/loa/versions/trial/bin/python\nfrom broadcaster.cli import main\nif __name__ == "__main__": main()\n' > $V/bin/loa; chmod 755 $V/bin/loa
ln -sfn versions/trial $R/opt/loa/current; ln -sf /opt/loa/current/bin/loa $R/usr/bin/loa
"""
_BOOTED = r"""
R=$1/root
while true; do
  unshare -m -p -f -u -i -n -C --kill-child --propagation private bash -euc '
    R=$0
    mount -t proc proc $R/proc; mount -t sysfs sysfs $R/sys
    mount -t tmpfs -o mode=755 tmpfs $R/run; mount -t tmpfs -o mode=755 tmpfs $R/dev; mkdir -p $R/dev/pts $R/dev/shm
    for n in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
      set -- $n; mknod -m 666 $R/dev/$1 c $2 $3
    done
    ip link set lo up
    cd $R; mkdir -p .old; pivot_root . .old; umount -l /.old
    exec env -i container=loa PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd
  ' $R < /dev/null || true
done
"""


class Machine:
    """The machine: commands run in it, and its power can be cut; it comes up again by itself."""

    def __init__(self, holder: int) -> None:
        self._holder = psutil.Process(holder)
        self.wait()

    def run(self, *command: str, timeout: float = 180, online: bool = False) -> subprocess.CompletedProcess[str]:
        """What came of a command in it; `online`: with this machine's network, for it has none of its own."""
        spaces = ["-m", "-p", "-u", "-i", "-C"] if online else ["-a"]
        entered = ["nsenter", "-t", str(self._first().pid), *spaces, *command]
        return subprocess.run(
            entered, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=timeout
        )

    def cut(self) -> None:
        """Cut its power, and wait until it is up again."""
        first = self._first()
        first.kill()
        until(lambda: not first.is_running(), 30)
        self.wait()

    def wait(self) -> None:
        """Wait until it is up."""
        up = {"running", "degraded", "starting"}
        passing = (psutil.Error, StopIteration)
        until(lambda: self.run("systemctl", "is-system-running").stdout.strip() in up, 90, every=0.5, passing=passing)

    def _first(self) -> psutil.Process:
        return next(p for p in self._holder.children(recursive=True) if p.cmdline()[:1] == ["/lib/systemd/systemd"])


@contextlib.contextmanager
def machine(folder: Path) -> Iterator[Machine]:
    """A machine on which this tree is installed as in /opt/loa; the test is skipped where none can be had."""
    paths = os.pathsep.join([str(TESTS.parent), *(p for p in sys.path if "site-packages" in p)])
    if sys.platform != "linux" or os.geteuid() != 0 or not Path("/lib/systemd/systemd").exists() or not _CGROUPS:
        pytest.skip("a machine of its own wants root, Linux and systemd")
    trial = [PYTHON, "-c", f"import sys; assert sys.version_info[:2] == {sys.version_info[:2]}; import broadcaster.cli"]
    env = {"PYTHONPATH": paths, "PATH": os.environ["PATH"]}
    if not shutil.which(PYTHON) or subprocess.run(trial, user="nobody", env=env, check=False, timeout=60).returncode:
        pytest.skip(f"{PYTHON} is of another version, or this tree is closed to other accounts")
    with booted(folder, _PREPARED, PYTHON, paths) as made:
        yield made


@contextlib.contextmanager
def booted(folder: Path, prepare: str, *arguments: str) -> Iterator[Machine]:
    """The machine whose files a shell script prepares in `$1/root`; `$1` is the folder, the arguments follow."""
    shares = [group / f"loa-{os.getpid()}" for group in _CGROUPS]
    for share in shares:
        share.mkdir()
        for name in ("cpuset.cpus", "cpuset.mems"):
            if (share / name).exists() and not (share / name).read_text().strip():
                (share / name).write_text((share.parent / name).read_text())

    def enter() -> None:
        for share in shares:
            (share / "cgroup.procs").write_text(str(os.getpid()))

    script = ["bash", "-c", f"{prepare}\n{_BOOTED}", "holder", str(folder), *arguments]
    command = ["unshare", "-m", "--propagation", "private", *script]
    holder = subprocess.Popen(command, preexec_fn=enter, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: PLW1509 - one thread
    try:
        yield Machine(holder.pid)
    finally:
        inside = psutil.Process(holder.pid).children(recursive=True)
        holder.send_signal(signal.SIGKILL)  # before the first process of the machine, or it would be booted again
        for process in inside:
            with contextlib.suppress(psutil.Error):
                process.kill()
        holder.wait(30)
        psutil.wait_procs(inside, 30)
        until(lambda: _removed(shares), 60, every=0.2)


def _removed(shares: list[Path]) -> bool:
    for share in shares:
        for folder in (*sorted(share.rglob("*/"), reverse=True), share):
            with contextlib.suppress(OSError):
                folder.rmdir()
    return not any(share.exists() for share in shares)
