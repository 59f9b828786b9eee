"""What is done for the plan beside the horns: activities, parts of units, and the score of diversity.

The score is the example of a commune's self-assessment (Xuân Lộc, Đồng Nai 2022): one point, half for online and ICT
forms (a quarter for electronic boards and screens, a quarter for websites and social networks), half for traditional
forms. It is an example, not the sheet of every province; the formula is printed beside the points.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from broadcaster.domain.fold import nfc
from broadcaster.domain.reports.plans import LOUDSPEAKER, FormGroup
from broadcaster.errors import RuleError

_LINK = re.compile(r"https?://[^\s<>\"']{3,480}", re.IGNORECASE)
DIVERSITY_FORMULA = (
    "Bảng điện tử, màn hình: 0,25 điểm; trang thông tin, mạng xã hội: 0,25 điểm; "
    "hình thức truyền thống (loa, trực tiếp, pano, áp phích): 0,5 điểm"
)


class PartState(StrEnum):
    """Where the part of a unit stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    MERGED = "merged"

    @property
    def label(self) -> str:
        """The Vietnamese word."""
        return {"draft": "Đang soạn", "submitted": "Đã gửi", "returned": "Trả lại", "merged": "Đã ghép"}[self.value]


_NEXT_PART = {
    PartState.DRAFT: {PartState.SUBMITTED},
    PartState.SUBMITTED: {PartState.DRAFT, PartState.MERGED, PartState.RETURNED},
    PartState.RETURNED: {PartState.SUBMITTED, PartState.DRAFT},
    PartState.MERGED: {PartState.RETURNED},
}


def move_part(now: PartState, to: PartState) -> PartState:
    """`to` when a part may pass there.

    Raises:
        RuleError: it may not.
    """
    if to is not now and to not in _NEXT_PART[now]:
        raise RuleError(
            f"Phần báo cáo đang ở trạng thái “{now.label}” nên không chuyển sang “{to.label}” được.", field="state"
        )
    return to


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityDraft:
    """What is entered by hand for one activity; `day` is a station day."""

    form: str
    title: str
    topic: str
    unit: str
    day: dt.date
    place: str = ""
    attendance: int | None = None
    views: int | None = None
    link: str = ""
    note: str = ""

    def checked(self, *, forms: Collection[str], today: dt.date) -> ActivityDraft:
        """The draft in normal form.

        Raises:
            RuleError: a field is wrong; `field` names it.
        """
        title = nfc(self.title).strip()
        if not title or len(title) > 300:
            raise RuleError("Hoạt động cần có tên, không quá 300 ký tự.", field="title")
        if self.form == LOUDSPEAKER:
            raise RuleError(
                "Lượt phát loa lấy thẳng từ nhật ký, không nhập tay. Hãy chọn hình thức khác.", field="form"
            )
        if self.form not in forms:
            raise RuleError(f"Không có hình thức “{self.form}”.", field="form")
        if self.day > today:
            raise RuleError("Ngày thực hiện chưa tới. Chỉ ghi việc đã làm.", field="day")
        if self.day.year < 2000:
            raise RuleError("Ngày thực hiện không hợp lệ.", field="day")
        for name, value in (("attendance", self.attendance), ("views", self.views)):
            if value is not None and not 0 <= value <= 10_000_000:
                raise RuleError("Con số phải từ 0 đến 10.000.000.", field=name)
        link = self.link.strip()
        if link and not _LINK.fullmatch(link):
            raise RuleError("Đường dẫn phải bắt đầu bằng http:// hoặc https:// và không có dấu cách.", field="link")
        return ActivityDraft(
            form=self.form,
            title=title,
            topic=self.topic,
            unit=self.unit,
            day=self.day,
            place=nfc(self.place).strip()[:300],
            attendance=self.attendance,
            views=self.views,
            link=link,
            note=nfc(self.note).strip()[:4000],
        )


def diversity(used: Collection[str], groups: Mapping[str, FormGroup]) -> float:
    """The points (0 to 1) for the forms that were used, by `DIVERSITY_FORMULA`."""
    there = {groups[f] for f in used if f in groups}
    points = 0.25 * (FormGroup.SCREEN in there) + 0.25 * (FormGroup.ONLINE in there)
    return points + 0.5 * bool(there & {FormGroup.LOUDSPEAKER, FormGroup.DIRECT, FormGroup.PRINT})
