"""What opens an account, sealed in the database with a key of the home: a copied database opens nobody's second step.

The key is in no backup. The scheme is Fernet's (AES-128-CBC, HMAC-SHA-256): the newest key seals, each of them opens.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

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
    _write(_file(home), [Fernet.generate_key().decode(), *_keys(home)])


def forget_old_keys(home: Home) -> None:
    """Keep the newest key alone: what an older one sealed is shut for good."""
    _write(_file(home), _keys(home)[:1])


def _file(home: Home) -> Path:
    return home.keys / "seal.key"


def _ring(home: Home) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in _keys(home)])


def _keys(home: Home) -> list[str]:
    path = _file(home)
    if not path.is_file():
        _write(path, [Fernet.generate_key().decode()], over=False)
    return path.read_text(encoding="ascii").split()


def _write(path: Path, keys: list[str], *, over: bool = True) -> None:
    """Write the keys down to the disk, whole or not at all; without `over` what another process wrote first stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write("\n".join(keys))
        file.flush()
        os.fsync(file.fileno())
    if over:
        partial.replace(path)
        return
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()
