"""Who knocks: from which address, with which browser, and whether that browser was let in before."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Caller:
    """From where somebody shows a secret."""

    address: str = ""
    """Empty: at the machine of the station itself."""
    browser: str = ""
    device: str = ""
    """The mark of a browser, given when it first signed in; a stranger's has none, or one that nobody knows."""
    session: str = ""

    @property
    def at_home(self) -> bool:
        """Whether it is a program or person at the machine of the station."""
        return not self.address or is_loopback(self.address)

    @property
    def place(self) -> str:
        """The address as it is counted by: a whole network where one sender has it all to itself."""
        try:
            found = ipaddress.ip_address(self.address)
        except ValueError:
            return self.address[:64]
        if found.version == 4:
            return str(found)
        mapped = found.ipv4_mapped
        return str(mapped or ipaddress.ip_network((found, 64), strict=False))


HERE: Final = Caller()
"""The command line, and whatever else runs at the machine."""


def is_loopback(address: str) -> bool:
    """Whether an address is of the machine itself; what is no address at all is not."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def is_here(host: str) -> bool:
    """Whether the name or address of a host is the machine itself."""
    return host == "localhost" or is_loopback(host)
