"""Other versions asked: each by its own Python, as the station's account, for one cannot read the other's rows."""

from __future__ import annotations

import json
import subprocess
from typing import Any, Final

from broadcaster.errors import StationError
from broadcaster.home import Home
from broadcaster.services.setup.upgrade.versions import Versions, clean_environment
from broadcaster.supervise.keepers import Rights

_ASK_S: Final = 60.0


class UnknownQuestionError(StationError):
    """Raised when a version does not know a question yet."""


class OtherVersions:
    """The versions of this machine, to be asked about one station.

    Args:
        home: the station.
        versions: of this machine.
        rights: as whom they run.
    """

    def __init__(self, home: Home, versions: Versions, rights: Rights) -> None:
        self._home, self._versions, self._rights = home, versions, rights

    def ask(self, version: str, what: str, *more: str, wait_s: float = _ASK_S) -> Any:
        """Ask a version something; its answer. Raises as `tell`."""
        return json.loads(self.tell(version, "upgrade", "of", what, *more, wait_s=wait_s))

    def tell(self, version: str, *command: str, wait_s: float = _ASK_S) -> str:
        """Run a command of a version; what it prints.

        Raises:
            StationError: it refuses, in its words.
        """
        done = self.call(version, [*command], wait_s)
        if done.returncode == 0:
            return done.stdout
        said = (done.stderr.strip() or str(done.returncode)).splitlines()[-1]
        if done.returncode == 2 and command[0] == "upgrade":
            raise UnknownQuestionError(said)
        raise StationError(f"Phiên bản {version}, “loa {command[0]}”: {said}", code="version")

    def call(self, version: str, command: list[str], wait_s: float) -> subprocess.CompletedProcess[str]:
        """Run a command of a version, whatever comes of it."""
        python = [str(self._versions.python(version)), "-m", "broadcaster", "--home", str(self._home.root)]
        with self._rights.high():
            try:
                return subprocess.run(
                    [*python, *command],
                    capture_output=True,
                    encoding="utf-8",
                    timeout=wait_s,
                    check=False,
                    cwd="/",
                    env=clean_environment(),
                    **self._rights.child(),
                )
            except subprocess.TimeoutExpired as error:
                why = f"Phiên bản {version} không trả lời trong {wait_s:.0f} giây."
                raise StationError(why, code="version") from error
