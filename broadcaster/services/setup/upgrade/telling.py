"""What became of an upgrade, told where people look: in the record, among the incidents, by the doctor."""

from __future__ import annotations

from dataclasses import replace

from broadcaster.domain.people.roles import machine
from broadcaster.domain.setup.upgrades import UpgradeStep
from broadcaster.services.air import broadcasts
from broadcaster.services.audit import Trail
from broadcaster.services.setup.upgrade import record
from broadcaster.services.station import Station

UPGRADER = "nâng cấp"


def keep_on_record(station: Station) -> str:
    """Put an upgrade that is over on the station's record, once; return the sentence, if it is new."""
    found = record.last(station.home)
    if found is None or not found.step.over or found.told:
        return ""
    with station.db.write() as session:
        now = station.now()
        Trail(session, now, machine(UPGRADER)).record("upgrade", "station", found.new, note=found.sentence)
        if found.step is UpgradeStep.BACK:
            for over in (False, True):
                broadcasts.report_incident(session, "upgrade", found.sentence, found.at, over=over)
    record.keep(station.home, replace(found, told=True))
    return found.sentence
