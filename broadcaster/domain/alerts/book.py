"""The book of alerts: who is to be told of what, told once, and told of its end if told of its beginning. Pure.

A telling that was handed to a sender when its process died may have arrived: it is sent again and says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from broadcaster.domain.alerts.quiet import QuietHours
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.troubles import LONGEST, Trouble, TroubleKind

GATHER: Final = dt.timedelta(seconds=60)
"""What is not urgent waits so long for others, so that they make one message."""
CLAIM: Final = dt.timedelta(minutes=3)
"""Whoever took a telling in hand and said nothing for so long is dead."""
GIVEN_UP: Final = 60
"""Tries: about a day."""
FIRST_S: Final = 5.0
LONGEST_S: Final = 1800.0
FARTHEST: Final = dt.timedelta(days=1, hours=1)
"""Nothing waits longer: a sender may ask for a day of peace."""
TO_ALL: Final = frozenset({TroubleKind.TRIAL, TroubleKind.LETTER})
"""What everybody gets, whatever rank they asked for; it has no end to be told."""


class TellingState(StrEnum):
    """How far the telling of one alert to one person is."""

    WAITING = "waiting"
    SENDING = "sending"
    TOLD = "told"
    DROPPED = "dropped"
    """Given up: nothing took it for a day, or the person is told no more."""

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _STATES[self]


_STATES = {
    TellingState.WAITING: "chờ gửi",
    TellingState.SENDING: "đang gửi",
    TellingState.TOLD: "đã gửi",
    TellingState.DROPPED: "không gửi được",
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person who is told: from which rank on, through which senders (the first that works), when not to be woken."""

    name: str
    senders: tuple[str, ...]
    least: Rank = Rank.WARNING
    quiet: QuietHours = QuietHours(dt.time(0), dt.time(0))  # noqa: RUF009 - frozen
    decides: bool = False
    """A leader: told of what waits for a decision."""

    def wants(self, alert: Alert, people: Iterable[Recipient]) -> bool:
        """Whether this person is told of an alert; what waits for a leader is for the leaders among `people` alone."""
        if alert.kind is TroubleKind.DECISION and any(p.decides for p in people):
            return self.decides
        return alert.rank.reaches(self.least)


@dataclass(frozen=True, slots=True)
class Alert:
    """One trouble, from its beginning to its end, as people are told of it."""

    uid: str
    kind: TroubleKind
    about: str
    rank: Rank
    """The gravest that it was."""
    sentence: str
    began_at: dt.datetime
    ended_at: dt.datetime | None = None

    @property
    def key(self) -> str:
        """As of the trouble."""
        return self.trouble.key

    @property
    def trouble(self) -> Trouble:
        """What it tells of."""
        return Trouble(self.kind, self.about, self.rank, self.sentence)


@dataclass(frozen=True, slots=True)
class AlertTelling:
    """One alert to one person: its beginning, or its end (`over`)."""

    uid: str
    person: str
    over: bool
    next_at: dt.datetime
    state: TellingState = TellingState.WAITING
    attempts: int = 0
    claimed_at: dt.datetime | None = None
    told_at: dt.datetime | None = None
    via: str = ""
    """Through which sender."""
    error: str = ""
    whole: bool = False
    """It told of the end too."""
    doubt: bool = False
    """It may have arrived before: whoever sent it died over it."""

    @property
    def key(self) -> tuple[str, str, bool]:
        """Of which there is one."""
        return self.uid, self.person, self.over


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """What one person is sent at once: some tellings, the gravest first."""

    person: str
    tellings: tuple[AlertTelling, ...]
    alerts: tuple[Alert, ...]
    """Of each telling."""

    @property
    def urgent(self) -> bool:
        """Whether one of them cannot wait."""
        return any(a.rank is Rank.URGENT for a in self.alerts)


