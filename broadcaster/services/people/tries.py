"""One counter of wrong tries, wherever a secret is asked: signing in, the present password, a code, a token.

Counted is a place for an account: a known browser by its mark, everybody else by address. All strangers together have
a counter besides, so that many addresses guess no more than a few; a browser that signed in before is exempt from it,
and the machine of the station from all, so nobody can keep the owner out.
"""

from __future__ import annotations

import datetime as dt
import zlib
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from broadcaster.db.models import WrongTries
from broadcaster.domain.people.callers import Caller
from broadcaster.domain.people.security import SecurityKind
from broadcaster.domain.people.tries import FORGOTTEN, FREE, FREE_OF_ALL, LONGEST_REST, RestingError, Tries, one_more
from broadcaster.services.people import security
from broadcaster.services.station import Station

_EVERYBODY: Final = "*"
TOKENS: Final = "#api"
"""What stands for the account where a token is asked."""


def nobody(name: str) -> str:
    """What stands for a name that no account has: it rests as an account does, and invented names fill no table."""
    return f"?{zlib.crc32(name.encode()) % 512}"


def rest(session: Session, now: dt.datetime, account: str, caller: Caller) -> dt.timedelta:
    """How long a caller has to wait before the next try for an account."""
    found = [_get(session, account, source) for source in _sources(caller)]
    return max((tries.rest(now) for tries in found if tries), default=dt.timedelta())


def require_rested(station: Station, account: str, caller: Caller, *, known: bool = True) -> None:
    """Make sure that a caller need not wait; who tries all the same is noted.

    Raises:
        RestingError: says how long.
    """
    with station.db.read() as session:
        left = rest(session, station.now(), account, caller)
    if left:
        with station.db.write() as session:
            security.note(session, station.now(), SecurityKind.RESTED, caller, account=account if known else "")
        raise RestingError(left)


def wrong(session: Session, now: dt.datetime, account: str, caller: Caller) -> dt.timedelta:
    """Count a wrong try; return the rest that it brings."""
    for source in _sources(caller):
        found = one_more(_get(session, account, source), now, FREE_OF_ALL if source == _EVERYBODY else FREE)
        row = WrongTries(
            account=account, source=source, failures=found.failures, last_at=found.last_at, until=found.until
        )
        try:
            with session.begin_nested():
                session.merge(row)
        except IntegrityError:  # another thread counted the first one at the same moment: its count stands
            continue
    old = WrongTries.last_at < now - FORGOTTEN - LONGEST_REST
    session.execute(delete(WrongTries).where(old).execution_options(synchronize_session=False))
    return rest(session, now, account, caller)


def right(session: Session, account: str, caller: Caller) -> None:
    """Forget the wrong tries of a place that knew the secret after all; those of strangers fade by themselves."""
    mine = [source for source in _sources(caller) if source != _EVERYBODY]
    session.execute(
        delete(WrongTries)
        .where(WrongTries.account == account, WrongTries.source.in_(mine))
        .execution_options(synchronize_session=False)
    )


def forget(session: Session, account: str) -> None:
    """Forget all wrong tries for an account: its secret is a new one."""
    session.execute(
        delete(WrongTries).where(WrongTries.account == account).execution_options(synchronize_session=False)
    )


def resting(session: Session, now: dt.datetime) -> dict[str, dt.datetime]:
    """The accounts into which no stranger gets for now, each with the end of it."""
    found = select(WrongTries.account, WrongTries.until).where(WrongTries.source == _EVERYBODY, WrongTries.until > now)
    return {row.account: row.until for row in session.execute(found)}


def _sources(caller: Caller) -> tuple[str, ...]:
    if caller.at_home:
        return ()
    if caller.device:
        return (f"@{caller.device}",)
    return (caller.place, _EVERYBODY)


def _get(session: Session, account: str, source: str) -> Tries | None:
    row = session.get(WrongTries, (account, source), populate_existing=True)
    return Tries(row.failures, row.last_at, row.until) if row else None
