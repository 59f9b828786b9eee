"""The coming days planned anew after a change of the panel; what planning has to say stands on the next page."""

from __future__ import annotations

from flask import flash

from broadcaster.panel.web.access import station
from broadcaster.services.schedule.planning import PlanResult, plan

_SHOWN = 5


def replanned() -> PlanResult:
    """Plan anew, and say on the next page what the plan leaves out or cuts."""
    result = plan(station())
    warnings = list(dict.fromkeys(result.warnings))
    for text in warnings[:_SHOWN]:
        flash(text, "error")
    if more := len(warnings) - _SHOWN if len(warnings) > _SHOWN else 0:
        flash(f"Và {more} điều khác; xem đủ ở Lịch phát, mục Điều vướng trong lịch.", "error")
    return result
