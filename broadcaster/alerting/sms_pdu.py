"""An SMS as a modem takes it in PDU mode (3GPP TS 23.040): a number, an alphabet, and the letters packed."""

from __future__ import annotations

from collections.abc import Sequence

from broadcaster.alerting.sms_text import ALPHABET

_INTERNATIONAL, _UNKNOWN = 0x91, 0x81
_SUBMIT, _HAS_HEADER = 0x01, 0x40
_GSM, _UCS2 = 0x00, 0x08


def submits(phone: str, texts: Sequence[str], *, marks: bool, reference: int) -> list[bytes]:
    """The PDUs of a message, without the service centre before each.

    Args:
        phone: digits, with a plus before them when they begin with the country.
        texts: its parts.
        marks: with Vietnamese letters.
        reference: 0 to 255; what tells the phone which parts belong together.
    """
    found = []
    for number, text in enumerate(texts, 1):
        header = bytes([5, 0, 3, reference, len(texts), number]) if len(texts) > 1 else b""
        first = _SUBMIT | (_HAS_HEADER if header else 0)
        length, letters = _ucs2(header, text) if marks else _packed(header, text)
        coding = _UCS2 if marks else _GSM
        found.append(bytes([first, 0]) + _address(phone) + bytes([0, coding, length]) + letters)
    return found


def _address(phone: str) -> bytes:
    digits = phone.removeprefix("+")
    kind = _INTERNATIONAL if phone.startswith("+") else _UNKNOWN
    pairs = digits + "F" * (len(digits) % 2)
    return bytes([len(digits), kind]) + bytes(int(pairs[i + 1] + pairs[i], 16) for i in range(0, len(pairs), 2))


def _ucs2(header: bytes, text: str) -> tuple[int, bytes]:
    data = header + text.encode("utf-16-be", "replace")
    return len(data), data


def _packed(header: bytes, text: str) -> tuple[int, bytes]:
    """Seven bits a letter, from the lowest bit on; after a header the letters begin at a multiple of seven bits."""
    before = -(-len(header) * 8 // 7)
    bits = int.from_bytes(header, "little")
    for at, letter in enumerate(text, before):
        bits |= ALPHABET.index(letter) << (at * 7)
    count = before + len(text)
    return count, bits.to_bytes(-(-count * 7 // 8), "little")
