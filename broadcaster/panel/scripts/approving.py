"""Duyệt: the leader listens, reads, decides; made for a phone. Who is away lets somebody else decide for some days."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.queries import lexicon as words_query
from broadcaster.db.queries import people, schedule
from broadcaster.db.queries.scripts import many
from broadcaster.db.queries.scripts.many import Whole
from broadcaster.db.queries.scripts.one import get_script
from broadcaster.domain.confirming import seal_of
from broadcaster.domain.people.roles import Permission
from broadcaster.domain.schedule.candidates import Candidate
from broadcaster.domain.schedule.uptake import UptakeState
from broadcaster.domain.scripts.scripts import Decision
from broadcaster.errors import RuleError
from broadcaster.panel.web import differences
from broadcaster.panel.web.access import actor, leave_to, may_write, needs, station
from broadcaster.panel.web.fields import a_number
from broadcaster.panel.web.forms import DelegationForm
from broadcaster.panel.web.promising import promise
from broadcaster.panel.web.proving import grave
from broadcaster.panel.web.withdrawing import chosen
from broadcaster.services.air import withdrawing
from broadcaster.services.lexicon import names as names_said
from broadcaster.services.lexicon.layers import MODES
from broadcaster.services.lexicon.overrides import explained, respelled
from broadcaster.services.people import delegating
from broadcaster.services.schedule.uptakes import uptakes
from broadcaster.services.scripts import approving, four_eyes, hearing
from broadcaster.services.scripts.recordings import is_human
from broadcaster.text.readings import choices, lines

blueprint = Blueprint("approving", __name__, url_prefix="/approve")
_TOLD_FOR = dt.timedelta(days=14)
"""So long a leader is told of an approved script that an editor took out of use."""
QUICK = ("Cần sửa lời văn cho dễ nghe", "Số liệu cần kiểm tra lại", "Đọc chưa đúng tên riêng hoặc chữ viết tắt")


@blueprint.get("/")
@needs(Permission.APPROVE)
def index() -> ResponseReturnValue:
    """What waits for a decision: the urgent first, then the longest waiting."""
    with station().db.read() as session:
        rows = sorted(many.waiting(session), key=lambda r: -r.script.priority.rank)
        names = people.names_by_username(session)
        standings = approving.standings(session, [r.script.id for r in rows])
        given = delegating.delegations(session, chief=actor().username, day=station().today())
        retired = many.retired_since(session, station().now() - _TOLD_FOR)
        old = [get_script(session, number) for number in names_said.outdated(session)]
    return render_template(
        "scripts/approving/index.html",
        rows=rows,
        names=names,
        standings=standings,
        given=given,
        old=old,
        retired=retired,
    )


@blueprint.post("/anew")
@needs(Permission.APPROVE)
def anew() -> ResponseReturnValue:
    """Have every approved script spoken anew that says an old name or reading; each comes here to be approved."""
    with station().db.read() as session:
        wanted = names_said.outdated(session)
    count = names_said.make_anew(station(), actor(), wanted)
    promise(f"Đã yêu cầu làm lại {count} bài.", "Từng bài hiện ở đây khi đọc xong, để nghe rồi duyệt.")
    return leave_to(url_for("approving.index"))


@blueprint.route("/<int:script_id>", methods=["GET", "POST"])
@needs(Permission.APPROVE)
def show(script_id: int) -> ResponseReturnValue:
    """One script to decide on."""
    refused = ""
    if request.method == "POST":
        try:
            return _decide(script_id)
        except RuleError as error:
            refused = error.message
    with station().db.read() as session:
        whole = many.whole(session, script_id)
        names = people.names_by_username(session)
        approval = whole.standing
        marks = words_query.marks(session, script_id, approval.id) if approval else ()
        standing = approving.standing_of(session, script_id, approval.id if approval else None)
        before = many.decided_before(session, whole)
        uses = schedule.next_uses(session, script_id, station().now())
        would = _candidate(whole)
        taken = uptakes(station(), session, (), would).get(script_id) if would else None
        heard = hearing.hearings_of(session, whole.rendition.id) if whole.rendition else []
        seal = seal_of(four_eyes.deciding(station(), session, script_id))
        makers = four_eyes.contributors(station(), session, script_id)
        own_words = next((a for a in whole.approvals if a.decision == Decision.RETURNED), None)
    found = explained(station(), script_id)
    me = actor()
    voice = whole.rendition.voice if whole.rendition else ""
    own = any(maker.username in {me.username, me.behalf} for maker in makers)
    page = render_template(
        "scripts/approving/show.html",
        whole=whole,
        mine=may_write(whole.script),
        names=names,
        refused=refused,
        quick=QUICK,
        makers=makers,
        seal=seal,
        respelled=respelled(station(), found, voice),
        human=whole.rendition is not None and is_human(whole.rendition.voice),
        heard=heard[0] if heard else None,
        doubtful=[s for s in heard[0]["sentences"] if s["verdict"] != "clear"] if heard else [],
        own=own,
        blocked=own and station().settings.approval.four_eyes,
        marks=marks,
        standing=standing,
        found=found,
        options={r.number: choices(r, found.lexicon) for r in found.readings},
        modes=MODES,
        outdated=whole.rendition is not None and whole.rendition.spoken_text != found.spoken.text,
        uses=uses,
        uptake=taken,
        said_before=own_words,
        dropped=before is not None
        and before.rendition is not None
        and whole.rendition is not None
        and is_human(before.rendition.voice)
        and not is_human(whole.rendition.voice),
        sides=differences.sides(lines(found.spoken), whole.rendition.cues if whole.rendition else ()),
        **_since(whole, before),
    )
    return page, 422 if refused else 200


@blueprint.route("/delegations", methods=["GET", "POST"])
@needs(Permission.APPROVE)
@grave
def delegations() -> ResponseReturnValue:
    """Let somebody approve in one's stead for some days; what was given, and taking it back."""
    form = DelegationForm()
    with station().db.read() as session:
        form.deputy.choices = [(u.username, f"{u.full_name} ({u.username})") for u in delegating.candidates(session)]
        rows = delegating.delegations(session)
        names = people.names_by_username(session)
    if form.validate_on_submit():
        try:
            delegating.delegate(
                station(), actor(), form.deputy.data, form.first_day.data, form.last_day.data, form.note.data or ""
            )
        except RuleError as error:
            form.take(error)
        else:
            flash("Đã ủy quyền. Người được ủy quyền thấy mục Duyệt trong những ngày đã chọn.")
            return leave_to(url_for("approving.delegations"))
    elif not form.is_submitted():
        form.first_day.data = station().today()
    code = 422 if form.is_submitted() else 200
    return render_template(
        "scripts/approving/delegations.html", form=form, rows=rows, names=names, today=station().today()
    ), code


