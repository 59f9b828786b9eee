"""A small living station: real rows, real sound, a Wednesday at 17:05 with the afternoon session on air."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, Heartbeat, Incident, Rendition, Topic
from broadcaster.db.queries.people import units
from broadcaster.db.queries.scripts.one import latest_revision
from broadcaster.db.queries.zones import cue_sounds, zone_map
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, ItemKind, Origin, RundownItem
from broadcaster.domain.log.playlog import Entry, Outcome
from broadcaster.domain.people.roles import Role, machine
from broadcaster.domain.schedule.rotations import DayKind
from broadcaster.domain.schedule.rundown import Reason
from broadcaster.domain.scripts.fields import ScriptFields
from broadcaster.domain.scripts.scripts import Genre, Priority, text_sha256
from broadcaster.media.ffmpeg import run
from broadcaster.services.log import playlog
from broadcaster.services.people import accounts, signing_in
from broadcaster.services.schedule.air import ANYTHING
from broadcaster.services.schedule.days import add_exception
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.scripts.approving import send_back
from broadcaster.services.scripts.editing import add_script, revise, submit
from broadcaster.services.scripts.four_eyes import approve
from broadcaster.services.scripts.speaking import spoken_of
from broadcaster.services.station import Station
from broadcaster.sound.store import Store
from tests.kit.founding import founded

TZ = dt.timezone(dt.timedelta(hours=7))
NOW = dt.datetime(2026, 3, 4, 17, 5, 20, tzinfo=TZ)
PASSWORD = "bốn con vịt bơi qua sông"
PEOPLE = (
    ("quantri", "Quản trị đài", [Role.ADMIN]),
    ("vanhanh", "Người vận hành đài", [Role.OPERATOR]),
    ("bientap", "Biên tập viên", [Role.EDITOR]),
    ("lanhdao", "Phó Chủ tịch phụ trách văn xã", [Role.CHIEF]),
    ("xem", "Cán bộ theo dõi", [Role.VIEWER]),
)
TOPICS = (
    ("y-nghia-cchc", "Ý nghĩa, mục tiêu của cải cách hành chính", "Ý nghĩa CCHC"),
    ("chi-so", "Chỉ số PAR INDEX, SIPAS, PAPI", "Các chỉ số"),
    ("dich-vu-cong", "Kết quả giải quyết thủ tục hành chính, dịch vụ công trực tuyến", "Dịch vụ công"),
    ("chuyen-doi-so", "Chính quyền số, Đề án 06, Nghị quyết số 57-NQ/TW", "Chuyển đổi số"),
    ("khac", "Nội dung khác", "Khác"),
)
ROTATION = """
[rotation]
code = "ngay-thuong"
title = "Lịch ngày thường"
days = "ordinary"
valid_from = 2026-01-01

[[slot]]
code = "sang"
title = "Chương trình buổi sáng"
start = "05:00"
max_minutes = 30
item = [
  { kind = "cue", cue = "nhac-hieu" },
  { kind = "script", genre = "station_call" },
  { kind = "fill", max_items = 5, separator = "ngat" },
  { kind = "cue", cue = "nhac-ket" },
]

