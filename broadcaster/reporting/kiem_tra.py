"""Kiểm tra gói bằng chứng phát thanh. Chỉ cần Python 3.8 trở lên: python kiem_tra.py (trong thư mục đã giải nén).

So với dấu in trên sổ nhật ký (gõ lại, hoặc quét mã QR): python kiem_tra.py --dau "12-9f3a c4d1 …"
Muốn kiểm tra một gói ở thư mục khác, gói cũ cũng được: python kiem_tra.py THƯ_MỤC
"""

# ruff: noqa: T201 - it prints: a page that runs anywhere, without the program whose log it checks
from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

FIRST = {
    *("id", "broadcast_id", "broadcast_title", "item_no", "zone", "kind", "title", "script_id", "revision", "topic"),
    *("unit", "genre", "audio_sha256", "planned_at", "started_at", "ended_at", "duration_ms", "heard_ms", "outcome"),
    *("reason", "actor", "host", "sink", "voice", "corrects"),
}
SECOND = FIRST | {"cause", "version"}
THIRD = SECOND | {"also"}
FOURTH = THIRD | {"outlet"}
FIELDS = {1: FIRST, 2: SECOND, 3: THIRD, 4: FOURTH, 5: FOURTH | {"recorded_at"}}
"""What an entry consists of, by its version; one that names no version is of the first."""
LISTED, LOG, MARKS = "muc_luc.json", "nhat_ky.jsonl", "dau_ky.jsonl"
APPROVALS, OWN_WORD = "phe_duyet.jsonl", "doi_chieu.json"
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Y = 4 * pow(5, P - 2, P) % P


def _x(y: int, sign: int) -> int:
    """The x of a point of the curve; ValueError when there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (not x and sign):
        raise ValueError("not on the curve")
    return P - x if x & 1 != sign else x


def _add(a: Any, b: Any) -> Any:
    """Two points added, in extended coordinates."""
    c, d = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    e, f = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    g, h, i, j = d - c, f - e, f + e, d + c
    return g * h % P, i * j % P, h * i % P, g * j % P


def _times(number: int, point: Any) -> Any:
    """A point added to itself so many times."""
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _add(total, point)
        point, number = _add(point, point), number >> 1
    return total


def _point(data: bytes) -> Any:
    y = int.from_bytes(data, "little")
    y, sign = y & (2**255 - 1), y >> 255
    x = _x(y, sign)
    return x, y, 1, x * y % P


def signature_holds(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature holds (RFC 8032): written out, so that nothing needs to be installed."""
    if len(key) != 32 or len(signature) != 64:
        return False
    try:
        public, given = _point(key), _point(signature[:32])
    except ValueError:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    base = _x(Y, 0)
    left, right = _times(s, (base, Y, 1, base * Y % P)), _add(given, _times(h, public))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def plain(value: Any) -> bytes:
    """A value as it is hashed and signed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def entry_hash(prev: str, fields: Any) -> str:
    """The hash that an entry must have after the one before it."""
    return hashlib.sha256(prev.encode() + b"\n" + plain(fields)).hexdigest()


def lines_of(path: Path, needs: set[str]) -> tuple[list[Any], list[str]]:
    """The lines of a file that are objects with these fields, and what is wrong with the others."""
    found, faults = [], []
    for number, raw in enumerate(path.read_bytes().splitlines(), 1):
        try:
            line = json.loads(raw)
            plain(line)
        except (ValueError, RecursionError):
            line = None
        if isinstance(line, dict) and needs <= set(line):
            found.append(line)
        else:
            faults.append(f"Dòng {number} của {path.name} không đọc được")
    return found, faults


def check_files(here: Path, listed: Any) -> list[str]:
    """Hold the files against the list."""
    names = {p.relative_to(here).as_posix() for p in here.rglob("*") if p.is_file() and p.suffix != ".pyc"}
    names -= {LISTED}
    faults = [f"Thiếu tệp {name}" for name in sorted(set(listed) - names)]
    faults += [f"Tệp lạ, không có trong mục lục: {name}" for name in sorted(names - set(listed))]
    changed = [name for name in sorted(names & set(listed)) if sha256(here / name) != listed[name]]
    return faults + [f"Tệp đã bị sửa: {name}" for name in changed]


def check_chain(path: Path, noun: str, *, known: bool) -> tuple[list[str], list[Any]]:
    """Follow a chain; return what is wrong, and its links. `known`: an entry's fields are those of its version."""
    links, faults = lines_of(path, {"seq", "prev_hash", "hash", "fields"})
    before = None
    for link in links:
        seq, fields = link["seq"], link["fields"]
        version = fields.get("version", 1) if isinstance(fields, dict) else None
        if entry_hash(str(link["prev_hash"]), fields) != link["hash"]:
            faults.append(f"{noun} số {seq} đã bị sửa sau khi ghi")
        elif known and (not isinstance(version, int) or set(fields) != FIELDS.get(version)):
            faults.append(f"{noun} số {seq} thuộc phiên bản mà chương trình này không biết")
        if link.get("apart"):
            continue
        if not isinstance(seq, int):
            faults.append(f"{noun} có số thứ tự lạ: {seq!r}")
            continue
        if before and seq != before["seq"] + 1:
            faults.append(f"Thiếu {noun.lower()} giữa số {before['seq']} và số {seq}")
        if before and link["prev_hash"] != before["hash"]:
            faults.append(f"{noun} số {seq} không nối với bản ghi đứng trước")
        before = link
    return faults, links


