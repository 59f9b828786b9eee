"""Build the .deb of a station: `build_deb.py [amd64 arm64]`, on any Linux, for both processors.

Each carries its own environment in `/opt/loa/versions/VERSION`, laid from the wheels of `locks/` whose hashes fit, so
that nothing is fetched or resolved where it is installed. The processor is only named to the resolver: nothing of the
package is run here. The same commit gives the same bytes (SOURCE_DATE_EPOCH, else the time of the commit).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
PYTHONS = {"12": "3.11", "13": "3.13"}
"""The Python of each Debian: wheels are for one."""
MACHINES = {"amd64": "x86_64-manylinux_2_28", "arm64": "aarch64-manylinux_2_28"}
LAYERS = ("station", "neural")
BESIDE = {
    *("psycopg", "psycopg-binary"),
    *("apprise", "markdown", "oauthlib", "pyserial", "pyyaml", "requests-oauthlib"),
    *(
        "anyio",
        "bcrypt",
        "h11",
        "httpcore",
        "httpx",
        "invoke",
        "minio",
        "paramiko",
        "pycryptodome",
        "pynacl",
        "webdav4",
    ),
    "pywin32",
}
"""Of the other locks, with what they need: PostgreSQL, telling people, copies elsewhere, Windows' service."""
LAUNCHER = """\
#!{environment}/bin/python
import sys

from broadcaster.cli import main

if __name__ == "__main__":
    sys.exit(main())
"""
"""Guarded: a process of its own (`multiprocessing`) reads its parent's program again, and must not run it again."""
SPARE = (
    "**/tests",
    "onnxruntime/capi/libonnxruntime.so.*",
    *(f"onnxruntime/{part}" for part in ("transformers", "tools", "quantization", "datasets")),
    "Crypto/SelfTest",
    *("numpy/distutils", "numpy/f2py"),
    "espeakng_loader/espeak-ng-data/[!ve]*_dict",
    "espeakng_loader/espeak-ng-data/e[!n]*_dict",
)
"""What no station runs: the wheels' own tests; of onnxruntime the library for C programs (Python's binding has all of
it inside) and the workshop for models; numpy's compilers; the stand-in voice's languages but Vietnamese and English."""

READ = re.compile(r"\.(py|pyc|so[.0-9]*)$|\.dist-info/")


