"""Telegram, Zalo, ntfy and eSMS against receivers of their shapes: what arrives, and what each refusal means."""

from __future__ import annotations

import json
from typing import Any

import pytest

from broadcaster.alerting.sender import SendError
from broadcaster.alerting.sending import made
from broadcaster.errors import RuleError
from tests.kit.receivers import receiving

TOKEN = "123456789:AbCdEf-bi-mat-lam"
KINDS = {
    "telegram": ({"token": TOKEN, "chat": "-100123"}, {"ok": True, "result": {"message_id": 7}}),
    "zalo": ({"token": TOKEN, "chat": "6ede9afa66b88fe6d6a9"}, {"ok": True, "result": {"message_id": "82599fa3"}}),
    "ntfy": ({"topic": "loa-xa-mau-7f3k9q", "token": "tk_bi_mat_lam"}, {"id": "hwQ2YpKdmg", "event": "message"}),
    "esms": (
        {"phone": "0912345678", "api_key": "KHOA-API-BI-MAT", "secret_key": "KHOA-RIENG-BI-MAT"},
        {"CodeResult": "100", "CountRegenerate": 0, "SMSID": "d533459e"},
    ),
}


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one


def says(receiver, table, status=200, headers=None):
    body = table if isinstance(table, bytes) else json.dumps(table).encode()
    receiver.says = lambda _came: (status, headers or {}, body)


def tell(kind, receiver, title="Đài im", body="Buổi 5:00 chưa phát.", **more):
    return made("x", kind, {**KINDS[kind][0], "server": receiver.address, **more}).send(title, body)


@pytest.mark.parametrize("kind", ["telegram", "zalo"])
def test_a_bot_says_the_text_in_its_chat(receiver, kind):
    says(receiver, KINDS[kind][1])
    assert tell(kind, receiver) == "mã 200"
    (came,) = receiver.came
    assert came.path == f"/bot{TOKEN}/sendMessage"
    assert json.loads(came.body) == {"chat_id": KINDS[kind][0]["chat"], "text": "Đài im\nBuổi 5:00 chưa phát."}
    tell(kind, receiver, body="a" * 5000)
    assert len(json.loads(receiver.came[-1].body)["text"]) == (4096 if kind == "telegram" else 2000)


def test_a_topic_is_told_with_a_title_in_vietnamese(receiver):
    says(receiver, KINDS["ntfy"][1])
    assert tell("ntfy", receiver) == "mã 200"
    (came,) = receiver.came
    expected = {"topic": "loa-xa-mau-7f3k9q", "title": "Đài im", "message": "Buổi 5:00 chưa phát."}
    assert json.loads(came.body) == expected
    assert came.headers["Authorization"] == "Bearer tk_bi_mat_lam"


def test_a_gateway_gets_a_short_text_without_marks_unless_they_are_wanted(receiver):
    says(receiver, KINDS["esms"][1])
    assert tell("esms", receiver) == "mã 100, cổng đã nhận"
    tell("esms", receiver, body="chữ " * 100, diacritics=True, brandname="LOAXA")
    first, second = (json.loads(came.body) for came in receiver.came)
    assert first == {
        "ApiKey": "KHOA-API-BI-MAT",
        "SecretKey": "KHOA-RIENG-BI-MAT",
        "Phone": "0912345678",
        "Content": "Dai im: Buoi 5:00 chua phat.",
        "SmsType": "8",
        "IsUnicode": "0",
    }
    assert (second["SmsType"], second["Brandname"], second["IsUnicode"]) == ("2", "LOAXA", "1")
    assert second["Content"].startswith("Đài im: chữ")
    assert len(second["Content"]) <= 70


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("status", "lasting"),
    [(400, True), (401, True), (403, True), (404, True), (429, False), (500, False), (502, False)],
)
def test_each_says_what_a_status_means_and_repeats_no_key(receiver, kind, status, lasting):
    says(receiver, b"<html>" + TOKEN.encode(), status, {"Retry-After": "12"} if status == 429 else {})
    with pytest.raises(SendError) as caught:
        tell(kind, receiver)
    assert (caught.value.lasting, caught.value.after_s) == (lasting, 12 if status == 429 else None)
    for option in KINDS[kind][0].values():
        assert option not in caught.value.message


@pytest.mark.parametrize(
    ("kind", "table", "lasting", "after_s"),
    [
        ("telegram", {"ok": False, "error_code": 429, "parameters": {"retry_after": 33}}, False, 33),
        ("telegram", {"ok": False, "error_code": 403, "description": "bot was blocked"}, True, None),
        ("zalo", {"ok": False, "error_code": 401, "description": "Unauthorized"}, True, None),
        ("zalo", {"ok": False, "error_code": 429}, False, None),
        ("zalo", {"ok": False}, False, None),
        ("zalo", {"ok": "true"}, False, None),
        ("esms", {"CodeResult": "101", "ErrorMessage": "Authorize Failed"}, True, None),
        ("esms", {"CodeResult": "103"}, True, None),
        ("esms", {"CodeResult": "146"}, True, None),
        ("esms", {"CodeResult": "777"}, False, None),
        ("esms", {}, False, None),
        ("ntfy", {}, False, None),
        *((kind, b"<html>Xin dang nhap mang khach san</html>", False, None) for kind in KINDS),
        *((kind, b'{"ok": tru', False, None) for kind in KINDS),
        *((kind, b"[" * 60_000, False, None) for kind in KINDS),
    ],
)
def test_what_a_good_status_hides_in_its_body_is_read(receiver, kind, table, lasting, after_s):
    says(receiver, table)
    with pytest.raises(SendError) as caught:
        tell(kind, receiver)
    assert (caught.value.lasting, caught.value.after_s) == (lasting, after_s)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_never_goes_in_the_clear_over_a_network(kind):
    with pytest.raises(RuleError) as caught:
        made("x", kind, {**KINDS[kind][0], "server": "http://10.0.0.5:80"})
    assert "https://" in caught.value.message
    for option in KINDS[kind][0].values():
        assert option not in caught.value.message


@pytest.mark.parametrize("kind", KINDS)
def test_no_way_of_printing_a_sender_gives_its_keys_away(kind):
    given, _ = KINDS[kind]
    sender: Any = made("x", kind, given)
    secret = [value for key, value in given.items() if key not in {"chat", "phone"}]
    for printed in (repr(sender._options), str(sender._options), sender._options.model_dump_json(), sender.where):
        assert not [word for word in secret if word in printed]
    assert sender.where
