"""The ways to reach people in trouble, and who is reached by which: kept in `station.toml`, tried when asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from broadcaster.alerting import places
from broadcaster.alerting.sending import made, send
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.fold import one_line
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.seen import require_seen
from broadcaster.errors import NotFoundError, RuleError, StationError
from broadcaster.plugins import ALERTS
from broadcaster.services.audit import Trail
from broadcaster.services.setup import plugin_tables
from broadcaster.services.setup.plugin_tables import PluginTables
from broadcaster.services.station import Station
from broadcaster.settings import AlertedPersonSettings, SenderSettings, Settings

_TRY_S: Final = 20.0
_LONGEST: Final = 60
_PERSON: Final = {"senders": "Báo qua", "least": "Báo từ mức nào", "quiet": "Giờ yên tĩnh", "decides": "Là lãnh đạo"}
TABLES: Final = PluginTables(ALERTS, ("telegram", "zalo", "email", "modem", "esms", "ntfy", "webhook", "apprise"))


@dataclass(frozen=True, slots=True)
class AlertWay:
    """One way to reach somebody."""

    name: str
    kind: str
    where: str
    """Whom it reaches and how; empty when it cannot be made."""
    fault: str
    people: tuple[str, ...]
    """Who is told through it."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a message that was sent to try a way."""

    at: dt.datetime
    seconds: float
    taken: bool
    words: str
    """What the other side answered, or why it was not taken."""


def ways(settings: Settings) -> list[AlertWay]:
    """Every way, in the order of the file."""
    found = []
    for name, wanted in settings.alerts.senders.items():
        where = fault = ""
        try:
            where = made(name, wanted.kind, wanted.options).where
        except StationError as error:
            fault = error.message
        people = tuple(p.role for p in settings.alerts.people.values() if name in p.senders)
        found.append(AlertWay(name, wanted.kind, where, fault, people))
    return found


def faults(settings: Settings) -> list[str]:
    """A sentence for each way that cannot be used as it is written, and for each that a person should be told by."""
    found = [f"Cách báo tin “{way.name}”: {way.fault}" for way in ways(settings) if way.fault]
    for one in settings.alerts.people.values():
        gone = [name for name in one.senders if name not in settings.alerts.senders]
        found += [f"“{one.role}” được báo qua “{name}”, mà không có cách báo tin ấy." for name in gone]
    return found


def sender_facts(wanted: SenderSettings) -> dict[str, Any]:
    """What a form of a way shows; of a secret only that there is one."""
    return TABLES.facts(wanted.kind, wanted.options)


def person_facts(person: AlertedPersonSettings) -> dict[str, Any]:
    """What the form of a person shows."""
    return person.model_dump(exclude={"role"}) | {"least": Rank(person.least).label}


def save_sender(
    station: Station, actor: Actor, name: str, kind: str, written: Mapping[str, str], *, new: bool, seen: str = ""
) -> None:
    """Write a way as people wrote it; a secret that is left empty stays as it was.

    Raises:
        OvertakenError: it is no longer what was seen.
        ForbiddenError: the actor may not manage the station.
        RuleError: the name or an option is wrong; the file stays as it is.
    """
    actor.require(Permission.MANAGE)
    senders = station.home.settings().alerts.senders
    name, now = _name(name, senders, new=new, field="name"), senders.get(name)
    if now is not None:
        require_seen(sender_facts(now), seen, TABLES.labels(now.kind))
    held = now.options if now is not None and now.kind == kind else {}
    options = TABLES.options(kind, written, held)
    where = made(name, kind, options).where
    before = None if now is None else sender_facts(now)
    value = {"kind": kind, "options": options}
    after = sender_facts(SenderSettings.model_validate(value)) | {"where": where}
    plugin_tables.write(station, actor, ("alerts", "senders", name), value, "sender", before, after)


