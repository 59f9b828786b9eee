"""An evidence bundle: the log of some days with its hashes, all approvals, the signed marks, clips, and a verifier.

The verifier needs nothing but Python. Whoever alters an entry must alter its hash, that of every later one, the
marks and the list of files; the mark of that list goes into the handing-over minutes, and log books on paper bear some.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import tempfile
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.clock import day_bounds
from broadcaster.db import chaining
from broadcaster.db.models import PlayLogEntry
from broadcaster.domain.log import marks
from broadcaster.domain.log.chains import Chain
from broadcaster.domain.log.marks import Mark
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.scripts.shaping import HUMAN
from broadcaster.errors import MediaError, RuleError
from broadcaster.media import ffmpeg
from broadcaster.services.audit import Trail
from broadcaster.services.log import chained, places, playlog
from broadcaster.services.log.record import examine
from broadcaster.services.log.spoken import known_of
from broadcaster.services.station import Station
from broadcaster.sound.store import settle

CLIPS, CLIP_S = 24, 12.0
_NAME = re.compile(r"(\d{6})-(\d+)-(.+)")
_STAMP = (2026, 1, 1, 0, 0, 0)

README = """GÓI BẰNG CHỨNG PHÁT THANH

nhat_ky.jsonl   các bản ghi của nhật ký phát thanh, mỗi dòng một bản ghi cùng dấu (SHA-256) nối với bản trước
ban_thu/        các đoạn ngắn cắt từ bản thu những gì đã ra loa; tên tệp: ngày, giờ, số buổi phát
phe_duyet.jsonl mọi phê duyệt của đài, nối bằng dấu như nhật ký
dau_ky.jsonl    các dấu mà máy phát ký mỗi đêm: lúc ấy mỗi dãy có bao nhiêu bản ghi, bản cuối mang dấu gì
doi_chieu.json  điều đài tự thấy lúc lập gói khi so các dãy với dấu ở mọi nơi
giong_nguoi.txt mục nào là giọng người thật: ai nộp bản thu, máy nghe thử nhận ra bao nhiêu lời (nếu có mục như vậy)
muc_luc.json    dấu SHA-256 của từng tệp
kiem_tra.py     chương trình kiểm tra, chỉ cần Python: python kiem_tra.py

Cách kiểm tra: giải nén, mở dòng lệnh trong thư mục đó, chạy: python kiem_tra.py
Chương trình in NGUYÊN VẸN hoặc nêu chỗ sai, và in dấu của gói để so với biên bản bàn giao.
Sổ nhật ký in có dấu và mã QR: python kiem_tra.py --dau "gõ dấu ấy, hoặc dán chữ quét được"
Nhật ký trong gói kéo tới bản ghi được ký kế tiếp, nên có thể dài hơn những ngày đã chọn.
Bản ghi có "apart": true là bản đính chính ghi sau, nằm ngoài dãy liên tục.
"""

_NEVER = "Đã có tệp ở đó, và gói bằng chứng không bao giờ ghi đè lên tệp khác. Hãy đặt tên mới."


@dataclass(frozen=True, slots=True)
class EvidenceBundle:
    """What was handed over."""

    path: Path
    entries: int
    clips: int
    mark: str
    """SHA-256 of the list of files, for the signed minutes."""
    last_hash: str


def make_bundle(
    station: Station, actor: Actor, first: dt.date, last: dt.date, path: Path, *, clips: int = CLIPS
) -> EvidenceBundle:
    """Write the bundle of the station days from `first` to `last`.

    Raises:
        ForbiddenError: the actor may not report.
        RuleError: nothing was logged on those days, the days are the wrong way round, or there is a file of that name:
            whatever was handed over once is never replaced.
    """
    actor.require(Permission.REPORT)
    if last < first:
        raise RuleError("Ngày cuối phải sau ngày đầu.", field="to")
    if path.exists():
        raise RuleError(_NEVER, field=str(path))
    if not path.parent.is_dir():
        raise RuleError("Thư mục để ghi không tồn tại. Hãy tạo thư mục trước.", field=str(path.parent))
    tz = station.settings.tz
    start, end = day_bounds(first, last, tz)
    with tempfile.TemporaryDirectory(dir=station.home.run) as folder:
        root = Path(folder)
        own, found = places.own(station.home), examine(station)
        with station.db.read() as session:
            count, last_hash = _write_log(session, start, end, own.found.marks, root / "nhat_ky.jsonl")
            _write_approvals(session, root / "phe_duyet.jsonl")
            _write_voices(session, start, end, root / "giong_nguoi.txt")
        if own.found.marks:
            (root / "dau_ky.jsonl").write_text(
                "".join(map(marks.line, own.found.marks)), encoding="utf-8", newline="\n"
            )
        said = json.dumps({"wrong": found.faults, "remarks": found.remarks}, ensure_ascii=False, indent=1)
        (root / "doi_chieu.json").write_text(said + "\n", encoding="utf-8", newline="\n")
        made = _cut_clips(station, first, last, root / "ban_thu", clips)
        (root / "kiem_tra.py").write_bytes((files("broadcaster.reporting") / "kiem_tra.py").read_bytes())
        (root / "DOC_TRUOC.txt").write_text(README, encoding="utf-8")
        names = sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())
        listed = {
            "station": station.settings.station.name,
            "from": first.isoformat(),
            "to": last.isoformat(),
            "made_at": station.now().isoformat(),
            "made_by": actor.username,
            "entries": count,
            "last_hash": last_hash,
            "files": {name: _sha256(root / name) for name in names},
        }
        body = json.dumps(listed, ensure_ascii=False, indent=1, sort_keys=True).encode()
        (root / "muc_luc.json").write_bytes(body)
        _zip(root, [*names, "muc_luc.json"], path)
    mark = hashlib.sha256(body).hexdigest()
    with station.db.write() as session:
        note = f"{first} đến {last}: {count} bản ghi, dấu {mark}"
        Trail(session, station.now(), actor).record("hand-over", "evidence", path.name, note=note)
    return EvidenceBundle(path, count, made, mark, last_hash)


def _write_log(
    session: Session, start: dt.datetime, end: dt.datetime, signed: Sequence[Mark], path: Path
) -> tuple[int, str]:
    """Write the unbroken stretch of the chain that holds these days up to the entry that the next mark names.

    Later corrections of what lies in it follow, apart.
    """
    bounds = select(func.min(PlayLogEntry.seq), func.max(PlayLogEntry.seq)).where(
        PlayLogEntry.planned_at >= start, PlayLogEntry.planned_at < end, PlayLogEntry.corrects.is_(None)
    )
    low, high = session.execute(bounds).one()
    if low is None:
        raise RuleError("Những ngày này nhật ký không có bản ghi nào.", field="from")
    last = chaining.ends(session)[Chain.LOG][0]
    reach = [seq for mark in signed for seq, _ in [mark.heads.get(Chain.LOG, (0, ""))] if high <= seq <= last]
    high = min(reach, default=high)
    count, last_hash = 0, ""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in playlog.stretch(session, low, high):
            file.write(_line(line, {}))
            count, last_hash = count + 1, line.hash
        for line in _later(session, high, start, end):
            file.write(_line(line, {"apart": True}))
            count += 1
    return count, last_hash


def _write_voices(session: Session, start: dt.datetime, end: dt.datetime, path: Path) -> None:
    """Write what is known of each entry that a person spoke: the words of its script are not claimed for it."""
    spoken = select(PlayLogEntry).where(
        PlayLogEntry.planned_at >= start, PlayLogEntry.planned_at < end, PlayLogEntry.voice == HUMAN
    )
    lines = [f"{row.seq}: {known_of(session, row)}\n" for row in session.scalars(spoken.order_by(PlayLogEntry.seq))]
    if lines:
        path.write_text("".join(lines), encoding="utf-8", newline="\n")


def _write_approvals(session: Session, path: Path) -> None:
    """Write every approval of the station in its chain: who let which bytes be heard."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for link in chained.links(session, Chain.APPROVALS):
            values = {"seq": link.seq, "prev_hash": link.prev_hash, "hash": link.hash, "fields": link.fields}
            file.write(json.dumps(values, ensure_ascii=False, sort_keys=True) + "\n")


