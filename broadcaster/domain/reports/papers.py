"""Who issues a paper and in what form: what reports and log books need of the settings, and keep of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """The commune and its station, as papers name them."""

    commune: str
    name: str

    @property
    def place(self) -> str:
        """The commune's name without what kind of place it is."""
        return self.commune.split(maxsplit=1)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperForm:
    """The parts of a paper that the office decides (Nghị định 30/2020/NĐ-CP)."""

    superior: str
    place: str
    signer_mode: Literal["TM", "KT", "TL"]
    signer_title: str
    recipients: tuple[str, ...]
    self_score: bool
