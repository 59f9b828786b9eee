"""Every setting of a station: `station.toml` in its home, overridden by `LOA_SECTION__KEY` in the environment."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from broadcaster import faults, handwritten, misplaced
from broadcaster.domain.air.relays import RelaySource
from broadcaster.domain.alerts.quiet import QuietHours
from broadcaster.domain.reports.papers import Issuer, PaperForm
from broadcaster.domain.schedule.caps import Caps
from broadcaster.domain.schedule.windows import StationHours, Window
from broadcaster.errors import RuleError, StationError, Where
from broadcaster.plugins import ALERTS, ENGINES, RECOGNISERS, SINKS, TARGETS
from broadcaster.secret import Address, KeyedAddress, Secret

_SECRETIVE: Final = {("database",), ("relay",), ("playout",), ("speech",), ("alerts",), ("watch",), ("backup",)}
"""Sections in which a password may stand: what is written there is not repeated."""

_MONTHS: Final = [dt.datetime(year, month, 1, tzinfo=dt.UTC) for year in range(2026, 2037) for month in range(1, 13)]


def _zone(name: str) -> str:
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("không có múi giờ này; ví dụ đúng: Asia/Ho_Chi_Minh") from None
    if len({month.astimezone(zone).utcoffset() for month in _MONTHS}) > 1:
        raise ValueError("múi giờ này đổi giờ mùa hè, nên có giờ không có và giờ có hai lần; dùng Asia/Ho_Chi_Minh")
    return name


def _window(text: str) -> str:
    try:
        Window.parse(text)
    except RuleError as error:
        raise ValueError(error.message) from None
    return text


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StationSettings(_Section):
    """Đơn vị và đài."""

    commune: str = Field("xã Mẫu", description="Tên xã, phường hoặc đặc khu, viết như trong văn bản.")
    province: str = Field("tỉnh Mẫu", description="Tên tỉnh hoặc thành phố.")
    name: str = Field("Đài truyền thanh xã Mẫu", description="Tên đài, dùng trong lời xướng.")
    timezone: Annotated[str, AfterValidator(_zone)] = Field("Asia/Ho_Chi_Minh", description="Múi giờ của đài.")
    region: Literal["south", "north"] = Field(
        "south", description="Cách đọc số: south (lẻ, ngàn) hoặc north (linh, nghìn)."
    )


def _no_limit(value: Any) -> Any:
    return None if (type(value) is int and value == 0) or value == "0" else value


Limit = Annotated[int | None, BeforeValidator(_no_limit)]
"""A limit that may be lifted; TOML has no empty value, so that a file writes 0 for none, as the environment does."""


class HoursSettings(_Section):
    """Giờ được phép phát. Ngoài các khung này loa không bao giờ kêu, trừ phát khẩn cấp đã xác nhận."""

    windows: list[Annotated[str, AfterValidator(_window)]] = Field(
        ["05:00-07:30", "10:30-12:00", "16:30-19:00"],
        min_length=1,
        description="Các khung giờ trong ngày; được qua nửa đêm, như 23:30-00:30.",
    )
    sessions_per_day: Limit = Field(
        3, ge=1, description="Số buổi tối đa mỗi ngày ở một cụm loa, theo Quy chế; 0: không giới hạn."
    )
    minutes_per_session: Limit = Field(45, ge=1, description="Số phút tối đa mỗi buổi; 0: không giới hạn.")
    days_per_week: Limit = Field(None, ge=1, le=7, description="Số ngày phát tối đa mỗi tuần; 0: không giới hạn.")


class ApprovalSettings(_Section):
    """Phê duyệt."""

    four_eyes: bool = Field(
        True, description="Ai góp phần vào lời, âm thanh của bài thì không tự duyệt bài ấy. Tắt đi vẫn ghi lại."
    )
    open_units: bool = Field(
        False, description="Biên tập viên sửa được cả bài, hoạt động của đơn vị khác; tắt: chỉ của đơn vị mình."
    )
    stale_reading: Literal["air", "hold"] = Field(
        "air",
        description="Từ điển đọc đổi sau khi duyệt: air phát tiếp bản đã duyệt, hold giữ lại đến khi duyệt lại.",
    )


class SpeechSettings(_Section):
    """Giọng đọc."""

    voices: list[str] = Field(
        ["vi-neural:south-female", "espeak:vi+f2"],
        min_length=1,
        description="Thứ tự giọng: giọng đầu dùng trước, hỏng thì sang giọng kế tiếp. Xem: loa voice list.",
    )
    rate: float = Field(1.0, ge=0.5, le=1.6, description="Tốc độ đọc; 1.0 là bình thường.")
    listen_back: bool = Field(
        True, description="Máy nghe thử mỗi bản đọc mới qua loa giả lập (cần gói loa-xa[listen]) và báo câu khó nghe."
    )
    recogniser: str = Field("viet-asr", description="Bộ nghe thử, trong các bộ mà những gói đã cài mang theo.")
    cache_megabytes: int = Field(2048, ge=50, description="Dung lượng tối đa của kho câu đã đọc.")
    engines: dict[str, dict[str, Any]] = Field(
        {}, repr=False, description="Tùy chọn riêng của từng bộ đọc, mỗi bộ một bảng [speech.engines.TÊN]."
    )


class SoundSettings(_Section):
    """Âm thanh thành phẩm."""

    profile: Literal["horn", "studio"] = Field(
        "horn", description="horn: xử lý cho loa nén ngoài trời; studio: giữ tự nhiên."
    )
    loudness: float = Field(-16.0, ge=-30, le=-9, description="Độ to thành phẩm (LUFS).")
    true_peak: float = Field(-1.5, ge=-9, le=-0.5, description="Đỉnh tối đa (dBTP).")


_OLD_KINDS: Final = {"several": "fan_out"}
"""Kinds that have another name now, as the files of older stations write them."""


class SinkSettings(_Section):
    """Một đường ra âm thanh."""

    kind: Annotated[str, AfterValidator(lambda kind: _OLD_KINDS.get(kind, kind))] = Field(
        "file", description="Loại đường ra, trong các loại mà những gói đã cài mang theo."
    )
    options: dict[str, Any] = Field({}, repr=False, description="Tùy chọn riêng của loại đường ra.")


class PlayoutSettings(_Section):
    """Phát sóng."""

    sinks: dict[str, SinkSettings] = Field(
        {"main": SinkSettings(kind="device"), "aircheck": SinkSettings(kind="file")},
        description="Các đường ra, mỗi đường một bảng [playout.sinks.TÊN] với kind và options; cụm loa trỏ tới một.",
    )
    lease_seconds: int = Field(
        30,
        ge=2,
        le=600,
        description="Khi nhiều máy chung một cơ sở dữ liệu PostgreSQL: máy dự phòng phát thay sau bấy nhiêu giây.",
    )
    reserve_megabytes: int = Field(
        100,
        ge=0,
        le=10_000,
        description="Chỗ giữ sẵn trên đĩa (MB), trả ra khi đĩa đầy để còn phát khẩn cấp và ghi nhật ký; 0: không giữ.",
    )
    plan_days: int = Field(7, ge=1, le=60, description="Lên lịch trước bao nhiêu ngày.")


def _stream(address: Address) -> Address:
    if address and not re.fullmatch(r"https?://\S+", address.reveal()):
        raise ValueError("phải là một địa chỉ bắt đầu bằng http:// hoặc https://")
    return address


class RelaySourceSettings(_Section):
    """Một nguồn tiếp âm."""

    title: str = Field(min_length=1, description="Tên chương trình, ghi vào nhật ký.")
    url: Annotated[Address, AfterValidator(_stream)] = Field(
        Address(), description="Địa chỉ luồng http(s): MP3, AAC, Opus hoặc HLS."
    )
    capture: list[str] = Field(
        [],
        repr=False,
        description="Hoặc lệnh thu từ máy thu hay card âm thanh (s16le 48 kHz một kênh), từng tham số một.",
    )
    windows: list[Annotated[str, AfterValidator(_window)]] = Field(
        min_length=1, description="Giờ được tiếp âm; ngoài giờ này không bao giờ tiếp."
    )
    silence_seconds: int = Field(8, ge=2, le=120, description="Mất tiếng bao lâu thì chuyển về nội dung của đài.")

    @model_validator(mode="after")
    def _one_way(self) -> RelaySourceSettings:
        if bool(self.url) == bool(self.capture):
            raise ValueError("cần đúng một trong hai: url hoặc capture")
        return self


class RelaySettings(_Section):
    """Tiếp âm đài khác. Mỗi nguồn một bảng [relay.sources.TÊN] với title, url (hoặc capture) và windows."""

    sources: dict[str, RelaySourceSettings] = Field(
        {}, description='Ví dụ: vov1 = {title = "VOV1", url = "https://…", windows = ["05:00-05:30"]}'
    )


class EmergencySettings(_Section):
    """Phát khẩn cấp và nói trực tiếp."""

    alert: str = Field("bao-dong", description="Âm thanh báo động phát trước lời đọc; tên trong mục Âm thanh.")
    quick_voice: str = Field(
        "espeak:vi+f2", description="Giọng đọc nhanh cho lần phát đầu; các lần lặp dùng giọng trong [speech]."
    )
    repeat_minutes: int = Field(15, ge=2, le=1440, description="Số phút giữa hai lần lặp, điền sẵn trong mẫu.")
    lasts_hours: int = Field(
        72, ge=1, le=720, description="Bản tin không ghi giờ hết hiệu lực thì tự kết thúc sau chừng này giờ."
    )
    talk_minutes: int = Field(10, ge=1, le=60, description="Số phút tối đa của một lần nói trực tiếp.")


def _quiet(text: str) -> str:
    try:
        return str(QuietHours.parse(text))
    except RuleError as error:
        raise ValueError(error.message) from None


class SenderSettings(_Section):
    """Một cách báo tin."""

    kind: str = Field(description="Loại, trong các loại mà những gói đã cài mang theo.")
    options: dict[str, Any] = Field({}, repr=False, description="Tùy chọn riêng của loại ấy.")


class AlertedPersonSettings(_Section):
    """Một người được báo tin."""

    role: str = Field(min_length=1, description="Chức danh, ví dụ Trưởng đài.")
    senders: list[str] = Field(min_length=1, description="Báo qua những cách nào trong [alerts.senders].")
    least: Literal["note", "warning", "urgent"] = Field(
        "warning", description="Từ mức nào thì báo: note để biết, warning cần xem, urgent chỉ việc khẩn."
    )
    quiet: Annotated[str, AfterValidator(_quiet)] | None = Field(
        None, description="Giờ yên tĩnh riêng của người này; không ghi: theo giờ chung; chuỗi trống: nghe cả đêm."
    )


class AlertSettings(_Section):
    """Báo tin cho người khi đài có chuyện. Đặt ở trang Báo tin."""

    quiet: Annotated[str, AfterValidator(_quiet)] = Field(
        "22:00-05:00", description="Giờ yên tĩnh: chỉ báo việc khẩn, việc khác để sáng; trống: không có."
    )
    weekly: bool = Field(False, description="Sáng thứ Hai gửi thư “đài khỏe” hai dòng.")
    senders: dict[str, SenderSettings] = Field(
        {}, description="Các cách báo tin, mỗi cách một bảng [alerts.senders.TÊN] với kind và options."
    )
    people: dict[str, AlertedPersonSettings] = Field(
        {}, description="Ai được báo, mỗi người một bảng [alerts.people.TÊN] với role, senders, least."
    )


class WatchSettings(_Section):
    """Người canh từ xa: nơi khác báo cho người biết khi đài không lên tiếng nữa."""

    ping: Annotated[KeyedAddress, AfterValidator(_stream)] = Field(
        KeyedAddress(),
        description="Địa chỉ nhận nhịp kiểu healthchecks, mỗi phút một nhịp, không khỏe thì /fail; trống: không gửi.",
    )


class DatabaseSettings(_Section):
    """Cơ sở dữ liệu."""

    url: Address = Field(
        Address(), description="Bỏ trống: tệp station.db trong thư mục đài. Ví dụ: postgresql+psycopg://loa@/loa"
    )


class WebSettings(_Section):
    """Trang quản lý."""

    host: str = Field("127.0.0.1", description="Địa chỉ lắng nghe; 0.0.0.0 để máy khác trong mạng vào được.")
    port: int = Field(8080, ge=1, le=65535, description="Cổng.")
    threads: int = Field(8, ge=2, le=64, description="Số luồng phục vụ.")
    names: list[str] = Field([], description="Tên khác của máy này trong mạng, ví dụ loa.xamau.local.")
    certificate: str = Field("", description="Chứng chỉ do cấp trên cấp (PEM, cả chuỗi); trống: đài tự làm.")
    key: str = Field("", description="Khóa của chứng chỉ đó (PEM).")
    plain_http: bool = Field(
        False,
        description="Cho máy khác vào bằng http: mật khẩu đi qua mạng không che, micro không dùng được.",
    )
    trusted_proxy: str = Field("", description="Địa chỉ máy chủ chuyển tiếp đứng trước trang (có https riêng).")


class LogSettings(_Section):
    """Nhật ký phát thanh."""

    marks_folder: str = Field(
        "", description="Thư mục ở USB hoặc máy khác, mỗi đêm chép dấu đã ký của nhật ký tới; trống: không chép."
    )


class TargetSettings(_Section):
    """Một nơi cất bản sao lưu."""

    kind: str = Field(description="Loại nơi cất, trong các loại mà những gói đã cài mang theo.")
    options: dict[str, Any] = Field({}, repr=False, description="Tùy chọn riêng của loại nơi cất.")


def _recipient(key: Secret) -> Secret:
    if key and not re.fullmatch(r"age1[a-z0-9]{58}", key.reveal()):
        raise ValueError("không phải khóa do “loa key paper” ghi; hãy chạy lại lệnh ấy")
    return key


class BackupSettings(_Section):
    """Bản sao lưu cất ở nơi khác, niêm phong bằng khóa in trên giấy."""

    recipient: Annotated[Secret, AfterValidator(_recipient)] = Field(
        Secret(), description="Nửa của khóa giấy mà đài giữ: chỉ niêm phong, không mở được. Do “loa key paper” ghi."
    )
    targets: dict[Annotated[str, Field(pattern=r"^[\w-]{1,40}$")], TargetSettings] = Field(
        {}, description="Các nơi cất, mỗi nơi một bảng [backup.targets.TÊN] với kind và options."
    )


class ReportSettings(_Section):
    """Báo cáo."""

    superior: str = Field("ỦY BAN NHÂN DÂN", description="Dòng trên của khối tên cơ quan.")
    place: str = Field("", description="Địa danh trước ngày tháng; bỏ trống: tên xã không có chữ xã.")
    cutoff_day: int = Field(
        14, ge=0, le=27, description="Ngày chốt số liệu trong tháng (CV 581/BNV-CCHC: 14); 0: theo tháng dương lịch."
    )
    signer_mode: Literal["TM", "KT", "TL"] = Field(
        "TM", description="Hình thức ký: TM. Ủy ban nhân dân, KT. Chủ tịch, TL. Chủ tịch."
    )
    signer_title: str = Field("CHỦ TỊCH", description="Chức vụ người ký.")
    recipients: list[str] = Field(["Sở Nội vụ", "Lưu: VT."], description="Các dòng Nơi nhận.")
    due_day: int = Field(
        17, ge=1, le=28, description="Ngày phải gửi báo cáo, trong tháng cuối kỳ (sau ngày chốt số liệu)."
    )
    remind_days: int = Field(7, ge=0, le=60, description="Nhắc trước hạn bao nhiêu ngày.")
    self_score: bool = Field(
        False, description="In thêm điểm tự chấm (mức độ thực hiện kế hoạch, mức độ đa dạng) kèm cách tính."
    )


_GONE: Final = {"report": {"drafting_unit"}}
"""Keys of older files that no version ever read."""


_PREFIX: Final = "loa_"


class Settings(BaseModel):
    """The whole of `station.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    station: StationSettings = StationSettings()
    hours: HoursSettings = HoursSettings()
    approval: ApprovalSettings = ApprovalSettings()
    speech: SpeechSettings = SpeechSettings()
    sound: SoundSettings = SoundSettings()
    playout: PlayoutSettings = PlayoutSettings()
    relay: RelaySettings = RelaySettings()
    emergency: EmergencySettings = EmergencySettings()
    alerts: AlertSettings = AlertSettings()
    watch: WatchSettings = WatchSettings()
    database: DatabaseSettings = DatabaseSettings()
    web: WebSettings = WebSettings()
    backup: BackupSettings = BackupSettings()
    log: LogSettings = LogSettings()
    report: ReportSettings = ReportSettings()

    @property
    def tz(self) -> ZoneInfo:
        """The station's time zone."""
        return ZoneInfo(self.station.timezone)

    @property
    def station_hours(self) -> StationHours:
        """The allowed windows."""
        return StationHours(tuple(Window.parse(w) for w in self.hours.windows))

    @property
    def relays(self) -> dict[str, RelaySource]:
        """The programmes that may be relayed, by name."""
        return {
            name: RelaySource(
                name, r.title, tuple(map(Window.parse, r.windows)), r.url, tuple(r.capture), float(r.silence_seconds)
            )
            for name, r in self.relay.sources.items()
        }

    @property
    def several(self) -> dict[str, tuple[str, ...]]:
        """The names that stand for more than one sink, with those sinks."""
        groups = {n: s.options for n, s in self.playout.sinks.items() if s.kind == "fan_out"}
        named = {
            n: tuple(dict.fromkeys(map(str, o["sinks"]))) for n, o in groups.items() if isinstance(o.get("sinks"), list)
        }
        return {name: members for name, members in named.items() if len(members) > 1}

    @property
    def issuer(self) -> Issuer:
        """Who issues the station's papers."""
        return Issuer(commune=self.station.commune, name=self.station.name)

    @property
    def paper_form(self) -> PaperForm:
        """What the office decides of its papers."""
        form = self.report
        return PaperForm(
            superior=form.superior,
            place=form.place,
            signer_mode=form.signer_mode,
            signer_title=form.signer_title,
            recipients=tuple(form.recipients),
            self_score=form.self_score,
        )

    @property
    def caps(self) -> Caps:
        """The limits of the Quy chế."""
        return Caps(self.hours.sessions_per_day, self.hours.minutes_per_session, self.hours.days_per_week)


def unoffered(settings: Settings) -> Iterator[tuple[Where, str]]:
    """The place and the words of each plug-in that the settings name and no installed package offers.

    It keeps no station from starting: what it names is broken, and the rest works.
    """
    named = [
        *((("playout", "sinks", name, "kind"), SINKS, sink.kind) for name, sink in settings.playout.sinks.items()),
        *((("speech", "engines", name), ENGINES, name) for name in settings.speech.engines),
        (("speech", "recogniser"), RECOGNISERS, settings.speech.recogniser),
        *((("alerts", "senders", name, "kind"), ALERTS, one.kind) for name, one in settings.alerts.senders.items()),
        *((("backup", "targets", name, "kind"), TARGETS, one.kind) for name, one in settings.backup.targets.items()),
    ]
    return ((place, why) for place, door, name in named if (why := door.check(name)))


AT_START: Final = frozenset(
    {
        ("station", "timezone"),
        ("speech", "engines"),
        ("playout", "sinks"),
        ("playout", "lease_seconds"),
        ("relay", "sources"),
        ("database", "url"),
        ("web", "host"),
        ("web", "port"),
        ("web", "threads"),
        ("web", "certificate"),
        ("web", "key"),
        ("web", "plain_http"),
        ("web", "trusted_proxy"),
    }
)
"""What a process takes when it starts and keeps until it ends; every other setting works in all at once."""


def brought_up(started: Settings, fresh: Settings) -> Settings:
    """What works in a process that began with `started`, now that the file says `fresh`."""
    kept: dict[str, dict[str, Any]] = {}
    for section, key in AT_START:
        kept.setdefault(section, {})[key] = getattr(getattr(started, section), key)
    sections = {name: getattr(fresh, name).model_copy(update=values) for name, values in kept.items()}
    return fresh.model_copy(update=sections)


def only_at_start(section: str, key: str) -> str:
    """The words that a key's explanation ends with where it waits for a start, else none."""
    return " Có hiệu lực khi đài khởi động lại." if (section, key) in AT_START else ""


class SettingsError(RuleError):
    """Raised when keys or values of the settings file are wrong; `faults` are their places in it."""

    def __init__(self, message: str, path: Path, faults: tuple[Where, ...]) -> None:
        super().__init__(message, field=str(path))
        self.faults = faults


def remarks(path: Path) -> list[str]:
    """A sentence for each setting that stands in the wrong table of the file and is understood all the same.

    Raises:
        RuleError: the file is not TOML.
    """
    return _read(path)[1]


def _read(path: Path) -> tuple[dict[str, Any], list[str]]:
    """What the file says with its misplaced keys where they belong, and what there is to say of them."""
    sections = {name: frozenset(type(field.default).model_fields) for name, field in Settings.model_fields.items()}
    table = handwritten.table(handwritten.text(path), field=str(path))
    for section, keys in _GONE.items():
        if isinstance(held := table.get(section), dict):
            table[section] = {key: value for key, value in held.items() if key not in keys}
    return misplaced.moved(table, sections, _sink_options)


def _sink_options(kind: str) -> frozenset[str]:
    try:
        return frozenset(SINKS.load(_OLD_KINDS.get(kind, kind)).Options.model_fields)
    except (StationError, AttributeError):
        return frozenset()


def load(path: Path) -> Settings:
    """The settings in `path`, overridden by the environment.

    Raises:
        RuleError: the file is missing or not TOML, or a key or value is wrong; all faults are named at once, a
            mistyped key with the key that was probably meant.
    """
    if not path.is_file():
        raise RuleError("Không tìm thấy tệp cài đặt của đài. Hãy chạy “loa init” trước.", field=str(path))
    table = _read(path)[0]

    try:
        return Settings.model_validate(_laid_over(table, _environment(os.environ)))
    except ValidationError as error:
        found = [
            fault
            for one in error.errors(include_url=False)
            for fault in faults.read(Settings, [one], show=one["loc"][:1] not in _SECRETIVE)
        ]
        sentences = " ".join(fault.sentence() for fault in found)
        raise SettingsError(sentences, path, tuple(fault.place for fault in found)) from None


def _environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """What the environment sets: `LOA_WEB__PORT=8080`; lists and tables are written as JSON."""
    found: dict[str, Any] = {}
    for name, text in sorted(environ.items()):
        prefix, own = name[: len(_PREFIX)].lower(), name[len(_PREFIX) :].lower()
        *above, key = own.split("__")
        if prefix != _PREFIX or (above or [key])[0] not in Settings.model_fields:
            continue
        place = found
        for part in above:
            place[part] = inner = place[part] if isinstance(place.get(part), dict) else {}
            place = inner
        place[key] = _value(text)
    return found


def _value(text: str) -> Any:
    with contextlib.suppress(ValueError):
        if text[:1] in {"[", "{"}:
            return json.loads(text)
    return text


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """One table with another on top, table by table."""
    both = {key: (below.get(key), value) for key, value in above.items()}
    tables = {k: _laid_over(b, a) for k, (b, a) in both.items() if isinstance(b, dict) and isinstance(a, dict)}
    return {**below, **above, **tables}
