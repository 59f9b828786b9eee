"""The port of the panel is taken before it is announced, asked for a few times, and follows the settings."""

from __future__ import annotations

from broadcaster.ports import taken
from broadcaster.supervise.panel_port import TRIES, PanelPort

HERE = "127.0.0.1"


def free_port() -> int:
    (door,) = taken(HERE, 0)
    port = int(door.getsockname()[1])
    door.close()
    return port


def test_what_is_announced_is_held() -> None:
    said: list[str] = []
    port = free_port()
    door = PanelPort(lambda: (HERE, port), said.append)
    assert door.open()
    assert door.open()
    assert said == [f"Trang quản lý: http://{HERE}:{port}/  (Ctrl-C để tắt đài)"]
    assert len(door.handles()) == 1
    door.close()


def test_a_port_of_another_program_is_told_once_asked_for_a_few_times_and_given_up() -> None:
    (other,) = taken(HERE, 0)
    port, said = int(other.getsockname()[1]), list[str]()
    door = PanelPort(lambda: (HERE, port), said.append)
    assert [door.open() for _ in range(TRIES)] == [False] * TRIES
    assert door.given_up
    assert len(said) == 2
    assert f"Cổng {port} đang có chương trình khác dùng" in said[0]
    assert f"Đã thử {TRIES} lần" in said[1]
    assert not any("http" in line for line in said)
    other.close()


def test_after_a_restart_the_port_is_that_of_the_settings() -> None:
    said: list[str] = []
    ports = [free_port(), free_port()]
    door = PanelPort(lambda: (HERE, ports[0]), said.append)
    door.open()
    ports.reverse()
    door.anew()
    assert door.open()
    taken(HERE, ports[1])[0].close()
    assert [str(port) in line for port, line in zip(reversed(ports), said, strict=True)] == [True, True]
    door.close()
