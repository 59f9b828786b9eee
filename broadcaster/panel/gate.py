"""Refuse a large request by its head: who sends it, and how long it says it is, before any of its body is taken.

The server spools a body to the disk before the application sees the request. Without this a stranger could fill the
disk with three hundred megabytes at a time, only to be sent to the sign-in page afterwards. What was decided by the
head holds for the bytes that come, however they are framed; a stranger's body that does not tell its length is refused.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar, Final, cast

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from waitress.parser import HTTPRequestParser
from waitress.utilities import BadRequest, Error
from waitress.utilities import RequestEntityTooLarge as TooMuch
from werkzeug.exceptions import HTTPException, LengthRequired, NotFound, RequestEntityTooLarge
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from broadcaster.apart import BusyError
from broadcaster.domain.setup.upgrades import TRIAL
from broadcaster.logs import EventLog
from broadcaster.panel.scripts import recordings
from broadcaster.panel.web import access
from broadcaster.panel.wire.answering import Wire
from broadcaster.services import disk_room
from broadcaster.threads import WatchedThread

ANYBODY: Final = 64 * 1024
"""A body of so many bytes is taken from anybody without a look."""
STRANGER: Final = 2 * 1024 * 1024
"""The most that is taken from somebody who has not signed in (bytes)."""

A_DAY: Final = 4_000_000_000
"""Bytes that one person may send in a day."""
URGENT: Final = frozenset({"emergency", "muting", "approving", "live"})
"""The rooms of the acts that cannot wait, and of theirs the single pages."""
URGENT_PAGES: Final = frozenset(
    {"onair.stop", "onair.held", "onair.index", "onair.now", "onair.healthz", "onair.alive"}
)
_URGENT_CALLS: Final = "/api/v1/emergencies"
"""As those rooms, for programs."""
PATIENCE_S: Final = 2.0
"""So long the thread of the sockets waits for the look at a head."""
_TRIED: Final = frozenset({"emergency", "muting", "live", "auth", "api"})
"""The rooms that are open while a new version is being tried."""
_HANGS: Final = "Cơ sở dữ liệu của đài chưa trả lời nên chưa nhận tệp. Hãy đợi một phút rồi gửi lại."
log = EventLog(__name__)


def most() -> int:
    """How many bytes the present request may carry: a recording is the longest, a stranger's the shortest."""
    if request.endpoint == recordings.ROUTE and current_user.is_authenticated:
        return recordings.MOST
    if request.authorization is None and not current_user.is_authenticated:
        return STRANGER
    return cast("int", current_app.config["MAX_CONTENT_LENGTH"])


def require_no_trial() -> None:
    """Refuse what would be lost if the version that is being tried were taken back; what acts on the air is let pass.

    Raises:
        BusyError: says for how long.
    """
    if TRIAL not in os.environ or request.method in {"GET", "HEAD", "OPTIONS"} or request.blueprint in _TRIED:
        return
    if request.endpoint not in URGENT_PAGES:
        raise BusyError(
            "Đài đang chạy thử phiên bản mới, chừng hai, ba phút: chỉ dừng phát, tắt tiếng và phát khẩn cấp làm được. "
            "Việc này hãy làm lại sau đó.",
            code="on-trial",
        )


def look(app: Flask, environ: dict[str, Any], length: int | None) -> Response | int:
    """The answer to a request that must not send its body, or how many bytes of it may come.

    Args:
        app: the panel.
        environ: the request without its body.
        length: of the body (bytes); None when its head does not tell.
    """
    with app.request_context(environ):
        try:
            answer = _judged(length)
        except Exception as error:  # noqa: BLE001 - the application's own handlers answer, as they would after the body
            answer = app.handle_user_exception(error)
        if answer is None:
            return request.max_content_length or STRANGER
        return app.process_response(app.make_response(answer))