def mark_hash(mark: Any) -> tuple[bytes, str]:
    """What the signature of a mark is over, and its SHA-256."""
    signed = plain({name: value for name, value in mark.items() if name != "signature"})
    return signed, hashlib.sha256(signed).hexdigest()


def check_marks(path: Path, chains: dict[str, list[Any]], paper: str) -> tuple[list[str], list[str]]:
    """Hold the signed marks against one another, the chains and a mark from paper: what is wrong, what to tell."""
    names = {"number", "at", "heads", "previous", "key", "beginning", "signature"}
    marks, faults = lines_of(path, names)
    sums = [mark_hash(mark) for mark in marks]
    for n, mark in enumerate(marks):
        number, heads = mark["number"], mark["heads"]
        if not isinstance(heads, dict) or not all(isinstance(h, list) and len(h) == 2 for h in heads.values()):
            faults.append(f"Dấu số {number} không đọc được")
            continue
        if n and mark["previous"] != sums[n - 1][1]:
            faults.append(f"Dấu số {number} không nối với dấu đứng trước")
        if n and mark["key"] != marks[n - 1]["key"] and mark["beginning"] != "new-key":
            faults.append(f"Dấu số {number} ký bằng khóa khác mà không nói là khóa mới")
        # What a later mark of the same key signs holds all before it.
        if (n + 1 == len(marks) or marks[n + 1]["key"] != mark["key"]) and not signed_well(mark, sums[n][0]):
            faults.append(f"Dấu số {number} mang chữ ký sai")
        for chain, links in chains.items():
            faults += against(mark, chain, links, marks[n + 1 :])
    return faults + from_paper(paper, marks, [mark_sum for _, mark_sum in sums]), told(marks, chains)


def signed_well(mark: Any, signed: bytes) -> bool:
    """Whether a mark's signature is that of its key."""
    try:
        return signature_holds(bytes.fromhex(mark["key"]), signed, bytes.fromhex(mark["signature"]))
    except (ValueError, TypeError):
        return False


def against(mark: Any, chain: str, links: list[Any], later: list[Any]) -> list[str]:
    """Whether the entry that a mark names is in the bundle and hashes so; one outside of its stretch is not asked."""
    seq, last = mark["heads"].get(chain, [0, ""])
    held = {link["seq"]: link["hash"] for link in links if isinstance(link["seq"], int)}
    least = min(held, default=1 if chain == "approvals" else float("inf"))
    if not isinstance(seq, int) or seq < least or held.get(seq) == last:
        return []
    for after in later:  # a restore that is on record took the entry away
        head = after["heads"].get(chain) if isinstance(after["heads"], dict) else None
        if after["beginning"] and isinstance(head, list) and head and isinstance(head[0], int) and head[0] < seq:
            return []
    what = "phê duyệt" if chain == "approvals" else "bản ghi"
    when = f"Dấu số {mark['number']} ({str(mark['at'])[:10]})"
    if seq in held:
        return [f"{when}: {what} số {seq} trong gói khác với lúc ký"]
    return [f"{when} ghi tới {what} số {seq}, trong gói không có"] if chain == "approvals" else []


