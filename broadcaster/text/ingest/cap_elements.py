"""Every element of CAP 1.2 and what the station does with it: a rule that uses it, a label that shows it, or why not.

The reader, the pages and the command line are driven by this table; a test holds it against the published schema,
element by element and word by word, and changes each in a message to see that the table says the truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What becomes of one element; at least one of rule, label and ignored says it."""

    rule: str = ""
    """The rule that uses it."""
    label: str = ""
    """The words it is shown under before anybody confirms."""
    ignored: str = ""
    """Why the station does nothing with it, for the person who sees it in a message."""
    words: Mapping[str, str] = field(default_factory=dict)
    """The values that the standard lists, in Vietnamese."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Those that are not for the horns, and what such a message is."""
    prose: bool = False
    """Words for people, which may carry the markup of a web page."""


_OWN_CODE: Final = "mã riêng giữa các hệ thống; đài đọc chữ, không đọc mã"
_FILES: Final = "đài không tải và không mở tệp kèm theo bản tin"
_PLACES: Final = "đài phát theo cụm loa mà người xác nhận chọn, không theo tọa độ hay mã vùng"

_ALERT: Final = {
    "alert": Element(rule="one message"),
    "alert/identifier": Element(rule="a message of a sender is in force once"),
    "alert/sender": Element(rule="a message of a sender is in force once"),
    "alert/sent": Element(rule="named in the reason"),
    "alert/status": Element(
        rule="an exercise says that it is one; what is not meant for the public is refused",
        words={
            "Actual": "thật",
            "Exercise": "diễn tập",
            "System": "kỹ thuật",
            "Test": "thử",
            "Draft": "nháp",
        },
        refused={
            "System": "tin kỹ thuật giữa các hệ thống",
            "Test": "tin thử kỹ thuật",
            "Draft": "bản nháp chưa phát hành",
        },
    ),
    "alert/msgType": Element(
        rule="Update takes the place of what it refers to, Cancel ends it; answers between systems are refused",
        label="Loại bản tin",
        words={
            "Alert": "cảnh báo mới",
            "Update": "cập nhật bản tin trước",
            "Cancel": "hủy bản tin trước",
            "Ack": "báo đã nhận",
            "Error": "báo lỗi",
        },
        refused={"Ack": "chỉ là hồi đáp", "Error": "chỉ là hồi đáp"},
    ),
    "alert/source": Element(label="Nguồn tin", prose=True),
    "alert/scope": Element(
        label="Phạm vi",
        words={
            "Public": "mọi người",
            "Restricted": "hạn chế người nhận",
            "Private": "chỉ gửi cho nơi có tên",
        },
    ),
    "alert/restriction": Element(label="Chỉ dành cho", prose=True),
    "alert/addresses": Element(label="Gửi cho", prose=True),
    "alert/code": Element(ignored=_OWN_CODE),
    "alert/note": Element(rule="read when there is nothing else to read", label="Ghi chú", prose=True),
    "alert/references": Element(rule="what it refers to and is in force ends at the confirmation"),
    "alert/incidents": Element(label="Sự việc", prose=True),
    "alert/info": Element(rule="those of one language are read in order"),
}

_INFO: Final = {
    "language": Element(rule="Vietnamese before others; what is left out is named", label="Ngôn ngữ"),
    "category": Element(
        label="Lĩnh vực",
        words={
            "Geo": "địa chất",
            "Met": "khí tượng thủy văn",
            "Safety": "an toàn",
            "Security": "an ninh",
            "Rescue": "cứu nạn",
            "Fire": "cháy",
            "Health": "y tế",
            "Env": "môi trường",
            "Transport": "giao thông",
            "Infra": "hạ tầng",
            "CBRNE": "hóa chất, phóng xạ, chất nổ",
            "Other": "khác",
        },
    ),
    "event": Element(rule="the title when there is no headline", label="Sự kiện", prose=True),
    "responseType": Element(
        rule="AllClear: it is over",
        label="Việc cần làm",
        words={
            "Shelter": "trú ẩn tại chỗ",
            "Evacuate": "di dời",
            "Prepare": "chuẩn bị",
            "Execute": "làm theo kế hoạch đã định",
            "Avoid": "tránh xa",
            "Monitor": "theo dõi tin",
            "Assess": "đánh giá tình hình",
            "AllClear": "đã hết nguy hiểm",
            "None": "không cần làm gì",
        },
    ),
    "urgency": Element(
        rule="Past: it is over",
        label="Độ khẩn",
        words={
            "Immediate": "phải làm ngay",
            "Expected": "trong giờ tới",
            "Future": "sắp tới",
            "Past": "đã qua",
            "Unknown": "chưa rõ",
        },
    ),
    "severity": Element(
        label="Mức độ",
        words={
            "Extreme": "đặc biệt nghiêm trọng",
            "Severe": "nghiêm trọng",
            "Moderate": "vừa",
            "Minor": "nhẹ",
            "Unknown": "chưa rõ",
        },
    ),
    "certainty": Element(
        label="Độ chắc chắn",
        words={
            "Observed": "đã xảy ra",
            "Likely": "nhiều khả năng",
            "Possible": "có thể",
            "Unlikely": "ít khả năng",
            "Unknown": "chưa rõ",
        },
    ),
    "audience": Element(label="Dành cho", prose=True),
    "eventCode": Element(ignored=_OWN_CODE),
    "eventCode/valueName": Element(ignored=_OWN_CODE),
    "eventCode/value": Element(ignored=_OWN_CODE),
    "effective": Element(label="Có hiệu lực từ"),
    "onset": Element(label="Bắt đầu từ"),
    "expires": Element(rule="repeats and the emergency end at it", label="Hết hiệu lực"),
    "senderName": Element(rule="named in the reason", label="Nơi phát tin", prose=True),
    "headline": Element(rule="read, and the title", prose=True),
    "description": Element(rule="read", prose=True),
    "instruction": Element(rule="read", prose=True),
    "web": Element(label="Trang tin"),
    "contact": Element(label="Liên hệ", prose=True),
    "parameter": Element(ignored=_OWN_CODE),
    "parameter/valueName": Element(ignored=_OWN_CODE),
    "parameter/value": Element(ignored=_OWN_CODE),
    "resource": Element(ignored=_FILES),
    "resource/resourceDesc": Element(label="Tệp kèm (không tải)", prose=True),
    "resource/mimeType": Element(ignored=_FILES),
    "resource/size": Element(ignored=_FILES),
    "resource/uri": Element(ignored=_FILES),
    "resource/derefUri": Element(ignored=_FILES),
    "resource/digest": Element(ignored=_FILES),
    "area": Element(rule="those of every info that is read are shown together"),
    "area/areaDesc": Element(label="Vùng", prose=True),
    "area/polygon": Element(ignored=_PLACES),
    "area/circle": Element(ignored=_PLACES),
    "area/geocode": Element(ignored=_PLACES),
    "area/geocode/valueName": Element(ignored=_PLACES),
    "area/geocode/value": Element(ignored=_PLACES),
    "area/altitude": Element(ignored=_PLACES),
    "area/ceiling": Element(ignored=_PLACES),
}

ELEMENTS: Final[Mapping[str, Element]] = MappingProxyType(
    _ALERT | {f"alert/info/{name}": element for name, element in _INFO.items()}
)
"""By the path of the element, in the order in which a person is shown them."""


def in_words(path: str, value: str) -> str:
    """A value as a person reads it."""
    return ELEMENTS[path].words.get(value, value)
