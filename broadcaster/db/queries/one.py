"""One row by its key, or the sentence that it is not there: each kind of row has its words here and nowhere else."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy.orm import Session

from broadcaster.db import models
from broadcaster.db.base import Base
from broadcaster.errors import NotFoundError

Row = TypeVar("Row", bound=Base)

_MISSING: dict[type[Base], tuple[str, str]] = {
    models.BroadcastChange: ("change", "Việc số {} không còn hoàn tác được nữa."),
    models.BroadcastRow: ("broadcast", "Không có buổi phát số {}."),
    models.CampaignRow: ("campaign", "Không có kế hoạch số {}."),
    models.CueOffer: ("offer", "Không có âm thanh số {} nào chờ nghe."),
    models.CueRow: ("cue", "Không có âm thanh nào tên “{}”."),
    models.Emergency: ("emergency", "Không có bản tin khẩn cấp số {}."),
    models.GraveProposal: ("agreement", "Không có việc số {} nào chờ lãnh đạo đồng ý."),
    models.LexiconProposal: ("proposal", "Không có đề nghị số {} về cách đọc."),
    models.LexiconRow: ("entry", "Từ điển của đài không có mục số {}."),
    models.PlayLogEntry: ("entry", "Nhật ký không có bản ghi số {}."),
    models.Report: ("report", "Không có báo cáo số {}."),
    models.Script: ("script", "Không có kịch bản số {}."),
    models.ZoneRow: ("zone", "Không có cụm loa nào mang mã “{}”."),
}


def one_of(session: Session, kind: type[Row], key: Any, *, field: str = "", lock: bool = False) -> Row:
    """The row of `kind` whose primary key is `key`; with `lock` nobody else changes it until this transaction ends.

    `field` names the place of the wrong key in what the person gave, where it is not the kind's own name.

    Raises:
        NotFoundError: there is none.
    """
    row = session.get(kind, key, with_for_update=True if lock else None)
    if row is None:
        name, sentence = _MISSING[kind]
        raise NotFoundError(sentence.format(key), field=field or name)
    return row