def save_person(
    station: Station, actor: Actor, role: str, person: Mapping[str, Any], *, new: bool, seen: str = ""
) -> None:
    """Write who is told of what through which ways.

    Raises:
        OvertakenError: it is no longer what was seen.
        ForbiddenError: the actor may not manage the station.
        RuleError: a value is wrong; the file stays as it is.
    """
    actor.require(Permission.MANAGE)
    alerts = station.home.settings().alerts
    role, now = _name(role, alerts.people, new=new, field="role"), alerts.people.get(role)
    if now is not None:
        require_seen(person_facts(now), seen, _PERSON)
    if not person["senders"]:
        raise RuleError("Hãy chọn ít nhất một cách báo tin cho người này.", field="senders")
    if unknown := [name for name in person["senders"] if name not in alerts.senders]:
        raise RuleError(f"Không có cách báo tin “{unknown[0]}”.", field="senders")
    before = None if now is None else person_facts(now)
    value = {k: v for k, v in {"role": role, **person}.items() if v is not None and v is not False}
    plugin_tables.write(station, actor, ("alerts", "people", role), value, "alerted", before, dict(person))


def remove_sender(station: Station, actor: Actor, name: str, *, seen: str = "") -> None:
    """Take a way out of the file.

    Raises:
        OvertakenError: it is no longer what was seen.
        RuleError: there is none, or somebody is told through it.
    """
    actor.require(Permission.MANAGE)
    alerts = station.home.settings().alerts
    now = sender(alerts.senders, name)
    require_seen(sender_facts(now), seen, TABLES.labels(now.kind))
    if told := [p.role for p in alerts.people.values() if name in p.senders]:
        raise RuleError(f"{', '.join(told)} đang được báo qua cách này. Hãy sửa những người ấy trước.", field="name")
    plugin_tables.write(station, actor, ("alerts", "senders", name), None, "sender", sender_facts(now), None)


def remove_person(station: Station, actor: Actor, role: str, *, seen: str = "") -> None:
    """Take a person out of the file.

    Raises:
        OvertakenError: it is no longer what was seen.
        NotFoundError: there is none.
    """
    actor.require(Permission.MANAGE)
    now = person(station.home.settings().alerts.people, role)
    require_seen(person_facts(now), seen, _PERSON)
    plugin_tables.write(station, actor, ("alerts", "people", role), None, "alerted", person_facts(now), None)


def sender(senders: Mapping[str, SenderSettings], name: str) -> SenderSettings:
    """A way by its name.

    Raises:
        NotFoundError: there is none.
    """
    if name not in senders:
        raise NotFoundError(f"Không có cách báo tin “{name}”.", field="name")
    return senders[name]


def person(people: Mapping[str, AlertedPersonSettings], role: str) -> AlertedPersonSettings:
    """Who is told, by their role.

    Raises:
        NotFoundError: there is nobody of it.
    """
    if role not in people:
        raise NotFoundError(f"Không có ai là “{role}” trong danh sách báo tin.", field="role")
    return people[role]


def try_out(station: Station, actor: Actor, name: str) -> Tried:
    """Send a message through a way now, to each of its places, and say what came of it.

    Raises:
        ForbiddenError: the actor may not manage the station.
        NotFoundError: there is no such way.
    """
    actor.require(Permission.MANAGE)
    settings, at = station.home.settings(), station.now()
    wanted = sender(settings.alerts.senders, name)
    title = f"Gửi thử từ {settings.station.name}"
    body = f"Nếu bạn đọc được tin này thì cách báo tin “{name}” dùng được. {station.local(at):%H:%M:%S %d/%m/%Y}."
    began = station.clock.monotonic()
    said, taken = [], True
    for number in range(places.count(wanted.options)):
        try:
            said.append(send(name, wanted.kind, places.at(wanted.options, number), title, body, seconds=_TRY_S))
        except StationError as error:
            said.append(f"Nơi thứ {number + 1}: {error.message}" if number or said else error.message)
            taken = False
    words = "; ".join(filter(None, said))
    tried = Tried(at, station.clock.monotonic() - began, taken, words)
    with station.db.write() as session:
        Trail(session, station.now(), actor).record("try", "sender", name, note=words, after={"taken": taken})
    return tried


def _name(typed: str, known: Mapping[str, object], *, new: bool, field: str) -> str:
    name = one_line(typed)
    if not name or len(name) > _LONGEST or "/" in name or not name.strip("."):
        raise RuleError(f"Hãy đặt tên dài không quá {_LONGEST} chữ, không có dấu gạch chéo.", field=field)
    if new and name in known:
        raise RuleError(f"Đã có “{name}”. Hãy đặt tên khác.", field=field)
    if not new and name not in known:
        raise NotFoundError(f"Không còn “{name}”.", field=field)
    return name
