"""What lies in a home."""

from __future__ import annotations

from broadcaster.home import Home
from broadcaster.services.setup.lasting import ruled


def unruled(home: Home) -> list[str]:
    """The files of a home of which no rule says how long they last."""
    found = (path.relative_to(home.root) for path in home.root.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if not ruled(path))
