"""The chains read back: each row as its hash wants it, in the order of its chain, and rows that no chain knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db import chaining
from broadcaster.db.models import ChainedRow, PlayLogEntry
from broadcaster.domain.log.chain import ChainBreak, ChainCheck, ChainLink, verify
from broadcaster.domain.log.chains import COVERED, Chain, covered
from broadcaster.services.station import Station

_AT_ONCE = 500
_NAMED = 20


def links(session: Session, chain: Chain) -> Iterator[ChainLink]:
    """Yield a chain of the panel's rows, streaming; a row that is gone has no fields."""
    table, link = chaining.table_of(chain), ChainedRow
    query = (
        select(link.seq, link.version, link.prev_hash, link.hash, link.row_id, table)
        .outerjoin(table, table.c.id == link.row_id)
        .where(link.chain == chain)
        .order_by(link.seq)
    )
    for found in session.execute(query.execution_options(yield_per=500)):
        seq, version, prev_hash, last = found[:4]
        row: Mapping[str, Any] = dict(zip(table.c.keys(), found[5:], strict=True))
        fields = covered(chain, version, row) if row["id"] is not None and version in COVERED[chain] else None
        yield ChainLink(seq, prev_hash, last, fields)


def strangers(session: Session, chain: Chain, most: int = _NAMED) -> list[dict[str, Any]]:
    """Rows that stand in the table and in no chain: they came there past the program. At most `most`."""
    table, link = chaining.table_of(chain), ChainedRow
    known = select(link.row_id).where(link.chain == chain, link.row_id == table.c.id)
    query = select(table).where(~known.exists()).order_by(table.c.id).limit(most)
    return [covered(chain, max(COVERED[chain]), row) for row in session.execute(query).mappings()]


def check(session: Session, chain: Chain) -> ChainCheck:
    """Check a chain of the panel's rows from the first to its head; name what was altered, removed, or slipped in."""
    end = chaining.ends(session)[chain]
    found = verify(links(session, chain), expect_last=end[1])
    slipped = [
        ChainBreak(0, f"Dòng mang số {row['id']} ({_who(chain, row)}) nằm ngoài chuỗi: không do chương trình ghi.")
        for row in strangers(session, chain)
    ]
    return ChainCheck(found.entries, found.last_hash, (*found.faults, *slipped))


def _who(chain: Chain, row: Mapping[str, Any]) -> str:
    match chain:
        case Chain.APPROVALS:
            return f"bài {row['script_id']}, {row['by']}, {row['at'][:10]}"
        case Chain.REVISIONS:
            return f"bài {row['script_id']}, {row['author']}, {row['created_at'][:10]}"
        case Chain.RENDITIONS:
            return f"{row['voice']}, {row['created_at'][:10]}"
        case _:
            return f"{row['actor']}, {row['at'][:10]}"


def hashes(session: Session, chain: Chain, numbers: Collection[int]) -> dict[int, str]:
    """The hashes of some rows of a chain by their number; what is not there is left out."""
    found: dict[int, str] = {}
    wanted = sorted(numbers)
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        if chain is Chain.LOG:
            query = select(PlayLogEntry.seq, PlayLogEntry.hash).where(PlayLogEntry.seq.in_(part))
        else:
            query = select(ChainedRow.seq, ChainedRow.hash).where(ChainedRow.chain == chain, ChainedRow.seq.in_(part))
        found.update((seq, last) for seq, last in session.execute(query))
    return found


def safe_ends(station: Station) -> dict[Chain, tuple[int, str]]:
    """The end of each chain; what lies before them outlives a power cut (`Database.write`), as what is signed must."""
    with station.db.read() as session:
        return chaining.ends(session)