class Judge:
    """Looks at heads beside the thread of the sockets, which waits a moment for it and no longer.

    The look asks the database: one that hangs must hold up the sender of a large body alone, and nobody's STOP.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._at_it: WatchedThread | None = None

    def __call__(self, environ: dict[str, Any], length: int | None) -> Response | int:
        """As `look`; a refusal at once while an earlier look still hangs."""
        found: list[Response | int] = []
        if self._at_it is None or not self._at_it.is_alive():
            self._at_it = WatchedThread(lambda: found.append(look(self._app, environ, length)), "gate", once=True)
            self._at_it.start()
            self._at_it.join(PATIENCE_S)
        if found:
            return found[0]
        log.warning("a head is not judged yet")
        return Response(_HANGS, status=503, mimetype="text/plain")


def _judged(length: int | None) -> ResponseReturnValue | None:
    if request.endpoint is None:
        raise request.routing_exception or NotFound
    request.max_content_length = most()
    answer = access.check_access()
    if answer is None and length is None and request.max_content_length == STRANGER:
        raise LengthRequired
    if answer is None and length is not None and length > request.max_content_length:
        raise RequestEntityTooLarge
    if answer is None and request.max_content_length > STRANGER and _can_wait():
        _has_room(length or request.max_content_length)
    return answer


def require_room() -> None:
    """Refuse files that somebody sends, however small, and large bodies while the disk has no room for them.

    Raises:
        NoRoomError: says why, and what to do.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"} or not _can_wait():
        return
    length = request.content_length or 0
    if length > ANYBODY or any(one.filename for several in request.files.listvalues() for one in several):
        disk_room.require(access.station(), length)


def _can_wait() -> bool:
    return request.blueprint not in URGENT and not request.path.startswith(_URGENT_CALLS)


def _has_room(length: int) -> None:
    """Refuse an upload that the disk, or a person's share of the day, has no room for; an emergency's is never asked.

    Raises:
        NoRoomError, BusyError: says why, and what to do.
    """
    station = access.station()
    disk_room.require(station, length)
    whose = str(current_user.get_id()).partition(".")[0] if current_user.is_authenticated else ""
    if why := disk_room.refuses_share(station, whose, length, A_DAY):
        raise BusyError(why)


def urgent_in(app: Flask) -> Callable[[Wire], bool]:
    """Whether the request of a connection to `app` is one that cannot wait."""
    routes = app.url_map.bind("localhost")

    def urgent(wire: Wire) -> bool:
        asked = wire.requests[0]
        try:
            endpoint, _ = routes.match(asked.path, method=asked.command)
        except (HTTPException, AttributeError):  # no page of ours, or no request at all
            return False
        return endpoint in URGENT_PAGES or str(endpoint).partition(".")[0] in URGENT

    return urgent


class RefusalError(Error):  # type: ignore[misc]
    """What waitress sends instead of waiting for a body."""

    def __init__(self, response: Response) -> None:
        super().__init__("")
        self.code = response.status_code
        self.reason = HTTPStatus(response.status_code).phrase
        self._response = response

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Status, headers and body."""
        del ident
        body = self._response.get_data()
        headers = [(k, v) for k, v in self._response.headers if k.lower() not in {"content-length", "connection"}]
        return f"{self.code} {self.reason}", headers, body


def channel_for(app: Flask) -> type[Wire]:
    """The kind of connection that looks at the head of a request before it takes the body."""
    judge = Judge(app)

    class Parser(HTTPRequestParser):  # type: ignore[misc]
        may_send = ANYBODY

        def received(self, data: bytes) -> int:
            heard = self.headers_finished
            consumed = cast("int", super().received(data))
            if self.headers_finished and not heard and (self.content_length > ANYBODY or self.chunked):
                self._judge()
            elif self.body_bytes_received > self.may_send:
                self._refuse(TooMuch(f"more than {self.may_send} bytes"))
            return consumed

        def _judge(self) -> None:
            try:
                found = judge(_environ(self), None if self.chunked else self.content_length)
            except Exception:
                log.exception("a request could not be judged by its head")
                self._refuse(BadRequest("not understood"))
                return
            if isinstance(found, int):
                self.may_send = found
            else:
                self._refuse(RefusalError(found))

        def _refuse(self, why: Error) -> None:
            self.error, self.completed, self.expect_continue = why, True, False

    class Channel(Wire):
        parser_class: ClassVar[type[HTTPRequestParser]] = Parser

    return Channel


def _environ(head: HTTPRequestParser) -> dict[str, Any]:
    environ = EnvironBuilder(path=head.path, query_string=head.query, method=head.command).get_environ()
    for name, value in head.headers.items():
        key = name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"
        environ[key] = value
    environ["CONTENT_LENGTH"] = "0"
    return environ
