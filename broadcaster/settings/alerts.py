"""Who is told when something is wrong with the station, and by which ways; who watches it from elsewhere."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from broadcaster.domain.alerts.quiet import QuietHours
from broadcaster.errors import RuleError
from broadcaster.secret import KeyedAddress
from broadcaster.settings.section import Section, web_address


def _quiet(text: str) -> str:
    try:
        return str(QuietHours.parse(text))
    except RuleError as error:
        raise ValueError(error.message) from None


class SenderSettings(Section):
    """Một cách báo tin."""

    kind: str = Field(description="Loại, trong các loại mà những gói đã cài mang theo.")
    options: dict[str, Any] = Field({}, repr=False, description="Tùy chọn riêng của loại ấy.")


class AlertedPersonSettings(Section):
    """Một người được báo tin."""

    role: str = Field(min_length=1, description="Chức danh, ví dụ Trưởng đài.")
    senders: list[str] = Field(min_length=1, description="Báo qua những cách nào trong [alerts.senders].")
    least: Literal["note", "warning", "urgent"] = Field(
        "warning", description="Từ mức nào thì báo: note để biết, warning cần xem, urgent chỉ việc khẩn."
    )
    quiet: Annotated[str, AfterValidator(_quiet)] | None = Field(
        None, description="Giờ yên tĩnh riêng của người này; không ghi: theo giờ chung; chuỗi trống: nghe cả đêm."
    )
    decides: bool = Field(
        False, description="Là lãnh đạo: được báo khi có việc chờ quyết định quá lâu; không ai là: báo mọi người."
    )


class AlertSettings(Section):
    """Báo tin cho người khi đài có chuyện. Đặt ở trang Báo tin."""

    quiet: Annotated[str, AfterValidator(_quiet)] = Field(
        "22:00-05:00", description="Giờ yên tĩnh: chỉ báo việc khẩn, việc khác để sáng; trống: không có."
    )
    waiting_hours: int = Field(
        10,
        ge=0,
        le=200,
        description="Việc chờ người (bài chờ duyệt…) quá bấy nhiêu giờ làm việc thì báo "
        "(thứ Hai đến thứ Sáu, 7 giờ đến 17 giờ, trừ ngày lễ); 0: không báo.",
    )
    weekly: bool = Field(False, description="Sáng thứ Hai gửi thư “đài khỏe” hai dòng.")
    senders: dict[str, SenderSettings] = Field(
        {}, description="Các cách báo tin, mỗi cách một bảng [alerts.senders.TÊN] với kind và options."
    )
    people: dict[str, AlertedPersonSettings] = Field(
        {}, description="Ai được báo, mỗi người một bảng [alerts.people.TÊN] với role, senders, least."
    )


class WatchSettings(Section):
    """Người canh từ xa: nơi khác báo cho người biết khi đài không lên tiếng nữa."""

    ping: Annotated[KeyedAddress, AfterValidator(web_address)] = Field(
        KeyedAddress(),
        description="Địa chỉ nhận nhịp kiểu healthchecks, mỗi phút một nhịp, không khỏe thì /fail; trống: không gửi.",
    )
