"""Recovery codes: kept on paper, each opens once, and a copied database tells none of them.

A code is its number on the list and 80 random bits; the number says which of the hashes is asked, so that a wrong code
costs no more than a wrong password.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from typing import Final

from broadcaster.services.people.passwords import hash_password, matches

COUNT: Final = 8
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""32 of them, without those that a pen makes alike."""
_LENGTH: Final = 16
_READ_AS: Final = str.maketrans("oil", "011")
_OLDER: Final = "0"
"""The number of codes of older versions: eight hexadecimal figures, whose SHA-256 was kept."""
_OLD_HASH: Final = re.compile(r"[0-9a-f]{64}")
_OLD_LENGTH: Final = 8


def new() -> tuple[list[str], list[str]]:
    """Fresh codes for the paper, and what is kept of them."""
    codes, kept = [], []
    for number in range(1, COUNT + 1):
        letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        codes.append("-".join([str(number), *(letters[i : i + 4] for i in range(0, _LENGTH, 4))]))
        kept.append(_kept(str(number), letters))
    return codes, kept


def spent(code: str, kept: Sequence[str]) -> str | None:
    """Which of the kept ones a code opens, to be taken away then; None: it is no code of these. It takes its time."""
    plain = re.sub(r"[\s-]", "", code).lower()
    if len(plain) == _OLD_LENGTH:
        number, letters = _OLDER, hashlib.sha256(f"{plain[:4]}-{plain[4:]}".encode()).hexdigest()
    elif len(plain) == 1 + _LENGTH:
        number, letters = plain[0], plain[1:].translate(_READ_AS)
    else:
        return None
    asked = [one for one in kept if one.partition(":")[0] == number]
    return next((one for one in asked if matches(letters, one.partition(":")[2])), None)


def harder(kept: Sequence[str]) -> list[str]:
    """What older versions kept, hashed once more and slowly: their codes open still, and are found out no faster."""
    return [_kept(_OLDER, one) if _OLD_HASH.fullmatch(one) else one for one in kept]


def are_older(kept: Sequence[str]) -> bool:
    """Whether codes of older versions are among them, which are short."""
    return any(one.startswith(f"{_OLDER}:") for one in kept)


def _kept(number: str, letters: str) -> str:
    return f"{number}:{hash_password(letters)}"
