"""Files under a passphrase, in the format age-encryption.org/v1: the program `age` opens them where there is no Loa Xã.

Its primitives come from `cryptography`: scrypt makes the key that wraps the file's own, ChaCha20-Poly1305 seals the
bytes in chunks of 64 KiB, each bound to its place and the last marked so that nothing is changed, moved or cut unseen.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Iterator
from typing import IO, Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from broadcaster.errors import RuleError

VERSION: Final = b"age-encryption.org/v1"
"""How every such file begins."""
WORK: Final = 17
"""The logarithm of scrypt's cost: 128 MB, and half a second on an office PC."""
_MOST_WORK: Final = 20
"""More than a gigabyte is not spent on a file that somebody brings."""
_CHUNK: Final = 65536
_TAG: Final = 16
_SALT: Final = 16
_KEY: Final = 16
_HEAD: Final = re.compile(
    rb"%s\n-> scrypt (?P<salt>[A-Za-z0-9+/]{22}) (?P<work>[1-9][0-9]?)\n(?P<wrapped>[A-Za-z0-9+/]{43})\n---"
    rb" (?P<mac>[A-Za-z0-9+/]{43})\n" % re.escape(VERSION)
)
_LONGEST_HEAD: Final = 200


class PassphraseError(RuleError):
    """Raised when a passphrase is not the one of the file."""

    code = "passphrase"


class DamagedError(RuleError):
    """Raised when a file under a passphrase is cut off or was changed."""

    code = "damaged"


def is_sealed(file: IO[bytes]) -> bool:
    """Whether a file begins as such a file does; it is read from its start afterwards."""
    begun = file.read(len(VERSION))
    file.seek(0)
    return begun == VERSION


def sealed(source: IO[bytes], passphrase: str) -> Iterator[bytes]:
    """The bytes of `source` under a passphrase, piece by piece."""
    key, salt, nonce = secrets.token_bytes(_KEY), secrets.token_bytes(_SALT), secrets.token_bytes(_SALT)
    wrapped = ChaCha20Poly1305(_wrapping(passphrase, salt, WORK)).encrypt(bytes(12), key, None)
    head = b"%s\n-> scrypt %s %d\n%s\n---" % (VERSION, _text(salt), WORK, _text(wrapped))
    yield b"%s %s\n%s" % (head, _text(_mac(key, head).finalize()), nonce)
    cipher, number, chunk = ChaCha20Poly1305(_derived(key, nonce, b"payload")), 0, source.read(_CHUNK)
    while True:
        coming = source.read(_CHUNK)
        yield cipher.encrypt(_place(number, last=not coming), chunk, None)
        if not coming:
            return
        number, chunk = number + 1, coming


def unsealed(source: IO[bytes], passphrase: str) -> Iterator[bytes]:
    """What lies under a passphrase, piece by piece; only after the last one is it known to be whole.

    Raises:
        PassphraseError: the passphrase is another.
        DamagedError: it is cut off, or was changed.
    """
    begun = source.read(_LONGEST_HEAD)
    head = _HEAD.match(begun)
    if head is None or int(head["work"]) > _MOST_WORK:
        raise _damaged()
    try:
        salt, wrapped, mac = (_bytes(head[name]) for name in ("salt", "wrapped", "mac"))
        key = ChaCha20Poly1305(_wrapping(passphrase, salt, int(head["work"]))).decrypt(bytes(12), wrapped, None)
    except InvalidTag:
        raise PassphraseError("Cụm mật khẩu không đúng với tệp này. Chưa động tới gì.", field="passphrase") from None
    except binascii.Error:
        raise _damaged() from None
    try:
        _mac(key, begun[: head.start("mac") - 1]).verify(mac)
    except InvalidSignature:
        raise _damaged() from None
    source.seek(head.end())
    cipher, number = ChaCha20Poly1305(_derived(key, source.read(_SALT), b"payload")), 0
    chunk = source.read(_CHUNK + _TAG)
    while True:
        coming = source.read(_CHUNK + _TAG)
        try:
            plain = cipher.decrypt(_place(number, last=not coming), chunk, None)
        except InvalidTag:
            raise _damaged() from None
        if not coming and not plain and number:
            raise _damaged()  # an empty last chunk behind others is nobody's
        yield plain
        if not coming:
            return
        number, chunk = number + 1, coming


def _damaged() -> DamagedError:
    return DamagedError(
        "Bản sao lưu bị cắt cụt hoặc bị hỏng, không mở được. Chưa động tới gì. Hãy dùng bản khác, hoặc chép lại bản "
        "này từ nơi còn giữ."
    )


def _wrapping(passphrase: str, salt: bytes, work: int) -> bytes:
    return Scrypt(salt=VERSION + b"/scrypt" + salt, length=32, n=2**work, r=8, p=1).derive(passphrase.encode())


def _derived(key: bytes, salt: bytes | None, what: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, what).derive(key)


def _mac(key: bytes, head: bytes) -> HMAC:
    made = HMAC(_derived(key, None, b"header"), SHA256())
    made.update(head)
    return made


def _place(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _text(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    """The bytes of a text that is written as `_text` writes it: the format knows no second way."""
    data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    if _text(data) != text:
        raise _damaged()
    return data
