"""What goes on the air and on which ways out: play-out and its sinks, relays, emergencies."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, model_validator

from broadcaster.secret import Address
from broadcaster.settings.section import Section, WindowText, web_address

OLD_KINDS: Final = {"several": "fan_out"}
"""Kinds that have another name now, as the files of older stations write them."""


class SinkSettings(Section):
    """Một đường ra âm thanh."""

    kind: Annotated[str, AfterValidator(lambda kind: OLD_KINDS.get(kind, kind))] = Field(
        "file", description="Loại đường ra, trong các loại mà những gói đã cài mang theo."
    )
    options: dict[str, Any] = Field({}, repr=False, description="Tùy chọn riêng của loại đường ra.")


class PlayoutSettings(Section):
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
    floor_gigabytes: float = Field(
        2.0,
        ge=0,
        le=1000,
        description="Ổ đĩa còn ít hơn bấy nhiêu GB (ổ nhỏ: một phần mười) thì ngừng nhận bản ghi, tệp gửi lên; "
        "phát, khẩn cấp, duyệt và nhật ký vẫn chạy; 0: không ngừng.",
    )
    plan_days: int = Field(7, ge=1, le=60, description="Lên lịch trước bao nhiêu ngày.")


class RelaySourceSettings(Section):
    """Một nguồn tiếp âm."""

    title: str = Field(min_length=1, description="Tên chương trình, ghi vào nhật ký.")
    url: Annotated[Address, AfterValidator(web_address)] = Field(
        Address(), description="Địa chỉ luồng http(s): MP3, AAC, Opus hoặc HLS."
    )
    capture: list[str] = Field(
        [],
        repr=False,
        description="Hoặc lệnh thu từ máy thu hay card âm thanh (s16le 48 kHz một kênh), từng tham số một.",
    )
    windows: list[WindowText] = Field(min_length=1, description="Giờ được tiếp âm; ngoài giờ này không bao giờ tiếp.")
    silence_seconds: int = Field(8, ge=2, le=120, description="Mất tiếng bao lâu thì chuyển về nội dung của đài.")

    @model_validator(mode="after")
    def _one_way(self) -> RelaySourceSettings:
        if bool(self.url) == bool(self.capture):
            raise ValueError("cần đúng một trong hai: url hoặc capture")
        return self


class RelaySettings(Section):
    """Tiếp âm đài khác. Mỗi nguồn một bảng [relay.sources.TÊN] với title, url (hoặc capture) và windows."""

    sources: dict[str, RelaySourceSettings] = Field(
        {}, description='Ví dụ: vov1 = {title = "VOV1", url = "https://…", windows = ["05:00-05:30"]}'
    )


class EmergencySettings(Section):
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
