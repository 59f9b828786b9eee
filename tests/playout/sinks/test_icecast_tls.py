"""Icecast over TLS, with Debian's own server: nothing is sent to whom is not known, and the operator reads what to do."""

from __future__ import annotations

import datetime as dt
import select
import shutil
import socket
import ssl
import subprocess
import threading

import numpy as np
import pytest

from broadcaster.cli.station import sink_checks
from broadcaster.errors import AirError, RuleError, printed
from broadcaster.media import ffmpeg
from broadcaster.playout.sinks import icecast_client, tls
from broadcaster.playout.sinks.icecast import IcecastOptions, IcecastSink
from broadcaster.plugins import options_of
from tests.kit import certificates
from tests.kit.icecast import Icecast, free_port, listen, share_of
from tests.kit.sinks import FEED, play
from tests.kit.site import site
from tests.kit.sounds import tone
from tests.kit.waiting import throughout, until

HERE = "DNS:localhost,IP:127.0.0.1"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    if certificates.missing():
        pytest.skip("openssl is not installed")
    return certificates.authority(tmp_path_factory.mktemp("noi-cap"))


@pytest.fixture(scope="module")
def serve(authority):
    """Return a function that starts an Icecast with a certificate, once for each."""
    if Icecast.missing():
        pytest.skip("icecast2 is not installed")
    servers: dict = {}

    def one(certificate):
        if certificate not in servers:
            servers[certificate] = Icecast(certificate=certificate).start()
        return servers[certificate]

    yield one
    for server in servers.values():
        server.close()


@pytest.fixture(scope="module")
def good(authority):
    return authority.sign(HERE)


def sink_of(server, made, **options):
    wanted = {"port": server.port, "password": server.password, "mount": "/loa.ogg", "keep": False, "tls": True}
    made.append(sink := IcecastSink("mang", IcecastOptions(**{**wanted, **options}), site()))
    return sink


def refused(sink, server, *words):
    """The same sentence at the check and at the start, and nothing of the password at the server."""
    why = sink.check()
    with pytest.raises(AirError) as raised:
        sink.open(FEED)
    assert raised.value.message == why
    for word in words:
        assert word in why
    assert why.endswith(".")
    log = server.folder / "access.log"
    assert not log.exists() or "PUT" not in log.read_text()
    assert not server.has("/loa.ogg")


@pytest.mark.medium
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_certificate_of_the_authority_in_ca_file_is_trusted_by_address_and_by_name(
    serve, good, authority, made, host
):
    server = serve(good)
    sink = sink_of(server, made, ca_file=str(authority.file), host=host)
    assert sink.check() == ""
    passage = sink.open(FEED)
    until(lambda: server.has("/loa.ogg"))
    passage.close()
    sink.finish()
    until(lambda: not server.has("/loa.ogg"))


def test_a_self_made_certificate_is_refused_until_its_own_file_is_named(serve, authority, made, tmp_path_factory):
    own = certificates.self_signed(tmp_path_factory.mktemp("tu-lam"))
    server = serve(own)
    refused(sink_of(server, made), server, "tự làm", "không gửi gì tới đó", "ca_file")
    refused(sink_of(server, made, ca_file=str(authority.file)), server, "không do tệp", str(authority.file), "chen vào")
    assert sink_of(server, made, ca_file=str(own.with_suffix(".crt"))).check() == ""
    sink_of(server, made, ca_file=str(own.with_suffix(".crt"))).open(FEED)
    until(lambda: server.has("/loa.ogg"))


def test_a_certificate_of_an_authority_that_the_machine_does_not_know_is_refused(serve, good, made):
    server = serve(good)
    until(lambda: not server.has("/loa.ogg"))
    with pytest.raises(AirError, match="tự làm hoặc do nơi máy này không biết cấp"):
        sink_of(server, made).open(FEED)


