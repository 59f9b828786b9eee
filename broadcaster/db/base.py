"""The declarative base and the column types that every database must agree on."""

from __future__ import annotations

import datetime as dt
import json
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import JSON, DateTime, MetaData, String
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from broadcaster.domain.air.broadcasts import RundownItem
from broadcaster.domain.schedule.rundown import Reason

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Encoded(list[Any]):
    """A list for a JSON column whose text is written once, however many rows share it."""

    @cached_property
    def text(self) -> str:
        """The list as the columns hold it."""
        return json_text(self)


def json_text(value: Any) -> str:
    """Write JSON columns short: Vietnamese as it is, not as six signs for each letter."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware UTC moment; SQLite forgets zones, so it goes in and out through UTC here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Refuse naive moments, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Give back aware UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class PlainWord(TypeDecorator[StrEnum]):
    """A `StrEnum` kept as its plain word, so that adding one needs no migration."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum], length: int = 32) -> None:
        super().__init__(length)
        self.kind = kind

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        """Store the word; refuse a word that the enum does not have."""
        del dialect
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> StrEnum | None:
        """Give back the member."""
        del dialect
        return None if value is None else self.kind(value)


class Loaded(TypeDecorator[tuple[Any, ...]]):
    """Frozen values as a JSON list of their `as_json()`; what is `Encoded` goes in as it is."""

    impl = JSON
    cache_ok = True

    def __init__(self, kind: type[RundownItem | Reason]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Store the values as JSON-able fields."""
        del dialect
        return value if isinstance(value, Encoded) else [one.as_json() for one in value]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[RundownItem | Reason, ...]:
        """Give back the values."""
        del dialect
        return tuple(self.kind.from_json(fields) for fields in value)


class Words(TypeDecorator[tuple[StrEnum, ...]]):
    """Several members of a `StrEnum`, kept as a JSON list of their words."""

    impl = JSON
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> list[str]:
        """Store the words; refuse a word that the enum does not have."""
        del dialect
        return [self.kind(word).value for word in value]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[StrEnum, ...]:
        """Give back the members."""
        del dialect
        return tuple(self.kind(word) for word in value)


class Base(DeclarativeBase):
    """Base of all rows."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as declared
        dt.datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[int]: JSON,
        list[dict[str, Any]]: JSON,
        tuple[RundownItem, ...]: Loaded(RundownItem),
        tuple[Reason, ...]: Loaded(Reason),
    }
