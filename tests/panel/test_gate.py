"""Large requests are refused by their head: a real server, a real socket, and a body that is never sent."""

import socket
import threading

import pytest

from broadcaster.floor import DiskRoom
from broadcaster.panel import gate
from broadcaster.panel.scripts import recordings
from broadcaster.panel.wire.answering import Answering
from broadcaster.services import disk_room
from tests.kit.waiting import until

FORM = "multipart/form-data; boundary=x"


@pytest.fixture(params=[0, 1], ids=["first door", "second door"])
def address(app, tmp_path, monkeypatch, request):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]  # as for 127.0.0.1 and ::1
    with Answering(app, channel=gate.channel_for(app), sockets=doors, threads=2, max_request_body_size=recordings.MOST):
        yield doors[request.param].getsockname()


@pytest.fixture
def cookie(sign_in):
    def of(username):
        client = sign_in(username)
        name = client.application.config["SESSION_COOKIE_NAME"]
        return f"{name}={client.get_cookie(name).value}"

    return of


def ask(address, path, length, *, body=b"", patience=10.0, **headers):
    """Send a head and what there is of a body; return the status and the answer, None when nothing comes."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Type: {FORM}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines.append("Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}")
    with socket.create_connection(address, timeout=patience) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        said = b""
        try:
            while chunk := line.recv(65536):
                said += chunk
        except TimeoutError:
            return None, said
    return int(said.split()[1]), said


UPLOAD = "/scripts/1/recording"


def test_a_stranger_whose_body_does_not_tell_its_length_is_refused(address):
    assert ask(address, "/login", None, body=b"1\r\na\r\n0\r\n\r\n")[0] == 411


def test_no_more_is_taken_than_was_decided_by_the_head(app, address, cookie, monkeypatch):
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 100_000)
    told = b"186a1\r\n"  # 100,001 bytes: with its last one too much has come, however it is framed
    body = told + b"a" * (100_001 - len(told))
    assert ask(address, "/scripts/upload", None, body=body, Cookie=cookie("bientap"))[0] == 413


@pytest.mark.medium
@pytest.mark.parametrize("length", [200_000_000, 70_000, None])
def test_a_stranger_is_sent_away_before_the_body(address, length):
    status, said = ask(address, UPLOAD, length, Expect="100-continue")
    assert status == 303
    assert b"/login" in said
    assert b"100 Continue" not in said
    assert b"server:" not in said.lower(), "nor told by which program"


def test_a_stranger_may_not_fill_a_public_page_either(address):
    assert ask(address, "/login", 5_000_000)[0] == 413
    assert ask(address, "/nowhere", 5_000_000)[0] == 404


def test_who_may_not_record_is_refused_before_the_body(address, cookie):
    status, said = ask(address, UPLOAD, 200_000_000, Cookie=cookie("xem"))
    assert status == 403
    assert "không có quyền".encode() in said


def test_what_is_longer_than_the_station_takes_is_refused_before_the_body(address, cookie):
    status, said = ask(address, UPLOAD, recordings.MOST + 1, Cookie=cookie("bientap"))
    assert status == 413
    assert "Tệp quá lớn".encode() in said
    assert f"{round(recordings.MOST / 1_048_576)} MB".encode() in said
    status, said = ask(address, "/scripts/upload", 26 * 1024 * 1024, Cookie=cookie("bientap"))
    assert status == 413
    assert b"25 MB" in said


def test_a_token_is_judged_by_the_head_too(address):
    status, said = ask(address, "/api/v1/scripts", 5_000_000, Authorization="Bearer loa_no_thing")
    assert status == 401
    assert b"message" in said


@pytest.mark.medium
def test_who_may_is_listened_to(address, cookie):
    """The server waits for the body, and answers once it is there."""
    allowed = cookie("bientap")
    status, said = ask(address, UPLOAD, 200_000_000, patience=1.0, Cookie=allowed, Expect="100-continue")
    assert status is None
    assert b"100 Continue" in said
    body = b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\n' + b"a" * 70_000 + b"\r\n--x--\r\n"
    status, said = ask(address, UPLOAD, len(body), body=body, Cookie=allowed, Connection="close")
    assert status not in {401, 403, 413}


@pytest.mark.medium
def test_nothing_is_uploaded_to_a_disk_that_is_nearly_full_but_an_emergency(address, cookie, monkeypatch):
    monkeypatch.setattr(disk_room, "look", lambda _: DiskRoom.of(990_000_000, 8_000_000_000, 2_000_000_000))
    status, said = ask(address, UPLOAD, 200_000_000, Cookie=cookie("bientap"))
    assert status == 503
    assert "Ổ đĩa của đài còn trống 990 MB, lần này cần thêm 200 MB, mà phải để lại 800 MB".encode() in said
    assert ask(address, "/emergency/", 2_000_000, patience=0.5, Cookie=cookie("vanhanh"))[0] is None, (
        "it waits for the body"
    )
    monkeypatch.setattr(disk_room, "look", lambda _: DiskRoom.of(1_010_000_000, 8_000_000_000, 2_000_000_000))
    assert ask(address, UPLOAD, 200_000_000, patience=0.5, Cookie=cookie("bientap"))[0] is None


@pytest.mark.medium
def test_a_person_sends_so_much_a_day(app, address, cookie, monkeypatch, clock):
    monkeypatch.setattr(gate, "A_DAY", 300_000_000)
    mine, other = cookie("bientap"), cookie("vanhanh")
    assert ask(address, UPLOAD, 200_000_000, patience=0.5, Cookie=mine)[0] is None
    status, said = ask(address, UPLOAD, 200_000_000, Cookie=mine)
    assert status == 503
    assert "mỗi người mỗi ngày".encode() in said
    assert ask(address, "/emergency/", 20_000_000, patience=0.5, Cookie=other)[0] is None
    clock.advance(24 * 3600)
    mine = cookie("bientap")
    assert ask(address, UPLOAD, 200_000_000, patience=0.5, Cookie=mine)[0] is None, "a new day: its body is waited for"


@pytest.mark.medium
def test_a_database_that_hangs_holds_up_the_sender_of_a_large_body_and_nobody_else(address, cookie, monkeypatch):
    """The look at a head waits for the database; the thread of the sockets waits a moment for the look."""
    hangs, looked, mine = threading.Event(), threading.Event(), cookie("bientap")

    def hanging(_station, _asked):
        looked.set()
        hangs.wait(60)

    monkeypatch.setattr(disk_room, "require", hanging)
    monkeypatch.setattr(gate, "PATIENCE_S", 0.2)
    try:
        status, said = ask(address, UPLOAD, 200_000_000, Cookie=mine)
        assert (status, looked.is_set()) == (503, True)
        assert "chưa trả lời".encode() in said
        monkeypatch.setattr(gate, "PATIENCE_S", 3600)
        assert ask(address, UPLOAD, 200_000_000, Cookie=mine)[0] == 503, "at once while it hangs"
        assert ask(address, "/login", 0, Connection="close")[0] in {400, 422}, "and others are answered"
    finally:
        hangs.set()
    until(lambda: ask(address, UPLOAD, 200_000_000, patience=0.5, Cookie=mine)[0] is None)
