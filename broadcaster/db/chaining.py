"""Rows that are chained as they are written: whoever adds one need not think of it, and cannot leave it out.

The heads are locked when all else of a transaction is done, in one order, so that two writers neither fork a chain nor
wait for each other for ever. A row that came into its table in another way has no link, and is found by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from sqlalchemy import Table, event, insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from broadcaster.db.base import Base
from broadcaster.db.models import Approval, AuditEvent, ChainedRow, ChainHead, Rendition, Revision
from broadcaster.domain.log.chain import GENESIS, entry_hash
from broadcaster.domain.log.chains import Chain, covered, newest

MODELS: Final[dict[Chain, type[Base]]] = {
    Chain.AUDIT: AuditEvent,
    Chain.APPROVALS: Approval,
    Chain.REVISIONS: Revision,
    Chain.RENDITIONS: Rendition,
}
_CHAINS: Final = {model: chain for chain, model in MODELS.items()}
_HEAD: Final = cast(Table, ChainHead.__table__)
LASTING: Final = "outlives a power cut"
_KEY: Final = "not chained yet"
_AT_ONCE: Final = 500


def table_of(chain: Chain) -> Table:
    """The table whose rows a chain links."""
    return cast(Table, MODELS[chain].__table__)


def follow(sessions: sessionmaker[Session]) -> None:
    """Chain what the sessions of this maker add."""
    event.listen(sessions, "after_flush", _note)
    event.listen(sessions, "before_commit", _link)


def locked(session: Session, chain: Chain) -> tuple[int, str]:
    """The end of a chain, held for the rest of the transaction."""
    found = session.execute(
        select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.id == chain.head).with_for_update()
    ).one_or_none()
    if found is None:
        session.execute(insert(_HEAD).values(id=chain.head, seq=0, hash=GENESIS))
        return 0, GENESIS
    return found.seq, found.hash


def move(session: Session, chain: Chain, seq: int, last_hash: str) -> None:
    """Write the new end of a chain that is held."""
    session.execute(update(_HEAD).where(_HEAD.c.id == chain.head).values(seq=seq, hash=last_hash))


def ends(session: Session) -> dict[Chain, tuple[int, str]]:
    """The end of each chain: how many rows it has, and the last hash."""
    known = {row.id: (row.seq, row.hash) for row in session.execute(select(_HEAD))}
    return {chain: known.get(chain.head, (0, GENESIS)) for chain in Chain}


def _note(session: Session, _context: Any) -> None:
    for row in session.new:
        if (chain := _CHAINS.get(type(row))) is not None:
            session.info.setdefault(_KEY, {}).setdefault(chain, []).append(row.id)


def _link(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    waiting: dict[Chain, list[int]] = session.info.pop(_KEY, {})
    if waiting and session.info.get(LASTING) is False:
        raise RuntimeError("a chained row is added in a transaction that a power cut may take back")
    for chain in Chain:
        if chain in waiting:
            _extend(session, chain, sorted(set(waiting[chain])))


def _extend(session: Session, chain: Chain, ids: Sequence[int]) -> None:
    """Link rows as the database has them, not as whoever added them wrote them."""
    table, version = table_of(chain), newest(chain)
    seq, last = locked(session, chain)
    links = []
    for start in range(0, len(ids), _AT_ONCE):
        part = select(table).where(table.c.id.in_(ids[start : start + _AT_ONCE])).order_by(table.c.id)
        for row in session.execute(part).mappings():
            prev, seq = last, seq + 1
            last = entry_hash(prev, covered(chain, version, row))
            links.append(
                {"chain": chain, "seq": seq, "row_id": row["id"], "version": version, "prev_hash": prev, "hash": last}
            )
    if links:
        session.execute(insert(ChainedRow), links)
        move(session, chain, seq, last)
