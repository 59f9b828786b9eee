"""What is well and what is not with the station, in words that an operator understands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from broadcaster import __version__, private
from broadcaster.alerting.places import parted
from broadcaster.db.models import BroadcastRow, Incident
from broadcaster.db.queries import alerts as alert_rows
from broadcaster.db.queries import work, zones
from broadcaster.disks import refused
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.log.chains import Chain
from broadcaster.domain.schedule.rotations import WEEKDAY_LABELS
from broadcaster.domain.setup.upgrades import UpgradeStep
from broadcaster.domain.setup.zones import Correction
from broadcaster.domain.work.jobs import JobKind, JobState
from broadcaster.errors import EngineError, StationError
from broadcaster.floor import said
from broadcaster.media import ffmpeg
from broadcaster.services import disk_room
from broadcaster.services.air.fitness import ASKED_OF_PLAYOUT, BELIEVABLE_FROM, Organ, fitness
from broadcaster.services.air.heartbeats import status
from broadcaster.services.log import places
from broadcaster.services.log.record import examine as examine_record
from broadcaster.services.people import second_step
from broadcaster.services.scripts.approving import airable
from broadcaster.services.setup import (
    alert_ways,
    certificates,
    lacking,
    machine_checks,
    restored,
    settings_check,
)
from broadcaster.services.setup.backup import last_backup
from broadcaster.services.setup.elsewhere import telling
from broadcaster.services.setup.upgrade import record, wishes
from broadcaster.services.setup.upgrade.versions import usual
from broadcaster.services.station import Station
from broadcaster.sound import recogniser_process
from broadcaster.speech.registry import choose, engine_of, names, split

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: `ok` is None for a remark."""

    name: str
    ok: bool | None
    sentence: str


def examine(station: Station, sinks: Sequence[Check] = (), *, thorough: bool = True) -> list[Check]:
    """Every check, in the order in which an operator would ask; one that breaks is a finding of its own.

    `sinks` says how each way out does on this machine: only a process that may open sound devices knows. Without
    `thorough` the whole chain of the play log is not walked, which takes long when it holds years, and what might yet
    be installed is not told: that is for whoever looks after the machine, not for whoever looks at the horns.
    """
    checks: list[tuple[str, Callable[[Station], Check]]] = [
        ("Đồng hồ", _clock),
        ("Ổ đĩa", _disk),
        ("Cài đặt", _settings),
        ("ffmpeg", _ffmpeg),
        ("Âm thanh cần có", _needed),
        ("Khôi phục", _restored),
        ("Nâng cấp", _upgraded),
        ("Giọng đọc", _voices),
        *([("Giọng cài thêm", _extras), ("Nghe thử", _listener), ("Tiếp âm", _relays)] if thorough else []),
        ("Bài đã duyệt", _approved),
        ("Buổi sắp tới", _next),
        *([("Nhật ký", _log), ("Tệp của đài", _files), ("Bước thứ hai", _second_step)] if thorough else []),
        ("Dấu đã ký", _marks),
        ("Sao lưu", _backup),
        ("Sao lưu nơi khác", _elsewhere),
        ("Âm của cụm loa", _tones),
        ("Trang quản lý qua mạng", _network),
        ("Người canh từ xa", _watcher),
        ("Báo tin", _alerts),
        ("Sự cố", _incidents),
    ]
    found = []
    for name, check in checks:
        try:
            found.append(check(station))
        except StationError as error:
            found.append(Check(name, ok=False, sentence=str(error)))
        except OSError as error:
            found.append(Check(name, ok=False, sentence=str(refused(error, str(station.home.root)))))
    found[7:7] = sinks
    if thorough:
        found += [Check(name, ok, said) for name, ok, said in machine_checks.findings(station.home.root)]
    return [*_fitness(station), *found]


def _fitness(station: Station) -> Iterator[Check]:
    """One line for each part that must work for a horn to be heard; what cannot be known is a remark."""
    found = fitness(station)
    for organ in Organ:
        why = found.of(organ)
        if organ in ASKED_OF_PLAYOUT and found.of(Organ.PLAYOUT):
            yield Check(organ.label, ok=None, sentence="Chưa biết, vì máy phát không chạy.")
        else:
            yield Check(organ.label, ok=not why, sentence=why or organ.well)


