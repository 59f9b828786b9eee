"""A leader agrees to what an administrator may not do alone, and it is done in the administrator's name; or refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

from broadcaster.db.models import GraveProposal
from broadcaster.db.queries import people, proposals
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.errors import NotFoundError
from broadcaster.services.audit import Trail
from broadcaster.services.people import accounts, second_person
from broadcaster.services.people.second_person import Deed
from broadcaster.services.setup import settings_editor
from broadcaster.services.station import Station


class Decided(NamedTuple):
    """What was decided of, and the temporary password that came of it, which is shown once."""

    subject: str
    password: str


def decide(station: Station, actor: Actor, number: int, *, accept: bool, agreed: str = "") -> Decided:
    """Do what was asked, or put it aside.

    `agreed` is the mark of what falls silent by it, as whoever decides saw it.

    Raises:
        ForbiddenError: the actor is no leader, or asked for it.
        RuleError: it was decided, waited too long, or can no longer be done.
        SilencesError: something falls silent by it that nobody agreed to.
    """
    with station.db.read() as session:
        row = second_person.undecided(session, station.now(), number)
        second_person.require_second(actor, row, accept=accept)
    shown = ""
    if accept:
        proposer = accounts.actor_named(station, row.by)
        shown = _DEEDS[Deed(row.deed)](station, replace(proposer, agreed_by=actor.username), row, agreed)
    with station.db.write() as session:
        row = second_person.undecided(session, station.now(), number)
        proposals.settle(row, actor.username, station.now(), accept=accept)
        verb = "accept" if accept else "refuse"
        Trail(session, station.now(), actor).record(verb, "agreement", number, note=row.words)
        return Decided(row.subject, shown)


def _make_leader(station: Station, actor: Actor, row: GraveProposal, _agreed: str) -> str:
    with station.db.read() as session:
        user = people.user_named(session, row.subject)
        if user is None:
            raise NotFoundError(f"Không có tài khoản “{row.subject}”.", field="username")
        full_name, unit, now = user.full_name, user.unit_code, set(user.roles)
    stand_in = {Role.VIEWER.value} - set(row.wanted["roles"])
    roles = [Role(r) for r in (now - stand_in) | {Role.CHIEF.value}]
    accounts.edit_user(station, actor, row.subject, full_name, roles, unit=unit)
    return ""


def _new_password(station: Station, actor: Actor, row: GraveProposal, _agreed: str) -> str:
    return accounts.reset_password(station, actor, row.subject)


def _without_second_step(station: Station, actor: Actor, row: GraveProposal, _agreed: str) -> str:
    accounts.take_second_step_off(station, actor, row.subject)
    return ""


def _reopen(station: Station, actor: Actor, row: GraveProposal, _agreed: str) -> str:
    accounts.set_disabled(station, actor, row.subject, disabled=False)
    return ""


def _settings(station: Station, actor: Actor, row: GraveProposal, agreed: str) -> str:
    wanted = row.wanted
    settings_editor.change(
        station, actor, row.subject, wanted["written"], agreed=agreed or wanted["agreed"], seen=wanted["seen"]
    )
    return ""


_DEEDS: Final[dict[Deed, Callable[[Station, Actor, GraveProposal, str], str]]] = {
    Deed.LEADER: _make_leader,
    Deed.PASSWORD: _new_password,
    Deed.SECOND_STEP_OFF: _without_second_step,
    Deed.REOPEN: _reopen,
    Deed.SETTINGS: _settings,
}
