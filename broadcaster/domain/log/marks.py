"""A mark is what the record was at one moment, signed: the end of each chain. Marks are chained among themselves.

They lie where the owner of the database does not reach them unseen. Nothing here reads a file or holds a key.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from broadcaster.domain.log.chain import GENESIS
from broadcaster.domain.log.chains import Chain
from broadcaster.errors import RuleError

SHORT: Final = 20
"""Digits of a mark that are printed to be typed: 80 bits."""
FILE: Final = "marks.jsonl"
KEY_FILE: Final = "signing.key"
"""In play-out's own folder, which no backup takes; `FILE` lies beside it, and is in every one."""
BROUGHT_BACK: Final = "brought-back"
"""A file beside them that says from which backup the station was brought back, until a mark has said it."""
LAID: Final = "dau-ky-{key}.jsonl"
"""How the file is called in another folder, by the first digits of the key."""
_CODE: Final = re.compile(r"(\d{1,9})-([0-9a-f]{20,64})")


class Beginning(StrEnum):
    """Why a mark does not simply go on from the one before it."""

    FIRST = "first"
    NEW_KEY = "new-key"
    """The key that signed the one before is not on this machine: a backup brought back, another machine, a key lost."""
    RESTORED = "restored"
    """A person says that the database was brought back to an older state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One signed state of the record; `at` aware UTC."""

    number: int
    at: dt.datetime
    station: str
    heads: Mapping[Chain, tuple[int, str]]
    """Of each chain how many rows it has, and the hash of the last."""
    previous: str
    """SHA-256 of the mark before; `GENESIS` of the first."""
    key: str
    """The public half of the key that signs it (hex)."""
    beginning: Beginning | None = None
    why: str = ""
    """Of a beginning: which backup, which person's words."""
    signature: str = ""

    @property
    def begins(self) -> bool:
        """Whether the database may have been brought back before it."""
        return self.beginning in {Beginning.NEW_KEY, Beginning.RESTORED}

    @property
    def signed(self) -> bytes:
        """What the signature is over."""
        fields = {name: value for name, value in self.as_json().items() if name != "signature"}
        return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @property
    def sha256(self) -> str:
        """The hash by which the next mark and printed papers name it."""
        return hashlib.sha256(self.signed).hexdigest()

    @property
    def code(self) -> str:
        """How it is printed to be typed: `12-9f3a c4d1 …`."""
        digits = self.sha256[:SHORT]
        return f"{self.number}-{' '.join(digits[i : i + 4] for i in range(0, SHORT, 4))}"

    @property
    def scanned(self) -> str:
        """What the QR code beside it says."""
        return f"{self.number}-{self.sha256}"

    def as_json(self) -> dict[str, Any]:
        """The mark as a line of its file."""
        return {
            "number": self.number,
            "at": self.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            "station": self.station,
            "heads": {chain.value: [seq, last] for chain, (seq, last) in self.heads.items()},
            "previous": self.previous,
            "key": self.key,
            "beginning": self.beginning.value if self.beginning else None,
            "why": self.why,
            "signature": self.signature,
        }

    @classmethod
    def from_json(cls, fields: Any) -> Mark:
        """Rebuild a mark.

        Raises:
            ValueError: it is none; whatever was written there.
        """
        try:
            heads = {Chain(name): (int(seq), str(last)) for name, (seq, last) in fields["heads"].items()}
            beginning = Beginning(fields["beginning"]) if fields["beginning"] else None
            at = dt.datetime.fromisoformat(fields["at"])
            if at.tzinfo is None:
                raise ValueError("naive moment")
            return cls(
                number=int(fields["number"]),
                at=at,
                station=str(fields["station"]),
                heads=heads,
                previous=str(fields["previous"]),
                key=str(fields["key"]),
                beginning=beginning,
                why=str(fields["why"]),
                signature=str(fields["signature"]),
            )
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"no mark: {error!r}") from None


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks that lie in one place, oldest first."""

    marks: tuple[Mark, ...] = ()
    damaged: tuple[int, ...] = ()
    """Lines that are no marks."""

    @property
    def last(self) -> Mark | None:
        """The newest."""
        return self.marks[-1] if self.marks else None


def read(text: str) -> Marks:
    """The marks in the text of a file; a last line that a power cut tore is left out."""
    marks, damaged = [], []
    *lines, torn = text.split("\n")
    for number, line in enumerate(lines if not torn else [*lines, torn], 1):
        if not line.strip():
            continue
        try:
            marks.append(Mark.from_json(json.loads(line)))
        except (ValueError, RecursionError):
            if number <= len(lines):
                damaged.append(number)
    return Marks(tuple(marks), tuple(damaged))


def following(
    last: Mark | None,
    heads: Mapping[Chain, tuple[int, str]],
    *,
    at: dt.datetime,
    station: str,
    key: str,
    restored: str = "",
    why: str = "",
) -> Mark:
    """The mark after `last`, not signed yet; `restored` are a person's words that the database is an older one."""
    beginning: Beginning | None
    if last is None:
        beginning, why = (Beginning.NEW_KEY, why) if why else (Beginning.FIRST, "")
    elif last.key != key:
        beginning = Beginning.NEW_KEY
    else:
        beginning, why = (Beginning.RESTORED, restored) if restored else (None, "")
    return Mark(
        number=last.number + 1 if last else 1,
        at=at,
        station=station,
        heads=dict(heads),
        previous=last.sha256 if last else GENESIS,
        key=key,
        beginning=beginning,
        why=why,
    )


def with_signature(mark: Mark, signature: bytes) -> Mark:
    """The mark, signed."""
    return replace(mark, signature=signature.hex())


def line(mark: Mark) -> str:
    """The line of a mark in its file."""
    return json.dumps(mark.as_json(), ensure_ascii=False, sort_keys=True) + "\n"


def printed(written: str) -> tuple[int, str]:
    """Number and digits of a mark as somebody typed it from paper, or scanned it.

    Raises:
        RuleError: that is no mark.
    """
    found = _CODE.fullmatch(re.sub(r"[\s.:]+", "", written).lower().replace("–", "-"))
    if found is None:
        raise RuleError("Dấu in trên sổ gồm số thứ tự, dấu gạch và ít nhất 20 chữ số 0-9 a-f.", field="mark")
    return int(found[1]), found[2]
