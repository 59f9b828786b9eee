"""Gói hỗ trợ at the panel: made on a button, listed, each file to be looked into, the same that is fetched."""

from __future__ import annotations

import io
import zipfile

from tests.kit import seed
from tests.kit.panel import SignIn


def test_an_administrator_makes_a_bundle_looks_into_it_and_fetches_the_same(sign_in: SignIn) -> None:
    client = sign_in("quantri")
    assert "Chưa có gói nào" in client.get("/support/").text
    assert client.get("/support/download").status_code == 404
    assert client.get("/support/look/0").status_code == 404
    assert client.post("/support/make").status_code == 303
    page = client.get("/support/").text
    fetched = client.get("/support/download")
    assert "loa-ho-tro-" in fetched.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(fetched.data)) as archive:
        names = archive.namelist()
        assert len(names) >= 9
        for number, name in enumerate(names):
            assert name in page
            shown = client.get(f"/support/look/{number}")
            assert shown.mimetype == "text/plain"
            assert shown.data == archive.read(name)
            assert seed.PEOPLE[3][1] not in shown.text
    assert client.get(f"/support/look/{len(names)}").status_code == 404
