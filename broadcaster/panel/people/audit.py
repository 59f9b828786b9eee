"""Nhật ký hệ thống: who changed what, and when."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from broadcaster.clock import day_start
from broadcaster.db.queries import people
from broadcaster.domain.people.roles import Permission
from broadcaster.panel.web.access import needs, station
from broadcaster.panel.web.fields import a_date
from broadcaster.panel.web.paging import Page, wanted_page
from broadcaster.services.people import security

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
_PAGE = 60
KINDS = {
    "script": "Kịch bản",
    "rotation": "Lịch phát",
    "day": "Ngày đặc biệt",
    "broadcast": "Buổi phát",
    "playout": "Máy phát",
    "play_log": "Nhật ký phát",
    "report": "Báo cáo",
    "zone": "Cụm loa",
    "group": "Nhóm cụm loa",
    "sound": "Âm thanh",
    "settings": "Cài đặt",
    "names": "Tên của đài",
    "restart": "Khởi động lại",
    "upgrade": "Nâng cấp",
    "guide": "Hướng dẫn",
    "station": "Đài",
    "user": "Tài khoản",
    "delegation": "Duyệt thay",
    "agreement": "Việc cần lãnh đạo đồng ý",
    "api-token": "Mã kết nối",
    "lexicon": "Từ điển đọc",
    "sender": "Cách báo tin",
    "alerted": "Người được báo tin",
    "paper-key": "Khóa sao lưu trên giấy",
    "copy-place": "Nơi cất bản sao lưu",
}
VERBS = {
    "add": "thêm",
    "revise": "sửa nội dung",
    "submit": "gửi duyệt",
    "approved": "duyệt",
    "returned": "trả lại",
    "withdrawn": "hủy phê duyệt",
    "retire": "ngừng dùng",
    "restore": "dùng lại",
    "stand-in": "dùng âm thanh đi kèm thay vì mất tệp",
    "remove": "bỏ",
    "try": "thử",
    "open": "mở thử",
    "speak": "tạo bản đọc",
    "apply": "áp dụng",
    "exception": "đánh dấu ngày",
    "plan": "xếp lịch",
    "playout.stop": "dừng phát",
    "playout.air": "phát ngay",
    "playout.skip": "bỏ qua buổi",
    "resume": "phát tiếp phần còn lại",
    "let-go": "cho phát tiếp sau khi dừng",
    "again": "tự phát lại vì chưa nghe đủ",
    "note-noise": "ghi phản ánh tiếng ồn",
    "note-repair": "ghi việc sửa chữa",
    "close-note": "xử lý ghi chú",
    "backup": "yêu cầu sao lưu",
    "carry-backup": "chép bản sao lưu ra nơi khác",
    "try-restore": "yêu cầu thử khôi phục",
    "renew": "thay mới",
    "restore-backup": "khôi phục bản sao lưu sang thư mục mới",
    "second-step-on": "bật bước đăng nhập thứ hai",
    "second-step-off": "tắt bước đăng nhập thứ hai",
    "sign-out": "đăng xuất một máy",
    "put-off": "bỏ qua bước",
    "rename": "đổi tên",
    "make-anew": "làm lại bản đọc",
    "ask": "yêu cầu",
    "upgrade": "nâng cấp",
    "accept": "đồng ý",
    "refuse": "không đồng ý",
    "withdraw": "thôi yêu cầu",
    "move": "dời giờ",
    "copy": "chép",
    "skip": "bỏ qua buổi",
    "unskip": "xếp lại buổi đã bỏ",
    "undo": "hoàn tác",
    "rundown": "xếp nội dung",
    "release": "để máy xếp lại",
    "playout.mute": "tắt tiếng",
    "playout.unmute": "bật tiếng",
    "playout.trust-clock": "xác nhận đồng hồ",
    "playlog.correct": "đính chính",
    "draw": "lập báo cáo",
    "edit": "sửa",
    "sign-in": "đăng nhập",
    "rest": "tạm khóa vì sai mật khẩu",
    "new-browser": "đăng nhập bằng trình duyệt mới",
    "reset-password": "cấp lại mật khẩu",
    "change-password": "đổi mật khẩu",
    "disable": "khóa tài khoản",
    "enable": "mở tài khoản",
    "sign-out-everywhere": "kết thúc mọi phiên",
}


@blueprint.get("/")
@needs(Permission.AUDIT)
def index() -> ResponseReturnValue:
    """The audit trail, newest first."""
    kind = request.args.get("kind", "")
    who = request.args.get("who", "")[:64]
    number = wanted_page()
    first, last = a_date(request.args.get("from")), a_date(request.args.get("to"))
    tz = station().settings.tz
    with station().db.read() as session:
        rows, total = people.audit_events(
            session,
            actor=who,
            kind=kind if kind in KINDS else "",
            start=day_start(first, tz) if first else None,
            end=day_start(last + dt.timedelta(days=1), tz) if last else None,
            limit=_PAGE,
            offset=(number - 1) * _PAGE,
        )
        names = people.names_by_username(session)
    return render_template(
        "people/audit/index.html",
        rows=rows,
        page=Page(number, _PAGE, total),
        kinds=KINDS,
        verbs=VERBS,
        names=names,
        kind=kind,
        who=who,
        first=first,
        last=last,
    )


@blueprint.get("/security")
@needs(Permission.AUDIT)
def at_the_door() -> ResponseReturnValue:
    """What happened at the door: wrong secrets, refusals, forged requests; newest first."""
    number = wanted_page()
    with station().db.read() as session:
        rows, total = security.latest(session, _PAGE, (number - 1) * _PAGE)
        names = people.names_by_username(session)
        many = security.many(session, station().now())
    return render_template(
        "people/audit/security.html", rows=rows, page=Page(number, _PAGE, total), names=names, many=many
    )
