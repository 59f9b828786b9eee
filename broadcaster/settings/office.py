"""What the office lays down: the station's name, its hours, who approves, and the form of its reports."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from broadcaster.settings.section import Limit, Section, WindowText

_MONTHS: Final = [dt.datetime(year, month, 1, tzinfo=dt.UTC) for year in range(2026, 2037) for month in range(1, 13)]


def _zone(name: str) -> str:
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("không có múi giờ này; ví dụ đúng: Asia/Ho_Chi_Minh") from None
    if len({month.astimezone(zone).utcoffset() for month in _MONTHS}) > 1:
        raise ValueError("múi giờ này đổi giờ mùa hè, nên có giờ không có và giờ có hai lần; dùng Asia/Ho_Chi_Minh")
    return name


class StationSettings(Section):
    """Đơn vị và đài."""

    commune: str = Field("xã Mẫu", description="Tên xã, phường hoặc đặc khu, viết như trong văn bản.")
    province: str = Field("tỉnh Mẫu", description="Tên tỉnh hoặc thành phố.")
    name: str = Field("Đài truyền thanh xã Mẫu", description="Tên đài, dùng trong lời xướng.")
    timezone: Annotated[str, AfterValidator(_zone)] = Field("Asia/Ho_Chi_Minh", description="Múi giờ của đài.")
    region: Literal["south", "north"] = Field(
        "south", description="Cách đọc số: south (lẻ, ngàn) hoặc north (linh, nghìn)."
    )


class HoursSettings(Section):
    """Giờ được phép phát. Ngoài các khung này loa không bao giờ kêu, trừ phát khẩn cấp đã xác nhận."""

    windows: list[WindowText] = Field(
        ["05:00-07:30", "10:30-12:00", "16:30-19:00"],
        min_length=1,
        description="Các khung giờ trong ngày; được qua nửa đêm, như 23:30-00:30.",
    )
    sessions_per_day: Limit = Field(
        3, ge=1, description="Số buổi tối đa mỗi ngày ở một cụm loa, theo Quy chế; 0: không giới hạn."
    )
    minutes_per_session: Limit = Field(45, ge=1, description="Số phút tối đa mỗi buổi; 0: không giới hạn.")
    days_per_week: Limit = Field(None, ge=1, le=7, description="Số ngày phát tối đa mỗi tuần; 0: không giới hạn.")


class ApprovalSettings(Section):
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


class ReportSettings(Section):
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
