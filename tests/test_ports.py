"""A port is ours before anything is said of it; what keeps it from us is one true sentence."""

from __future__ import annotations

import socket

import pytest

from broadcaster.errors import RuleError
from broadcaster.ports import taken


def test_a_port_that_was_taken_is_nobody_else_s() -> None:
    (door,) = taken("127.0.0.1", 0)
    port = door.getsockname()[1]
    with pytest.raises(RuleError, match=f"Cổng {port} đang có chương trình khác dùng; đổi \\[web\\] port"):
        taken("127.0.0.1", port)
    with pytest.raises(RuleError, match="chương trình khác"):
        taken("0.0.0.0", port)
    door.close()
    for again in taken("localhost", port):
        assert again.getsockname()[1] == port
        again.close()


@pytest.mark.parametrize("host", ["khong.co.may.nay.invalid", "a..b", "203.0.113.9", "x" * 300, "http://may", "::g"])
def test_a_host_that_is_none_of_this_machine_is_told_as_that(host: str) -> None:
    with pytest.raises(RuleError, match="Máy này không có địa chỉ"):
        taken(host, 0)


def test_an_address_that_listens_answers() -> None:
    (door,) = taken("127.0.0.1", 0)
    with socket.create_connection(door.getsockname(), timeout=5):
        pass
    door.close()
