"""One row by its key: found, or refused with the sentence of its kind and the place of the wrong key."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect

from broadcaster.db.models import ZoneRow
from broadcaster.db.queries.one import _MISSING, one_of
from broadcaster.db.session import Database
from broadcaster.errors import NotFoundError, printed


@pytest.mark.parametrize("kind", _MISSING, ids=lambda kind: kind.__name__)
def test_each_kind_that_is_not_there_is_said_so_with_its_key(database: Database, kind: type) -> None:
    text = inspect(kind).primary_key[0].type.python_type is str
    key = "khong-co" if text else 9999
    with database.read() as session, pytest.raises(NotFoundError) as missing:
        one_of(session, kind, key)
    assert str(key) in missing.value.message
    assert printed(missing.value.field) == _MISSING[kind][0]
    with database.read() as session, pytest.raises(NotFoundError) as placed:
        one_of(session, kind, key, field="dòng 3")
    assert printed(placed.value.field) == "dòng 3"


def test_what_is_there_is_found_also_for_changing(database: Database) -> None:
    with database.write() as session:
        session.add(ZoneRow(code="ap-1", name="Ấp 1", position=1))
    with database.write() as session:
        one_of(session, ZoneRow, "ap-1", lock=True).name = "Ấp Một"
    with database.read() as session:
        assert one_of(session, ZoneRow, "ap-1").name == "Ấp Một"