def _later(session: Session, high: int, start: dt.datetime, end: dt.datetime) -> Iterator[playlog.ChainedEntry]:
    within = select(PlayLogEntry.seq).where(
        PlayLogEntry.seq > high,
        PlayLogEntry.corrects.is_not(None),
        PlayLogEntry.planned_at >= start,
        PlayLogEntry.planned_at < end,
    )
    for seq in session.scalars(within.order_by(PlayLogEntry.seq)).all():
        yield from playlog.stretch(session, seq, seq)


def _line(line: playlog.ChainedEntry, more: dict[str, Any]) -> str:
    link = {"seq": line.seq, "prev_hash": line.prev_hash, "hash": line.hash, "fields": line.entry.fields(), **more}
    return json.dumps(link, ensure_ascii=False, sort_keys=True) + "\n"


def _cut_clips(station: Station, first: dt.date, last: dt.date, folder: Path, most: int) -> int:
    """Cut a short piece out of each recording of these days, spread evenly when there are more than `most`."""
    found = [
        path
        for day in sorted(station.home.airchecks.glob("????-??-??"))
        if first.isoformat() <= day.name <= last.isoformat()
        for path in sorted(day.iterdir())
        if path.suffix in {".flac", ".wav", ".opus"} and _NAME.fullmatch(path.stem)
    ]
    chosen = found if len(found) <= most else [found[i * len(found) // most] for i in range(most)]
    made = 0
    for path in chosen:
        folder.mkdir(exist_ok=True)
        target = folder / f"{path.parent.name}-{path.stem}.flac"
        # What lies past the opening tune says most; of a short recording the beginning.
        for skip in ("20", "0"):
            cut = ["-loglevel", "error", "-ss", skip, "-t", str(CLIP_S), *ffmpeg.source(path), "-c:a", "flac"]
            try:
                ffmpeg.run([*cut, "-bitexact", f"file:{target}"], timeout_s=60, low_priority=True)
            except MediaError:
                target.unlink(missing_ok=True)
                continue
            if target.is_file() and target.stat().st_size > 1000:
                made += 1
                break
            target.unlink(missing_ok=True)
    return made


def _zip(root: Path, names: list[str], path: Path) -> None:
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        _write_zip(root, names, partial)
        settle(partial, path, overwrite=False)
    finally:
        partial.unlink(missing_ok=True)


def _write_zip(root: Path, names: list[str], partial: Path) -> None:
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_STORED if name.endswith(".flac") else zipfile.ZIP_DEFLATED
            archive.writestr(info, (root / name).read_bytes())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
