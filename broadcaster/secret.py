"""What must never be printed: passwords, and addresses that carry one.

A `Secret` has no printable form, however it gets into a text. What other programs and libraries say may repeat its
words all the same: what is logged or told to a person goes through `masked`, which knows every secret of this process.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

MASK: Final = "•••"
_SHORTEST: Final = 5
"""Shorter words stand in too many other words to be taken out of every text."""
_KEY: Final = 12
"""What is asked for by so many letters may be a key."""
_USER: Final = re.compile(r"(?<=://)[^\s/@\"']+@")
_known: set[str] = set()


class Secret:
    """Words that only `reveal` gives away."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value
        for word in self._hidden():
            _known.update(one for one in (word, unquote(word)) if len(one) >= _SHORTEST)

    def reveal(self) -> str:
        """The words themselves, for whoever opens something with them."""
        return self._value

    def _hidden(self) -> list[str]:
        return [self._value]

    def __str__(self) -> str:
        return MASK if self._value else ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        """A text in a file; the type itself wherever it is handed on."""
        from pydantic_core import PydanticCustomError, core_schema  # noqa: PLC0415 - the lightest rooms do without

        def taken(value: Any) -> Secret:
            if isinstance(value, cls):
                return value
            if not isinstance(value, str):
                raise PydanticCustomError("string_type", "a text is wanted")
            return cls(value)

        printed = core_schema.to_string_ser_schema(when_used="json-unless-none")
        return core_schema.no_info_plain_validator_function(taken, serialization=printed)


class Address(Secret):
    """An address, printed without who asks and without what is asked for: either may be a key."""

    __slots__ = ()

    def _hidden(self) -> list[str]:
        _scheme, place, _path, query = _split(self._value)
        asked = [value for _, value in parse_qsl(query) if len(value) >= _KEY]
        return [place.rpartition("@")[0].partition(":")[2], query if asked else "", *asked]

    def __str__(self) -> str:
        scheme, place, path, query = _split(self._value)
        if not scheme:
            return self._value if not (place or query) else MASK
        user, at, host = place.rpartition("@")
        return f"{scheme}://{MASK if user else ''}{at}{host}{path}{f'?{MASK}' if query else ''}"


class KeyedAddress(Address):
    """An address whose path is a key as well: of it only the machine is printed."""

    __slots__ = ()

    def _hidden(self) -> list[str]:
        path = _split(self._value)[2]
        return [*super()._hidden(), path, *(part for part in path.split("/") if len(part) >= _KEY)]

    def __str__(self) -> str:
        scheme, place, _path, _query = _split(self._value)
        return f"{scheme}://{place.rpartition('@')[2]}/{MASK}" if scheme else MASK if self._value else ""


def masked(text: str) -> str:
    """A text without the secrets that this process knows, and without anybody's name and password in an address."""
    for word in sorted(_known, key=len, reverse=True):
        text = text.replace(word, MASK)
    return _USER.sub(f"{MASK}@", text)


def _split(address: str) -> tuple[str, str, str, str]:
    try:
        found = urlsplit(address)
    except ValueError:
        return "", "?", "", ""
    return found.scheme, found.netloc, found.path, found.query
