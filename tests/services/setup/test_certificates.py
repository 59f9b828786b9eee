"""The station's own authority and certificate: private, bounded to this machine, renewed by themselves."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import stat

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from broadcaster.clock import FrozenClock
from broadcaster.services.setup import certificates
from broadcaster.services.station import Station
from tests.kit.clocks import NOON

NAMES = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]


def authority(station: Station) -> x509.Certificate:
    found = certificates.authority(station)
    assert found is not None
    return x509.load_der_x509_certificate(found)


def leaf(station: Station) -> x509.Certificate:
    return x509.load_pem_x509_certificates(certificates.of_station(station).chain.read_bytes())[0]


def trusted(station: Station, certificate: x509.Certificate, name: x509.GeneralName) -> bool:
    policy = PolicyBuilder().store(Store([authority(station)])).time(station.now())
    try:
        policy.build_server_verifier(name).verify(certificate, [])  # type: ignore[arg-type]
    except VerificationError:
        return False
    return True


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


def test_a_browser_that_knows_the_authority_trusts_this_machine_by_name_and_address(station: Station) -> None:
    made = leaf(station)
    assert all(trusted(station, made, name) for name in NAMES)
    assert not trusted(station, made, x509.DNSName("dichvucong.example"))


def test_the_keys_are_the_stations_own_account_s_alone(station: Station) -> None:
    found = certificates.of_station(station)
    if os.name == "posix":
        for key in (found.key, found.key.with_name("authority.key")):
            assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert stat.S_IMODE(found.key.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        (x509.DNSName("bank.example"), False),
        (x509.IPAddress(ipaddress.ip_address("203.0.113.5")), False),
        (x509.DNSName("localhost"), True),  # the forgery is one that only its name spoils
    ],
)
def test_whoever_steals_the_authoritys_key_can_be_nobody_but_this_station(
    station: Station, name: x509.GeneralName, allowed: bool
) -> None:
    folder = certificates.of_station(station).key.parent
    stolen = serialization.load_pem_private_key((folder / "authority.key").read_bytes(), None)
    assert isinstance(stolen, ec.EllipticCurvePrivateKey)
    own = authority(station)
    forged = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(own.subject)
        .public_key(stolen.public_key())
        .serial_number(7)
        .not_valid_before(station.now() - dt.timedelta(days=1))
        .not_valid_after(station.now() + dt.timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([name]), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(stolen.public_key()), critical=False)
        .sign(stolen, hashes.SHA256())
    )
    assert trusted(station, forged, name) is allowed


def test_it_is_kept_while_it_holds_and_renewed_before_it_ends(station: Station, clock: FrozenClock) -> None:
    first, above = leaf(station), authority(station)
    assert leaf(station) == first
    clock.advance(380 * 86400)
    second = leaf(station)
    assert second != first
    assert authority(station) == above, "what telephones installed stays"
    assert trusted(station, second, NAMES[0])
    clock.advance(9 * 365 * 86400)
    assert certificates.authority(station) is None, "it ends before what it would sign"
    assert trusted(station, leaf(station), NAMES[0])
    assert authority(station) != above


def test_a_certificate_that_is_no_longer_readable_is_made_anew(station: Station) -> None:
    certificates.of_station(station).chain.write_bytes(b"rubbish")
    assert trusted(station, leaf(station), NAMES[1])


@pytest.mark.parametrize(
    ("host", "plain", "given", "speaks"),
    [
        ("127.0.0.1", False, "", False),
        ("localhost", False, "", False),
        ("::1", False, "", False),
        ("0.0.0.0", False, "", True),
        ("192.168.1.5", False, "", True),
        ("", False, "", True),
        ("0.0.0.0", True, "", False),
        ("127.0.0.1", True, "tls.pem", True),
    ],
)
def test_where_other_machines_reach_the_panel_it_speaks_https_unless_told_otherwise(
    station: Station, host: str, plain: bool, given: str, speaks: bool
) -> None:
    web = station.settings.web.model_copy(update={"plain_http": plain, "certificate": given, "key": given})
    assert certificates.speaks(web, host) is speaks


def test_an_address_that_the_machine_has_at_first_is_served_and_one_that_comes_later_if_it_is_private(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = ["203.0.113.5", "192.168.1.5"]
    monkeypatch.setattr(certificates, "_addresses", lambda: addresses)
    first = leaf(station)
    assert all(trusted(station, first, x509.IPAddress(ipaddress.ip_address(one))) for one in addresses)
    above = authority(station)
    addresses += ["198.51.100.7", "10.9.8.7"]
    second = leaf(station)
    assert authority(station) == above
    assert trusted(station, second, x509.IPAddress(ipaddress.ip_address("10.9.8.7")))
    assert not trusted(station, second, x509.IPAddress(ipaddress.ip_address("198.51.100.7")))
    assert leaf(station) == second