def _clock(station: Station) -> Check:
    now = station.local(station.now())
    words = f"{WEEKDAY_LABELS[now.weekday()]}, {now:%d/%m/%Y %H:%M:%S}, múi giờ {station.settings.station.timezone}."
    if now.year < BELIEVABLE_FROM:
        return Check("Đồng hồ", ok=False, sentence=f"{words} Năm không đúng: hãy chỉnh đồng hồ máy rồi khởi động lại.")
    return Check("Đồng hồ", ok=True, sentence=words)


def _network(station: Station) -> Check:
    web, name = station.settings.web, "Trang quản lý qua mạng"
    said = certificates.told(station, web.host, web.port)
    if not said:
        return Check(name, ok=True, sentence="Chỉ mở được ở máy này.")
    return Check(name, ok=None if web.plain_http else True, sentence=said)


def _disk(station: Station) -> Check:
    room = disk_room.look(station)
    if words := room.told:
        return Check("Ổ đĩa", ok=False if room.closed else None, sentence=words)
    kept = f" Còn dưới {said(room.floor)} thì đài ngừng nhận bản ghi, tệp gửi lên." if room.floor else ""
    return Check("Ổ đĩa", ok=True, sentence=f"Còn trống {said(room.left)}.{kept}")


def _settings(station: Station) -> Check:
    wrong = settings_check.in_settings(station)
    return Check("Cài đặt", ok=not wrong, sentence=" ".join(wrong) or "Mọi điều ghi trong station.toml đều dùng được.")


def _relays(station: Station) -> Check:
    asked = settings_check.relays(station)
    if not asked:
        return Check("Tiếp âm", ok=True, sentence="Không có nguồn tiếp âm nào.")
    words = " ".join(f"“{name}”: {why or 'nhận được.'}" for name, why in asked.items())
    return Check("Tiếp âm", ok=not any(asked.values()), sentence=words)


def _ffmpeg(station: Station) -> Check:
    found = ffmpeg.in_use()
    if not found.bundled:
        return Check("ffmpeg", ok=True, sentence=f"{found.sentence} Bản vá bảo mật theo hệ điều hành.")
    alone = f"{found.sentence} Bản đi kèm này không tự nhận bản vá bảo mật."
    if found.is_old(station.today().year):
        return Check("ffmpeg", ok=None, sentence=f"{alone} Đã cũ: hãy cài ffmpeg của hệ điều hành hoặc nâng cấp đài.")
    return Check("ffmpeg", ok=True, sentence=alone)


def _voices(station: Station) -> Check:
    ready, missing = choose(station.settings.speech.voices)
    good = [voice.name for voice in ready]
    if not good:
        advice = "Hãy chọn giọng khác: loa voice list, loa voice default."
        return Check("Giọng đọc", ok=False, sentence=f"Không giọng nào dùng được. {' '.join(missing)} {advice}")
    words = f"Dùng {good[0]}."
    if missing:
        return Check("Giọng đọc", ok=None, sentence=f"{words} {' '.join(missing)}")
    return Check("Giọng đọc", ok=True, sentence=f"{words} Dự phòng: {', '.join(good[1:]) or 'không có'}.")


def _needed(station: Station) -> Check:
    missing = lacking.lacks(station)
    if not missing:
        return Check("Âm thanh cần có", ok=True, sentence="Trong kho có đủ những âm thanh mà đài cần.")
    told = "; ".join(f"{lack.title} ({lack.advice})" for lack in missing[:_NAMED])
    rest = f"; và {len(missing) - _NAMED} âm thanh nữa" if len(missing) > _NAMED else ""
    words = f"THIẾU {len(missing)} âm thanh mà đài cần: {told}{rest}. Tạo lại: nút ở trang Cài đặt, hoặc loa remake."
    return Check("Âm thanh cần có", ok=False, sentence=words)


def _restored(station: Station) -> Check:
    held = restored.waiting(station)
    if not held:
        return Check("Khôi phục", ok=True, sentence="Không có việc nào bị giữ lại sau khi khôi phục.")
    came = f"Đài vừa khôi phục từ {restored.source(station)}"
    words = f"{came}: {len(held)} việc chờ người quyết định (trang Cài đặt, hoặc loa restored)."
    return Check("Khôi phục", ok=None, sentence=words)


