"""What keeps a copy from a place over a network: told as what it is, and what lay there before stays whole."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from broadcaster.targets import s3 as s3_target
from broadcaster.targets import sftp as sftp_target
from broadcaster.targets import webdav as webdav_target
from broadcaster.targets.refusing import HinderedError, Hindrance
from broadcaster.targets.target import TargetError, made
from tests.kit import certificates, places_afar, small_disk
from tests.kit.wires import cut_after

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

FEW_S = 2.0
BIG = 6_000_000
HERE = "DNS:localhost,IP:127.0.0.1"
WAYS = {
    ("sftp", "wrong password"): Hindrance.SIGN_IN,
    ("sftp", "wrong key"): Hindrance.SIGN_IN,
    ("sftp", "read-only"): Hindrance.READ_ONLY,
    ("sftp", "full"): Hindrance.UNSAID,
    ("webdav", "wrong password"): Hindrance.SIGN_IN,
    ("webdav", "read-only"): Hindrance.READ_ONLY,
    ("webdav", "full"): Hindrance.FULL,
    ("webdav", "unknown authority"): Hindrance.CERTIFICATE,
    ("webdav", "certificate of another name"): Hindrance.CERTIFICATE,
    ("webdav", "no TLS"): Hindrance.NO_TLS,
    ("s3", "wrong password"): Hindrance.SIGN_IN,
    ("s3", "wrong key"): Hindrance.SIGN_IN,
    ("s3", "read-only"): Hindrance.READ_ONLY,
    ("s3", "full"): Hindrance.FULL,
    ("s3", "no bucket"): Hindrance.MISSING,
    ("s3", "clock ahead"): Hindrance.CLOCK,
    ("s3", "clock behind"): Hindrance.CLOCK,
    ("s3", "unknown authority"): Hindrance.CERTIFICATE,
    ("s3", "certificate of another name"): Hindrance.CERTIFICATE,
    ("s3", "no TLS"): Hindrance.NO_TLS,
} | {
    (kind, what): hindrance
    for kind in ("sftp", "webdav", "s3")
    for what, hindrance in (
        ("slow", Hindrance.SLOW),
        ("cut off in mid-file", Hindrance.CUT),
        ("switched off", Hindrance.UNREACHED),
    )
}


def port_of(options: dict[str, Any]) -> int:
    return (
        int(options["port"])
        if "port" in options
        else int(str(options.get("url") or options["endpoint"]).split(":")[-1])
    )


def through(options: dict[str, Any], port: int) -> dict[str, Any]:
    if "port" in options:
        return options | {"port": port}
    if "url" in options:
        return options | {"url": f"{options['url'].rpartition(':')[0]}:{port}"}
    return options | {"endpoint": f"127.0.0.1:{port}"}


@contextlib.contextmanager
def server(kind: str, what: str, folder: Path) -> Iterator[dict[str, Any]]:
    """A place of that kind in that trouble."""
    certificate = None
    if what in {"unknown authority", "certificate of another name"}:
        authority = certificates.authority(folder.parent / "noi-cap")
        certificate = authority.sign("DNS:khac.example" if "name" in what else HERE)
    trusted = {"ca_file": str(authority.file)} if certificate and "name" in what else {}
    with contextlib.ExitStack() as stack:
        if kind == "s3":
            options, bucket = stack.enter_context(places_afar.s3(folder, certificate=certificate))
            bucket.full, bucket.read_only = what == "full", what == "read-only"
            hours = {"clock ahead": -1, "clock behind": 1}.get(what, 0)
            bucket.clock_off = dt.timedelta(hours=hours)
        elif kind == "webdav":
            options = stack.enter_context(
                places_afar.webdav(
                    folder,
                    certificate=certificate,
                    read_only=what == "read-only",
                    quota=100_000 if what == "full" else None,
                )
            )
        elif what == "wrong password":
            one = stack.enter_context(places_afar.sftp(folder))
            options = {
                "host": "127.0.0.1",
                "port": one.port,
                "user": "loa",
                "host_key": one.fingerprint,
                "folder": "loa",
            }
        else:
            options = stack.enter_context(places_afar.sshd(folder, read_only=what == "read-only"))
        yield options | trusted


def spoilt(kind: str, what: str, options: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The options as whoever set them up wrongly has them."""
    if what == "wrong password":
        return options | {"secret_key" if kind == "s3" else "password": "sai"}
    if what == "wrong key" and kind == "s3":
        return options | {"access_key": "khong-ai-biet"}
    if what == "wrong key":
        return options | {"key_file": str(folder / "host")}
    if what == "no bucket":
        return options | {"bucket": "khong-co-kho"}
    if what == "no TLS":
        return options | ({"plain_http": False} if kind == "s3" else {"url": f"https://127.0.0.1:{port_of(options)}"})
    return options


