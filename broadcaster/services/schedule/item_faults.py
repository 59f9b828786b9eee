"""What of a broadcast must not air, and why; play-out asks, and whoever plans, moves or repeats one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, Emergency
from broadcaster.domain.air.broadcasts import Broadcast, BroadcastKind, ItemKind, RundownItem
from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.air.emergencies import EmergencyState
from broadcaster.services.schedule.cues import let_in

Refusal = Callable[[Session, int, str | None, str, dt.date], Why | None]
"""Why a script may not air: (session, script id, spoken sha256, audio sha256, station day) -> reason or None."""

NOBODY_SPEAKS = Why(Cause.NOT_CONFIRMED, "Lượt nói trực tiếp này không có người chịu trách nhiệm.")
NOT_LET_IN = Why(Cause.NOT_APPROVED, "Âm thanh này chưa được lãnh đạo nghe và cho dùng.")
NO_SCRIPT = Why(Cause.NOT_APPROVED, "Mục này không gắn với kịch bản nào nên không có phê duyệt.")


def item_faults(session: Session, broadcast: Broadcast, day: dt.date, refusal: Refusal) -> dict[int, Why]:
    """Why an item must not air on station day `day`, by item number; nothing of those that may.

    A sound of the station must have been let in with exactly these bytes; everything else needs an approval that covers
    exactly the words and the bytes.
    """
    faults: dict[int, Why] = {}
    for item in broadcast.rundown:
        if item.script_id is not None:
            why = refusal(session, item.script_id, item.spoken_sha256, item.audio_sha256, day)
        elif item.kind is ItemKind.EMERGENCY:
            why = _unconfirmed(session, broadcast, item)
        elif item.kind is ItemKind.LIVE:
            why = None if broadcast.confirmed_by else NOBODY_SPEAKS
        elif item.relay is not None:
            why = None
        elif item.kind is ItemKind.CUE:
            why = None if let_in(session, item.audio_sha256) else NOT_LET_IN
        else:
            why = NO_SCRIPT
        if why is not None:
            faults[item.no] = why
    return faults


def _unconfirmed(session: Session, broadcast: Broadcast, item: RundownItem) -> Why | None:
    """Why words that nobody approved may not air: only a confirmed emergency that still holds says its own."""
    row = session.execute(
        select(Emergency)
        .join(BroadcastRow, BroadcastRow.emergency_id == Emergency.id)
        .where(BroadcastRow.id == broadcast.id)
    ).scalar_one_or_none()
    if row is None or not row.confirmed_by or broadcast.kind is not BroadcastKind.EMERGENCY:
        return Why(Cause.NOT_CONFIRMED, "Bản tin khẩn cấp này chưa được ai xác nhận.")
    if row.state is not EmergencyState.ACTIVE:
        return Why(Cause.NOT_CONFIRMED, f"Bản tin khẩn cấp này không còn hiệu lực ({row.state.label.lower()}).")
    if item.audio_sha256 not in {row.quick_sha256, row.good_sha256}:
        return Why(Cause.BYTES_DIFFER, "Âm thanh khác với bản tin khẩn cấp đã xác nhận.")
    return None