@blueprint.post("/delegations/<int:number>/revoke")
@needs(Permission.APPROVE)
def revoke(number: int) -> ResponseReturnValue:
    """Take a delegation back."""
    delegating.revoke(station(), actor(), number)
    flash("Đã thu hồi ủy quyền. Những bài đã duyệt thay vẫn giữ nguyên.")
    return leave_to(url_for("approving.delegations"))


def _since(whole: Whole, before: many.Before | None) -> dict[str, Any]:
    """What changed since the last decision: the written words, the spoken words, the voice."""
    now = whole.rendition
    if before is None or now is None or (before.rendition is not None and before.rendition.id == now.id):
        same = before is not None and before.approval.decision == Decision.RETURNED
        return {"before": None, "written": [], "said": [], "unchanged": same}
    written = before.revision.body != whole.revision.body
    heard = before.rendition.spoken_text if before.rendition else now.spoken_text
    return {
        "before": before,
        "written": differences.difference(before.revision.body, whole.revision.body) if written else [],
        "said": differences.difference(heard, now.spoken_text) if heard != now.spoken_text else [],
        "unchanged": False,
    }


def _candidate(whole: Whole) -> Candidate | None:
    """The script as the schedule would see it if it were approved now."""
    if whole.rendition is None:
        return None
    return approving.candidate_of(whole.script, whole.revision, whole.rendition, station().now())


def _decide(script_id: int) -> ResponseReturnValue:
    comment = request.form.get("comment", "").strip()[:2000]
    if request.form.get("decision") == "approve":
        heard = a_number(request.form.get("rendition"))
        if heard is None:
            raise RuleError("Hãy nghe bản đọc trước khi duyệt.", field="rendition")
        four_eyes.approve(station(), actor(), script_id, comment, rendition_id=heard, seal=request.form.get("seal", ""))
        flash("Đã duyệt. Đúng lời này, đúng âm thanh này sẽ được phát.")
        with station().db.read() as session:
            taken = uptakes(station(), session, [script_id]).get(script_id)
        if taken is not None and taken.state is UptakeState.NEVER:
            flash(f"{taken.state.label}: {taken.why} Người vận hành cần lên lịch bài này.", "error")
    else:
        comment = comment or request.form.get("quick", "").strip()[:200]
        told = withdrawing.of_script(
            station(),
            actor(),
            script_id,
            chosen(),
            lambda still: approving.send_back(station(), actor(), script_id, comment, still=still),
        )
        flash(f"Đã trả lại cho người viết kèm ý kiến. {told}".strip())
    return leave_to(url_for("approving.index"))
