"""What opens an account, sealed in the database with a key of the home: a copied database opens nobody's second step.

The key is in no backup. The scheme is Fernet's (AES-128-CBC, HMAC-SHA-256): the newest key seals, each of them opens.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from broadcaster import keeping
from broadcaster.home import Home

_BETWEEN: Final = ":"


def seal(home: Home, user_id: int, secret: str) -> str:
    """A secret as the database holds it: of use for this person's row and with this home's key alone."""
    return _ring(home).encrypt(f"{user_id}{_BETWEEN}{secret}".encode()).decode()


def opened(home: Home, user_id: int, sealed: str) -> str | None:
    """The secret, or None: another home's key sealed it, it was altered, or it is another person's."""
    try:
        owner, _, secret = _ring(home).decrypt(sealed).decode().partition(_BETWEEN)
    except InvalidToken:
        return None
    return secret if owner == str(user_id) else None


def add_key(home: Home) -> None:
    """Seal with a new key from now on; the keys of before open still."""
    keeping.keep(_file(home), "\n".join([Fernet.generate_key().decode(), *_keys(home)]))


def forget_old_keys(home: Home) -> None:
    """Keep the newest key alone: what an older one sealed is shut for good."""
    keeping.keep(_file(home), _keys(home)[0])


def _file(home: Home) -> Path:
    return home.keys / "seal.key"


def _ring(home: Home) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in _keys(home)])


def _keys(home: Home) -> list[str]:
    path = _file(home)
    if not path.is_file():
        keeping.make_folder(path.parent)
        keeping.keep_first(path, Fernet.generate_key().decode())
    return path.read_text(encoding="ascii").split()
