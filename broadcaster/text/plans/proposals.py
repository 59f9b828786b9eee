"""What a line of a plan seems to say, beside the lines that it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProposalKind(StrEnum):
    """What a line of the plan seems to be."""

    TITLE = "title"
    NUMBER = "number"
    ISSUED = "issued"
    BASIS = "basis"
    TOPIC = "topic"
    FORM = "form"
    AUDIENCE = "audience"
    SPAN = "span"
    UNIT = "unit"
    DEADLINE = "deadline"
    CITED = "cited"

    @property
    def label(self) -> str:
        """The Vietnamese word."""
        return _LABELS[self]

    @property
    def dated(self) -> bool:
        """Whether its value is a day or a stretch of days."""
        return self in {ProposalKind.ISSUED, ProposalKind.SPAN, ProposalKind.DEADLINE}


_LABELS = {
    ProposalKind.TITLE: "Tên kế hoạch",
    ProposalKind.NUMBER: "Số, ký hiệu",
    ProposalKind.ISSUED: "Ngày ban hành",
    ProposalKind.BASIS: "Căn cứ",
    ProposalKind.TOPIC: "Chủ đề",
    ProposalKind.FORM: "Hình thức",
    ProposalKind.AUDIENCE: "Đối tượng",
    ProposalKind.SPAN: "Thời gian thực hiện",
    ProposalKind.UNIT: "Đơn vị",
    ProposalKind.DEADLINE: "Hạn, chế độ báo cáo",
    ProposalKind.CITED: "Văn bản được nhắc tới",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing that a plan seems to say, and the source lines it stands on (from 1, both included).

    `value` is for the machine: the code of a form, an ISO date, `from..to`, the task of an office. `targets` are
    yearly numbers by form, of a topic.
    """

    kind: ProposalKind
    text: str
    line: int
    last_line: int
    value: str = ""
    targets: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PlanReading:
    """The lines of a document and what they seem to say, in the order of the document."""

    lines: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    notes: tuple[str, ...]

    def of(self, kind: ProposalKind) -> list[Proposal]:
        """The proposals of a kind."""
        return [p for p in self.proposals if p.kind is kind]
