"""How scripts are spoken, and how their sound is finished."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from broadcaster.settings.section import Section


class SpeechSettings(Section):
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


class SoundSettings(Section):
    """Âm thanh thành phẩm."""

    profile: Literal["horn", "studio"] = Field(
        "horn", description="horn: xử lý cho loa nén ngoài trời; studio: giữ tự nhiên."
    )
    loudness: float = Field(-16.0, ge=-30, le=-9, description="Độ to thành phẩm (LUFS).")
    true_peak: float = Field(-1.5, ge=-9, le=-0.5, description="Đỉnh tối đa (dBTP).")
