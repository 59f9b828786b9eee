"""Regional profiles: how a Southern or a Northern announcer says the same figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class RegionalProfile:
    """The words in which regions differ.

    `four_after_tens` is the 4 of 24, 34 ... 94. Southern announcers say "hai mươi bốn" and keep "tư" for ranks
    (thứ tư, tháng tư); Northern ones say "hai mươi tư". 14 is "mười bốn" and 104 "lẻ bốn" for both.
    """

    name: str
    odd: str
    thousand: str
    four_after_tens: str


class Profile:
    """The two profiles of a station, and `named` to find one by its setting."""

    SOUTH: ClassVar[RegionalProfile] = RegionalProfile("south", "lẻ", "ngàn", "bốn")
    NORTH: ClassVar[RegionalProfile] = RegionalProfile("north", "linh", "nghìn", "tư")

    @classmethod
    def named(cls, name: str) -> RegionalProfile:
        """The profile called `south` or `north`; raises KeyError for any other name."""
        return {"south": cls.SOUTH, "north": cls.NORTH}[name]