def test_a_certificate_of_another_name_is_refused(serve, authority, made):
    server = serve(authority.sign("DNS:loa.mau.example"))
    for host in ("127.0.0.1", "localhost"):
        sink = sink_of(server, made, ca_file=str(authority.file), host=host)
        refused(sink, server, f"không mang tên “{host}”", "ghi vào host đúng tên")


def test_a_certificate_that_ran_out_is_refused(serve, authority, made):
    server = serve(authority.sign(HERE, -1))
    refused(sink_of(server, made, ca_file=str(authority.file)), server, "đã hết hạn", "gia hạn", "đồng hồ")


def test_a_tls_port_spoken_to_plainly_is_told(serve, good, made):
    server = serve(good)
    sink = sink_of(server, made, tls=False)
    for why in (sink.check(), _why(sink)):
        assert "thêm tls = true" in why


@pytest.mark.slow
def test_a_plain_port_spoken_to_as_tls_is_told(serve, authority, made, monkeypatch):
    monkeypatch.setattr("broadcaster.playout.sinks.icecast_client._CONNECT_S", 0.5)  # a plain Icecast waits for more
    server = serve(None)
    assert sink_of(server, made, tls=False).check() == "", "asked plainly, it answers"
    sink = sink_of(server, made, ca_file=str(authority.file))
    refused(sink, server, "TLS ở cổng này", "đúng cổng có TLS")


def _why(sink):
    with pytest.raises(AirError) as raised:
        sink.open(FEED)
    return raised.value.message


@pytest.mark.parametrize(("content", "words"), [(None, "No such file"), (b"rac", "không phải chứng thư dạng PEM")])
def test_a_file_that_holds_no_certificate_is_told(serve, good, made, tmp_path, content, words):
    file = tmp_path / "chung-thu.pem"
    if content is not None:
        file.write_bytes(content)
    sink = sink_of(serve(good), made, ca_file=str(file))
    for why in (sink.check(), _why(sink)):
        assert words in why
        assert str(file) in why


def test_a_trust_that_would_never_be_asked_for_is_refused_in_the_settings():
    with pytest.raises(RuleError, match="ca_file: chỉ dùng khi có tls = true") as raised:
        options_of(IcecastOptions, {"ca_file": "/etc/loa/ca.pem"}, what="mang", field="playout.sinks.mang.options")
    assert printed(raised.value.field) == "playout.sinks.mang.options"


def test_a_server_that_is_away_is_not_called_untrusted(made):
    made.append(sink := IcecastSink("mang", IcecastOptions(port=free_port(), tls=True, keep=False), site()))
    assert "Không nối được tới máy chủ Icecast" in sink.check()


def test_the_doctor_says_tls_tells_what_is_wrong_and_when_the_certificate_ends(serve, good, authority, station_with):
    server = serve(good)
    options = {"port": server.port, "tls": True, "password": server.password}
    for given, ok, words in (
        ({"ca_file": str(authority.file)}, True, "qua TLS."),
        ({}, False, "ghi đường dẫn vào ca_file"),
    ):
        (check,) = [c for c in sink_checks(station_with({**options, **given})) if "mang" in c.name]
        assert check.ok is ok
        assert words in check.sentence
    ending = serve(authority.sign(HERE, 5))
    (check,) = [
        c
        for c in sink_checks(station_with({**options, "port": ending.port, "ca_file": str(authority.file)}))
        if "mang" in c.name
    ]
    assert check.ok is None
    assert "hết hạn ngày" in check.sentence
    assert "gia hạn" in check.sentence


@pytest.fixture
def station_with(live):
    """Return a function that gives the station a sink over the network."""
    from broadcaster.settings import SinkSettings

    def one(options):
        station = live.station
        sinks = {"aircheck": SinkSettings(kind="file"), "mang": SinkSettings(kind="icecast", options=options)}
        playout = station.settings.playout.model_copy(update={"sinks": sinks})
        object.__setattr__(station, "settings", station.settings.model_copy(update={"playout": playout}))
        return station

    return one


