"""What must hold before a backup is brought back: nothing is written anywhere until all of it does."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from broadcaster import settings_file
from broadcaster.db import copying
from broadcaster.db.session import Database
from broadcaster.errors import RuleError
from broadcaster.home import Home
from broadcaster.services.setup import what_runs
from broadcaster.services.setup.archives import SETTINGS, Contents, looked_through
from broadcaster.settings import Settings, load

_TWICE = 2
"""A database is unpacked, brought up to this program and, at times, copied: so much room is wanted."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A backup that can be brought back."""

    contents: Contents
    settings: Settings
    """As the backup says them."""
    database: Database | None
    """The empty one to which the rows shall go; None: a file of the station's own."""

    def close(self) -> None:
        """Let go of the database."""
        if self.database is not None:
            self.database.dispose()


def require_empty(home: Home) -> None:
    """Check that the folder has nothing that would be written over.

    Raises:
        RuleError: there is something in it.
    """
    if home.root.exists() and any(home.root.iterdir()):
        raise RuleError("Thư mục khôi phục phải trống, để không ghi đè lên đài đang có.", field=str(home.root))


def runs(archive: Path) -> list[str]:
    """What a backup would make this machine run, a line each.

    Raises:
        RuleError: it cannot be read, or its settings are wrong.
    """
    contents = looked_through(archive, thorough=False)
    return what_runs.told(_settings(contents.settings), contents.names)


def check(archive: Path, home: Home, database: str, agree: what_runs.Agree) -> Checked:
    """Look at all that a restore needs, and have `agree` look at what the backup would run.

    Raises:
        RuleError: the archive is damaged or no backup of ours, the database is not empty or does not answer, the disk
            has no room, or `agree` refuses.
    """
    contents = looked_through(archive)
    settings = _settings(contents.settings)
    agree(what_runs.told(settings, contents.names))
    _room(home, contents)
    return Checked(contents, settings, _empty(database) if database else None)


def _settings(text: str) -> Settings:
    """What the settings of the backup say, which must be right and must not send us to a database at work."""
    with tempfile.TemporaryDirectory() as scratch:
        trial = Path(scratch) / SETTINGS
        trial.write_text(text, encoding="utf-8")
        try:
            said = load(trial)
            if not said.database.url:
                return said
            trial.write_text(settings_file.changed(text, "database", {"url": ""}), encoding="utf-8")
            still = load(trial).database.url
        except RuleError as error:
            raise RuleError(error.message, field=SETTINGS) from None
    if still:
        raise RuleError("Biến môi trường LOA_DATABASE__URL trỏ tới một cơ sở dữ liệu khác: hãy bỏ nó đi rồi khôi phục.")
    return said


def _room(home: Home, contents: Contents) -> None:
    above = next(p for p in (home.root, *home.root.parents) if p.exists())
    free, wanted = shutil.disk_usage(above).free, _TWICE * contents.size
    if free < wanted:
        words = f"Ổ đĩa còn trống {free / 1e6:.0f} MB, khôi phục cần chừng {wanted / 1e6:.0f} MB."
        raise RuleError(words, field=str(above))


def _empty(url: str) -> Database:
    target = Database(url)
    try:
        why = _refused(target)
    except SQLAlchemyError as error:
        why = f"Không nối được tới cơ sở dữ liệu: {str(getattr(error, 'orig', error)).splitlines()[0]}."
    if why:
        target.dispose()
        raise RuleError(why, field="database")
    return target


def _refused(target: Database) -> str:
    if target.is_sqlite:
        return "Chỉ ghi địa chỉ PostgreSQL ở đây; bỏ trống thì đài dùng tệp của chính nó."
    if copying.holds_rows(target):
        return "Cơ sở dữ liệu này đã có một đài. Hãy tạo một cơ sở dữ liệu trống."
    return ""
