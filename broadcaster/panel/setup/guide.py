"""Bắt đầu: the first ten minutes of a station, step by step; taken up again where it was left."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcaster.db.queries import zones as zones_queries
from broadcaster.domain.people.roles import Permission
from broadcaster.panel.web.access import actor, leave_to, needs, station
from broadcaster.services.setup import first_run

blueprint = Blueprint("guide", __name__, url_prefix="/start")
_WORDS = {
    "commune": ("Đặt tên xã và đài", "Tên này có trong lời xướng, báo cáo và trang quản lý."),
    "zones": (
        "Khai báo cụm loa",
        "Mỗi cụm là các loa cùng nghe một chương trình. Sửa tên và vị trí các cụm mẫu cho đúng với xã mình.",
    ),
    "sound": ("Nghe thử loa", "Phát âm chuẩn ra một cụm, trong khung giờ được phép, để chắc dây và âm ly đã nối."),
    "script": ("Bài đầu tiên", "Biên tập viên viết một bài, tạo bản đọc, gửi duyệt; lãnh đạo nghe và duyệt."),
    "slot": (
        "Buổi phát đầu tiên",
        "Khung lịch mẫu đã có sẵn. Xem giờ đã hợp chưa, hoặc thêm một buổi và chọn bài vừa duyệt.",
    ),
}


@dataclass(frozen=True, slots=True)
class GuideStep:
    """One step of the guide as its page shows it."""

    name: str
    title: str
    hint: str
    icon: str
    state: str
    open: bool
    now: bool
    """Whether it is the next to do."""

    @property
    def fragment(self) -> str:
        """The template of what can be done."""
        return f"setup/guide/_{self.name}.html"


@blueprint.get("/")
@needs(Permission.SCHEDULE)
def index() -> ResponseReturnValue:
    """All steps, and what is done."""
    with station().db.read() as session:
        found = first_run.steps(station(), session)
        zones = zones_queries.zones(session)
    left = [s.name for s in found if s.open]
    by_name = {s.name: s for s in found}
    return render_template(
        "setup/guide/index.html",
        steps=[_shown(by_name[name], now=left[:1] == [name]) for name in first_run.STEPS] if found else [],
        left=len(left),
        zones=zones,
        first_zone=next((z for z in zones if z.enabled), None),
    )


def _shown(step: first_run.Step, *, now: bool) -> GuideStep:
    icon, state = ("circle-dashed", "Chưa làm")
    if step.done:
        icon, state = ("circle-check", "Đã xong")
    elif step.put_off:
        icon, state = ("player-skip-forward", "Đã bỏ qua")
    return GuideStep(step.name, *_WORDS[step.name], icon, state, open=step.open, now=now)


@blueprint.post("/put-off")
@needs(Permission.SCHEDULE)
def put_off() -> ResponseReturnValue:
    """Leave a step, or the whole guide."""
    name = request.form.get("step", "")
    first_run.put_off(station(), actor(), name)
    if name == first_run.ALL:
        flash("Đã cất phần hướng dẫn. Muốn xem lại, mở Sổ tay vận hành.")
        return leave_to(url_for("onair.index"))
    return leave_to(url_for("guide.index"))
