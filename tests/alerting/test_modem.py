"""A USB modem behind a pty: what is taken, in parts and in two alphabets, and each way in which it is not."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.alerting import modem_line, sms_pdu, sms_text
from broadcaster.alerting.modem_line import ModemLine
from broadcaster.alerting.sender import SendError
from broadcaster.alerting.sending import made
from tests.kit.modem import Modem, plugged, read

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pty is made by POSIX")


@pytest.fixture(autouse=True)
def _hasty(monkeypatch):
    monkeypatch.setattr(ModemLine, "rest", lambda _self: None)


@pytest.fixture
def _impatient(monkeypatch):
    monkeypatch.setattr(modem_line, "PATIENCE_S", (0.2, 0.2))


def tell(modem, title="Đài im", body="Buổi 5:00 chưa phát.", **more):
    return made("sim", "modem", {"port": modem.port, "phone": "0912345678", **more}).send(title, body)


def test_a_short_message_goes_out_in_plain_letters():
    with plugged(Modem(chatter=b"\r\n+CREG: 1\r\n\r\nRING\r\n")) as modem:
        assert tell(modem) == "nhà mạng đã nhận"
    assert [read(pdu) for pdu in modem.took] == [("0912345678", "Dai im: Buoi 5:00 chua phat.", None)]


def test_a_long_message_goes_out_in_parts_that_belong_together():
    body = "Loa ấp Giữa im từ 5:02. " * 30
    with plugged(Modem()) as modem:
        assert tell(modem, body=body, phone="+84912345678", diacritics=True, parts=3) == "nhà mạng đã nhận 3 tin"
    numbers, texts, places = zip(*(read(pdu) for pdu in modem.took), strict=True)
    assert set(numbers) == {"+84912345678"}
    assert "".join(texts).startswith("Đài im: Loa ấp Giữa im từ 5:02.")
    assert "".join(texts).endswith("…")
    assert [place[:2] for place in places] == [(1, 3), (2, 3), (3, 3)]
    assert len({place[2] for place in places}) == 1


def test_a_card_is_opened_by_its_number_and_the_network_waited_for():
    with plugged(Modem(pin="4321", asked_before_network=3)) as modem:
        assert tell(modem, pin="4321") == "nhà mạng đã nhận"
    assert len(modem.took) == 1


@pytest.mark.parametrize(
    ("modem", "options", "lasting"),
    [
        (Modem(card=False), {}, True),
        (Modem(pin="4321"), {}, True),
        (Modem(pin="4321"), {"pin": "9999"}, True),
        (Modem(locked=True), {"pin": "4321"}, True),
        (Modem(network="0,2"), {}, False),
        (Modem(network="0,0"), {}, False),
        (Modem(network="0,3"), {}, True),
        (Modem(refuses="+CMS ERROR: 1"), {}, True),
        (Modem(refuses="+CMS ERROR: 8"), {}, True),
        (Modem(refuses="+CMS ERROR: 38"), {}, False),
        (Modem(refuses="+CMS ERROR: 331"), {}, False),
        (Modem(refuses="+CMS ERROR: 330"), {}, True),
        (Modem(refuses="+CMS ERROR: 500"), {}, False),
        (Modem(refuses="ERROR"), {}, False),
    ],
)
def test_each_refusal_says_whether_trying_again_may_help(modem, options, lasting):
    with plugged(modem), pytest.raises(SendError) as caught:
        tell(modem, **options)
    assert caught.value.lasting == lasting
    assert modem.took == []
    for secret in ("4321", "9999"):
        assert secret not in caught.value.message


def test_a_wrong_number_is_tried_on_a_card_once_and_never_for_a_locked_one():
    wrong, locked = Modem(pin="4321"), Modem(locked=True)
    for modem in (wrong, locked):
        with plugged(modem), pytest.raises(SendError):
            tell(modem, pin="9999")
    assert [[c for c in modem.heard if c.startswith("AT+CPIN=")] for modem in (wrong, locked)] == [
        ['AT+CPIN="9999"'],
        [],
    ]


@pytest.mark.parametrize("at", ["AT+CPIN?", "AT+CREG?", "AT+CMGF=0"])
def test_a_modem_that_is_pulled_out_is_tried_again(at):
    modem = Modem(leaves_at=at)
    with plugged(modem), pytest.raises(SendError) as caught:
        tell(modem)
    assert not caught.value.lasting


@pytest.mark.usefixtures("_impatient")
def test_a_port_without_modem_and_a_mute_one_are_tried_again():
    mute = Modem(mute=True)
    with plugged(mute), pytest.raises(SendError) as caught:
        tell(mute)
    assert not caught.value.lasting
    with pytest.raises(SendError) as caught:
        tell(Modem(port="/dev/khong-co-modem"))
    assert not caught.value.lasting
    assert "/dev/khong-co-modem" in caught.value.message


def test_two_at_once_do_not_talk_into_one_another():
    with plugged(Modem()) as modem:
        import serial

        with serial.Serial(modem.port, exclusive=True), pytest.raises(SendError) as caught:
            tell(modem)
        assert not caught.value.lasting
        assert tell(modem) == "nhà mạng đã nhận"


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=400)


@given(TEXTS, TEXTS, st.booleans(), st.integers(1, 4))
def test_what_goes_out_always_fits_and_says_when_it_was_cut(title, body, marks, most):
    texts = sms_text.parts(title, body, marks=marks, most=most)
    alone, each = sms_text.ROOM[marks]
    assert 1 <= len(texts) <= most
    assert all(len(text) <= (alone if len(texts) == 1 else each) for text in texts)
    assert sms_text.parts(title, "ngắn", marks=marks, most=4)
    for pdu in sms_pdu.submits("0912345678", texts, marks=marks, reference=7):
        assert len(pdu) <= 164 + 12
    whole = "".join(texts)
    if len(sms_text.parts(title, body, marks=marks, most=255)) > most:
        assert whole.endswith("…" if marks else "...")


def test_a_text_without_marks_keeps_its_letters_and_case():
    assert sms_text.plain("ĐÀI XÃ Mẫu: “loa ấp Giữa” [im] – 5€…") == 'DAI XA Mau: "loa ap Giua" (im) - 5EUR...'
    assert sms_text.plain("tốt 🙂 你") == "tot ? ?"


def test_a_known_message_is_packed_as_the_standard_says():
    (pdu,) = sms_pdu.submits("+84912345678", ["hellohello"], marks=False, reference=0)
    assert pdu.hex().upper() == "01000B914819325476F800000AE8329BFD4697D9EC37"
