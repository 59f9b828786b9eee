"""Refuse a large request by its head: who sends it, and how long it says it is, before any of its body is taken.

The server spools a body to the disk before the application sees the request. Without this a stranger could fill the
disk with three hundred megabytes at a time, only to be sent to the sign-in page afterwards.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar, Final, cast

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.utilities import Error
from werkzeug.exceptions import NotFound, RequestEntityTooLarge
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from broadcaster.logs import EventLog
from broadcaster.panel.scripts import recordings
from broadcaster.panel.web import access

ANYBODY: Final = 64 * 1024
"""A body of so many bytes is taken from anybody without a look."""
STRANGER: Final = 2 * 1024 * 1024
"""The most that is taken from somebody who has not signed in (bytes)."""

log = EventLog(__name__)


def most() -> int:
    """How many bytes the present request may carry: a recording is the longest, a stranger's the shortest."""
    if request.endpoint == recordings.ROUTE and current_user.is_authenticated:
        return recordings.MOST
    if request.authorization is None and not current_user.is_authenticated:
        return STRANGER
    return cast("int", current_app.config["MAX_CONTENT_LENGTH"])


def look(app: Flask, environ: dict[str, Any], length: int | None) -> Response | None:
    """The answer to a request that must not send its body, or None: let it come.

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
        return None if answer is None else app.process_response(app.make_response(answer))


def _judged(length: int | None) -> ResponseReturnValue | None:
    if request.endpoint is None:
        raise request.routing_exception or NotFound
    request.max_content_length = most()
    answer = access.check_access()
    if answer is None and length is not None and length > request.max_content_length:
        raise RequestEntityTooLarge
    return answer


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


def channel_for(app: Flask) -> type[HTTPChannel]:
    """The kind of connection that looks at the head of a request before it takes the body."""

    class Parser(HTTPRequestParser):  # type: ignore[misc]
        def received(self, data: bytes) -> int:
            heard = self.headers_finished
            consumed = cast("int", super().received(data))
            if self.headers_finished and not heard and (self.content_length > ANYBODY or self.chunked):
                self._judge()
            return consumed

        def _judge(self) -> None:
            try:
                refused = look(app, _environ(self), None if self.chunked else self.content_length)
            except Exception:
                log.exception("a request could not be judged by its head")
                return  # it is judged again when it is whole
            if refused is not None:
                self.error, self.completed, self.expect_continue = RefusalError(refused), True, False

    class Channel(HTTPChannel):  # type: ignore[misc]
        parser_class: ClassVar[type[HTTPRequestParser]] = Parser

    return Channel


def _environ(head: HTTPRequestParser) -> dict[str, Any]:
    environ = EnvironBuilder(path=head.path, query_string=head.query, method=head.command).get_environ()
    for name, value in head.headers.items():
        key = name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"
        environ[key] = value
    environ["CONTENT_LENGTH"] = "0"
    return environ
