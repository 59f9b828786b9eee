"""`locks/` fits `pyproject.toml` on every Python and system that it promises, and says nothing of where files lie."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.lock import LAYERS, ROOT, entries

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
GROUPS = PROJECT["dependency-groups"]
WANTED = {
    "station": PROJECT["project"]["dependencies"] + GROUPS["build"],
    "neural": PROJECT["project"]["optional-dependencies"]["neural"],
    "dev": GROUPS["dev"],
    "voices": GROUPS["voices"],
}
SYSTEMS = {
    "linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    "windows": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
    "mac": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
}
LOCKS = sorted((ROOT / "locks").glob("*.lock"))


def environments() -> Iterator[dict[str, str]]:
    for minor in (11, 12, 13, 14):
        for system in SYSTEMS.values():
            for machine in ("x86_64", "aarch64"):
                yield {
                    "python_version": f"3.{minor}",
                    "python_full_version": f"3.{minor}.1",
                    "platform_machine": machine,
                    "implementation_name": "cpython",
                    "platform_python_implementation": "CPython",
                    **system,
                }


def pins(layer: str) -> list[Requirement]:
    """What is pinned once a layer is installed, with those below it."""
    upto = list(LAYERS)[: list(LAYERS).index(layer) + 1]
    return [Requirement(first) for name in upto for first in entries((ROOT / "locks" / f"{name}.lock").read_text())]


def faults(wanted: list[str], pinned: list[Requirement], environment: dict[str, str]) -> list[str]:
    at = {
        canonicalize_name(p.name): next(iter(p.specifier)).version
        for p in pinned
        if p.marker is None or p.marker.evaluate(environment)
    }
    asked = [Requirement(text) for text in wanted]
    return [
        f"{need.name}{need.specifier} is {at.get(canonicalize_name(need.name), 'not pinned')}"
        for need in asked
        if need.marker is None or need.marker.evaluate(environment)
        if not need.specifier.contains(at.get(canonicalize_name(need.name), "0"), prereleases=True)
        or canonicalize_name(need.name) not in at
    ]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_dependency_is_pinned_within_its_bounds_everywhere(layer):
    pinned = pins(layer)
    for environment in environments():
        assert faults(WANTED[layer], pinned, environment) == [], "run `make lock KEEP=--keep`"


def test_a_pin_that_is_missing_or_outside_its_bounds_is_a_fault():
    here = next(environments())
    assert faults(["flask>=3,<4"], [Requirement("flask==4.0")], here) == ["flask<4,>=3 is 4.0"]
    assert faults(["flask>=3"], [], here) == ["flask>=3 is not pinned"]
    assert faults(["flask>=3; python_version >= '3.13'"], [], here) == []


@pytest.mark.parametrize("path", LOCKS, ids=lambda p: p.name)
def test_every_pin_has_hashes_and_no_host_is_named(path: Path):
    text = path.read_text()
    assert not re.search(r"https?:|--index|--extra-index|--find-links|file:", text)
    for first, whole in entries(text).items():
        assert "--hash=sha256:" in whole, first


def test_no_package_is_pinned_twice_in_one_installation():
    for environment in environments():
        for path in LOCKS:
            names = [
                canonicalize_name(pin.name)
                for pin in map(Requirement, entries(path.read_text()))
                if pin.marker is None or pin.marker.evaluate(environment)
            ]
            assert len(names) == len(set(names)), path.name


def wheel(folder: Path, body: str) -> str:
    """A package of one module, and the hash of its file."""
    path = folder / "loatiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("loatiny.py", body)
        made.writestr("loatiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: loatiny\nVersion: 1.0\n")
        made.writestr("loatiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        made.writestr("loatiny-1.0.dist-info/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.slow
def test_a_file_that_was_changed_since_it_was_tested_is_not_installed(tmp_path: Path):
    """By the script of `make run` itself: the file that was locked goes in, the same name with other bytes does not."""
    store, target, locks = (tmp_path / name for name in ("store", "target", "locks"))
    store.mkdir()
    locks.mkdir()
    (locks / "dev.lock").write_text(f"loatiny==1.0 \\\n    --hash=sha256:{wheel(store, 'GOOD = True')}\n")
    apart = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(store), "PIP_TARGET": str(target), "PIP_UPGRADE": "1"}

    def install() -> subprocess.CompletedProcess[str]:
        command = ["bash", str(ROOT / "tests" / "install.sh"), sys.executable, "dev"]
        environment = {**os.environ, **apart, "PIP_NO_CACHE_DIR": "1", "PIP_CONFIG_FILE": os.devnull}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
        )

    assert install().returncode == 0
    assert (target / "loatiny.py").read_text() == "GOOD = True"
    wheel(store, "GOOD = False")
    refused = install()
    assert refused.returncode == 1
    assert "LOCK=no" in refused.stderr
    assert (target / "loatiny.py").read_text() == "GOOD = True", "nothing of it is there"
