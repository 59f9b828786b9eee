"""A zone's fields are declared once: each face has exactly those that the declaration gives it."""

from __future__ import annotations

from dataclasses import asdict

from broadcaster.cli.zones import zone_command
from broadcaster.db.models import ZoneRow
from broadcaster.domain.scripts.fields import Face, shown_on
from broadcaster.domain.setup.fields import ABOUT, ZoneFields, columns_of
from broadcaster.domain.setup.zones import Correction
from broadcaster.panel.api import schemas
from broadcaster.panel.web.forms import ZoneForm
from broadcaster.scheduling.rotation_toml import ZoneTable
from broadcaster.services import exporting


def test_every_face_has_the_fields_that_the_declaration_gives_it() -> None:
    ours = set(ABOUT)
    options = {opt.lstrip("-") for p in zone_command.commands["tone"].params for opt in p.opts}
    assert {n for n in ours if hasattr(ZoneForm, n)} == set(shown_on(Face.FORM, ZoneFields)) == ours
    assert set(ZoneTable.model_fields) - {"code"} == set(shown_on(Face.HEAD, ZoneFields))
    assert ours & options == set(shown_on(Face.COMMAND, ZoneFields)) == set(asdict(Correction()))
    assert ours & set(exporting.HEADS["zones"]) == set(shown_on(Face.EXPORT, ZoneFields))
    assert ours & set(schemas.ZoneOut.model_fields) == set(shown_on(Face.EXPORT, ZoneFields))


def test_other_systems_find_a_zone_as_they_always_did() -> None:
    assert exporting.HEADS["zones"][:6] == ("code", "name", "place", "enabled", "volume", "muted")
    assert tuple(schemas.ZoneOut.model_fields) == exporting.HEADS["zones"]


def test_every_field_is_a_column_with_the_same_default() -> None:
    columns = ZoneRow.__table__.columns
    values = columns_of(ZoneFields("Cụm loa chợ"))
    assert set(values) == set(columns.keys()) - {"code", "position"}
    plain = {
        c.name: c.default.arg for c in columns if c.name in values and c.default is not None and c.default.is_scalar
    }
    assert plain.keys() >= {"place", "sink", "volume", "enabled", "bass", "treble", "gain"}
    assert plain == {name: values[name] for name in plain}
