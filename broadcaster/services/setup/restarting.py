"""Starting the station's processes again at a quiet moment, as a person asked.

The wish is a file in the run folder. The worker looks for the quiet moment and says it with a second file; `loa up`
sees that, ends its processes in order, starts them again and takes both files away.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from broadcaster import keeping
from broadcaster.db.queries import air
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station

QUIET: Final = dt.timedelta(minutes=5)
"""So long before a broadcast nothing is started again: ending and starting take well under a minute."""


@dataclass(frozen=True, slots=True)
class RestartWish:
    """Who asked for a restart, and when."""

    at: dt.datetime
    by: str


def supervised() -> bool:
    """Whether `loa up` watches over this process, and so can start it again."""
    return os.environ.get("LOA_SUPERVISED") == "1"


def wish(station: Station) -> RestartWish | None:
    """The restart that is waited for."""
    try:
        found = json.loads(station.home.restart_wish.read_text(encoding="utf-8"))
        return RestartWish(dt.datetime.fromisoformat(found["at"]), str(found["by"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def ask(station: Station, actor: Actor) -> None:
    """Ask for a restart at the next quiet moment.

    Raises:
        ForbiddenError: the actor may not manage the station.
        RuleError: nothing here can start the processes again.
    """
    actor.require(Permission.MANAGE)
    if not supervised():
        raise RuleError(
            "Các phần của đài đang được bật riêng nên trang này không khởi động lại được. Hãy nhờ người cài đặt máy.",
            field="restart",
        )
    with station.db.write() as session:
        Trail(session, station.now(), actor).record("ask", "restart", "")
    keeping.keep(station.home.restart_wish, json.dumps({"at": station.now().isoformat(), "by": actor.username}))


def withdraw(station: Station, actor: Actor) -> None:
    """Take the wish back.

    Raises:
        ForbiddenError: the actor may not manage the station.
    """
    actor.require(Permission.MANAGE)
    if wish(station) is not None:
        keeping.forget(station.home.restart_wish)
        with station.db.write() as session:
            Trail(session, station.now(), actor).record("withdraw", "restart", "")


def in_the_way(station: Station, session: Session, quiet: dt.timedelta = QUIET) -> str:
    """What a restart would disturb now, in words; empty when nothing sounds and nothing is due for `quiet`."""
    now = station.now()
    present = air.present(session, now, station.settings.several)
    if present.urgent:
        return f"đang có bản tin khẩn cấp “{present.urgent[0].title}”"
    if present.airing:
        return f"đang phát “{present.airing[0].title}”"
    coming = present.coming
    if coming is not None and coming.starts_at - now < quiet:
        return f"sắp phát “{coming.title}” lúc {station.local(coming.starts_at):%H:%M}"
    return ""


def tend(station: Station) -> bool:
    """Let a restart that is waited for begin when nothing is in its way; return whether it begins."""
    if wish(station) is None:
        return False
    with station.db.read() as session:
        if in_the_way(station, session):
            return False
    station.home.restart_now.touch()
    return True
