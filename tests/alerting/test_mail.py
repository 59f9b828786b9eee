"""E-mail against a real SMTP server with TLS: taken, and each way in which it is not."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
import threading

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from broadcaster.alerting.sender import SendError
from broadcaster.alerting.sending import made
from broadcaster.errors import RuleError
from tests.kit import certificates

pytestmark = pytest.mark.skipif(certificates.missing(), reason="openssl is not installed")
PASSWORD = "mat-khau-thu-dai"


class Box:
    """What the server took, and what it answers instead."""

    def __init__(self):
        self.came = []
        self.instead = {}

    async def recipient(self, server, session, envelope, address, options):
        if "rcpt" not in self.instead:
            envelope.rcpt_tos.append(address)
        return self.instead.get("rcpt", "250 OK")

    async def letter(self, server, session, envelope):
        if "data" not in self.instead:
            self.came.append((session.ssl is not None, envelope))
        return self.instead.get("data", "250 OK")


Hooked = type("Hooked", (Box,), {"handle_RCPT": Box.recipient, "handle_DATA": Box.letter})


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return certificates.authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def loop():
    """An event loop in a thread of its own."""
    made = asyncio.new_event_loop()
    thread = threading.Thread(target=made.run_forever, daemon=True)
    thread.start()
    yield made
    made.call_soon_threadsafe(made.stop)
    thread.join(10)
    made.run_until_complete(made.shutdown_asyncgens())
    made.close()


@pytest.fixture
def served(authority, loop):
    started = []

    def start(names="DNS:localhost,IP:127.0.0.1", *, wrapped=False, bare=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.sign(names))
        box = Hooked()

        def check(_server, _session, _envelope, _mechanism, data):
            return AuthResult(success=(data.login, data.password) == (b"dai", PASSWORD.encode()), handled=False)

        def protocol():
            ways = {} if bare or wrapped else {"tls_context": context, "require_starttls": True}
            return SMTP(box, authenticator=check, auth_require_tls=not wrapped, loop=loop, hostname="thu", **ways)

        async def listen():
            return await loop.create_server(protocol, "127.0.0.1", 0, ssl=context if wrapped else None)

        server = asyncio.run_coroutine_threadsafe(listen(), loop).result(30)
        started.append(server)
        return box, server.sockets[0].getsockname()[1]

    yield start
    for server in started:
        loop.call_soon_threadsafe(server.close)


def tell(authority, port, title="Đài im", **more):
    given = {
        "to": "truong-dai@xa-mau.example",
        "sender": "dai@xa-mau.example",
        "host": "localhost",
        "port": port,
        "user": "dai",
        "password": PASSWORD,
        "ca_file": str(authority.file),
    }
    return made("thu", "email", given | more).send(title, "Buổi 5:00 chưa phát.\n.một dòng")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_letter_arrives_under_tls(served, authority, security):
    box, port = served(wrapped=security == "tls")
    assert tell(authority, port, "Đài im\r\nBcc: ke-khac@x.example", security=security).endswith("đã nhận")
    ((sealed, envelope),) = box.came
    letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert sealed == (security == "starttls"), "what is wrapped from the start it does not call so"
    assert envelope.rcpt_tos == ["truong-dai@xa-mau.example"]
    assert letter["Subject"] == "Đài im Bcc: ke-khac@x.example", "one line, and no head of its own"
    assert letter["Date"]
    assert letter.get_content().replace("\r\n", "\n") == "Buổi 5:00 chưa phát.\n.một dòng\n"


@pytest.mark.parametrize(
    ("instead", "lasting"),
    [
        ({"rcpt": "550 no such person"}, True),
        ({"rcpt": "450 come later"}, False),
        ({"data": "554 spam"}, True),
        ({"data": "452 full"}, False),
        ({"data": "421 going down"}, False),
    ],
)
def test_a_first_digit_tells_whether_trying_again_may_help(served, authority, instead, lasting):
    box, port = served()
    box.instead = instead
    with pytest.raises(SendError) as caught:
        tell(authority, port)
    assert caught.value.lasting == lasting
    assert box.came == []


def test_a_wrong_password_and_a_wrong_certificate_are_lasting_and_unrepeated(served, authority):
    box, port = served()
    with pytest.raises(SendError) as caught:
        tell(authority, port, password="sai-mat-khau-roi")
    assert caught.value.lasting
    assert "sai-mat-khau-roi" not in caught.value.message
    for more in ({"ca_file": ""}, {"ca_file": "/khong/co.pem"}):
        with pytest.raises(SendError) as caught:
            tell(authority, port, **more)
        assert caught.value.lasting
    other, elsewhere = served("DNS:ke-khac.example")
    with pytest.raises(SendError) as caught:
        tell(authority, elsewhere)
    assert caught.value.lasting
    assert (box.came, other.came) == ([], [])


def test_a_password_never_goes_to_a_server_without_tls(served, authority):
    box, port = served(bare=True)
    with pytest.raises(SendError) as caught:
        tell(authority, port)
    assert caught.value.lasting
    assert box.came == []
    with pytest.raises(RuleError):
        tell(authority, port, host="thu.xa-mau.example", security="none")


def test_a_server_that_is_away_is_tried_again(served, authority):
    with pytest.raises(SendError) as caught:
        tell(authority, 1)
    assert not caught.value.lasting
