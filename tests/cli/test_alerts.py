"""A way to reach people, tried at the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.kit.loa import Loa
from tests.kit.receivers import receiving

KEY = "khoa-rat-bi-mat-123456"


@pytest.mark.slow
def test_a_way_is_tried_and_what_came_of_it_is_said(loa: Loa, home: Path) -> None:
    with receiving() as one:
        way = f'[alerts.senders.tinh]\nkind = "webhook"\n[alerts.senders.tinh.options]\nurl = "{one.address}"\n'
        path = home / "station.toml"
        text = path.read_text(encoding="utf-8").replace("[alerts.senders]\n", f'{way}token = "{KEY}"\n')
        path.write_text(text, encoding="utf-8")
        done = loa("alerts", "test", "tinh")
        assert re.search(r"Đã gửi thử lúc \d\d:\d\d:\d\d, mất \d+\.\d giây: mã 200\.", done.out), done.err
        assert len(one.came) == 1
        one.says = lambda _came: (403, {}, KEY.encode())
        refused = loa("alerts", "test", "tinh")
        assert refused.code != 0
        assert "mã 403" in refused.err
        assert KEY not in refused.out + refused.err
    assert "Không có cách báo tin “khac”." in loa("alerts", "test", "khac").err
