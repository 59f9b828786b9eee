"""Passwords: what is good enough, how one is kept, and temporary ones that can be read out over a telephone."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from broadcaster.domain.fold import fold, nfc
from broadcaster.errors import RuleError

MIN_LENGTH = 12
MAX_LENGTH = 128

# What an attacker tries first in Viet Nam, folded and without the figures at the end.
_COMMON_STEMS = frozenset(
    {
        "password",
        "passw0rd",
        "matkhau",
        "quantri",
        "quantrivien",
        "administrator",
        "admin",
        "abc",
        "abcd",
        "abcde",
        "abcdef",
        "qwerty",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "iloveyou",
        "welcome",
        "letmein",
        "anhyeuem",
        "emyeuanh",
        "yeuem",
        "yeuanh",
        "vietnam",
        "truyenthanh",
        "daitruyenthanh",
        "loaxa",
        "loaphuong",
        "ubnd",
        "uybannhandan",
        "vanhoaxahoi",
        "motcua",
        "caicachhanhchinh",
        "cchc",
        "bientap",
        "bientapvien",
        "lanhdao",
        "vanhanh",
        "hanoi",
        "saigon",
        "tphcm",
        "angiang",
        "vinhphong",
        "khongco",
        "khongbiet",
        "xinchao",
        "p@ssword",
        "p@ssw0rd",
        "changeme",
        "macdinh",
        "default",
        "test",
        "demo",
        "guest",
    }
)
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_CONSONANTS = "bdghklmnprstvx"
_VOWELS = "aeiou"


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


def hash_password(password: str) -> str:
    """The Argon2id hash of a password in NFC."""
    return _hasher().hash(nfc(password))


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one kept; without a hash it takes as long, and the answer is no.

    The equal time keeps a stranger from learning which user names exist.
    """
    known = password_hash if password_hash is not None else _nobody()
    try:
        _hasher().verify(known, nfc(password[: MAX_LENGTH + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_weakly_hashed(password_hash: str) -> bool:
    """Whether the hash was made with older parameters than today's."""
    return _hasher().check_needs_rehash(password_hash)


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_hex(16))


def require_good(password: str, username: str) -> None:
    """Check a new password.

    Raises:
        RuleError: it is too short or long, holds the user name, or is one of those that are tried first.
    """
    length = len(nfc(password))
    if length < MIN_LENGTH:
        raise RuleError(
            f"Mật khẩu phải có ít nhất {MIN_LENGTH} ký tự. Gợi ý: ghép vài từ dễ nhớ, có dấu cách cũng được.",
            field="password",
        )
    if length > MAX_LENGTH:
        raise RuleError(f"Mật khẩu dài quá {MAX_LENGTH} ký tự.", field="password")
    folded = "".join(fold(password).split())
    if fold(username) in folded and len(folded) < len(username) + MIN_LENGTH:
        raise RuleError("Mật khẩu không được chứa tên đăng nhập.", field="password")
    stem = folded.strip("0123456789.,!@#$%^&*-_+ ")
    if stem in _COMMON_STEMS or len(set(folded)) < 4 or _is_run(folded) or not stem:
        raise RuleError("Mật khẩu này quá dễ đoán. Hãy chọn vài từ không liên quan đến nhau.", field="password")


def random_password() -> str:
    """A temporary password of three spoken words and four figures (about 51 bits)."""
    words = ["".join(secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(2)) for _ in range(3)]
    return "-".join([*words, f"{secrets.randbelow(10_000):04d}"])


def _is_run(folded: str) -> bool:
    return any(folded in run or folded in run[::-1] for run in _RUNS)