def _upgraded(station: Station) -> Check:
    if waiting := wishes.told(station.home, usual()):
        return Check("Nâng cấp", ok=None, sentence=waiting)
    if refused := record.refusal(station.home):
        return Check("Nâng cấp", ok=None, sentence=refused.sentence)
    found = record.last(station.home)
    if found is None:
        return Check("Nâng cấp", ok=True, sentence=f"Đang dùng phiên bản {__version__}; chưa nâng cấp lần nào.")
    return Check("Nâng cấp", ok=True if found.step is UpgradeStep.DONE else None, sentence=record.told(station.home))


def _extras(station: Station) -> Check:
    """Tell of each engine that is not one of the station's voices what it lacks; none of them is needed."""
    used = {split(name)[0] for name in station.settings.speech.voices}
    lines = []
    for name in names():
        if name in used or name == "tone":
            continue
        try:
            fault = engine_of(name).check()
        except EngineError as error:
            fault = str(error)
        lines.append(f"{name}: {fault or 'dùng được.'}")
    return Check("Giọng cài thêm", ok=None, sentence=" ".join(lines))


def _listener(station: Station) -> Check:
    fault = recogniser_process.missing(station.settings.speech.recogniser)
    return Check("Nghe thử", ok=None if fault else True, sentence=fault or "Dùng được: bản đọc mới được máy nghe thử.")


def _tones(station: Station) -> Check:
    """Tell of zones that share a sink and want it to sound differently."""
    wanted: dict[str, set[Correction]] = {}
    with station.db.read() as session:
        for zone in zones.zones_by_code(session).values():
            if zone.enabled:
                wanted.setdefault(zone.sink, set()).add(zone.correction)
    if split_up := [name for name, found in wanted.items() if len(found) > 1]:
        words = (
            f"Các cụm chung đường ra {', '.join(split_up)} được chỉnh âm khác nhau: máy lấy mức thấp nhất của từng ô."
        )
        return Check("Âm của cụm loa", ok=None, sentence=f"{words} Hãy đặt như nhau, hoặc cho mỗi cụm một đường ra.")
    return Check("Âm của cụm loa", ok=True, sentence="Không cụm nào đòi đường ra chung kêu khác nhau.")


def _approved(station: Station) -> Check:
    with station.db.read() as session:
        count = sum(1 for c in airable(session) if c.valid_on(station.today()))
    if not count:
        return Check("Bài đã duyệt", ok=None, sentence="Chưa có bài nào được duyệt và còn hạn, nên buổi phát sẽ trống.")
    return Check("Bài đã duyệt", ok=True, sentence=f"{count} bài được duyệt và còn hạn.")


def _next(station: Station) -> Check:
    with station.db.read() as session:
        row = session.scalars(
            select(BroadcastRow)
            .where(
                BroadcastRow.starts_at > station.now(),
                BroadcastRow.state.in_([BroadcastState.PLANNED, BroadcastState.CUED]),
            )
            .order_by(BroadcastRow.starts_at)
            .limit(1)
        ).first()
    if row is None:
        return Check(
            "Buổi sắp tới", ok=None, sentence="Chưa có buổi phát nào được lên lịch. Hãy áp dụng một lịch phát."
        )
    local = station.local(row.starts_at)
    weekday = WEEKDAY_LABELS[local.weekday()].lower()
    words = f"“{row.title}” lúc {local:%H:%M} {weekday} {local:%d/%m/%Y}, {len(row.rundown)} mục."
    return Check("Buổi sắp tới", ok=bool(row.rundown) or None, sentence=words)


def _log(station: Station) -> Check:
    found = examine_record(station)
    if faults := found.faults:
        more = f" Và {len(faults) - _NAMED} điều nữa: loa log verify." if len(faults) > _NAMED else ""
        return Check("Nhật ký", ok=False, sentence=" ".join(faults[:_NAMED]) + more)
    entries = found.chains[Chain.LOG].entries
    words = f"{entries} bản ghi, mọi chuỗi còn nguyên vẹn, khớp với {found.marks} dấu đã ký."
    return Check("Nhật ký", ok=True, sentence=" ".join([words, *found.remarks]))


def _marks(station: Station) -> Check:
    """Tell whether the record is signed each day, and laid where the settings say."""
    last, laid = places.newest(station.home), places.laid(station.home, station.settings)
    if last is None:
        return Check("Dấu đã ký", ok=None, sentence="Chưa ký lần nào; máy phát tự ký mỗi đêm khi đang chạy.")
    words = f"Dấu {last.code}, {station.local(last.at):%H:%M %d/%m/%Y}."
    if laid.why:
        return Check("Dấu đã ký", ok=None, sentence=f"{words} {laid.why}")
    fresh = station.now() - last.at < dt.timedelta(days=2)
    where = f" Cũng nằm ở {laid.folder}." if laid.number else ""
    return Check("Dấu đã ký", ok=fresh or None, sentence=words + where)


