"""The whole record examined: each chain by itself, and all of them against the marks in every place there is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from broadcaster.db import chaining
from broadcaster.domain.log.anchored import ChainEnds, Finding, MarkPlace, compare, wanted
from broadcaster.domain.log.chain import ChainBreak, ChainCheck
from broadcaster.domain.log.chains import Chain
from broadcaster.domain.log.marks import Mark, printed
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.services.air.broadcasts import report_incident
from broadcaster.services.audit import Trail
from broadcaster.services.log import chained, places, playlog
from broadcaster.services.station import Station


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found; `findings` are of marks, the faults of a chain by itself are in `chains`."""

    chains: dict[Chain, ChainCheck]
    findings: tuple[Finding, ...]
    marks: int
    """How many marks play-out has signed."""

    @property
    def faults(self) -> list[str]:
        """Every sentence that no honest story explains."""
        own = [f"{chain.label}: {fault.what}" for chain, check in self.chains.items() for fault in check.faults]
        return own + [finding.what for finding in self.findings if finding.grave]

    @property
    def remarks(self) -> list[str]:
        """What should be known: a place that is missing, a restore that was recorded."""
        return [finding.what for finding in self.findings if not finding.grave]


def examine(station: Station, *, papers: Iterable[str] = (), expect_last: str | None = None) -> Examined:
    """Examine the record.

    `papers` are marks that somebody typed from paper, or scanned; `expect_last` is the last hash of the play log as
    somebody kept it.

    Raises:
        RuleError: one of those is no mark.
    """
    shown = [printed(paper) for paper in papers]
    with station.db.read() as session:
        checked = {chain: _checked(session, chain, expect_last) for chain in Chain}
    return Examined(checked, tuple(against_places(station, shown)), len(places.own(station.home).found.marks))


def check_job(station: Station) -> None:
    """Examine the record, and open an incident while something in it has no honest story."""
    faults = examine(station).faults
    more = f" Và {len(faults) - 1} điều nữa." if len(faults) > 1 else ""
    note = f"Nhật ký không còn nguyên vẹn. {faults[0]}{more} Đừng sửa gì; xem “loa log verify”." if faults else ""
    with station.db.write() as session:
        report_incident(session, "record", note, station.now(), over=not faults)


def _checked(session: Session, chain: Chain, expect_last: str | None) -> ChainCheck:
    try:
        return playlog.verify(session, expect_last=expect_last) if chain is Chain.LOG else chained.check(session, chain)
    except (ValueError, LookupError, TypeError, StatementError) as error:  # a row that no program of ours wrote
        session.rollback()
        return ChainCheck(0, "", (ChainBreak(0, f"Có dòng không đọc được: {type(error).__name__}."),))


def with_the_rest(station: Station, log: ChainCheck) -> ChainCheck:
    """What was found of the play log, and of the other chains and the marks that lie on this machine."""
    with station.db.read() as session:
        rest: dict[Chain, ChainCheck] = {
            chain: _checked(session, chain, None) for chain in Chain if chain is not Chain.LOG
        }
    found = Examined(rest, tuple(against_places(station, far=False)), 0)
    return replace(log, faults=(*log.faults, *(ChainBreak(0, what) for what in found.faults)))


def against_places(station: Station, papers: Iterable[tuple[int, str]] = (), *, far: bool = True) -> list[Finding]:
    """Hold the chains' ends against the marks of every place."""
    own, others = places.own(station.home), places.others(station.home, station.settings, far=far)
    with station.db.read() as session:
        numbers = wanted([own, *others])
        hashes = {chain: chained.hashes(session, chain, numbers[chain]) for chain in Chain}
        kept = ChainEnds(chaining.ends(session), hashes)
    found = compare(own, others, kept, genuine, lambda moment: day(station, moment))
    return found + [_paper(own, paper) for paper in papers]


def _paper(own: MarkPlace, paper: tuple[int, str]) -> Finding:
    number, digits = paper
    mark = next((mark for mark in own.found.marks if mark.number == number), None)
    if mark is None:
        return Finding(f"Trên giấy có dấu số {number}, sổ dấu của máy phát không có dấu ấy.")
    if not mark.sha256.startswith(digits):
        return Finding(f"Dấu số {number} trên giấy khác với dấu cùng số trong sổ dấu của máy phát.")
    return Finding(f"Dấu số {number} trên giấy khớp với sổ dấu của máy phát.", grave=False)


def genuine(mark: Mark) -> bool:
    """Whether the signature of a mark is that of the key it names."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(mark.key)).verify(bytes.fromhex(mark.signature), mark.signed)
    except (ValueError, InvalidSignature):
        return False
    return True


def note_restored(station: Station, actor: Actor, why: str) -> None:
    """Put on record that somebody brought the database back to an older state; a mark says it after that.

    Raises:
        ForbiddenError: the actor may not manage the station.
    """
    actor.require(Permission.MANAGE)
    with station.db.write() as session:
        Trail(session, station.now(), actor).record("restored-database", "station", station.home.root.name, note=why)


def day(station: Station, moment: dt.datetime) -> str:
    """How a moment is named in a sentence."""
    return f"{station.local(moment):%d/%m/%Y}"
