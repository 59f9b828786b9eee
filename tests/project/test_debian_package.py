"""The Debian package: what can be held without laying the whole environment. The rest is `packaging/try_deb.py`."""

from __future__ import annotations

import importlib.util
import os
import runpy
import shutil
import subprocess
import tempfile
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from broadcaster.boot.unit import BootUnit
from broadcaster.homes import Layout
from tests.kit.places import TESTS
from tests.lock import entries

PROJECT = tomllib.loads((TESTS.parent / "pyproject.toml").read_text())
PACKAGING = TESTS.parent / "packaging"
SCRIPTS = ("postinst", "prerm", "postrm")
WHEN = "1790000000"
pytestmark = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="not a Debian")


@pytest.fixture(scope="module")
def builder():
    spec = importlib.util.spec_from_file_location("build_deb", PACKAGING / "build_deb.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def packed(builder, folder, arch="arm64"):
    """All of a package but its environment, with a program of both kinds of rights in that one's place."""
    root = folder / "root"
    site = root / "opt/loa/versions" / builder.version() / "lib/python3.11/site-packages"
    site.mkdir(parents=True)
    (site / "a.py").write_text("x = 1\n")
    (site / "run").write_text("#!/bin/sh\n")
    (site / "run").chmod(0o775)
    builder.dress(root, WHEN)
    builder.control(root, arch, "3.11", "12")
    builder.level(root, WHEN)
    made = folder / "made.deb"
    builder.pack(root, made, WHEN, squeeze=1)
    return made


@pytest.fixture(scope="module")
def package(builder, tmp_path_factory):
    return packed(builder, tmp_path_factory.mktemp("deb"))


def test_the_units_in_the_package_are_those_that_the_program_shows(package, tmp_path):
    subprocess.run(["dpkg-deb", "-x", package, tmp_path], check=True, timeout=60)
    shown = BootUnit.packaged(Layout(Path("/opt/loa"), Path("/var/lib/loa"))).texts()
    assert {p.name: p.read_text() for p in (tmp_path / "lib/systemd/system").iterdir()} == shown
    assert shown.keys() == {"loa.service", "loa-upgrade.service", "loa-upgrade.path"}
    assert (tmp_path / "usr/bin/loa").readlink() == Path("/opt/loa/current/bin/loa")


def test_the_same_tree_gives_the_same_package_whoever_builds_it(builder, package, tmp_path):
    before = os.umask(0o077)
    try:
        again = packed(builder, tmp_path)
    finally:
        os.umask(before)
    assert again.read_bytes() == package.read_bytes()


def test_what_is_only_read_bears_no_right_to_be_run(builder, tmp_path):
    read = ["a.py", "b.cpython-311.so", "libc-1.so.6.2", "a-1.dist-info/METADATA"]
    for name in (*read, "ffmpeg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch(0o775)
        (tmp_path / name).chmod(0o775)
    builder.level(tmp_path, WHEN)
    rights = {name: (tmp_path / name).stat().st_mode & 0o777 for name in (*read, "ffmpeg")}
    assert rights == dict.fromkeys(read, 0o644) | {"ffmpeg": 0o755}


def test_no_list_of_files_names_what_is_not_in_the_package(builder, tmp_path):
    record = tmp_path / "a-1.dist-info" / "RECORD"
    record.parent.mkdir()
    (tmp_path / "a.py").touch()
    kept = f"a.py,,\n{record.relative_to(tmp_path)},,\n"
    record.write_text(f"a-1.dist-info/uv_cache.json,sha256=x,9\n{kept}../../../bin/a,,\n")
    builder.settle(tmp_path)
    assert record.read_text() == kept


def test_nothing_is_laid_that_no_station_runs(builder, tmp_path):
    data = "espeakng_loader/espeak-ng-data"
    kept = [
        "a/tests.py",
        "a/b.py",
        f"{data}/vi_dict",
        f"{data}/en_dict",
        "onnxruntime/capi/binding.so",
        "a-1.dist-info/RECORD",
    ]
    gone = ["bin/a", "a/tests/b.py", "a/b/tests/c/d.py", f"{data}/ru_dict", f"{data}/et_dict", "onnxruntime/tools/a.py"]
    for path in (*kept, *gone):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x = 1\n")
    (tmp_path / "a-1.dist-info/RECORD").write_text("".join(f"{path},,\n" for path in (*kept, *gone)))
    builder.trim(tmp_path)
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()) == sorted(kept)
    assert (tmp_path / "a-1.dist-info/RECORD").read_text().split() == [f"{path},," for path in kept]


@pytest.mark.skipif(shutil.which("python3.11") is None, reason="no python3.11")
def test_byte_code_is_made_at_build_and_fits_its_source_where_it_is_installed(builder, tmp_path):
    python, site = shutil.which("python3.11") or "", tmp_path / "root/site"
    site.mkdir(parents=True)
    (site / "said.py").write_text("x = 1\n")
    builder.compile_all(site, "3.11", Path("/opt/there"), WHEN)
    (made,) = site.glob("__pycache__/*.pyc")
    show = "import marshal, sys; print(marshal.loads(open(sys.argv[1], 'rb').read()[16:]).co_filename)"
    done = subprocess.run([python, "-c", show, made], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "/opt/there/said.py"
    assert int.from_bytes(made.read_bytes()[8:12], "little") == int((site / "said.py").stat().st_mtime) == int(WHEN)


def test_a_process_of_its_own_does_not_run_its_parents_command_again(builder, tmp_path):
    """`multiprocessing` reads the main program of its parent anew."""
    program = tmp_path / "loa"
    program.write_text(builder.LAUNCHER.format(environment="/opt/loa/versions/1"))
    found = runpy.run_path(str(program), run_name="__mp_main__")
    assert callable(found["main"])


def test_the_card_of_the_package_is_filled_in(builder, package):
    told = subprocess.run(["dpkg-deb", "-f", package], capture_output=True, text=True, check=True, timeout=60).stdout
    assert "@" not in told.replace("loa-xa@localhost", "")
    assert f"Version: {builder.version()}+deb12" in told
    assert "Architecture: arm64" in told
    assert "Depends: python3.11, " in told
    assert "Recommends: python3.11-venv" in told, "with `Depends` an upgrade of Debian would take the station away"


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_of_the_package_can_be_read_by_the_shell_and_ends_at_a_fault(package, tmp_path, name):
    subprocess.run(["dpkg-deb", "-e", package, tmp_path], check=True, timeout=60)
    text = (tmp_path / name).read_text()
    assert "@" not in text
    assert text.startswith("#!/bin/sh\nset -e\n")
    subprocess.run(["sh", "-n", tmp_path / name], check=True, timeout=60)


def test_no_script_of_the_package_deletes_the_home():
    removals = [
        line.strip()
        for name in SCRIPTS
        for line in (PACKAGING / "debian" / name).read_text().splitlines()
        if "rm -r" in line
    ]
    assert removals
    assert not [line for line in removals if "$home" in line or "/var/" in line.partition("echo")[0]]


@pytest.mark.parametrize("beside", [True, False], ids=["one disk", "a disk of its own"])
def test_purge_loses_nothing_of_the_station_and_says_where_it_lies(tmp_path, beside):
    other = Path(tempfile.mkdtemp(dir="/dev/shm" if not beside and Path("/dev/shm").is_dir() else tmp_path))
    try:
        home, backups = other / "loa", tmp_path / "backups"
        home.mkdir(mode=0o700)
        (home / "station.db").write_text("log")
        backups.mkdir()
        text = (PACKAGING / "debian/postrm").read_text()
        for real, tried in (("/var/lib/loa", home), ("/var/backups", backups), ("/opt/loa", tmp_path / "opt")):
            text = text.replace(real, str(tried))
        text = text.replace("deb-systemd-helper", "no-such-helper")
        purged = subprocess.run(
            ["sh", "-c", text, "postrm", "purge"], capture_output=True, text=True, check=True, timeout=60
        )
        kept = next(backups.glob("loa-*"), home)
        assert (kept / "station.db").read_text() == "log"
        assert kept.stat().st_mode & 0o777 == 0o700
        assert str(kept) in purged.stdout
        assert (kept.parent == backups) == (other.stat().st_dev == backups.stat().st_dev)
    finally:
        shutil.rmtree(other)


def test_the_package_carries_all_that_its_wheels_need_each_by_its_hash(builder, tmp_path):
    text = builder.requirements(tmp_path / "wanted.txt").read_text()
    pins = [Requirement(first) for first in entries(text)]
    carried = {canonicalize_name(pin.name) for pin in pins if not pin.marker or pin.marker.evaluate()}
    assert len(carried) > 70
    assert text.count("--hash=sha256:") > len(pins)
    extras = PROJECT["project"]["optional-dependencies"]
    chosen = extras["alerts"] + extras["backup"] + extras["postgres"]
    wanted = [Requirement(line) for line in PROJECT["project"]["dependencies"] + chosen]
    seen: set[tuple[str, ...]] = set()
    while wanted:
        one = wanted.pop()
        if one.marker and not any(one.marker.evaluate({"extra": extra}) for extra in one.extras | {""}):
            continue
        name = canonicalize_name(one.name)
        assert name in carried
        if (name, *one.extras) not in seen:
            seen.add((name, *one.extras))
            for line in requires(name) or []:
                below = Requirement(line)
                if not below.marker or any(below.marker.evaluate({"extra": extra}) for extra in one.extras | {""}):
                    below.marker = None
                    wanted.append(below)
    assert len(seen) > 60
