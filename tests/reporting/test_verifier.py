"""The verifier that goes into a bundle: its signatures are those of RFC 8032, and whatever a bundle became is answered."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcaster.domain.log import marks
from broadcaster.domain.log.chain import GENESIS, entry_hash
from broadcaster.domain.log.chains import Chain
from broadcaster.reporting import kiem_tra
from tests.kit.entries import entry

VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655"
        "141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00"
        "d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc02"
        "7beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_vectors_of_the_standard_hold_and_nothing_near_them(key: str, message: str, signature: str) -> None:
    k, m, s = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)
    assert kiem_tra.signature_holds(k, m, s)
    assert not kiem_tra.signature_holds(k, m + b"x", s)
    high = (int.from_bytes(s[32:], "little") + kiem_tra.ORDER).to_bytes(32, "little")
    for bad in (s[:-1], s + b"x", s[:32] + bytes(32), bytes([s[0] ^ 1]) + s[1:], s[:32] + high, b"\xff" * 64):
        assert not kiem_tra.signature_holds(k, m, bad)
    for bad in (k[:-1], bytes([k[0] ^ 1]) + k[1:], b"\xff" * 32):
        assert not kiem_tra.signature_holds(bad, m, s)


@settings(max_examples=25)
@given(st.binary(max_size=200))
def test_what_the_library_signs_the_verifier_takes(message: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(message).digest())
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert kiem_tra.signature_holds(public, message, key.sign(message))


def made(folder: Path) -> Path:
    """A small bundle: six entries, three approvals, three marks."""
    folder.mkdir()
    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    log: list[dict[str, Any]] = []
    approvals: list[dict[str, Any]] = []
    signed: list[marks.Mark] = []
    ends = {Chain.LOG: GENESIS, Chain.APPROVALS: GENESIS}
    last = None
    for n in range(1, 7):
        one = entry(n).fields()
        log.append({"seq": n, "prev_hash": ends[Chain.LOG], "hash": entry_hash(ends[Chain.LOG], one), "fields": one})
        ends[Chain.LOG] = log[-1]["hash"]
        if n % 2:
            continue
        two = {"id": n // 2, "by": "lanhdao"}
        prev = ends[Chain.APPROVALS]
        approvals.append({"seq": n // 2, "prev_hash": prev, "hash": entry_hash(prev, two), "fields": two})
        ends[Chain.APPROVALS] = approvals[-1]["hash"]
        heads = {Chain.LOG: (n, ends[Chain.LOG]), Chain.APPROVALS: (n // 2, ends[Chain.APPROVALS])}
        at = dt.datetime(2026, 3, n, tzinfo=dt.UTC)
        last = marks.following(last, heads, at=at, station="Đài", key=public)
        last = marks.with_signature(last, key.sign(last.signed))
        signed.append(last)
    texts = {
        "nhat_ky.jsonl": "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in log),
        "phe_duyet.jsonl": "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in approvals),
        "dau_ky.jsonl": "".join(map(marks.line, signed)),
        "doi_chieu.json": json.dumps({"wrong": [], "remarks": []}),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    relist(folder)
    return folder


def relist(folder: Path) -> None:
    """Write the list of files anew, as whoever forges a bundle does."""
    lines = (folder / "nhat_ky.jsonl").read_text("utf-8").splitlines()
    names = sorted(p.name for p in folder.iterdir() if p.name != "muc_luc.json")
    listed = {
        "entries": len(lines),
        "last_hash": json.loads(lines[-1])["hash"],
        "files": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names},
    }
    (folder / "muc_luc.json").write_text(json.dumps(listed), "utf-8")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return made(tmp_path / "goi")


def judged(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    code = kiem_tra.main([str(folder), *more])
    return code, capsys.readouterr().out


def of_paper(folder: Path, number: int) -> marks.Mark:
    return marks.read((folder / "dau_ky.jsonl").read_text("utf-8")).marks[number - 1]


def test_a_whole_bundle_agrees_with_the_mark_on_paper(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(bundle, capsys)[0] == 0
    mark = of_paper(bundle, 2)
    for written in ([mark.code], mark.code.split(" "), [mark.scanned], [mark.code.upper()]):
        code, said = judged(bundle, capsys, "--dau", *written)
        assert (code, "Khớp với dấu trên giấy" in said) == (0, True), said
    for typed, words in {
        f"2-{'0' * 20}": "khác với dấu trên giấy",
        f"7-{'0' * 20}": "không có dấu số 7",
        "2-abc": "gõ vào không đúng",
        "": "gõ vào không đúng",
    }.items():
        code, said = judged(bundle, capsys, "--dau", typed)
        assert (code, words in said) == (1, True), said


def rewritten(folder: Path, name: str, first: int, **change: object) -> None:
    """Alter the first of these rows and compute the chain from there on anew, and the list of files."""
    links = [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]
    prev = GENESIS
    for link in links:
        if link["seq"] == first:
            link["fields"] |= change
        link["prev_hash"], link["hash"] = prev, entry_hash(prev, link["fields"])
        prev = link["hash"]
    (folder / name).write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in links), "utf-8")
    relist(folder)


def test_a_chain_computed_anew_with_its_list_is_told_by_the_marks(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewritten(bundle, "nhat_ky.jsonl", 3, reason="khác")
    code, said = judged(bundle, capsys)
    assert code == 1
    assert "Dấu số 2 (2026-03-04): bản ghi số 4 trong gói khác với lúc ký" in said
    assert "Dấu số 1" not in said


def test_an_approval_altered_or_cut_with_its_chain_is_told_by_the_marks(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewritten(bundle, "phe_duyet.jsonl", 2, by="người khác")
    assert "Dấu số 2 (2026-03-04): phê duyệt số 2 trong gói khác" in judged(bundle, capsys)[1]
    (bundle / "phe_duyet.jsonl").write_text("", "utf-8")
    relist(bundle)
    assert "Dấu số 3 (2026-03-06) ghi tới phê duyệt số 3, trong gói không có" in judged(bundle, capsys)[1]


def test_marks_altered_dropped_or_signed_by_another_are_told(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = (bundle / "dau_ky.jsonl").read_text("utf-8")
    lines = whole.splitlines(keepends=True)
    for text, words in {
        whole.replace('"station": "Đài"', '"station": "Khác"'): "mang chữ ký sai",
        lines[0] + lines[2]: "không nối với dấu đứng trước",
        whole.replace('"number": 2', '"number": 8'): "không nối với dấu đứng trước",
    }.items():
        assert text != whole
        (bundle / "dau_ky.jsonl").write_text(text, "utf-8")
        relist(bundle)
        code, said = judged(bundle, capsys)
        assert (code, words in said) == (1, True), said


def test_what_the_station_saw_when_it_made_the_bundle_is_passed_on(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"wrong": ["Phê duyệt: Dòng mang số 5 nằm ngoài chuỗi."], "remarks": ["Không đọc được thư mục E:."]}
    (bundle / "doi_chieu.json").write_text(json.dumps(said), "utf-8")
    relist(bundle)
    code, out = judged(bundle, capsys)
    assert code == 1
    assert "đài tự thấy: Phê duyệt: Dòng mang số 5" in out
    assert "Lưu ý: Khi lập gói: Không đọc được thư mục E:." in out


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda one: st.lists(one, max_size=4) | st.dictionaries(st.text(max_size=8), one, max_size=4),
    max_leaves=12,
)
FILES = ["muc_luc.json", "nhat_ky.jsonl", "phe_duyet.jsonl", "dau_ky.jsonl", "doi_chieu.json"]


@st.composite
def damages(draw: st.DrawFn) -> tuple[str, object]:
    """A file of the bundle, and what became of it: a change of its bytes, other bytes, or one value of one line."""
    name = draw(st.sampled_from(FILES))
    how = draw(st.sampled_from(["bytes", "cut", "flip", "value", "gone", "deep"]))
    if how == "bytes":
        return name, draw(st.binary(max_size=60))
    if how == "deep":
        return name, b"[" * 100_000
    if how in {"cut", "flip"}:
        return name, (how, draw(st.integers(0, 4000)), draw(st.integers(1, 255)))
    if how == "value":
        return name, ("value", draw(st.integers(0, 5)), draw(st.integers(0, 12)), draw(JSON), draw(st.booleans()))
    return name, None


def damage(path: Path, what: object) -> None:
    whole = path.read_bytes()
    match what:
        case None:
            path.unlink()
        case bytes():
            path.write_bytes(what)
        case ("cut", int(at), _):
            path.write_bytes(whole[: at % len(whole)])
        case ("flip", int(at), int(by)):
            at %= len(whole)
            path.write_bytes(whole[:at] + bytes([whole[at] ^ by]) + whole[at + 1 :])
        case ("value", int(line), int(field), value, bool(inside)):
            lines = whole.decode().splitlines()
            line %= len(lines)
            held = json.loads(lines[line])
            within = next((v for v in held.values() if isinstance(v, dict)), held) if inside else held
            within[sorted(within)[field % len(within)] if within else "x"] = value
            lines[line] = json.dumps(held)
            path.write_text("\n".join(lines) + "\n", "utf-8")


@pytest.mark.medium
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(damages(), min_size=1, max_size=3, unique_by=lambda one: one[0]), st.booleans(), st.text(max_size=30))
def test_whatever_a_bundle_became_is_answered_in_words(
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
    done: list[tuple[str, object]],
    listed: bool,
    paper: str,
) -> None:
    folder = made(tmp_path_factory.mktemp("hong") / "goi")
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    for name, what in done:
        damage(folder / name, what)
    if listed and all(name not in {"muc_luc.json", "nhat_ky.jsonl"} for name, _ in done):
        relist(folder)
    code, said = judged(folder, capsys, *(["--dau", paper] if paper else []))
    assert code == 1 or (not paper and "NGUYÊN VẸN" in said)
    assert said.startswith(("SAI:", "Lưu ý:", "NGUYÊN VẸN"))
    if {p.name: p.read_bytes() for p in folder.iterdir()} != before and not listed:
        assert code == 1, said


@pytest.mark.parametrize("what", ["nothing", "a file", "a folder in its place"])
def test_no_bundle_at_all_is_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str) -> None:
    folder = tmp_path / "goi"
    if what == "a file":
        folder.write_bytes(b"x")
    elif what != "nothing":
        made(folder)
        (folder / "nhat_ky.jsonl").unlink()
        (folder / "nhat_ky.jsonl").mkdir()
    code, said = judged(folder, capsys)
    assert code == 1
    assert said.startswith("SAI:")