def from_paper(paper: str, marks: list[Any], sums: list[str]) -> list[str]:
    """What is wrong with a mark that somebody typed from paper."""
    if not paper:
        return []
    found = re.match(r"(\d{1,9})-([0-9a-f]{20,64})$", re.sub(r"[\s.:]+", "", paper).lower().replace("–", "-"))
    if not found:
        return ["Dấu gõ vào không đúng: cần số thứ tự, dấu gạch và ít nhất 20 chữ số 0-9 a-f"]
    same = [total for mark, total in zip(marks, sums) if mark["number"] == int(found.group(1))]  # noqa: B905 - 3.8
    if not same:
        return [f"Trong gói không có dấu số {found.group(1)} như trên giấy"]
    return [] if same[0].startswith(found.group(2)) else [f"Dấu số {found.group(1)} trong gói khác với dấu trên giấy"]


def told(marks: list[Any], chains: dict[str, list[Any]]) -> list[str]:
    """What the marks say of this bundle."""
    numbers = [link["seq"] for link in chains["play_log"] if isinstance(link["seq"], int) and not link.get("apart")]
    heads = [m["heads"]["play_log"][0] for m in marks if isinstance(m["heads"], dict) and m["heads"].get("play_log")]
    covered = max((head for head in heads if isinstance(head, int)), default=0)
    anew = [m for m in marks if m["beginning"] and m["beginning"] != "first"]
    said = [f"Dấu số {m['number']} ({str(m['at'])[:10]}): khóa mới hoặc khôi phục. {m.get('why', '')}" for m in anew]
    if numbers and covered < max(numbers):
        said.append(f"Các bản ghi từ số {max(covered + 1, min(numbers))} chưa có dấu nào ký sau chúng")
    return said[:20]


def check(here: Path, paper: str = "") -> tuple[list[str], list[str], Any]:
    """Check everything: what is wrong, what to tell, and the list of files."""
    listed = json.loads((here / LISTED).read_text(encoding="utf-8"))
    faults = check_files(here, listed["files"])
    said: list[str] = []
    log: list[Any] = []
    approvals: list[Any] = []
    if (here / LOG).is_file():
        broken, log = check_chain(here / LOG, "Bản ghi", known=True)
        row = [link for link in log if not link.get("apart")]
        faults += broken
        if len(log) != listed["entries"]:
            faults.append(f"Mục lục ghi {listed['entries']} bản ghi, trong gói có {len(log)}")
        if row and row[-1]["hash"] != listed["last_hash"]:
            faults.append("Dấu của bản ghi cuối không khớp với mục lục")
    if (here / APPROVALS).is_file():
        broken, approvals = check_chain(here / APPROVALS, "Phê duyệt", known=False)
        faults += broken
    if (here / MARKS).is_file():
        chains = {"play_log": [x for x in log if not x.get("apart")], "approvals": approvals}
        broken, said = check_marks(here / MARKS, chains, paper)
        faults += broken
    elif paper:
        faults.append("Gói này không mang dấu đã ký nào để so với giấy")
    if (here / OWN_WORD).is_file():
        own = json.loads((here / OWN_WORD).read_text(encoding="utf-8"))
        faults += [f"Khi lập gói, đài tự thấy: {what}" for what in own["wrong"]]
        said += [f"Khi lập gói: {what}" for what in own["remarks"]]
    return faults, said, listed


def main(arguments: list[str]) -> int:
    """Check everything and say what was found."""
    paper = ""
    if "--dau" in arguments:
        at = arguments.index("--dau")
        paper, arguments = " ".join(arguments[at + 1 :]) or "?", arguments[:at]
    here = Path(arguments[0] if arguments else __file__).resolve()
    here = here if here.is_dir() else here.parent
    try:
        faults, said, listed = check(here, paper)
        mark = sha256(here / LISTED)
    except Exception as error:  # noqa: BLE001 - whatever somebody made of the bundle, he is told and sees no traceback
        print(f"SAI: Gói hỏng hoặc không phải gói bằng chứng, không đọc được ({type(error).__name__})")
        return 1
    for fault in faults:
        print("SAI:", fault)
    for line in said:
        print("Lưu ý:", line)
    if not faults:
        print(f"NGUYÊN VẸN: {listed['entries']} bản ghi, {len(listed['files'])} tệp.")
        print("Dấu bản ghi cuối:", listed["last_hash"])
        print("Dấu của gói (so với biên bản bàn giao):", mark)
        print("Khớp với dấu trên giấy." if paper else "So với dấu in trên sổ nhật ký: python kiem_tra.py --dau DẤU")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
