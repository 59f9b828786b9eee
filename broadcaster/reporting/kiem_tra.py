"""Kiểm tra gói bằng chứng phát thanh. Chỉ cần Python 3.8 trở lên: python kiem_tra.py (trong thư mục đã giải nén).

Muốn kiểm tra một gói ở thư mục khác, gói cũ cũng được: python kiem_tra.py THƯ_MỤC
"""

# ruff: noqa: T201 - it prints: one page that runs anywhere, without the program whose log it checks
from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

HERE = Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
HERE = HERE if HERE.is_dir() else HERE.parent
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


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def entry_hash(prev: str, fields: dict[str, object]) -> str:
    """The hash that an entry must have after the one before it."""
    body = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(f"{prev}\n{body}".encode()).hexdigest()


def check_files(listed: dict[str, str]) -> list[str]:
    """Hold the files against the list."""
    names = {p.relative_to(HERE).as_posix() for p in HERE.rglob("*") if p.is_file() and p.suffix != ".pyc"}
    names -= {"muc_luc.json"}
    faults = [f"Thiếu tệp {name}" for name in sorted(set(listed) - names)]
    faults += [f"Tệp lạ, không có trong mục lục: {name}" for name in sorted(names - set(listed))]
    changed = [name for name in sorted(names & set(listed)) if sha256(HERE / name) != listed[name]]
    return faults + [f"Tệp đã bị sửa: {name}" for name in changed]


def check_chain() -> tuple[list[str], int, str]:
    """Follow the chain; return what is wrong, how many entries there are, and the last hash."""
    faults, count, before = [], 0, None
    with (HERE / "nhat_ky.jsonl").open(encoding="utf-8") as file:
        for line in file:
            link = json.loads(line)
            count += 1
            if entry_hash(link["prev_hash"], link["fields"]) != link["hash"]:
                faults.append(f"Bản ghi số {link['seq']} đã bị sửa sau khi ghi")
            elif set(link["fields"]) != FIELDS.get(link["fields"].get("version", 1)):
                faults.append(f"Bản ghi số {link['seq']} thuộc phiên bản mà chương trình này không biết")
            if link.get("apart"):
                continue
            if before and link["seq"] != before["seq"] + 1:
                faults.append(f"Thiếu bản ghi giữa số {before['seq']} và số {link['seq']}")
            if before and link["prev_hash"] != before["hash"]:
                faults.append(f"Bản ghi số {link['seq']} không nối với bản ghi đứng trước")
            before = link
    return faults, count, before["hash"] if before else ""


def main() -> int:
    """Check everything and say what was found."""
    listed = json.loads((HERE / "muc_luc.json").read_text(encoding="utf-8"))
    faults = check_files(listed["files"])
    if (HERE / "nhat_ky.jsonl").is_file():
        broken, count, last = check_chain()
        faults += broken
        if count != listed["entries"]:
            faults.append(f"Mục lục ghi {listed['entries']} bản ghi, trong gói có {count}")
        if last != listed["last_hash"]:
            faults.append("Dấu của bản ghi cuối không khớp với mục lục")
    for fault in faults:
        print("SAI:", fault)
    if not faults:
        print(f"NGUYÊN VẸN: {listed['entries']} bản ghi, {len(listed['files'])} tệp.")
        print("Dấu bản ghi cuối:", listed["last_hash"])
        print("Dấu của gói (so với biên bản bàn giao):", sha256(HERE / "muc_luc.json"))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(main())
