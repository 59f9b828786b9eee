"""As whom an upgrade does what: the versions are the administrator's, all that lies in the home is its owner's."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534
SCRIPT = """
import subprocess, sys
from pathlib import Path
from broadcaster import private
from broadcaster.home import Home
from broadcaster.supervise.keepers import Rights

private.begin()
home, versions = Path(sys.argv[1]), Path(sys.argv[2])
rights = Rights(Home(home))
rights.lower()
(home / "before").touch()
with rights.high():
    (versions / "laid").touch()
(home / "after").touch()
try:
    (versions / "never").touch()
except PermissionError:
    print("refused")
child = rights.started(["id", "-u"], stdout=subprocess.PIPE)
print(child.communicate(timeout=60)[0].decode().strip())
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other accounts may pass through, which those of pytest are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can act as two accounts")
def test_the_versions_are_the_administrators_and_what_lies_in_the_home_is_its_owners(place: Path) -> None:
    home, versions = place / "home", place / "versions"
    for folder in (home, versions):
        folder.mkdir(mode=0o755)
        folder.chmod(0o755)
    os.chown(home, NOBODY, NOBODY)
    words = [sys.executable, "-c", SCRIPT, str(home), str(versions)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["refused", str(NOBODY)]
    assert [path.stat().st_uid for path in (home / "before", home / "after", versions / "laid")] == [NOBODY, NOBODY, 0]
    assert (versions / "laid").stat().st_mode & 0o777 == 0o644
