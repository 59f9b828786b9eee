"""Places outside a station of the tests: written into its settings, and a stick that is plugged in and pulled out."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from broadcaster import handwritten, settings_file
from broadcaster.domain.people.roles import machine
from broadcaster.services.setup.elsewhere import paper_key
from broadcaster.services.setup.elsewhere.paper_key import PaperKey
from broadcaster.services.station import Station
from broadcaster.targets import usb

ANYBODY = machine("thử")


def place(station: Station, name: str, kind: str, **options: Any) -> None:
    """Write a place into the settings of a station."""
    text = handwritten.text(station.home.settings_file)
    targets = {n: t.model_dump() for n, t in station.home.settings().backup.targets.items()}
    changed = settings_file.changed(text, "backup", {"targets": {**targets, name: {"kind": kind, "options": options}}})
    station.home.settings_file.write_text(changed, encoding="utf-8")


def with_folder(station: Station, folder: Path, name: str = "nas") -> PaperKey:
    """Print a key and have a folder for the copies."""
    folder.mkdir(parents=True, exist_ok=True)
    place(station, name, "folder", path=str(folder))
    return paper_key.make(station, ANYBODY)


class Stick:
    """A disk in memory that the system knows by a label, as it knows a stick; only root mounts one."""

    def __init__(self, folder: Path, label: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.mount = folder / "media"
        self.mount.mkdir(parents=True)
        self._device = folder / "device"
        self._device.touch()
        self._labels = folder / "by-label"
        self._labels.mkdir()
        self._link = self._labels / label.replace(" ", "\\x20")
        monkeypatch.setattr(usb, "BY_LABEL", self._labels)

    def plug(self) -> None:
        """Put it in: the system knows its label, and nobody has opened it yet."""
        self._link.symlink_to(self._device)

    def open(self, size: str = "80m") -> None:
        """Mount it."""
        mounting = ["mount", "-t", "tmpfs", "-o", f"size={size}", str(self._device), str(self.mount)]
        if subprocess.run(mounting, check=False, timeout=20).returncode:
            pytest.skip("no disk can be mounted here")

    def pull(self) -> None:
        """Pull it out without a word."""
        self._link.unlink(missing_ok=True)
        with contextlib.suppress(subprocess.CalledProcessError):
            subprocess.run(["umount", "-l", str(self.mount)], check=True, timeout=20, capture_output=True)


@contextlib.contextmanager
def stick(folder: Path, monkeypatch: pytest.MonkeyPatch, label: str = "LOA-SAOLUU") -> Iterator[Stick]:
    """A stick that is not plugged in yet, and is pulled out in the end."""
    made = Stick(folder, label, monkeypatch)
    try:
        yield made
    finally:
        made.pull()
