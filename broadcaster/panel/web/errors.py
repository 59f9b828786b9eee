"""Error pages: in Vietnamese, saying what to do; never a trace."""

from __future__ import annotations

import math
from typing import TypedDict, cast

from flask import Flask, current_app, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from broadcaster.apart import BusyError
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.disks import FULL
from broadcaster.domain.people.security import SecurityKind
from broadcaster.domain.people.tries import RestingError
from broadcaster.errors import ForbiddenError, NotFoundError, StationError, printed
from broadcaster.floor import NoRoomError
from broadcaster.logs import EventLog
from broadcaster.panel.web import access, knocking
from broadcaster.panel.web.bearer import TokenError
from broadcaster.services.air import ear
from broadcaster.services.air.emergency_alone import UnsoundedError
from broadcaster.services.people.second_person import AwaitsLeaderError


class Said(TypedDict):
    """What an error says to a machine."""

    machine: str
    field: str | None


log = EventLog(__name__)

_BY_HAND = "Cần dừng phát ngay mà chưa vào được trang này: chạy “loa stop” ở máy của đài, hoặc ngắt điện tăng âm."
_WORDS = {
    400: ("Yêu cầu không hợp lệ", "Trình duyệt gửi lên điều mà máy của đài không hiểu. Hãy quay lại và thử lại."),
    403: ("Không có quyền", "Tài khoản của bạn không có quyền làm việc này. Hãy hỏi quản trị viên của đài."),
    404: ("Không tìm thấy trang", "Địa chỉ này không có trang nào. Có thể nội dung đã được chuyển đi."),
    405: ("Thao tác không đúng cách", "Trang này không nhận thao tác kiểu đó. Hãy quay lại và dùng nút trên trang."),
    413: ("Tệp quá lớn", "Tệp gửi lên vượt quá {most} MB. Hãy chọn tệp nhỏ hơn hoặc tách thành nhiều phần."),
    429: ("Thử quá nhiều lần", "Hãy đợi một phút rồi thử lại."),
    500: ("Trang quản lý gặp lỗi", "Lỗi đã được ghi lại. Hãy thử tải lại trang."),
    503: ("Cơ sở dữ liệu chưa trả lời", "Hãy đợi một phút rồi tải lại trang."),
}


def init(app: Flask) -> None:
    """Register the error pages of `app`."""
    app.register_error_handler(StationError, _station_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(RateLimitExceeded, _rate_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault)


def page(code: int, title: str, sentence: str, *, machine: str = "", field: str | None = None) -> ResponseReturnValue:
    """An error page, its sentence alone for a fragment, or what the API answers, by who asks."""
    if request.path.startswith("/api/"):
        return {"code": machine or f"http-{code}", "message": sentence, "field": field}, code
    name = "error_fragment.html" if request.headers.get("HX-Request") else "error.html"
    try:
        return render_template(name, code=code, title=title, sentence=sentence), code
    except Exception as error:  # noqa: BLE001 - what broke may be the frame of the page itself, or the database that it reads
        log.warning("error page broke", error=repr(error))
        bare = current_app.jinja_env.get_template("error_bare.html")
        return bare.render(code=code, title=title, sentence=sentence), code


def _station_error(error: StationError) -> ResponseReturnValue:
    if isinstance(error, AwaitsLeaderError):
        flash(error.message)
        return access.leave_to(url_for("agreements.index"))
    said: Said = {"machine": error.code, "field": printed(error.field) or None}
    if isinstance(error, RestingError):
        answer = make_response(page(429, "Hãy đợi một lát", error.message, **said))
        answer.headers["Retry-After"] = str(math.ceil(error.rest.total_seconds()))
        return answer
    if isinstance(error, NotFoundError):
        return page(404, "Không tìm thấy", error.message, **said)
    if isinstance(error, ForbiddenError):
        knocking.note(SecurityKind.REFUSED)
        return page(403, "Không có quyền", error.message, **said)
    if isinstance(error, NoRoomError):
        return page(503, "Ổ đĩa gần hết chỗ", error.message, **said)
    if isinstance(error, BusyError):
        return page(503, "Máy đang bận", error.message, **said)
    if isinstance(error, DatabaseUnavailableError):
        log.error("database away", error=error.message)
        return _full_disk() if error.full else _broken(503, machine=error.code)
    if isinstance(error, UnsoundedError):
        return page(503, "Chưa phát được", error.message, **said)
    return page(422, "Chưa làm được", error.message, **said)


def _csrf_error(_error: CSRFError) -> ResponseReturnValue:
    if not (current_user.is_authenticated or access.is_open_to_all(request.endpoint)):
        return cast("ResponseReturnValue", current_app.extensions["ask to sign in"]())
    knocking.note(SecurityKind.FORGED)
    return page(
        400,
        "Trang đã để quá lâu",
        "Phiên làm việc đã đổi từ khi mở trang, nên yêu cầu không được nhận. Hãy tải lại trang rồi làm lại.",
    )


def _rate_error(_error: RateLimitExceeded) -> ResponseReturnValue:
    knocking.note(SecurityKind.TOO_OFTEN)
    return page(429, *_WORDS[429])


def _http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400 or error.response is not None:
        return error.get_response()
    if isinstance(error, TokenError):
        return page(code, "Chưa có mã kết nối", str(error.description), machine="token")
    if code == 403:
        knocking.note(SecurityKind.REFUSED)
    if code == 413:
        title, sentence = _WORDS[413]
        return page(code, title, sentence.format(most=round((request.max_content_length or 0) / 1_048_576)))
    return page(code, *_WORDS.get(code, _WORDS[400 if code < 500 else 500]))


def _fault(error: Exception) -> ResponseReturnValue:
    log.error("page broke", path=request.path, fault=error)
    return _full_disk() if isinstance(error, OSError) and error.errno in FULL else _broken(500)


def _full_disk() -> ResponseReturnValue:
    words = "Đài không ghi được gì mới. Hãy xóa bớt tệp trên ổ đĩa của đài rồi làm lại."
    return page(503, "Ổ đĩa đã đầy", f"{words} {_BY_HAND} {_horns()}", machine="disk-full")


def _broken(code: int, *, machine: str = "") -> ResponseReturnValue:
    """The page of a fault that is none of the person's: what it means for the horns is asked of play-out itself."""
    title, sentence = _WORDS[code]
    return page(code, title, f"{_horns()} {sentence}", machine=machine)


def _horns() -> str:
    if ear.levels(current_app.extensions["station"].home) is not None:
        return "Máy phát vẫn trả lời: việc phát thanh vẫn tiếp tục."
    return "Chưa hỏi được máy phát, nên không biết loa có phát hay không: hãy nghe loa."