@dataclass
class AlertBook:
    """The alerts that are not long over, with their tellings; what was changed in it is in `changed`."""

    alerts: dict[str, Alert] = field(default_factory=dict)
    tellings: dict[tuple[str, str, bool], AlertTelling] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    """The alerts of which something was changed, by `uid`."""

    def open(self) -> dict[str, Alert]:
        """The alerts that are not over, by key."""
        return {a.key: a for a in self.alerts.values() if a.ended_at is None}

    def _put(self, one: Alert | AlertTelling) -> None:
        if isinstance(one, Alert):
            self.alerts[one.uid] = one
        else:
            self.tellings[one.key] = one
        self.changed.add(one.uid)

    # Troubles

    def begin(self, trouble: Trouble, uid: str, now: dt.datetime, *, ended: bool = False) -> None:
        """Take up a trouble, unless it is open; one that has ended at once is news that has no end."""
        if trouble.key not in self.open():
            end = now if ended else None
            self._put(Alert(uid, trouble.kind, trouble.about[:LONGEST], trouble.rank, trouble.sentence, now, end))

    def grow(self, troubles: Mapping[str, Trouble]) -> None:
        """A trouble that became graver reaches whoever waits only for that."""
        for key, alert in self.open().items():
            seen = troubles.get(key)
            if seen is not None and not alert.rank.reaches(seen.rank):
                self._put(replace(alert, rank=seen.rank, sentence=seen.sentence))

    def end(self, key: str, now: dt.datetime) -> None:
        """A trouble is over."""
        if (alert := self.open().get(key)) is not None:
            self._put(replace(alert, ended_at=now))

    # Who is told

    def address(self, people: Iterable[Recipient], now: dt.datetime) -> None:
        """Give everybody who should know a telling: of what is open, and of the end where the beginning was told."""
        everybody = list(people)
        for person in everybody:
            for alert in list(self.alerts.values()):
                self._address(alert, person, now, wanted=person.wants(alert, everybody))

    def _address(self, alert: Alert, person: Recipient, now: dt.datetime, *, wanted: bool) -> None:
        begun, over = (alert.uid, person.name, False), (alert.uid, person.name, True)
        everybody = alert.kind in TO_ALL
        if begun not in self.tellings:
            if everybody or (alert.ended_at is None and wanted):
                at_once = alert.rank is Rank.URGENT or everybody
                self._put(AlertTelling(*begun, now if at_once else max(now, alert.began_at + GATHER)))
            return
        told = self.tellings[begun]
        if (
            told.state is TellingState.TOLD
            and alert.ended_at is not None
            and not told.whole
            and over not in self.tellings
        ):
            self._put(AlertTelling(*over, now))

    def due(self, people: Sequence[Recipient], now: dt.datetime, local: dt.time) -> list[AlertMessage]:
        """What is to be sent now, one message a person, urgent ones first; in quiet hours what is urgent alone."""
        found = []
        for person in people:
            quiet = person.quiet.covers(local)
            mine = [
                (self.alerts[t.uid], t)
                for t in self.tellings.values()
                if t.person == person.name
                and t.state is TellingState.WAITING
                and (t.next_at <= now or (self.alerts[t.uid].rank is Rank.URGENT and not t.attempts))
                and not (quiet and not _wakes(self.alerts[t.uid]))
            ]
            mine.sort(key=lambda pair: (list(Rank).index(pair[0].rank) * -1, pair[0].began_at, pair[0].uid))
            if mine:
                found.append(AlertMessage(person.name, tuple(t for _, t in mine), tuple(a for a, _ in mine)))
        return sorted(found, key=lambda m: not m.urgent)

    # Sending

    def claim(self, message: AlertMessage, now: dt.datetime) -> bool:
        """Take a message in hand; False when another one did, or something of it changed since it was written."""
        if any(self.tellings.get(t.key) != t for t in message.tellings):
            return False
        if any(self.alerts.get(a.uid) != a for a in message.alerts):
            return False
        for telling, alert in zip(message.tellings, message.alerts, strict=True):
            whole = not telling.over and alert.ended_at is not None
            self._put(replace(telling, state=TellingState.SENDING, claimed_at=now, whole=whole))
        return True

    def _in_hand(self, message: AlertMessage) -> list[AlertTelling]:
        found = (self.tellings.get(t.key) for t in message.tellings)
        return [t for t in found if t is not None and t.state is TellingState.SENDING]

    def sent(self, message: AlertMessage, now: dt.datetime, via: str) -> None:
        """A sender took it."""
        for t in self._in_hand(message):
            done = replace(t, state=TellingState.TOLD, told_at=now, via=via, error="", claimed_at=None)
            self._put(replace(done, attempts=t.attempts + 1))

    def failed(
        self, message: AlertMessage, now: dt.datetime, error: str, *, chance: float, after_s: float = 0.0
    ) -> None:
        """No sender of this person took it: again later, each time a longer while, and at last no more.

        A hand that hung until another took its message over says nothing about that other's try.
        """
        tries = {t.key: t.attempts for t in message.tellings}
        for t in self._in_hand(message):
            if t.attempts != tries[t.key]:
                continue
            wait = min(FIRST_S * 2.0 ** min(t.attempts, 20), LONGEST_S) * (0.75 + chance / 2)
            self._put(
                replace(
                    t,
                    state=TellingState.DROPPED if t.attempts + 1 >= GIVEN_UP else TellingState.WAITING,
                    attempts=t.attempts + 1,
                    next_at=now + dt.timedelta(seconds=max(wait, after_s)),
                    error=error,
                    claimed_at=None,
                    whole=False,
                )
            )

    def tidy(self, people: Iterable[Recipient], now: dt.datetime) -> None:
        """Take back what died in somebody's hand, and drop what is for nobody any more."""
        names = {p.name for p in people}
        for t in list(self.tellings.values()):
            lost = t.claimed_at is None or abs(now - t.claimed_at) >= CLAIM  # two machines' clocks differ a little
            if t.state is TellingState.SENDING and lost:
                back = replace(t, state=TellingState.WAITING, claimed_at=None, whole=False, next_at=now)
                self._put(replace(back, doubt=True, attempts=t.attempts + 1))
            elif t.state is TellingState.WAITING and t.person not in names:
                why = "Người này không còn trong danh sách được báo tin."
                self._put(replace(t, state=TellingState.DROPPED, error=why))
            elif t.state is TellingState.WAITING and t.next_at - now > FARTHEST:  # written while the clock was wrong
                self._put(replace(t, next_at=now))

    # On a disk

    def as_json(self) -> dict[str, Any]:
        """What was changed, as JSON-able fields."""
        return {
            "alerts": [_json(a) for a in self.alerts.values() if a.uid in self.changed],
            "tellings": [_json(t) for t in self.tellings.values() if t.uid in self.changed],
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> AlertBook:
        """Rebuild from `as_json()`; all of it counts as changed."""
        book = cls()
        for one in fields["alerts"]:
            kind, rank = TroubleKind(one["kind"]), Rank(one["rank"])
            moments = {"began_at": _moment(one["began_at"]), "ended_at": _moment(one["ended_at"])}
            book._put(Alert(**{**one, "kind": kind, "rank": rank, **moments}))
        for one in fields["tellings"]:
            moments = {name: _moment(one[name]) for name in ("next_at", "claimed_at", "told_at")}
            book._put(AlertTelling(**{**one, "state": TellingState(one["state"]), **moments}))
        return book

    def overlay(self, newer: AlertBook) -> None:
        """Take over what was changed elsewhere. Of two open ones of one trouble the older stays, the other ends.

        Of the other nobody is told any more who was not told by then: the older is told of.
        """
        for uid in newer.changed:
            alert = newer.alerts[uid]
            rival = self.open().get(alert.key)
            twice = alert.ended_at is None and rival is not None and rival.uid != uid
            if twice:
                alert = replace(alert, ended_at=alert.began_at)
            self._put(alert)
            for telling in newer.tellings.values():
                if telling.uid == uid and not (twice and telling.state is TellingState.WAITING):
                    self._put(telling)


def _wakes(alert: Alert) -> bool:
    return alert.rank is Rank.URGENT or alert.kind is TroubleKind.TRIAL


def _moment(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)


def _json(one: Alert | AlertTelling) -> dict[str, Any]:
    return {name: _plain(getattr(one, name)) for name in one.__slots__}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value
