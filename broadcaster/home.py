"""The station home: one folder that holds everything of one station."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from broadcaster import homes, keeping
from broadcaster import settings as settings_module
from broadcaster.errors import RuleError
from broadcaster.settings import Settings

SQLITE: Final = "sqlite:///"
"""What stands before the path of the home's own database; the path is taken as it is."""
FOLDERS = ("scripts", "audio", "audio/store", "schedules", "web", "reports", "proofs", "backups", "run", "logs")
LONGEST: Final = 400
"""Bytes in the path of a home: a file of SQLite is opened up to 512, and those of sounds lie deep."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where the things of a station are."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """`station.toml`."""
        return self.root / homes.SETTINGS

    @property
    def store(self) -> Path:
        """Content-addressed sounds."""
        return self.root / "audio" / "store"

    @property
    def clips(self) -> Path:
        """Cached sentences; may be deleted at any time."""
        return self.root / "audio" / "clips"

    @property
    def airchecks(self) -> Path:
        """What the file sinks recorded."""
        return self.root / "audio" / "aircheck"

    @property
    def playout(self) -> Path:
        """Play-out's own disk: pinned bundles and the journal."""
        return self.root / "run" / "playout"

    @property
    def reports(self) -> Path:
        """Finished reports."""
        return self.root / "reports"

    @property
    def proofs(self) -> Path:
        """Files that prove activities, by their hash."""
        return self.root / "proofs"

    @property
    def backups(self) -> Path:
        """Backups."""
        return self.root / "backups"

    @property
    def run(self) -> Path:
        """Locks, wake-up addresses, what was spoken for a trial."""
        return self.root / "run"

    @property
    def keys(self) -> Path:
        """Keys that open what the database holds sealed; they are in no backup."""
        return self.root / "keys"

    @property
    def panel_key(self) -> Path:
        """The key that signs the panel's sessions."""
        return self.run / "panel.key"

    @property
    def restart_wish(self) -> Path:
        """That a restart is waited for, and who asked."""
        return self.run / "restart.json"

    @property
    def restart_now(self) -> Path:
        """That the moment for it has come."""
        return self.run / "restart.now"

    @property
    def alerts_beat(self) -> Path:
        """Its time changes with each round of the worker's watch."""
        return self.run / "alerts.beat"

    @property
    def logs(self) -> Path:
        """JSON logs of the processes."""
        return self.root / "logs"

    def settings(self) -> Settings:
        """The settings.

        Raises:
            RuleError: as `settings.load`.
        """
        return settings_module.load(self.settings_file)

    def settings_in_use(self) -> Settings:
        """The settings with which a process begins: a file that became wrong leaves those that worked last.

        Raises:
            RuleError: the file is wrong, and no file of this station ever was right.
        """
        kept = self._settings_that_worked
        try:
            found = self.settings()
        except RuleError:
            if not kept.is_file():
                raise
            return settings_module.load(kept)
        with contextlib.suppress(OSError):  # a disk that takes no copy stops no station
            if not self._settings_work():
                keeping.keep(kept, self.settings_file.read_bytes())
        return found

    def settings_fault(self) -> str:
        """What is wrong with the settings' file, so that those that worked last are in use; empty when nothing is."""
        with contextlib.suppress(OSError):
            if self._settings_work():
                return ""
        try:
            self.settings()
        except RuleError as error:
            return f"station.toml có lỗi nên đài vẫn dùng các cài đặt đúng gần nhất. {error.message}"
        return ""

    @property
    def _settings_that_worked(self) -> Path:
        return self.run / "settings.toml"

    def _settings_work(self) -> bool:
        """Whether the file is to the byte the one that worked last: every command asks, and need not read it twice."""
        kept = self._settings_that_worked
        return kept.is_file() and kept.read_bytes() == self.settings_file.read_bytes()

    def settings_mark(self) -> tuple[int, int, int] | None:
        """What changes when the settings file does; None while there is none."""
        try:
            found = self.settings_file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def database_url(self, settings: Settings) -> str:
        """The database's URL: the setting, else SQLite in the home."""
        return settings.database.url.reveal() or f"{SQLITE}{(self.root / 'station.db').as_posix()}"

    def make_folders(self) -> None:
        """Make whatever folder is missing.

        Raises:
            RuleError: the disk refuses.
        """
        if len(os.fsencode(self.root)) > LONGEST:
            raise RuleError(
                f"Đường dẫn thư mục đài quá dài; dài nhất {LONGEST} ký tự không dấu. Hãy đặt đài ở nơi khác.",
                field=str(self.root),
            )
        try:
            for folder in (self.root, *(self.root / name for name in FOLDERS)):
                keeping.make_folder(folder)
        except OSError as error:
            raise RuleError(f"Không tạo được thư mục đài: {error.strerror}.", field=str(self.root)) from None


def find(given: str | os.PathLike[str] | None) -> Home:
    """The home given, else where `homes.wanted` looks for one.

    Raises:
        RuleError: there is no station there, or this account may not open it.
    """
    home = Home(homes.wanted(given))
    if not homes.is_home(home.root):
        raise RuleError(
            "Thư mục này chưa phải là một đài (thiếu station.toml). Hãy chạy “loa init” hoặc chỉ đúng --home.",
            field=str(home.root),
        )
    if not os.access(home.settings_file, os.R_OK):
        raise RuleError(
            "Đài này thuộc tài khoản khác, tài khoản của bạn không mở được. Hãy chạy lại lệnh với sudo ở đầu.",
            field=str(home.root),
        )
    return home
