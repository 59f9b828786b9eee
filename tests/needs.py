"""What this machine lacks for the program or for its tests: looked for, installed where that may be done, or named.

`needs.py station` looks at the libraries that the installed wheels want, and at the way to the sound card; `needs.py
tests` at the programs of the tests too, and starts each of them once. As root on Debian what is missing is installed.
Otherwise it is named with what installs it, and with what goes untested, before the first test and not by each of them;
`PARTIAL=1` goes on without.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

PAGE = "data:text/html,<p>ok</p>"


@dataclass(frozen=True)
class Program:
    """A program that the tests run, the Debian packages that bring it, and what goes untested without it."""

    name: str
    packages: tuple[str, ...]
    untested: str
    start: tuple[str, ...]
    """Arguments of a first start that must end well, in an empty folder of its own."""


CARD = Program("aplay", ("alsa-utils",), "the sound card where miniaudio has no wheel", ("--version",))
PROGRAMS = (
    Program("chromium", ("chromium",), "the panel in a real browser", ("--version",)),
    Program(
        "certutil",
        ("libnss3-tools",),
        "a browser that trusts the station's own authority",
        ("-N", "--empty-password", "-d", "sql:."),
    ),
    Program("initdb", ("postgresql",), "everything on PostgreSQL", ("--version",)),
    Program("soffice", ("libreoffice-writer", "libreoffice-calc"), "reports as an office opens them", ("--version",)),
    Program("pdftoppm", ("poppler-utils",), "the pages of PDF papers", ("-v",)),
    Program("icecast2", ("icecast2",), "sound over Icecast", ("-v",)),
    Program("strace", ("strace",), "what a power cut leaves on the disk", ("-f", "-o", "/dev/null", "true")),
    Program("sshd", ("openssh-server",), "copies to another machine over SFTP", ("-V",)),
    Program("openssl", ("openssl",), "streams over TLS", ("version",)),
    Program("promtool", ("prometheus",), "the alert rules of docs/monitoring", ("--version",)),
    Program("setpriv", ("util-linux",), "PostgreSQL, when root runs the tests", ("--version",)),
    Program("systemd-analyze", ("systemd",), "the service under systemd", ("--version",)),
    Program("ip", ("iproute2",), "the service under a systemd that is booted for it", ("-V",)),
    CARD,
    Program(
        "pulseaudio",
        ("pulseaudio", "pulseaudio-utils", "libasound2-plugins"),
        "the sound card through a sound server",
        ("--version",),
    ),
)
BY_HAND = {"libGL.so.1": "libgl1", "libX11.so.6": "libx11-6"}
"""Libraries whose package is not called as Debian's rule says."""


def where(program: str) -> str | None:
    """The path of a program; PostgreSQL's own are not on the PATH of Debian."""
    if program == "chromium" and (chosen := os.environ.get("LOA_CHROMIUM")):
        return chosen if Path(chosen).exists() else None
    beside = (str(p) for p in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True))
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin") or next(beside, None)


def objects(root: Path) -> Iterator[Path]:
    """Every program and library below a folder that the system's loader must be able to open."""
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.suffix not in {".py", ".pyc"}:
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def lost_libraries(root: Path) -> dict[str, Path]:
    """The libraries that nothing on this machine brings, each with one file that wants it.

    A library that lies elsewhere below the folder is no loss: its wheel loads it first, by path.
    """
    found = list(objects(root))
    if not found or shutil.which("ldd") is None:
        return {}
    told = subprocess.run(["ldd", *found], capture_output=True, text=True, check=False).stdout
    brought = {path.name for path in found}
    lost: dict[str, Path] = {}
    asking = found[0]
    for line in told.splitlines():
        if not line.startswith("\t"):
            asking = Path(line.removesuffix(":"))
        elif (hit := re.match(r"\t(\S+) => not found", line)) and hit[1] not in brought:
            lost.setdefault(hit[1], asking)
    return lost


