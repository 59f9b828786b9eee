"""First passwords where nobody sits at the screen: in a file of the station's account alone, until each was changed.

What a service prints stays in its log for years.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select

from broadcaster import keeping
from broadcaster.db.models import User
from broadcaster.home import Home
from broadcaster.services.people.accounts import FreshAccount
from broadcaster.services.station import Station


def leave(home: Home, fresh: Iterable[FreshAccount]) -> Path:
    """Write who may sign in with what, a line each; return where."""
    path = _file(home)
    keeping.keep(path, "".join(f"{one.username} {one.password}\n" for one in fresh))
    return path


def tidy(station: Station) -> None:
    """Take away the lines of those who have a password of their own; with the last one the file goes."""
    path = _file(station.home)
    if not path.is_file():
        return
    with station.db.read() as session:
        waiting = set(session.scalars(select(User.username).where(User.must_change, User.disabled_at.is_(None))))
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    if left := [line for line in lines if line.partition(" ")[0] in waiting]:
        if left != lines:
            keeping.keep(path, "".join(left))
    else:
        keeping.forget(path)


def _file(home: Home) -> Path:
    return home.run / "mat-khau-lan-dau.txt"
