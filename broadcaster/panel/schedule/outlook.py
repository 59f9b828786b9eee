"""What is wrong with the coming fortnight, how a coming week will look, and the calendar feed for phones."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.queries import zones
from broadcaster.domain.people.callers import is_here
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import NotFoundError
from broadcaster.panel.web.access import actor, leave_to, needs, polled, public, station
from broadcaster.panel.web.fields import a_date
from broadcaster.panel.web.undo import done
from broadcaster.scheduling.conflict_lots import lots
from broadcaster.services.schedule import conflicts, feeds, letting_be, uptakes
from broadcaster.services.schedule.planning import preview
from broadcaster.services.station import Station

blueprint = Blueprint("outlook", __name__, url_prefix="/schedule")
_SHOWN = 8
"""So many conflicts stand in the section of another page."""
_MOST = 500
"""So many things are let be at once."""
_FARTHEST = dt.timedelta(days=400)


@blueprint.get("/conflicts")
@needs(Permission.VIEW)
@polled
def index() -> ResponseReturnValue:
    """Every conflict of the coming fortnight with its remedy; a section alone when a page asks for it."""
    every = lots(conflicts.find(station()))
    found = [lot for lot in every if lot.first.answer is None]
    alone = not request.headers.get("HX-Request")
    part = "conflicts.html" if alone else "_conflicts.html"
    token = feeds.feed_token(station())
    feed = url_for("outlook.ics", token=token, _external=True) if token else ""
    return render_template(
        f"schedule/outlook/{part}",
        found=found,
        let_be=[lot for lot in every if lot.first.answer],
        grave=sum(lot.first.kind.grave for lot in found),
        days=conflicts.DAYS,
        most=len(found) if alone else _SHOWN,
        feed=feed,
        feed_is_local=is_here(urlsplit(feed).hostname or ""),
    )


@blueprint.post("/let-be")
@needs(Permission.OPERATE)
def let_be() -> ResponseReturnValue:
    """Let something be that the conflicts tell, with one's name and the time."""
    return _let_be(conflicts.let_be, url_for("outlook.index"))


@blueprint.post("/let-scripts-be")
@needs(Permission.OPERATE)
def let_scripts_be() -> ResponseReturnValue:
    """Let approved scripts be that nothing airs by itself."""
    return _let_be(uptakes.let_be, url_for("onair.index"))


def _let_be(act: Callable[[Station, Actor, Collection[str]], None], page: str) -> ResponseReturnValue:
    marks = request.form.getlist("mark")[:_MOST]
    act(station(), actor(), marks)
    words = "Đã ghi: để vậy, kèm tên bạn và giờ; từ nay không nhắc nữa."
    done(words, url_for("outlook.take_up"), fields={"mark": ",".join(marks), "page": page})
    return leave_to(page)


@blueprint.post("/take-up")
@needs(Permission.OPERATE)
def take_up() -> ResponseReturnValue:
    """Have what somebody let be told again."""
    letting_be.take_up(station(), actor(), request.form.get("mark", "").split(",")[:_MOST])
    done("Từ nay máy nhắc lại điều này.")
    first = url_for("onair.index")
    return leave_to(first if request.form.get("page") == first else url_for("outlook.index"))


@blueprint.get("/preview")
@needs(Permission.VIEW)
def week() -> ResponseReturnValue:
    """How a coming week will look by the rules and with what is approved today; nothing is written."""
    today = station().today()
    wanted = min(max(a_date(request.args.get("week")) or today + dt.timedelta(days=7), today), today + _FARTHEST)
    monday = wanted - dt.timedelta(days=wanted.weekday())
    found = preview(station(), monday)
    days = [monday + dt.timedelta(days=n) for n in range(7)]
    with station().db.read() as session:
        names = zones.zone_names(session)
    by_day = {d: [x for x in found.drafts if x.occurrence.day == d] for d in days}
    return render_template(
        "schedule/outlook/preview.html",
        days=days,
        by_day=by_day,
        names=names,
        warnings=list(dict.fromkeys(found.warnings)),
        before=monday - dt.timedelta(days=7),
        after=monday + dt.timedelta(days=7),
        today=today,
    )


@blueprint.get("/feed/<token>.ics")
@public
def ics(token: str) -> ResponseReturnValue:
    """The feed; whoever knows the address may read it."""
    if not secrets.compare_digest(token.encode(), feeds.feed_token(station()).encode()):
        raise NotFoundError("Địa chỉ lịch này không còn dùng được. Hãy hỏi lại người vận hành.", field="token")
    headers = {"Cache-Control": "private, max-age=900", "Content-Disposition": 'inline; filename="lich-phat.ics"'}
    return Response(feeds.week_feed(station()), mimetype="text/calendar", headers=headers)


@blueprint.post("/feed/renew")
@needs(Permission.SCHEDULE)
def renew() -> ResponseReturnValue:
    """Give the feed a new address."""
    feeds.renew_feed_token(station(), actor())
    flash("Đã đổi địa chỉ lịch; địa chỉ cũ không còn dùng được.")
    return leave_to(url_for("outlook.index"))
