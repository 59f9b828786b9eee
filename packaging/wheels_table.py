"""Write docs/wheels.md: which locked packages have a wheel for which system and Python, by what the index says.

`make wheels-table` runs it. uv asks whatever index this machine is set up with for every file of every pinned version;
which of them fit where is judged here by their names' tags.
"""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import canonicalize_name, parse_wheel_filename

sys.path.insert(0, str(Path(__file__).parent))
from build_deb import ROOT, requirements

PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))
GLIBC = 36
"""Debian 12 has glibc 2.36."""
OLD_NAMES = ("manylinux2014", "manylinux2010", "manylinux1")


def linux(machine: str) -> list[str]:
    """The platforms of a Debian 12, the newest first."""
    return [f"manylinux_2_{n}_{machine}" for n in range(GLIBC, 4, -1)] + [f"{o}_{machine}" for o in OLD_NAMES]


SYSTEMS: dict[str, tuple[list[str], dict[str, str]]] = {
    "Linux x86_64": (linux("x86_64"), {"sys_platform": "linux", "platform_machine": "x86_64"}),
    "Linux aarch64": (linux("aarch64"), {"sys_platform": "linux", "platform_machine": "aarch64"}),
    "macOS arm64": (list(mac_platforms((14, 0), "arm64")), {"sys_platform": "darwin", "platform_machine": "arm64"}),
    "Windows amd64": (["win_amd64"], {"sys_platform": "win32", "platform_machine": "AMD64"}),
}
THIRTY_TWO = (linux("armv7l"), {"sys_platform": "linux", "platform_machine": "armv7l"})
REMEDIES = {
    "miniaudio": "not wanted on Linux but for x86_64: there `device` plays through `aplay` (alsa-utils)",
    "pywin32": "wanted on Windows alone, for its service; Linux has systemd",
}
"""What is done where a wheel is missing or a package is left out."""
HEAD = """\
# Wheels

Written by `make wheels-table` from what the package index said on {day}, for the versions in `locks/` that an installed
station carries: {all} packages, {pure} of which are pure Python and fit everywhere. Linux is judged as Debian 12 (glibc
2.36), macOS as 14. A number is a Python that has no wheel; “-” is a package that is not wanted there.

"""


def tags(platforms: list[str], python: tuple[int, int]) -> set[Tag]:
    """Every tag that a Python of a system takes."""
    interpreter = f"cp{python[0]}{python[1]}"
    own = cpython_tags(python_version=python, abis=[interpreter], platforms=platforms)
    return {*own, *compatible_tags(python_version=python, interpreter=interpreter, platforms=platforms)}


def fits(wheel: str, platforms: list[str], python: tuple[int, int]) -> bool:
    """Whether a wheel of this name installs there."""
    return not parse_wheel_filename(wheel)[3].isdisjoint(tags(platforms, python))


def wanted(pin: Requirement, markers: dict[str, str], python: tuple[int, int]) -> bool:
    """Whether a pin is meant for a system at all."""
    version = f"{python[0]}.{python[1]}"
    words = {
        "os_name": "nt" if markers["sys_platform"] == "win32" else "posix",
        "platform_system": {"win32": "Windows", "darwin": "Darwin"}.get(markers["sys_platform"], "Linux"),
        "python_version": version,
        "python_full_version": f"{version}.0",
        "platform_python_implementation": "CPython",
    }
    return pin.marker is None or pin.marker.evaluate(markers | words)


def lacking(pin: Requirement, wheels: list[str], system: tuple[list[str], dict[str, str]]) -> list[str] | None:
    """The Pythons without a wheel of a package; None where it is not wanted."""
    platforms, markers = system
    asked = [python for python in PYTHONS if wanted(pin, markers, python)]
    if not asked:
        return None
    return [f"{p[0]}.{p[1]}" for p in asked if not any(fits(wheel, platforms, p) for wheel in wheels)]


def offered(pins: list[Requirement]) -> dict[str, list[str]]:
    """The names of all wheels of the pinned versions, by package, from the index."""
    with tempfile.TemporaryDirectory() as folder:
        lines = ",\n".join(f"  '''{pin}'''" for pin in pins)
        text = '[project]\nname = "asking"\nversion = "0"\nrequires-python = ">=3.11,<3.15"\n'
        text += f"dependencies = [\n{lines}\n]\n"
        (Path(folder) / "pyproject.toml").write_text(text)
        subprocess.run(["uv", "lock", "--quiet"], cwd=folder, check=True)
        found = tomllib.loads((Path(folder) / "uv.lock").read_text())["package"]
    return {
        canonicalize_name(package["name"]): [
            unquote(re.split(r"[/\\]", wheel.get("url") or wheel["path"])[-1]) for wheel in package.get("wheels", [])
        ]
        for package in found
    }


def page(pins: list[Requirement], wheels: dict[str, list[str]], day: str) -> Iterator[str]:
    """The page, line by line."""
    named = sorted(pins, key=lambda pin: pin.name)
    bound = [p for p in named if not any(w.endswith("-none-any.whl") for w in wheels[canonicalize_name(p.name)])]
    yield HEAD.format(day=day, all=len(named), pure=len(named) - len(bound))
    yield f"| Package | {' | '.join(SYSTEMS)} |\n|---|{'---|' * len(SYSTEMS)}\n"
    missing: dict[str, list[str]] = {}
    for pin in bound:
        files = wheels[canonicalize_name(pin.name)]
        cells = []
        for system, facts in SYSTEMS.items():
            lack = lacking(pin, files, facts)
            cells.append("-" if lack is None else ", ".join(lack) or "yes")
            if lack != []:
                missing.setdefault(pin.name, []).append(system)
        yield f"| {pin.name} {pin.specifier} | {' | '.join(cells)} |\n"
    yield "\n## What is missing, and what is done then\n\n"
    for name, systems in missing.items():
        yield f"- **{name}** ({', '.join(systems)}): {REMEDIES.get(name, 'NOTHING IS KNOWN')}.\n"
    if not missing:
        yield "Nothing.\n"
    small = [p.name for p in bound if lacking(p, wheels[canonicalize_name(p.name)], THIRTY_TWO)]
    yield "\n## 32-bit ARM is not supported\n\n"
    yield f"{len(small)} packages have no wheel for armv7 in one Python or more: {', '.join(small)}.\n"
    yield "Use a 64-bit system.\n"


def main() -> None:
    """Ask, judge, and write the page."""
    with tempfile.TemporaryDirectory() as folder:
        text = requirements(Path(folder) / "wanted.txt").read_text()
    pins = [Requirement(line.rstrip(" \\")) for line in text.splitlines() if re.match(r"[a-z0-9].*==", line)]
    when = subprocess.run(["date", "-u", "+%Y-%m-%d"], capture_output=True, text=True, check=True).stdout.strip()
    lines = list(itertools.chain(page(pins, offered(pins), when)))
    (ROOT / "docs" / "wheels.md").write_text("".join(lines))
    if any("NOTHING IS KNOWN" in line for line in lines):
        sys.exit("a package has no wheel somewhere, and nothing is said of what is done then: see docs/wheels.md")


if __name__ == "__main__":
    main()
