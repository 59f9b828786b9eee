"""While a new version is being tried nobody writes what a return to the version before would lose."""

from __future__ import annotations

import pytest

from broadcaster.domain.setup.upgrades import TRIAL
from tests.kit.panel import SignIn


def test_a_version_that_is_tried_shows_everything_takes_a_stop_and_an_emergency_and_no_other_work(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("quantri")
    monkeypatch.setenv(TRIAL, "1")
    assert client.get("/settings/").status_code == 200
    refused = client.post("/settings/restart")
    assert refused.status_code == 503
    assert "chạy thử phiên bản mới" in refused.text
    client = sign_in("lanhdao")
    for path in ("/emergency/", "/stop"):
        assert client.post(path).status_code != 503, path
