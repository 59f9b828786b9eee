"""What a person is told of the copies elsewhere, in a few sentences: the newest, its age, and what is wrong."""

from __future__ import annotations

import datetime as dt
from typing import Final

from broadcaster.services.setup.elsewhere import facts
from broadcaster.services.setup.elsewhere.facts import Drill
from broadcaster.services.setup.elsewhere.paper_key import mark
from broadcaster.services.station import Station

OLD: Final = dt.timedelta(days=8)
"""A stick is carried to the machine once a week; a copy that is older is missed."""
PAPER_OLD: Final = dt.timedelta(days=365)
"""So often somebody opens a copy with the paper: a paper that cannot be found or read is no key."""
DRILL_OLD: Final = dt.timedelta(days=45)


def told(station: Station) -> tuple[bool | None, str]:
    """Whether all is well with the copies elsewhere (None: a remark), and the sentences."""
    wanted = station.settings.backup
    if not wanted.targets:
        return None, (
            "Chưa có bản nào ngoài ổ đĩa này: máy hỏng là mất hết. Hãy cắm một USB nhãn LOA-SAOLUU và thêm nơi cất ở "
            "trang Sao lưu nơi khác."
        )
    if not wanted.recipient:
        return False, "Chưa in khóa sao lưu nên chưa chép được đi đâu: trang Sao lưu nơi khác, hoặc loa key paper."
    copies_ok, copies = of_copies(station)
    drill_ok, drill_words = of_drill(station, facts.last_drill(station))
    return copies_ok and drill_ok, f"{copies} {drill_words} {of_paper(station, wanted.recipient.reveal())}".strip()


def of_copies(station: Station) -> tuple[bool, str]:
    """Whether a whole copy lies outside this disk and every place works, and the sentences; before any it does not."""
    known = facts.last_carried(station)
    newest = facts.newest_outside(known)
    ok = True
    if newest is None or newest.newest_at is None:
        ok, words = False, ["Chưa có bản nào trọn vẹn ngoài ổ đĩa này."]
    else:
        age = station.now() - newest.newest_at
        ok = age <= OLD
        old = f", đã {age.days} ngày" if age >= dt.timedelta(days=1) else ""
        when = f"{station.local(newest.newest_at):%H:%M %d/%m/%Y}{old}"
        words = [f"Bản mới nhất ngoài ổ đĩa này lúc {when}, ở “{newest.target}”."]
    for one in known:
        if one.fault and not one.absent:
            ok = False
            words.append(f"Nơi “{one.target}” hỏng: {one.fault}")
        elif one.missing:
            ok = False
            words.append(f"{one.missing} âm thanh của bản ở “{one.target}” không còn trên máy để chép.")
    return ok, " ".join(words)


def of_paper(station: Station, recipient: str) -> str:
    """A reminder to open a copy with the paper; empty while it was done within the year, or nothing lies anywhere."""
    last = facts.paper_opened(station, mark(recipient))
    if last is not None and station.now() - last <= PAPER_OLD:
        return ""
    if facts.newest_outside(facts.last_carried(station)) is None:
        return ""
    since = "Chưa lần nào" if last is None else f"Từ {station.local(last):%d/%m/%Y} chưa"
    return f"{since} mở thử bản sao lưu bằng tờ giấy khóa: mỗi năm một lần, lấy tờ khóa ra rồi gõ loa carry open."


def of_drill(station: Station, last: Drill | None) -> tuple[bool, str]:
    """How the last trial restore went; one that has not been yet comes by itself within the month."""
    if last is None:
        return True, "Chưa thử khôi phục lần nào; đài tự thử trong đêm yên."
    when = f"{station.local(last.at):%d/%m/%Y}"
    if not last.well:
        return False, f"Lần thử khôi phục {when} KHÔNG đạt: {' '.join(last.faults)}"
    if station.now() - last.at > DRILL_OLD:
        return False, f"Đã lâu không thử khôi phục được: lần gần nhất {when}."
    return True, f"Thử khôi phục {when}: đạt."
