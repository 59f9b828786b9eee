"""The hash chain of the play log: whoever alters, removes or reorders an entry is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64


def entry_hash(prev_hash: str, fields: Mapping[str, Any]) -> str:
    """SHA-256 over the previous hash and the entry's fields as canonical JSON (UTF-8, sorted keys)."""
    body = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(f"{prev_hash}\n{body}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One entry as the verifier sees it."""

    seq: int
    prev_hash: str
    hash: str
    fields: Mapping[str, Any] | None
    """What the hash covers; None when the row is gone, or is of a version that this program does not know."""


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """The first place where the chain does not hold."""

    seq: int
    what: str
    """A Vietnamese sentence."""


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What a verification found."""

    entries: int
    last_hash: str
    faults: tuple[ChainBreak, ...]

    @property
    def holds(self) -> bool:
        """Whether the whole chain holds."""
        return not self.faults


def verify(
    links: Iterable[ChainLink], *, expect_last: str | None = None, most: int = 20, after: tuple[int, str] = (0, GENESIS)
) -> ChainCheck:
    """Check a chain read in order of `seq`; name each faulty entry, at most `most`.

    `expect_last` is a hash kept elsewhere (a frozen report, a backup): it reveals a log cut off at its end. A long
    chain may be checked part by part: `after` is the number and hash of the last entry of the part before.
    """
    faults: list[ChainBreak] = []
    seq, prev = after
    count = 0
    for link in links:
        count += 1
        if link.seq != seq + 1:
            faults.append(ChainBreak(link.seq, f"Thiếu bản ghi giữa số {seq} và số {link.seq}."))
        if link.prev_hash != prev:
            faults.append(ChainBreak(link.seq, f"Bản ghi số {link.seq} không nối với bản ghi đứng trước."))
        if link.fields is None:
            faults.append(ChainBreak(link.seq, f"Bản ghi số {link.seq} không còn, hoặc chương trình không đọc được."))
        elif entry_hash(link.prev_hash, link.fields) != link.hash:
            faults.append(ChainBreak(link.seq, f"Nội dung bản ghi số {link.seq} đã bị sửa sau khi ghi."))
        prev, seq = link.hash, link.seq
        if len(faults) >= most:
            break
    if expect_last is not None and not faults and prev != expect_last:
        faults.append(ChainBreak(seq, f"Chuỗi bị cắt bớt: dấu cuối (bản ghi số {seq}) không khớp với dấu đã lưu."))
    return ChainCheck(count, prev, tuple(faults))
