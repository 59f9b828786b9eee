"""Releases of this program for tests of upgrades: wheels of this very tree under other numbers, and stations of theirs."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import signal
import socket
import sqlite3
import subprocess
import sysconfig
import zipfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg

import broadcaster
from broadcaster.clock import SystemClock
from broadcaster.playout.record.journal import Journal
from broadcaster.services.setup.upgrade import bundles
from broadcaster.services.setup.upgrade.versions import Versions, clean_environment
from tests.kit.entries import entry
from tests.kit.waiting import until
from tests.kit.web import answers

AWAY = (sqlite3.Error, psycopg.Error)
"""What a database raises that changes just now."""
TREE = Path(broadcaster.__file__).parents[1]
ROOMS = ("audio", "schedules", "scripts", "web/templates", "web/static")
MIGRATION = '''"""Something that only the next version knows."""

import sqlalchemy as sa
from alembic import op

revision = "{new}"
down_revision = "{old}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("upgraded", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade() -> None:
    op.drop_table("upgraded")
'''
MODEL = '''

class UpgradedRow(Base):
    """Something that only the next version knows."""

    __tablename__ = "upgraded"
    id: Mapped[int] = mapped_column(primary_key=True)
'''


def program(*, migrates: bool = False, files: Mapping[str, str] | None = None, tree: Path = TREE) -> dict[str, bytes]:
    """A program's files as a wheel has them; `migrates`: with a migration more; `files`: with texts of its own."""
    found = {}
    for place in ("broadcaster", *ROOMS):
        for path in sorted((tree / place).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(tree).as_posix()
                found[name if place == "broadcaster" else f"broadcaster/_rooms/{name}"] = path.read_bytes()
    if migrates:
        folder = "broadcaster/db/migrations/versions"
        newest = max(name.split("/")[-1][:4] for name in found if name.startswith(f"{folder}/0"))
        new = f"{int(newest) + 1:04d}"
        found[f"{folder}/{new}_upgraded.py"] = MIGRATION.format(new=new, old=newest).encode()
        place = "broadcaster/db/models/work.py"
        found[place] += MODEL.encode()
    for name, content in (files or {}).items():
        found[name] = content.encode()
    return found


def wheel(folder: Path, name: str, version: str, files: Mapping[str, bytes], points: str = "") -> Path:
    """Write a wheel of these files."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    whole = dict(files)
    whole[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    whole[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    if points:
        whole[f"{info}/entry_points.txt"] = points.encode()
    lines = []
    for path, content in whole.items():
        sha = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={sha},{len(content)}")
    whole[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""]).encode()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path, content in whole.items():
            archive.writestr(path, content)
    return target


def entry_points(tree: Path = TREE) -> str:
    """Those of a tree, as a wheel names them."""
    import tomllib

    project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"console_scripts": project["scripts"], **project["entry-points"]}
    return "\n".join(
        f"[{group}]\n" + "\n".join(f"{n} = {v}" for n, v in points.items()) + "\n" for group, points in groups.items()
    )


def release(
    folder: Path,
    version: str,
    *,
    migrates: bool = False,
    files: Mapping[str, str] | None = None,
    single: bool = False,
    tree: Path = TREE,
) -> Path:
    """A bundle of a version: a tree, and a wheel that leads to the packages of the test's own environment."""
    wheels = folder / f"wheels-{version}"
    init = {"broadcaster/__init__.py": f'"""Loa Xã."""\n\n__version__ = "{version}"\n'}
    wheel(
        wheels,
        "loa-xa",
        version,
        program(migrates=migrates, files=init | dict(files or {}), tree=tree),
        entry_points(tree),
    )
    link = {"packages_of_the_test.pth": f"{sysconfig.get_path('purelib')}\n".encode()}
    wheel(wheels, "packages-of-the-test", "1", link)
    return bundles.packed(wheels, version, folder / (f"{version}{bundles.ENDING}" if single else version))


def laid(bundle: Path, versions: Versions) -> str:
    """Lay a bundle as an upgrade does; its version."""
    with bundles.opened(bundle, versions, versions.root.parent / "bundle.part") as found:
        bundles.lay(found, versions)
        return found.version


@dataclass(frozen=True)
class Installed:
    """A station of a version, as a package installs it."""

    home: Path
    versions: Versions
    port: int
    database: str = ""
    """The address of its PostgreSQL, when it has one."""

    def command(self, *words: str, version: str = "") -> list[str]:
        """A command of a version, the one in use by default."""
        python = self.versions.python(version or self.versions.current())
        return [str(python), "-m", "broadcaster", "--home", str(self.home), *words]

    def loa(self, *words: str, version: str = "", timeout: float = 180) -> subprocess.CompletedProcess[str]:
        """Run a command of a version."""
        return subprocess.run(
            self.command(*words, version=version),
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
            cwd="/",
            env=clean_environment(),
        )

    def start(self, *words: str, log: Path, version: str = "") -> subprocess.Popen[bytes]:
        """Start a command of a version, in a group of its own, which writes to `log`."""
        with log.open("ab") as out:
            return subprocess.Popen(
                self.command(*words, version=version),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd="/",
                env=clean_environment(),
                start_new_session=True,
            )

    def upgrading(self, bundle: Path, *, watch: float = 2) -> list[str]:
        """What upgrades it from a bundle."""
        return ["upgrade", "--from", str(bundle), "--versions", str(self.versions.root), "--yes", "--watch", str(watch)]

    def state(self) -> dict[str, object]:
        """How the upgrade stands."""
        return json.loads((self.home / "upgrade" / "state.json").read_text(encoding="utf-8"))

    def state_is_over(self) -> bool:
        """Whether no upgrade is under way."""
        return not (self.home / "upgrade" / "state.json").is_file() or self.state()["step"] in {"done", "back"}

    def speaks(self) -> bool:
        """Whether the panel answers, and play-out has given a sign of life lately."""
        return answers(self.port) and {"playout", "worker"} <= set(self.beats())

    def beats(self) -> dict[str, int]:
        """The processes that gave a sign of life, by name."""
        return dict(self.rows("select process, pid from heartbeats"))

    def entries(self) -> set[str]:
        """The play log, by the names of its entries."""
        return {name for (name,) in self.rows("select id from play_log")}

    def form(self) -> str:
        """The form of the database."""
        return self.rows("select version_num from alembic_version")[0][0]

    def rows(self, query: LiteralString) -> list[tuple[Any, ...]]:
        """What the database answers."""
        if self.database:
            with psycopg.connect(self.database.replace("+psycopg", ""), connect_timeout=10) as db:
                return db.execute(query).fetchall()
        with closing(sqlite3.connect(self.home / "station.db")) as db:
            return db.execute(query).fetchall()

    def newest_form(self) -> str:
        """The form of the version in use."""
        place = self.versions.place(self.versions.current())
        folder = next(place.glob("**/broadcaster/db/migrations/versions"))
        return max(path.name[:4] for path in folder.glob("0*.py"))


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def installed(folder: Path, bundle: Path, *, database: str = "") -> Installed:
    """A new station of a bundle's version, with a file of its own for a database or one on a server."""
    versions = Versions(folder / "opt" / "versions")
    versions.root.mkdir(parents=True, exist_ok=True)
    versions.point(laid(bundle, versions))
    made = Installed(folder / "home", versions, free_port(), database)
    where = ["--set", f"database.url={database}"] if database else []
    done = made.loa("init", "--set", f"web.port={made.port}", *where)
    assert done.returncode == 0, done.stderr
    return made


def ended(process: subprocess.Popen[bytes], seconds: float = 90) -> int:
    """End a process in order; its code."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    return process.wait(seconds)


def alive(made: Installed) -> None:
    """Wait until a station speaks."""
    until(made.speaks, 120, every=0.3, passing=(OSError, *AWAY))


class Chronicle:
    """Entries written to play-out's journal as it writes them, with the names of all that were.

    Args:
        home: the station's.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self.names: set[str] = set()

    def write(self, count: int = 1) -> None:
        """Write so many more."""
        journal = Journal(self._home / "run" / "playout", SystemClock())
        for _ in range(count):
            one = entry(10_000 + len(self.names))
            journal.write("entry", one.fields())
            self.names.add(one.id)
        journal.close()

    def lost(self, made: Installed) -> set[str]:
        """Wait until play-out has brought in what it can; what of it is not in the log."""
        with contextlib.suppress(AssertionError):
            until(lambda: self.names <= made.entries(), 60, every=0.3, passing=AWAY)
        return self.names - made.entries()
