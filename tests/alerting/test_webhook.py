"""A webhook against a receiver of HTTP: taken, refused, busy, slow, broken, led elsewhere, under a wrong certificate."""

from __future__ import annotations

import json
import socket
import threading

import pytest

from broadcaster import apart
from broadcaster.alerting import posting
from broadcaster.alerting.modem import ModemSender
from broadcaster.alerting.sender import SendError
from broadcaster.alerting.sending import made, send
from broadcaster.errors import RuleError
from tests.kit import certificates
from tests.kit.receivers import receiving

KEY = "khoa-rat-bi-mat-123456"


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one


def tell(receiver, **options):
    url = f"{receiver.address}/bao?khoa={KEY}"
    return made("tinh", "webhook", {"url": url, "token": KEY, **options}).send("Đài im", "Buổi 5:00 chưa phát.")


def test_a_message_arrives_whole_with_its_key(receiver):
    assert tell(receiver) == "mã 200"
    (came,) = receiver.came
    assert json.loads(came.body) == {"title": "Đài im", "body": "Buổi 5:00 chưa phát."}
    assert came.path == f"/bao?khoa={KEY}"
    assert came.headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("status", "headers", "lasting", "after_s"),
    [
        (400, {}, True, None),
        (401, {}, True, None),
        (403, {}, True, None),
        (404, {}, True, None),
        (408, {}, False, None),
        (429, {"Retry-After": "37"}, False, 37),
        (429, {"Retry-After": "Mon, 30 Nov 2026 19:00:00 GMT"}, False, None),
        (429, {"Retry-After": "9" * 400}, False, 86_400),
        (500, {}, False, None),
        (503, {"Retry-After": "5"}, False, 5),
    ],
)
def test_a_refusal_tells_whether_trying_again_may_help(receiver, status, headers, lasting, after_s):
    receiver.says = lambda _came: (status, headers, KEY.encode())
    with pytest.raises(SendError) as caught:
        tell(receiver)
    assert (caught.value.lasting, caught.value.after_s) == (lasting, after_s)
    assert f"mã {status}" in caught.value.message
    assert KEY not in caught.value.message


def test_nothing_is_sent_on_to_elsewhere(receiver):
    with receiving() as elsewhere:
        receiver.says = lambda _came: (307, {"Location": elsewhere.address}, b"")
        with pytest.raises(SendError) as caught:
            tell(receiver)
        assert caught.value.lasting
        assert elsewhere.came == []


def test_half_an_answer_and_none_in_time_are_tried_again(receiver, monkeypatch):
    receiver.breaks = True
    with pytest.raises(SendError) as caught:
        tell(receiver)
    assert not caught.value.lasting
    monkeypatch.setattr(posting, "TIMEOUT_S", 0.2)
    receiver.hold = threading.Event()
    with pytest.raises(SendError) as caught:
        tell(receiver)
    assert not caught.value.lasting


def test_a_closed_port_is_tried_again():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{one.getsockname()[1]}"
        with pytest.raises(SendError) as caught:
            made("tinh", "webhook", {"url": address}).send("a", "b")
    assert not caught.value.lasting


@pytest.mark.skipif(certificates.missing(), reason="openssl is not installed")
def test_only_who_is_trusted_gets_a_message(tmp_path):
    authority = certificates.authority(tmp_path)
    with receiving(authority.sign("IP:127.0.0.1")) as one:
        assert tell(one, ca_file=str(authority.file)) == "mã 200"
        with pytest.raises(SendError) as caught:
            tell(one)
        assert caught.value.lasting
    with receiving(authority.sign("DNS:ke-khac.example")) as other:
        with pytest.raises(SendError) as caught:
            tell(other, ca_file=str(authority.file))
        assert caught.value.lasting
        assert other.came == []


@pytest.mark.parametrize("url", ["", "ftp://x", "file:///etc/passwd", "http://", "http://a:b", "https://x y", "tinh"])
def test_what_is_no_web_address_is_refused_before_anything_is_sent(url):
    with pytest.raises(RuleError) as caught:
        made("tinh", "webhook", {"url": url})
    assert caught.value.field == ("alerts.senders.tinh",)


@pytest.mark.medium
def test_a_message_goes_out_from_a_process_of_its_own_and_comes_back_in_time(receiver):
    options = {"url": f"{receiver.address}/bao", "token": KEY}
    assert send("tinh", "webhook", options, "a", "b") == "mã 200"
    receiver.says = lambda _came: (429, {"Retry-After": "9"}, b"")
    with pytest.raises(SendError) as caught:
        send("tinh", "webhook", options, "a", "b")
    assert caught.value.after_s == 9
    receiver.hold = threading.Event()
    with pytest.raises(SendError) as caught:
        send("tinh", "webhook", options, "a", "b", seconds=3)
    assert not caught.value.lasting


def test_a_sender_that_says_how_long_it_needs_is_given_that(monkeypatch):
    asked = []
    monkeypatch.setattr(apart, "alone", lambda seconds, *_rest: asked.append(seconds) or "")
    send("tinh", "webhook", {}, "a", "b", seconds=20)
    send("tinh", "modem", {}, "a", "b", seconds=20)
    send("tinh", "khong-co", {}, "a", "b", seconds=20)
    assert asked == [20, ModemSender.needs_s, 20]
    assert ModemSender.needs_s > 60


def test_a_wrong_option_is_told_as_lasting():
    with pytest.raises(SendError) as caught:
        send("tinh", "webhook", {"urk": "https://x.example"}, "a", "b")
    assert caught.value.lasting
    assert "urk" in caught.value.message