def _files(station: Station) -> Check:
    found = private.open_to_others(station.home.root)
    if not found:
        return Check("Tệp của đài", ok=True, sentence="Tài khoản khác trên máy này không đọc được tệp nào của đài.")
    named = ", ".join(str(path.relative_to(station.home.root.parent)) for path in found[:_NAMED])
    words = f"Tài khoản khác trên máy này đọc được {len(found)} tệp, thư mục: {named}. Đóng lại: loa init, hoặc loa up."
    within = station.home.root not in found  # behind a folder that is shut nobody reaches them
    return Check("Tệp của đài", ok=None if within else False, sentence=words)


def _second_step(station: Station) -> Check:
    found = second_step.shut_out(station)
    if not found:
        return Check("Bước thứ hai", ok=True, sentence="Mã trên điện thoại của mọi tài khoản đều kiểm tra được.")
    words = f"Mã trên điện thoại của {', '.join(found)} không kiểm tra được sau khi khôi phục: hãy tắt rồi bật lại."
    return Check("Bước thứ hai", ok=None, sentence=words)


def _backup(station: Station) -> Check:
    last = last_backup(station.home)
    with station.db.read() as session:
        job = work.job(session, JobKind.BACKUP)
    if job is not None and job.error and job.state in {JobState.FAILED, JobState.WANTED}:
        return Check(
            "Sao lưu", ok=False, sentence=f"Lần gần nhất không thành: {job.error} {_said(station, last)}".strip()
        )
    if last is None:
        return Check("Sao lưu", ok=None, sentence="Chưa sao lưu lần nào; đài tự sao lưu mỗi đêm khi đang chạy.")
    fresh = station.now() - last < dt.timedelta(days=2)
    return Check("Sao lưu", ok=fresh or None, sentence=_said(station, last))


def _elsewhere(station: Station) -> Check:
    ok, words = telling.told(station)
    return Check("Sao lưu nơi khác", ok=ok, sentence=words)


def _said(station: Station, last: dt.datetime | None) -> str:
    return f"Bản dùng được gần nhất lúc {station.local(last):%H:%M %d/%m/%Y}." if last else ""


def _watcher(station: Station) -> Check:
    if not station.settings.watch.ping:
        return Check("Người canh từ xa", ok=True, sentence="Không đặt; đài không gửi nhịp đi đâu.")
    lives, said = status(station, "worker")
    if not lives:
        return Check("Người canh từ xa", ok=None, sentence="Không có nhịp nào, vì xử lý nền không chạy.")
    why = str(said.get("ping", ""))
    return Check("Người canh từ xa", ok=None if why else True, sentence=why or "Nhận được nhịp của đài.")


def _alerts(station: Station) -> Check:
    """Tell whether anybody would be told, and of each way that did not work the last time."""
    alerts = station.settings.alerts
    if not alerts.people:
        words = "Chưa có ai được báo tin khi đài im. Hãy thêm người và cách báo ở trang Báo tin."
        return Check("Báo tin", ok=None, sentence=words)
    with station.db.read() as session:
        failing = [r for r in alert_rows.senders(session) if r.failing_since is not None]
        found = [r for r in failing if parted(r.name, alerts.senders)[0] in alerts.senders]
        wrong = [
            f"Cách báo tin “{r.name}” không gửi được từ {station.local(r.failing_since or r.tried_at):%H:%M %d/%m}: "
            f"{r.error}"
            for r in found
        ]
    wrong = alert_ways.faults(station.settings) + wrong
    words = " ".join(wrong) or f"Báo cho {len(alerts.people)} người; lần gửi gần nhất của mọi cách đều được."
    return Check("Báo tin", ok=not wrong, sentence=words)


def _incidents(station: Station) -> Check:
    with station.db.read() as session:
        rows = list(
            session.scalars(select(Incident).where(Incident.ended_at.is_(None)).order_by(Incident.id.desc()).limit(3))
        )
    if not rows:
        return Check("Sự cố", ok=True, sentence="Không có sự cố đang mở.")
    return Check("Sự cố", ok=None, sentence=" ".join(r.note for r in rows))
