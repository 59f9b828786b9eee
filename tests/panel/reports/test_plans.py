"""Kế hoạch in the panel: from the file to the plan in force."""

from __future__ import annotations

import io
import re

import pytest

from broadcaster.db.queries import plans as plans_queries
from broadcaster.services.station import Station
from tests.kit.panel import SignIn
from tests.kit.places import FIXTURES

PLAN = FIXTURES / "ke-hoach-2026.txt"


def fields(page: str) -> dict[str, str]:
    """Return what a browser would send of the confirm form."""
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    for name, body in re.findall(r'<select id="[^"]+" name="([^"]+)">(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    found |= dict(re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.DOTALL))
    found |= dict(re.findall(r'<input name="(value-[^"]+)" value="([^"]*)"', page))
    return found


def test_a_plan_is_imported_confirmed_and_put_in_force(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    sent = client.post("/plans/import", data={"file": (io.BytesIO(PLAN.read_bytes()), "kh.txt")})
    assert sent.status_code == 303
    page = client.get(sent.location).text
    assert 'id="dong-31"' in page
    assert "43–45" in page
    values = fields(page)
    topic = next(k for k, v in values.items() if k.startswith("kind-") and v == "topic")
    values[topic] = ""  # the first topic is not wanted
    saved = client.post(sent.location, data=values)
    assert saved.status_code == 303, saved.text
    number = int(sent.location.split("/")[2])
    client.post(f"/plans/{number}/state", data={"to": "active"})
    with station.db.read() as session:
        row = plans_queries.campaign(session, number)
    assert row.state.value == "active"
    assert len(row.topics) == 9
    assert row.forms == ["loa", "cong", "truc-tiep", "pano", "ap-phich", "zalo", "facebook"]
    assert (row.first.isoformat(), row.last.isoformat()) == ("2026-01-01", "2026-12-31")
    shown = client.get(f"/plans/{number}").text
    assert "150/KH-UBND" in shown
    assert "đang dùng để theo dõi" in client.get("/plans/").text


def test_a_plan_is_written_by_hand_with_targets(station: Station, sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    assert client.get("/plans/new").status_code == 200
    values = {
        "title": "Kế hoạch tay",
        "first": "2026-01-01",
        "last": "2026-12-31",
        "forms": ["zalo"],
        "basis": "Căn cứ một\n\nCăn cứ hai",
        "topic-0-title": "Chủ đề một",
        "topic-0-code": "chi-so",
        "topic-0-target-loa": "24",
        "topic-1-title": "Chủ đề <b>hai</b>",
        "unit-0-name": "Công an xã",
        "unit-0-code": "cong-an",
        "deadline-0-title": "Báo cáo",
        "deadline-0-day": "2026-03-12",
    }
    saved = client.post("/plans/new", data=values)
    assert saved.status_code == 303
    shown = client.get(saved.location).text
    assert "Chủ đề &lt;b&gt;hai&lt;/b&gt;" in shown
    with station.db.read() as session:
        plan = plans_queries.campaign_of(plans_queries.campaigns(session)[0])
    assert plan.target("chi-so") == 24
    assert plan.basis == ("Căn cứ một", "Căn cứ hai")
    assert plan.forms == ("loa", "zalo")
    wrong = client.post(saved.location + "/edit", data=values | {"topic-0-target-loa": "hai"})
    assert wrong.status_code == 422
    assert "phải từ 0 đến" in wrong.text
    assert client.post(saved.location + "/edit", data=values | {"first": "mai"}).status_code == 422


def test_a_file_that_is_no_document_is_refused_in_words(sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    client.post("/plans/import", data={"file": (io.BytesIO(b"\x89PNG...."), "kh.docx")})
    assert "hình ảnh" in client.get("/plans/").text
    client.post("/plans/import", data={})
    assert "Hãy chọn tệp kế hoạch" in client.get("/plans/").text


@pytest.mark.slow
def test_of_a_long_document_only_what_proposes_is_shown(sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    plan = PLAN.read_text(encoding="utf-8").replace("Nơi nhận:", "Ghi chú:")
    sent = client.post("/plans/import", data={"file": (io.BytesIO("\n".join([plan] * 40).encode()), "dai.txt")})
    assert sent.status_code == 303
    page = client.get(sent.location)
    assert page.status_code == 200
    assert "Văn bản dài" in page.text
    assert len(page.text) < 3_000_000