[[slot]]
code = "chieu"
title = "Chương trình buổi chiều"
start = "17:00"
max_minutes = 30
weekdays = ["mon", "tue", "wed", "thu", "fri"]
item = [
  { kind = "cue", cue = "nhac-hieu" },
  { kind = "script", genre = "station_call" },
  { kind = "fill", max_items = 4, separator = "ngat", repeat_notices = 1 },
  { kind = "cue", cue = "nhac-ket" },
]
"""
SCRIPTS = (
    (
        "Lời xướng của đài",
        "khac",
        Genre.STATION_CALL,
        "approved",
        "Đây là Đài truyền thanh xã Mẫu. Mời bà con nghe chương trình của đài.",
    ),
    (
        "Nộp hồ sơ trực tuyến, không phải đi lại nhiều lần",
        "dich-vu-cong",
        Genre.COLUMN,
        "approved",
        (
            "Từ ngày 01/7/2025, bà con nộp hồ sơ TTHC trên Cổng Dịch vụ công quốc gia.\n\nTheo Nghị định số 118/2025/NĐ-CP, "
            "người dân được hướng dẫn tại Bộ phận Một cửa của UBND xã, từ 7h30 đến 17h00 các ngày làm việc.\n\n"
            "Cần hỏi, bà con gọi 1900 1234 hoặc gặp cán bộ trực."
        ),
    ),
    (
        "Chỉ số hài lòng SIPAS là gì?",
        "chi-so",
        Genre.COLUMN,
        "approved",
        (
            "SIPAS đo mức độ hài lòng của người dân đối với sự phục vụ của cơ quan hành chính nhà nước.\n\n"
            "Năm 2026, xã phấn đấu đạt trên 90%."
        ),
    ),
    (
        "Đề án 06 và tài khoản VNeID",
        "chuyen-doi-so",
        Genre.COLUMN,
        "approved",
        "Đề án 06 giúp bà con dùng một tài khoản VNeID cho nhiều việc. Hãy đến UBND xã để được hỗ trợ.",
    ),
    (
        "Thông báo lịch tiêm chủng tháng 3",
        "khac",
        Genre.NOTICE,
        "approved",
        "Trạm Y tế xã tiêm chủng cho trẻ em ngày 12/3/2026, từ 7h30 đến 11h00.",
    ),
    (
        "Thông báo cắt điện ngày 6/3",
        "khac",
        Genre.NOTICE,
        "submitted",
        "Ngày 06/3/2026, từ 8h00 đến 11h30, điện lực tạm ngừng cấp điện để sửa đường dây tại các ấp Mẫu 1, Mẫu 2.",
    ),
    (
        "Kết quả giải quyết thủ tục hành chính quý I",
        "dich-vu-cong",
        Genre.BULLETIN,
        "resubmitted",
        "Quý I/2026, Bộ phận Một cửa tiếp nhận 1.234 hồ sơ, giải quyết đúng hạn 98,5%.",
    ),
    (
        "Mô hình tổ công nghệ số cộng đồng",
        "chuyen-doi-so",
        Genre.BULLETIN,
        "returned",
        "Tổ công nghệ số cộng đồng đến từng nhà hướng dẫn bà con.",
    ),
    (
        "Khẩu hiệu: Cải cách hành chính vì Nhân dân phục vụ",
        "y-nghia-cchc",
        Genre.SLOGAN,
        "draft",
        "Cải cách hành chính, vì Nhân dân phục vụ!",
    ),
    (
        "Ý nghĩa của cải cách hành chính đối với người dân",
        "y-nghia-cchc",
        Genre.COLUMN,
        "draft",
        "Cải cách hành chính là bớt giấy tờ, bớt đi lại, bớt chờ đợi.",
    ),
)


def build(root: Path, clock: FrozenClock) -> Station:
    """Make the station at `root`; the clock stands at NOW."""
    station = founded(root, clock=clock)
    kit = machine("bộ thử")
    for username, name, roles in PEOPLE:
        temporary = accounts.create_user(station, kit, username, name, roles)
        signing_in.change_password(station, accounts.actor_named(station, username), temporary, PASSWORD)
    with station.db.write() as session:
        for position, (code, title, short) in enumerate(TOPICS):
            session.merge(Topic(code=code, title=title, short=short, position=position))
    _scripts(station, _sound(station, root))
    apply_rotation(station, kit, ROTATION, "ngay-thuong")
    add_exception(station, kit, dt.date(2026, 3, 8), DayKind.HOLIDAY, "Ngày Quốc tế Phụ nữ", agreed=ANYTHING)
    _days(station)
    with station.db.write() as session:
        session.add(
            Incident(
                what="silence",
                zone="am03",
                started_at=NOW - dt.timedelta(hours=12),
                ended_at=NOW - dt.timedelta(hours=11, minutes=52),
                note="Cụm loa ấp Mẫu 3 không có tiếng trong lúc phát.",
            )
        )
        session.add(
            Incident(
                what="clock",
                zone=None,
                started_at=NOW - dt.timedelta(hours=3),
                ended_at=None,
                note="Đồng hồ máy lệch 4 giây so với lúc khởi động.",
            )
        )
    return station


def _sound(station: Station, root: Path) -> str:
    path = root / "tone.flac"
    run(["-f", "lavfi", "-i", "sine=frequency=440:duration=42:sample_rate=16000", "-ac", "1", str(path)])
    sha = Store(station.home.store).put(path)
    path.unlink()
    return sha


def _scripts(station: Station, audio: str) -> None:
    editor, chief = (accounts.actor_named(station, n) for n in ("bientap", "lanhdao"))
    with station.db.read() as session:
        unit = next(u.code for u in units(session) if u.code == "vhxh")
    for title, topic, genre, state, body in SCRIPTS:
        draft = ScriptFields(
            title,
            unit,
            topic,
            body,
            genre=genre,
            priority=Priority.PRIORITY if "điện" in title else Priority.NORMAL,
            valid_to=dt.date(2026, 3, 12) if genre is Genre.NOTICE else None,
            verify=("Con số 90% cần đối chiếu với kế hoạch của xã.",) if "SIPAS" in title else (),
        )
        number = add_script(station, editor, draft)
        if state == "draft":
            continue
        _speak(station, number, audio)
        submit(station, editor, number)
        if state in {"approved", "resubmitted"}:
            approve(station, chief, number, "Đồng ý cho phát.")
        if state == "resubmitted":
            changed = replace(
                draft, body=body.replace("1.234", "1.310") + " Có 12 hồ sơ trễ hạn, đã xin lỗi người dân."
            )
            revise(station, editor, number, changed)
            _speak(station, number, audio)
            submit(station, editor, number)
        if state == "returned":
            send_back(station, chief, number, "Nêu rõ số điện thoại liên hệ của tổ.")


def _speak(station: Station, number: int, audio: str) -> None:
    """Keep a rendition as the worker would, with the words that the voice would say; the sound is a tone."""
    with station.db.read() as session:
        body = latest_revision(session, number).body
    spoken = spoken_of(station, body)
    step = 42_000 // len(spoken.sentences)
    with station.db.write() as session:
        session.add(
            Rendition(
                revision_id=latest_revision(session, number).id,
                spoken_text=spoken.text,
                spoken_sha256=text_sha256(spoken.text),
                lexicon_version="thử",
                voice="espeak:vi+f2",
                rate=1.0,
                engine_version="thử",
                audio_sha256=audio,
                duration_ms=42_000,
                lufs=-16.1,
                dbtp=-1.6,
                cues=[
                    {"text": s.text, "start_ms": i * step, "end_ms": (i + 1) * step}
                    for i, s in enumerate(spoken.sentences)
                ],
                notes=[],
                created_at=station.now(),
            )
        )


def _days(station: Station) -> None:
    """Three days behind with their log, today on air, the rest of the week planned."""
    with station.db.read() as session:
        cues = cue_sounds(session)
        zones = list(zone_map(session).zones)
    tune, last = cues["nhac-hieu"], cues["nhac-ket"]
    items: list[tuple[ItemKind, str, str, int, int | None]] = [
        (ItemKind.CUE, tune.title, tune.audio_sha256, tune.duration_ms, None)
    ]
    items += [(ItemKind.SCRIPT, SCRIPTS[n][0], "0" * 64, 42_000, n + 1) for n in range(5)]
    items.append((ItemKind.CUE, last.title, last.audio_sha256, last.duration_ms, None))
    with station.db.read() as session:
        audio = latest_audio(session)
    rundown = tuple(
        RundownItem(
            no,
            kind,
            title,
            audio if kind is ItemKind.SCRIPT else sha,
            ms,
            script_id=script,
            revision=1 if script else None,
            topic="dich-vu-cong" if script else None,
        )
        for no, (kind, title, sha, ms, script) in enumerate(items, 1)
    )
    reasons = [
        Reason(2, SCRIPTS[1][0], chosen=True, why="Lâu chưa phát nhất trong các bài còn hạn."),
        Reason(9, SCRIPTS[8][0], chosen=False, why="Chưa được duyệt."),
    ]
    number = 0
    for offset in range(-2, 5):
        for hour, title in ((5, "Chương trình buổi sáng"), (17, "Chương trình buổi chiều")):
            starts = NOW.replace(hour=hour, minute=0, second=0) + dt.timedelta(days=offset)
            if hour == 17 and starts.weekday() >= 5:
                continue
            number += 1
            state = BroadcastState.PLANNED
            if starts < NOW - dt.timedelta(hours=1):
                state = BroadcastState.MISSED if (offset, hour) == (-1, 5) else BroadcastState.AIRED
            elif starts < NOW:
                state = BroadcastState.AIRING
            ended = state.terminal
            why = "Mất điện từ 4:40 đến 6:10." if state is BroadcastState.MISSED else "Phát đủ 7 mục." if ended else ""
            row = BroadcastRow(
                id=number,
                slot_key=f"ngay-thuong/{'sang' if hour == 5 else 'chieu'}",
                origin=Origin.ROTATION,
                rotation_code="ngay-thuong",
                slot_code="sang" if hour == 5 else "chieu",
                kind=BroadcastKind.ROTATION,
                title=title,
                starts_at=starts,
                ends_at=starts + dt.timedelta(minutes=30),
                zones=zones,
                rundown=rundown,
                reasons=reasons,
                sound_ms=sum(i.duration_ms for i in rundown),
                state=state,
                verdict=why,
                started_at=starts if state is not BroadcastState.PLANNED else None,
                finished_at=starts + dt.timedelta(minutes=5) if ended else None,
            )
            with station.db.write() as session:
                session.add(row)
                session.flush()
                if ended:
                    playlog.append(session, _entries(row, rundown, zones, state), station.now())
                if state is BroadcastState.AIRING:
                    session.merge(_beat(station, row, rundown[2], zones))


def _entries(
    row: BroadcastRow, rundown: tuple[RundownItem, ...], zones: list[str], state: BroadcastState
) -> list[Entry]:
    found = []
    at = row.starts_at
    for item in rundown:
        for zone in zones[:6]:
            heard = state is not BroadcastState.MISSED
            outcome = Outcome.FULL if heard else Outcome.MISSED
            if heard and zone == "am03" and item.no == 4:
                outcome = Outcome.PARTIAL
            found.append(
                Entry(
                    id=f"{row.id}-{item.no}-{zone}",
                    broadcast_id=row.id,
                    broadcast_title=row.title,
                    item_no=item.no,
                    zone=zone,
                    kind=item.kind,
                    title=item.title,
                    script_id=item.script_id,
                    revision=item.revision,
                    topic=item.topic,
                    unit=None,
                    genre=None,
                    audio_sha256=item.audio_sha256,
                    planned_at=at,
                    started_at=at if heard else None,
                    ended_at=at + dt.timedelta(milliseconds=item.duration_ms) if heard else None,
                    duration_ms=item.duration_ms,
                    heard_ms=0
                    if not heard
                    else item.duration_ms // 2
                    if outcome is Outcome.PARTIAL
                    else item.duration_ms,
                    outcome=outcome,
                    reason={Outcome.MISSED: "Mất điện.", Outcome.PARTIAL: "Đường ra ngắt giữa chừng."}.get(outcome, ""),
                    actor="tự động",
                    host="may-dai",
                    sink="main",
                )
            )
        at += dt.timedelta(milliseconds=item.duration_ms)
    return found


def _beat(station: Station, row: BroadcastRow, item: RundownItem, zones: list[str]) -> Heartbeat:
    status = {
        "on_air": {
            "broadcast": {"id": row.id, "title": row.title},
            "item": {"no": item.no, "title": item.title},
            "zones": zones,
            "started_at": (NOW - dt.timedelta(seconds=14)).isoformat(),
            "position_ms": 14_000,
            "duration_ms": item.duration_ms,
        },
        "sinks": {"main": "ok"},
    }
    return Heartbeat(process="playout", host="may-dai", pid=1, at=station.now(), status=status)


def latest_audio(session: Session) -> str:
    """Return the hash of the sound that all renditions share."""
    from sqlalchemy import select

    return session.scalars(select(Rendition.audio_sha256).limit(1)).one()