def run(*command: str | Path, **more: str) -> str:
    """Run a command to its end, with a few settings of its environment changed."""
    done = subprocess.run(command, cwd=ROOT, env=os.environ | more, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed ({done.returncode}):\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def version() -> str:
    """The version of the program, from the one place where it is written."""
    found = re.search(r'__version__ = "([^"]+)"', (ROOT / "broadcaster/__init__.py").read_text())
    return found[1] if found else sys.exit("no version")


def epoch() -> str:
    """The moment that everything in the package bears."""
    return os.environ.get("SOURCE_DATE_EPOCH") or run("git", "log", "-1", "--format=%ct").strip()


def requirements(out: Path) -> Path:
    """What is laid, with the hashes of every file that may be taken for it."""
    texts = [(ROOT / "locks" / f"{layer}.lock").read_text() for layer in LAYERS]
    rest = (ROOT / "locks" / "dev.lock").read_text()
    texts += [f"{entry}\n" for entry in re.split(r"\n(?=[a-z0-9])", rest) if entry.split("==")[0] in BESIDE]
    out.write_text("\n".join(texts))
    return out


def wheel(work: Path, when: str) -> Path:
    """Our own wheel, out of the tree as it is."""
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", work, SOURCE_DATE_EPOCH=when)
    return next(work.glob("loa_xa-*.whl"))


def lay(root: Path, arch: str, python: str, wanted: Path, own: Path, when: str) -> Path:
    """The environment, as `venv` would make it on a Debian of that processor."""
    environment = Path("/opt/loa/versions") / version()
    place = root / environment.relative_to("/")
    site = place / "lib" / f"python{python}" / "site-packages"
    site.mkdir(parents=True)
    uv = ["uv", "pip", "install", "--quiet", "--target", site, "--no-deps", "--link-mode", "copy"]
    uv += ["--python", sys.executable, "--python-platform", MACHINES[arch], "--python-version", python]
    run(*uv, "--only-binary", ":all:", "--require-hashes", "-r", wanted)
    run(*uv, "--offline", "--no-index", "--find-links", own.parent, f"loa-xa=={version()}")
    trim(site)
    compile_all(site, python, Path("/") / site.relative_to(root), when)
    (place / "pyvenv.cfg").write_text(f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {python}\n")
    (place / ".complete").touch()
    (place / "bin").mkdir()
    (place / "bin/python").symlink_to(f"/usr/bin/python{python}")
    (place / "bin/python3").symlink_to("python")
    (place / "bin/loa").write_text(LAUNCHER.format(environment=environment))
    (place / "bin/loa").chmod(0o755)
    return place


def trim(site: Path) -> None:
    """Take away what is not run at a station, and what uv leaves behind."""
    patterns = ("bin", ".lock", "*.dist-info/uv_cache.json", *SPARE)
    for path in [path for pattern in patterns for path in site.glob(pattern)]:
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    settle(site)


def compile_all(site: Path, python: str, where: Path, when: str) -> None:
    """Byte code for all of it, made here: where it is installed it would take a minute, and nobody may write there."""
    interpreter = shutil.which(f"python{python}") or sys.exit(
        f"python{python} is wanted for the byte code of its Debian"
    )
    level(site, when)  # byte code names the time of its source
    run(interpreter, "-m", "compileall", "-q", "-j", "1", "-s", site, "-p", where, site, PYTHONHASHSEED="0")


def settle(site: Path) -> None:
    """Let no list of a package's files name what was taken away; uv's own note there bears the time of the build."""
    for record in site.glob("*.dist-info/RECORD"):
        lines = record.read_text().splitlines(keepends=True)
        record.write_text("".join(line for line in lines if (site / next(csv.reader([line]))[0]).exists()))


def dress(root: Path, when: str) -> None:
    """What lies outside the environment: the command, the units of systemd, papers."""
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/loa").symlink_to("/opt/loa/current/bin/loa")
    units = root / "lib/systemd/system"
    units.mkdir(parents=True)
    show = "import json; from broadcaster.boot.unit import BootUnit; from broadcaster.homes import Layout; "
    show += "from pathlib import Path; layout = Layout(Path('/opt/loa'), Path('/var/lib/loa')); "
    show += "print(json.dumps(BootUnit.packaged(layout).texts()))"
    for name, text in json.loads(run(sys.executable, "-c", show)).items():
        (units / name).write_text(text)
    papers = root / "usr/share/doc/loa-xa"
    papers.mkdir(parents=True)
    shutil.copy(HERE / "debian/copyright", papers / "copyright")
    shutil.copy(ROOT / "NOTICE", papers / "NOTICE")
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(int(when)))
    log = f"loa-xa ({version()}) stable; urgency=medium\n\n  * See NOTICE and the CHANGELOG of the project.\n\n"
    log += f" -- The Loa Xã project <loa-xa@localhost.localdomain>  {date}\n"
    packed = gzip.compress(log.encode(), 9, mtime=0)
    (papers / "changelog.gz").write_bytes(packed)
    manual = root / "usr/share/man/man1/loa.1.gz"
    manual.parent.mkdir(parents=True)
    manual.write_bytes(gzip.compress((HERE / "debian/loa.1").read_bytes(), 9, mtime=0))
    overrides = root / "usr/share/lintian/overrides"
    overrides.mkdir(parents=True)
    shutil.copy(HERE / "debian/lintian-overrides", overrides / "loa-xa")


def control(root: Path, arch: str, python: str, debian: str) -> None:
    """What dpkg reads: the package's card, its scripts, the sums of its files."""
    files = sorted(p for p in root.rglob("*") if p.is_file() and not p.is_symlink())
    here = root / "DEBIAN"
    here.mkdir()
    words = {
        "version": version(),
        "debian": debian,
        "arch": arch,
        "python": python,
        "size": str(sum(p.stat().st_size + 1023 for p in files) // 1024),
    }
    for name in ("control", "postinst", "prerm", "postrm"):
        text = (HERE / "debian" / name).read_text()
        for key, value in words.items():
            text = text.replace(f"@{key}@", value)
        (here / name).write_text(text)
        (here / name).chmod(0o644 if name == "control" else 0o755)
    sums = (f"{hashlib.md5(p.read_bytes(), usedforsecurity=False).hexdigest()}  {p.relative_to(root)}\n" for p in files)
    (here / "md5sums").write_text("".join(sums))


def level(root: Path, when: str) -> None:
    """The same rights and times, whoever built it; modules and libraries are read, not started."""
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or (path.stat().st_mode & 0o100 and not READ.search(str(path)))
            path.chmod(0o755 if runs else 0o644)
        os.utime(path, (int(when), int(when)), follow_symlinks=False)


def pack(root: Path, made: Path, when: str, *, squeeze: int) -> None:
    """The tree as a package; by one thread, for the bytes depend on how many there are."""
    how = ["--root-owner-group", "-Zzstd", f"-z{squeeze}", "--threads-max=1"]
    run("dpkg-deb", *how, "--build", root, made, SOURCE_DATE_EPOCH=when)


def build(arch: str, debian: str, out: Path, *, squeeze: int) -> Path:
    """One package."""
    when, python = epoch(), PYTHONS[debian]
    os.umask(0o022)
    with tempfile.TemporaryDirectory(prefix="loa-deb-") as folder:
        work, root = Path(folder), Path(folder) / "root"
        lay(root, arch, python, requirements(work / "wanted.txt"), wheel(work, when), when)
        dress(root, when)
        control(root, arch, python, debian)
        level(root, when)
        made = out / f"loa-xa_{version()}+deb{debian}_{arch}.deb"
        pack(root, made, when, squeeze=squeeze)
    return made


def main() -> None:
    """Build what is asked for, and say where it lies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("arch", nargs="*", default=[], help="amd64, arm64; both when none is named")
    parser.add_argument("--debian", choices=PYTHONS, default="12")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--squeeze", type=int, default=12, help="how hard zstd works: 1 to 19")
    wanted = parser.parse_args()
    out = wanted.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    for arch in wanted.arch or MACHINES:
        begun = time.monotonic()
        made = build(arch, wanted.debian, out, squeeze=wanted.squeeze)
        print(f"{made} {made.stat().st_size / 1e6:.0f} MB, {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