def test_the_end_of_a_certificate_is_foreseen_three_weeks_ahead():
    class Link:
        def getpeercert(self):
            return {"notAfter": "Mar 21 10:00:00 2026 GMT"}

    at = dt.datetime(2026, 3, 21, 10, tzinfo=dt.UTC)
    assert tls.ends_soon(Link(), at - dt.timedelta(days=22)) == ""
    assert "21/03/2026" in tls.ends_soon(Link(), at - dt.timedelta(days=20))


def test_what_tls_sends_of_itself_is_not_taken_for_an_end_and_is_not_waited_for(good, authority):
    ours, theirs = socket.socketpair()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(good)
    server: list = []
    shaking = threading.Thread(target=lambda: server.append(context.wrap_socket(theirs, server_side=True)))
    shaking.start()
    ours.settimeout(60)
    link = tls.wrapped(ours, "localhost", str(authority.file))
    shaking.join(5)
    assert link.version() == "TLSv1.3"
    assert select.select([link], [], [], 5)[0], "tickets for the next session have come, and no data"
    assert not icecast_client.ended(link)
    assert link.gettimeout() == 60
    server[0].sendall(b"a word")
    until(lambda: select.select([link], [], [], 0)[0])
    assert not icecast_client.ended(link)
    server[0].close()
    until(lambda: icecast_client.ended(link))
    link.close()


@pytest.mark.slow
def test_listeners_hear_the_programme_over_tls_and_it_comes_back_after_a_restart(good, authority, made):
    server = Icecast(certificate=good).start()
    sink = sink_of(server, made, ca_file=str(authority.file), keep=True)
    heard: list = []

    def accident():
        until(lambda: server.has("/loa.ogg"))
        heard.append(listen(server.url("/loa.ogg"), 2))
        server.stop()
        until(lambda: sink.trouble)
        server.start()
        until(lambda: server.has("/loa.ogg"))
        heard.append(listen(server.url("/loa.ogg"), 2))

    try:
        items, faults = play(sink, tone(12.0, 700), meanwhile=accident)
        until(lambda: not sink.trouble, 30)
    finally:
        server.close()
    assert "Mất kết nối tới máy chủ Icecast" in faults[0]
    assert not items[0].whole
    for sound in heard:
        assert share_of(sound[-24000:], 700) > 0.9


@pytest.mark.slow
def test_the_stream_stays_up_over_tls_longer_than_a_dead_server_would_be_borne(serve, good, authority, made):
    server = serve(good)
    sink = sink_of(server, made, ca_file=str(authority.file), keep=True, mount="/lau.ogg")
    sink.start()
    until(lambda: server.has("/lau.ogg"))
    throughout(10, lambda: sink.trouble == "")
    assert (server.folder / "access.log").read_text().count("/lau.ogg") == 0, "one connection, still open"


@pytest.mark.slow
def test_the_ear_hears_whom_the_sink_trusts_and_nobody_else(serve, good, authority, made, tmp_path):
    sound = tmp_path / "nghe.ogg"
    shape = ["-f", "lavfi", "-i", "sine=d=2", "-c:a", "libopus", str(sound)]
    subprocess.run([ffmpeg.program(), "-loglevel", "error", *shape], check=True)
    here, elsewhere = serve(good), serve(authority.sign("DNS:loa.mau.example"))
    for server in (here, elsewhere):
        shutil.copy(sound, server.web)
    known = {"ca_file": str(authority.file), "mount": "/nghe.ogg"}
    assert len(_heard(sink_of(here, made, **known).hear())) == 48_000
    assert len(_heard(sink_of(here, made, mount="/nghe.ogg").hear())) == 0, (
        "an authority that the machine does not know"
    )
    assert len(_heard(sink_of(elsewhere, made, **known).hear())) == 0, "another name"


def _heard(command):
    out: list = []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    reader = threading.Thread(target=lambda: out.append(process.stdout.read(96_000)))
    reader.start()
    reader.join(8)
    process.kill()
    process.wait()
    reader.join(5)
    process.stdout.close()
    return np.frombuffer(out[0][: len(out[0]) // 2 * 2], "<i2")
