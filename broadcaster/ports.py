"""The doors of the panel: ports of this machine, taken before anything is said of them."""

from __future__ import annotations

import errno
import os
import socket

from broadcaster.errors import RuleError


def taken(host: str, port: int) -> list[socket.socket]:
    """Listening sockets on every address of `host`: from now on the port is ours.

    Raises:
        RuleError: another program has the port, or the host is none of this machine; the sentence says what to do.
    """
    held: list[socket.socket] = []
    try:
        for family, kind, proto, _, address in socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            door = socket.socket(family, kind, proto)
            held.append(door)
            if os.name == "posix":  # else a port whose last visitor has just left counts as taken
                door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                door.bind(address)
                door.listen(1024)
            except OSError as error:
                if error.errno != errno.EADDRNOTAVAIL:
                    raise
                held.pop().close()  # a name may stand for an address of a kind that this machine has not
            else:
                door.setblocking(False)
    except (OSError, ValueError, OverflowError) as error:  # a name that is no name at all is a ValueError
        for door in held:
            door.close()
        raise RuleError(_why(error, host, port), field="web") from None
    if not held:
        raise RuleError(_no_host(host), field="web")
    return held


def _why(error: Exception, host: str, port: int) -> str:
    number = error.errno if isinstance(error, OSError) and not isinstance(error, socket.gaierror) else None
    if number == errno.EADDRINUSE:
        return f"Cổng {port} đang có chương trình khác dùng; đổi [web] port trong station.toml, hoặc thêm --port."
    if number in {errno.EACCES, errno.EPERM}:
        return f"Máy không cho mở cổng {port}; đổi [web] port trong station.toml thành số từ 1024 trở lên."
    if number is None:
        return _no_host(host)
    return f"Không mở được cổng {port} ở địa chỉ “{host}”: {os.strerror(number)}."


def _no_host(host: str) -> str:
    return (
        f"Máy này không có địa chỉ “{host}”; sửa [web] host trong station.toml, thường là 127.0.0.1 (chỉ máy này) "
        "hoặc 0.0.0.0 (cả mạng)."
    )
