"""Places over a network, tried against real servers: whole files or none, and nothing told to a stranger."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from broadcaster.errors import RuleError
from broadcaster.targets import sftp as sftp_target
from broadcaster.targets.target import TargetError, made
from tests.kit import places_afar
from tests.kit.wires import cut_after

KINDS = ("sftp", "webdav", "s3")


@contextlib.contextmanager
def server(kind: str, folder: Path) -> Iterator[dict[str, Any]]:
    with contextlib.ExitStack() as stack:
        if kind == "s3":
            yield stack.enter_context(places_afar.s3(folder))[0]
        else:
            yield stack.enter_context({"sftp": places_afar.sshd, "webdav": places_afar.webdav}[kind](folder))


@pytest.mark.medium
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_laid_listed_fetched_and_let_go(kind: str, tmp_path: Path) -> None:
    one, big = tmp_path / "một", tmp_path / "lớn"
    one.write_bytes(b"x" * 1000)
    big.write_bytes(bytes(range(256)) * 40_000)
    with server(kind, tmp_path / "there") as options, made("xa", kind, options).opened() as shelf:
        assert shelf.listed("ab12") == {}
        shelf.put(one, "ab12/sounds/0/one.age")
        shelf.put(big, "ab12/nights/loa 1.big.age")
        shelf.put(big, "ab12/sounds/0/one.age")
        assert shelf.listed("ab12") == {
            "ab12/sounds/0/one.age": big.stat().st_size,
            "ab12/nights/loa 1.big.age": big.stat().st_size,
        }
        assert list(shelf.listed("ab12/nights")) == ["ab12/nights/loa 1.big.age"]
        shelf.get("ab12/nights/loa 1.big.age", tmp_path / "back")
        assert (tmp_path / "back").read_bytes() == big.read_bytes()
        shelf.remove("ab12/sounds/0/one.age")
        shelf.remove("ab12/sounds/0/one.age")
        assert list(shelf.listed("ab12")) == ["ab12/nights/loa 1.big.age"]
        with pytest.raises(TargetError):
            shelf.get("ab12/none", tmp_path / "none")
        with pytest.raises(TargetError):
            shelf.put(tmp_path / "nowhere", "ab12/nowhere")
        assert "ab12/nowhere" not in shelf.listed("ab12")


@pytest.mark.medium
@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("webdav", {"password": "sai-mat-khau"}),
        ("s3", {"secret_key": "sai-bi-mat-nhe"}),
        ("s3", {"access_key": "sai-khoa-nhe"}),
        ("s3", {"bucket": "khong-co"}),
        ("sftp", {"user": "khong-co-ai"}),
    ],
)
def test_a_wrong_key_or_name_is_refused_and_told_without_the_secret(
    kind: str, wrong: dict[str, str], tmp_path: Path
) -> None:
    with server(kind, tmp_path / "there") as options, pytest.raises(TargetError) as refused:  # noqa: SIM117
        with made("xa", kind, options | wrong).opened() as shelf:
            shelf.listed("ab12")
    for secret in ("password", "secret_key", "access_key"):
        assert str((options | wrong).get(secret, "chẳng ghi")) not in str(refused.value)


def test_the_key_of_another_machine_is_compared_by_a_person_before_anything_is_said(tmp_path: Path) -> None:
    with places_afar.sshd(tmp_path / "there") as options:
        for told, words in (("", "ssh-keygen -lf"), ("SHA256:" + "A" * 43, "KHÁC dấu đã ghi")):
            with (
                pytest.raises(TargetError, match=words) as refused,
                made("xa", "sftp", options | {"host_key": told}).opened(),
            ):
                pass
            assert str(options["host_key"]) in refused.value.message
        with made("xa", "sftp", options).opened() as shelf:
            assert shelf.listed("ab12") == {}


def test_a_password_goes_to_no_webdav_in_clear() -> None:
    with pytest.raises(RuleError, match="https"):
        made("xa", "webdav", {"url": "http://may.example.vn/dav"})


def test_a_bucket_without_room_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")
    with places_afar.s3(tmp_path / "there") as (options, bucket):
        bucket.full = True
        with made("xa", "s3", options).opened() as shelf, pytest.raises(TargetError, match="QuotaExceeded"):
            shelf.put(tmp_path / "x", "ab12/x")


@pytest.mark.medium
@pytest.mark.parametrize("kind", ["sftp", "webdav"])
def test_a_line_that_is_cut_leaves_nothing_under_the_name(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a wire that ends after so many bytes."""
    (tmp_path / "x").write_bytes(bytes(3_000_000))
    with server(kind, tmp_path / "there") as options, cut_after(1_000_000, _port(options)) as port:
        behind = _through(options, port)
        with pytest.raises(TargetError), made("xa", kind, behind).opened() as shelf:
            shelf.put(tmp_path / "x", "ab12/x")
        with made("xa", kind, options).opened() as shelf:
            assert shelf.listed("ab12") == {}
            shelf.put(tmp_path / "x", "ab12/x")
            assert shelf.listed("ab12") == {"ab12/x": 3_000_000}


def test_a_place_that_does_not_answer_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sftp_target, "_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        options = {"host": "127.0.0.1", "port": deaf.getsockname()[1], "user": "loa", "host_key": "SHA256:" + "A" * 43}
        with pytest.raises(TargetError), made("xa", "sftp", options).opened():
            pass


def _port(options: dict[str, Any]) -> int:
    return int(options["port"]) if "port" in options else int(options["url"].rpartition(":")[2])


def _through(options: dict[str, Any], port: int) -> dict[str, Any]:
    return options | ({"port": port} if "port" in options else {"url": f"http://127.0.0.1:{port}"})
