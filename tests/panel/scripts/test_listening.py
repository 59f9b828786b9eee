"""What the machine understood stands on the script's page; asking for it needs the right to write and a listener."""

from __future__ import annotations

import datetime as dt

import pytest

from broadcaster.db.models import Hearing, Job, Rendition, Revision
from broadcaster.services.station import Station
from broadcaster.sound import recogniser_process
from tests.kit.panel import SignIn


@pytest.fixture
def heard(station: Station) -> int:
    """A hearing of the newest rendition of some script; its number."""
    with station.db.write() as session:
        newest = session.query(Rendition).order_by(Rendition.id.desc()).first()
        assert newest is not None
        sentences = [
            {"said": "Câu nghe rõ.", "heard": "câu nghe rõ", "share": 1.0, "verdict": "clear", "advice": []},
            {
                "said": "Mời bà con <họp> ấp.",
                "heard": "mời bà con hát",
                "share": 0.4,
                "verdict": "unclear",
                "advice": ["Khó nghe: “họp”, “ấp”."],
            },
        ]
        session.add(
            Hearing(
                rendition_id=newest.id,
                kind="rendition",
                file="",
                share=0.7,
                summary="Máy nghe thử hiểu 70% số chữ.",
                sentences=sentences,
                at=dt.datetime(2026, 3, 2, 5, tzinfo=dt.UTC),
            )
        )
        return session.get_one(Revision, newest.revision_id).script_id


def test_badly_heard_sentences_are_shown_with_advice(station: Station, sign_in: SignIn, heard: int) -> None:
    page = sign_in("bientap").get(f"/scripts/{heard}").text
    assert "Máy nghe thử hiểu 70% số chữ." in page
    assert "Mời bà con &lt;họp&gt; ấp." in page
    assert "mời bà con hát" in page
    assert "Khó nghe" in page
    assert "<strong>Câu nghe rõ.</strong>" not in page


def test_asking_wants_a_job_or_says_what_is_missing(
    station: Station, sign_in: SignIn, heard: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("bientap")
    monkeypatch.setattr(recogniser_process, "missing", lambda _name: None)
    assert "Đã yêu cầu máy nghe thử" in client.post(f"/scripts/{heard}/listen", follow_redirects=True).text
    with station.db.read() as session:
        assert [j.state for j in session.query(Job).filter_by(kind="listen")] == ["wanted"]
    monkeypatch.setattr(recogniser_process, "missing", lambda _name: "Chưa cài bộ nghe thử.")
    assert "Chưa cài bộ nghe thử." in client.post(f"/scripts/{heard}/listen", follow_redirects=True).text
    assert sign_in("xem").post(f"/scripts/{heard}/listen").status_code == 403
