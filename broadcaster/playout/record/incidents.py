"""What is wrong just now: each trouble is one incident, opened when it begins and closed when all is well again."""

from __future__ import annotations

import threading
from collections.abc import Callable

from broadcaster.playout.record.journal import Journal


class Incidents:
    """Keeps the present troubles, and writes their beginnings and ends to the journal.

    Args:
        journal: carries them into the database.
        told: called after each change.
    """

    def __init__(self, journal: Journal, told: Callable[[], None]) -> None:
        self._journal = journal
        self._told = told
        self._now: dict[str, str] = {}
        self._lock = threading.Lock()

    def tell(self, what: str, why: str) -> None:
        """Say that `what` is in trouble (a Vietnamese sentence), or well again (empty)."""
        what = what[:48]
        with self._lock:
            was = self._now.get(what, "")
            if why == was:
                return
            self._now[what] = why
            if was:
                self._journal.write("incident", {"what": what, "note": was, "over": True})
            if why:
                self._journal.write("incident", {"what": what, "note": why})
        self._told()

    def now(self, what: str) -> str:
        """Say what is wrong with `what`; empty when it is well."""
        return self._now.get(what[:48], "")

    def note(self, what: str, note: str) -> None:
        """Put on record what happened and is over already."""
        self._journal.write("incident", *({"what": what[:48], "note": note, **over} for over in ({}, {"over": True})))

    def sink(self, name: str, why: str) -> None:
        """Say how a sink is."""
        self.tell(f"sink-{name}", why)

    def of_sink(self, name: str) -> str:
        """Why a sink does not work or has a stand-in; empty when all is well."""
        return next(
            (why for kind in ("sink", "heard", "return") if (why := self._now.get(f"{kind}-{name}"[:48], ""))), ""
        )
