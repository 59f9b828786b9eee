"""The certificate of the panel on the commune's own network: a small authority of the station's, and what it signed.

A browser lets a page use the microphone only over https, and no public authority signs a name like `192.168.1.5`. So
the station has an authority of its own, good for this machine's names, private addresses and those that it had when
the authority was made; each telephone and computer installs it once. The certificate under it lives a year and is made
anew by itself.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from broadcaster import keeping
from broadcaster.domain.people.callers import is_here
from broadcaster.home import Home
from broadcaster.services.station import Station
from broadcaster.settings import WebSettings

_AUTHORITY_DAYS: Final = 3650
_DAYS: Final = 397
"""Longer is refused by telephones."""
_RENEW_DAYS: Final = 30
_DAY: Final = dt.timedelta(days=1)
_PRIVATE: Final = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Where the panel's certificate and its key lie."""

    chain: Path
    key: Path


def speaks(web: WebSettings, host: str) -> bool:
    """Whether a panel at `host` speaks https: where other machines reach it, unless the settings say no."""
    if web.certificate and web.key:
        return True
    return not (is_here(host) or web.plain_http)


def told(station: Station, host: str, port: int) -> str:
    """How other machines reach a panel that listens at `host`, in Vietnamese; empty where none does."""
    web = station.settings.web
    if is_here(host):
        return ""
    shown = next((name for name in _names(station) if _is_address(name) and not is_here(name)), host)
    where = f"[{shown}]:{port}" if ":" in shown else f"{shown}:{port}"
    if not speaks(web, host):
        return (
            f"CHÚ Ý: máy khác vào http://{where}/ không mã hóa, mật khẩu đi qua mạng không che. "
            "Bỏ plain_http trong mục [web] của station.toml để dùng https."
        )
    if web.certificate:
        return f"Máy khác trong mạng vào bằng https://{where}/"
    return f"Máy khác trong mạng vào bằng https://{where}/ ; lần đầu cài chứng chỉ ở http://{where}/certificate/"


def of_station(station: Station) -> Certificate:
    """The panel's certificate: the one given in the settings, else the station's own, made or renewed where needed.

    Raises:
        OSError: it cannot be written.
    """
    web = station.settings.web
    if web.certificate and web.key:
        return Certificate(station.home.root / web.certificate, station.home.root / web.key)
    folder = _folder(station.home)
    found = Certificate(folder / "panel.pem", folder / "panel.key")
    now = station.now()
    if authority(station) is None or not (folder / "authority.key").is_file() or not _allows(folder, names_of(station)):
        _make_authority(folder, station.settings.station.name, names_of(station), now)
    names = [name for name in _names(station) if _allows(folder, [name])]
    if not _serves(found, names, now):
        _make(folder, station.settings.station.name, names, now)
    return found


def ends_at(station: Station) -> dt.datetime | None:
    """When the certificate that the panel shows ends (aware UTC); None where it shows none."""
    web = station.settings.web
    if not speaks(web, web.host):
        return None
    given = web.certificate and web.key
    found = _read(station.home.root / web.certificate if given else _folder(station.home) / "panel.pem")
    return found.not_valid_after_utc if found is not None else None


def authority(station: Station) -> bytes | None:
    """The station's authority as telephones install it (DER); None when it has none, or one that no longer holds."""
    found = _read(_folder(station.home) / "authority.pem")
    if found is None or not found.not_valid_before_utc <= station.now() < found.not_valid_after_utc - _DAYS * _DAY:
        return None
    return found.public_bytes(serialization.Encoding.DER)


def fingerprint(authority_der: bytes) -> str:
    """The SHA-256 of an authority in the form that telephones show."""
    return x509.load_der_x509_certificate(authority_der).fingerprint(hashes.SHA256()).hex(":").upper()


def _folder(home: Home) -> Path:
    folder = home.root / "tls"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def names_of(station: Station) -> list[str]:
    """What this machine is called, besides its addresses; a panel answers to no other name."""
    full = socket.gethostname().lower()
    host = full.partition(".")[0]
    names = ("localhost", host, f"{host}.local", full, *map(str.lower, station.settings.web.names))
    return list(dict.fromkeys(name for name in names if name and not _is_address(name)))


def _names(station: Station) -> list[str]:
    """The names, and the addresses that the machine has now, those of a private network first."""
    own = _addresses()
    private = [one for one in own if _within(one, _PRIVATE)]
    return list(dict.fromkeys([*names_of(station), "127.0.0.1", "::1", *private, *own]))


def _addresses() -> list[str]:
    found = []
    for interface in psutil.net_if_addrs().values():
        for one in interface:
            with contextlib.suppress(ValueError):  # a network card's own number
                found.append(str(ipaddress.ip_address(one.address.partition("%")[0])))
    return sorted(found, key=lambda address: ":" in address)


def _within(address: str, networks: Iterable[str]) -> bool:
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(network) for network in networks)


def _serves(certificate: Certificate, names: Iterable[str], now: dt.datetime) -> bool:
    found = _read(certificate.chain)
    if found is None or not certificate.key.is_file():
        return False
    known = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    said = {*known.get_values_for_type(x509.DNSName), *map(str, known.get_values_for_type(x509.IPAddress))}
    fresh = found.not_valid_before_utc <= now < found.not_valid_after_utc - _RENEW_DAYS * _DAY
    return fresh and set(names) <= said


def _read(path: Path) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        return None


def _make(folder: Path, station_name: str, names: Sequence[str], now: dt.datetime) -> None:
    signer = serialization.load_pem_private_key((folder / "authority.key").read_bytes(), None)
    above = x509.load_pem_x509_certificate((folder / "authority.pem").read_bytes())
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        _begun(_called(station_name), above.subject, key, now, _DAYS)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)  # type: ignore[arg-type]
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(signer, hashes.SHA256())  # type: ignore[arg-type]
    )
    _write_key(folder / "panel.key", key)
    pem = serialization.Encoding.PEM
    keeping.keep(folder / "panel.pem", made.public_bytes(pem) + above.public_bytes(pem))


def _allows(folder: Path, names: Iterable[str]) -> bool:
    found = x509.load_pem_x509_certificate((folder / "authority.pem").read_bytes())
    allowed = found.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    known = {one.value for one in allowed if isinstance(one, x509.DNSName)}
    networks = [str(one.value) for one in allowed if isinstance(one, x509.IPAddress)]
    return all(_within(name, networks) if _is_address(name) else name in known for name in names)


def _make_authority(folder: Path, station_name: str, own: Sequence[str], now: dt.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _called(f"Loa Xã – {station_name}")
    allowed: list[x509.GeneralName] = [x509.DNSName(name) for name in own]
    strange = [address for address in _addresses() if not _within(address, _PRIVATE)]
    allowed += [x509.IPAddress(ipaddress.ip_network(block)) for block in (*_PRIVATE, *strange)]
    usage = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    made = (
        _begun(subject, subject, key, now, _AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
        .add_extension(x509.NameConstraints(allowed, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_key(folder / "authority.key", key)
    keeping.keep(folder / "authority.pem", made.public_bytes(serialization.Encoding.PEM))


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: dt.datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + days * _DAY)
    )


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _general(name: str) -> x509.GeneralName:
    return x509.IPAddress(ipaddress.ip_address(name)) if _is_address(name) else x509.DNSName(name)


def _is_address(name: str) -> bool:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    return False


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    keeping.keep(path, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