@contextlib.contextmanager
def trouble(kind: str, what: str, folder: Path) -> Iterator[dict[str, Any]]:
    with contextlib.ExitStack() as stack:
        if (kind, what) == ("sftp", "full"):
            options = stack.enter_context(server(kind, what, folder))
            disk = stack.enter_context(small_disk.mounted(folder / "disk", "3m"))
            options |= {"folder": str(disk / "loa")}
        else:
            options = stack.enter_context(server(kind, what, folder))
        if what in {"slow", "cut off in mid-file"}:
            port = stack.enter_context(cut_after(1_000_000, port_of(options), stalls=what == "slow"))
            options = through(options, port)
        if what == "switched off":
            with socket.create_server(("127.0.0.1", 0)) as gone:
                options = through(options, gone.getsockname()[1])
        yield spoilt(kind, what, options, folder)


def test_every_kind_of_hindrance_that_a_network_knows_is_among_those_tried() -> None:
    untried = set(Hindrance) - set(WAYS.values())
    assert untried == {Hindrance.PARTLY, Hindrance.OTHER}, "the first needs a server that lies, the other is unknown"
    assert all(word.value.count(".") >= 1 for word in Hindrance), "each says what to do"


@pytest.mark.parametrize(("kind", "what"), WAYS, ids=[f"{kind}: {what}" for kind, what in WAYS])
def test_what_hinders_a_copy_is_told_as_what_it_is_and_nothing_there_is_harmed(
    kind: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "sftp" and what == "full" and not small_disk.may_mount():
        pytest.skip("a disk of its own is mounted by root alone")
    for module in (sftp_target, webdav_target, s3_target):
        monkeypatch.setattr(module, "_SECONDS", FEW_S)
    big = tmp_path / "lớn"
    big.write_bytes(bytes(range(250)) * (BIG // 250))
    folder = tmp_path / "there"
    name = "ab12/nights/x.age"
    with trouble(kind, what, folder) as options:
        before = _laid_before(kind, folder, options, name)
        with pytest.raises(HinderedError) as refused, made("xa", kind, options).opened() as shelf:
            shelf.put(big, name)
        assert refused.value.hindrance is WAYS[kind, what]
        for secret in ("password", "secret_key", "access_key"):
            assert str(options.get(secret) or "chẳng ghi") not in refused.value.message
        assert before is None or before.read_bytes() == b"cu", "what was whole there still is"


def _laid_before(kind: str, folder: Path, options: dict[str, Any], name: str) -> Path | None:
    """An older copy of the same name, as an earlier night left it on the other machine's disk."""
    top = {"sftp": Path(str(options.get("folder"))), "webdav": folder / "loa-xa", "s3": folder / "loa-thu" / "loa-xa"}[
        kind
    ]
    if kind == "sftp" and not top.is_absolute():
        top = folder / top
    there = top / name
    there.parent.mkdir(parents=True, exist_ok=True)
    there.write_bytes(b"cu")
    return there


@pytest.mark.parametrize("kind", ["webdav", "s3"])
def test_a_certificate_of_the_province_s_own_authority_is_trusted_by_its_file(kind: str, tmp_path: Path) -> None:
    authority = certificates.authority(tmp_path / "noi-cap")
    certificate = authority.sign(HERE)
    (tmp_path / "x").write_bytes(b"x" * 10)
    with contextlib.ExitStack() as stack:
        if kind == "s3":
            options = stack.enter_context(places_afar.s3(tmp_path / "there", certificate=certificate))[0]
        else:
            options = stack.enter_context(places_afar.webdav(tmp_path / "there", certificate=certificate))
        with made("xa", kind, options | {"ca_file": str(authority.file)}).opened() as shelf:
            shelf.put(tmp_path / "x", "ab12/x")
            assert shelf.listed("ab12") == {"ab12/x": 10}
        for wrong in (str(tmp_path / "khong-co.pem"), str(tmp_path / "x")):
            with pytest.raises(TargetError) as refused, made("xa", kind, options | {"ca_file": wrong}).opened():
                pass
            assert refused.value.field == ("ca_file",)


def test_a_password_opens_sftp_and_a_key_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x" * 10)
    with places_afar.sftp(tmp_path / "there") as server:
        options = {"host": "127.0.0.1", "port": server.port, "user": "loa", "host_key": server.fingerprint}
        with made("xa", "sftp", options | {"password": "dung-mat-khau"}).opened() as shelf:
            shelf.put(tmp_path / "x", "ab12/x")
            assert shelf.listed("ab12") == {"ab12/x": 10}
        assert server.passwords == ["dung-mat-khau"]
        missing = options | {"key_file": str(tmp_path / "khong-co")}
        with pytest.raises(TargetError) as refused, made("xa", "sftp", missing).opened():
            pass
        assert refused.value.field == ("key_file",)