def package_of(library: str, exists: Callable[[str], bool]) -> str | None:
    """The Debian package of a library: `libatomic.so.1` is in `libatomic1`, `libfoo-2.so.0` in `libfoo-2-0`."""
    if library in BY_HAND:
        return BY_HAND[library]
    stem, _, version = library.partition(".so.")
    dash = "-" if stem[-1:].isdigit() else ""
    name = f"{stem}{dash}{version}".lower().replace("_", "-")
    return next((candidate for candidate in (name, f"{name}t64") if exists(candidate)), None)


def is_package(name: str) -> bool:
    """Whether Debian has a package of this name, as far as this machine's list knows."""
    if shutil.which("apt-cache") is None:
        return False
    shown = subprocess.run(["apt-cache", "show", name], capture_output=True, check=False)
    return shown.returncode == 0


def first_start(program: Program) -> str | None:
    """What is wrong with a program that is there, or nothing."""
    found = where(program.name)
    if found is None:
        return "not installed"
    with tempfile.TemporaryDirectory() as home:
        try:
            ended = subprocess.run(
                [found, *program.start],
                cwd=home,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=60,
                check=False,
                env=os.environ | {"HOME": home},
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
    return last_line(ended.stderr) or f"ended with {ended.returncode}" if ended.returncode else None


def browser_fault() -> str | None:
    """Why no page can be opened in Chromium through its driver, or nothing: the two are started for real."""
    script = (
        "import sys; from playwright.sync_api import sync_playwright as s\n"
        "with s() as p:\n b = p.chromium.launch(executable_path=sys.argv[1], args=['--no-sandbox', '--disable-gpu'])\n"
        " q = b.new_page(); q.goto(sys.argv[2]); assert q.inner_text('p') == 'ok'; b.close()"
    )
    if (chromium := where("chromium")) is None:
        return "chromium is not installed"
    try:
        ended = subprocess.run(
            [sys.executable, "-c", script, chromium, PAGE], capture_output=True, text=True, timeout=90, check=False
        )
    except subprocess.TimeoutExpired as error:
        return str(error)
    return last_line(ended.stderr) if ended.returncode else None


def last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1].strip()


def may_install() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt(*arguments: str) -> None:
    """Run apt-get; what it says is shown only where it fails."""
    ended = subprocess.run(
        ["apt-get", *arguments],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
    )
    if ended.returncode:
        sys.stderr.buffer.write(ended.stdout)
        sys.exit(f"apt-get {arguments[0]} failed")


def wanted(programs: tuple[Program, ...], root: Path) -> tuple[list[str], list[str]]:
    """The packages that are missing, and a sentence for each thing that they would bring or that nobody is known to."""
    packages: list[str] = []
    told: list[str] = []
    for program in programs:
        if where(program.name) is None:
            packages += program.packages
            told.append(f"{program.name}: not installed; untested without it: {program.untested}")
    for library, asking in lost_libraries(root).items():
        package = package_of(library, is_package)
        packages += [package] if package else []
        told.append(f"{library}: wanted by {asking.name}" + ("" if package else "; find the package that brings it"))
    return packages, told


def main(what: str) -> int:
    root = Path(sysconfig.get_path("platlib"))
    alone = sys.platform == "linux" and find_spec("miniaudio") is None
    programs = PROGRAMS if what == "tests" else (CARD,) * alone
    if may_install() and (any(where(p.name) is None for p in programs) or lost_libraries(root)):
        apt("update", "-qq")
        packages, _ = wanted(programs, root)
        if packages:
            print("installing:", *packages, flush=True)
            apt("install", "-y", "-qq", "--no-install-recommends", *packages)
    packages, told = wanted(programs, root)
    if what == "tests" and not told:
        told = [f"{p.name}: {fault}; untested without it: {p.untested}" for p in programs if (fault := first_start(p))]
        if not told and (fault := browser_fault()):
            told = [f"a page in chromium: {fault}"]
    if not told:
        return 0
    print("This machine lacks:", *(f"  {line}" for line in told), sep="\n", file=sys.stderr)
    if packages:
        print(f"To install it: sudo apt-get install --no-install-recommends {' '.join(packages)}", file=sys.stderr)
    if what == "tests" and os.environ.get("PARTIAL") != "1":
        print("Or go on without, and those tests are left out: make test PARTIAL=1", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
