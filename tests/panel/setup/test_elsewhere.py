"""The page of copies elsewhere: what each place answered, copies and trials on demand, and a key shown once."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from broadcaster.db.models import Job
from broadcaster.domain.work.jobs import JobKind
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.elsewhere import paper_key
from broadcaster.services.setup.elsewhere.carrying_out import carry
from broadcaster.services.station import Station
from tests.kit.elsewhere import place
from tests.kit.panel import SignIn

PAGE = "/settings/elsewhere/"


def test_the_page_makes_the_key_once_and_shows_what_a_place_answered(
    station: Station, sign_in: SignIn, tmp_path: Path
) -> None:
    admin = sign_in("quantri")
    assert "Chưa có bản nào ngoài ổ đĩa này" in admin.get(PAGE).text
    (tmp_path / "nas").mkdir()
    place(station, "nas", "folder", path=str(tmp_path / "nas"))
    assert "Chép ngay" not in admin.get(PAGE).text, "without a key nothing can be sealed"
    sheet = admin.post(f"{PAGE}key")
    assert sheet.headers["Cache-Control"] == "no-store"
    words = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(sheet.data)).pages).split())
    typed = words[words.index("AGE-SECRET-KEY-1") :]
    assert "AGE-SECRET-KEY-1" in typed
    mark = paper_key.mark(paper_key.recipient_of(station))
    assert mark in words
    assert f"khóa số {mark}" in admin.get(PAGE).text
    assert admin.post(f"{PAGE}key").mimetype != "application/pdf", "a second one needs a second look"
    assert admin.post(f"{PAGE}key", data={"renew": "1"}).mimetype == "application/pdf"
    backup(station)
    carry(station, "nas")
    page = admin.get(PAGE).text
    assert "Bản mới nhất ngoài ổ đĩa này" in page
    assert "1 bản" in page


@pytest.mark.parametrize(("act", "kind"), [("carry", JobKind.CARRY), ("try", JobKind.DRILL)])
def test_a_copy_and_a_trial_are_wanted_by_whoever_manages_the_station(
    station: Station, sign_in: SignIn, tmp_path: Path, act: str, kind: JobKind
) -> None:
    (tmp_path / "nas").mkdir()
    place(station, "nas", "folder", path=str(tmp_path / "nas"))
    admin = sign_in("quantri")
    admin.post(f"{PAGE}key")
    assert admin.post(f"{PAGE}{act}", data={"name": "nas"}).status_code == 303
    with station.db.read() as session:
        wanted = {job.kind for job in session.scalars(select(Job))}
    assert kind in wanted
    assert sign_in("xem").post(f"{PAGE}{act}", data={"name": "nas"}).status_code == 403
