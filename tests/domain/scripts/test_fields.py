"""A script's fields are declared once: each face has exactly those that the declaration gives it."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.cli.scripts import script_command
from broadcaster.db.models import Script
from broadcaster.domain.scripts.fields import ABOUT, Face, ScriptFields, columns_of, fields_of, shown_on
from broadcaster.domain.scripts.scripts import Genre, Priority
from broadcaster.panel.api import schemas
from broadcaster.panel.web.forms import ScriptForm
from broadcaster.services import exporting
from broadcaster.services.scripts import drafts
from broadcaster.text import front_matter


def test_every_face_has_the_fields_that_the_declaration_gives_it() -> None:
    ours = set(ABOUT)
    options = {opt.lstrip("-") for p in script_command.commands["add"].params for opt in p.opts}
    assert (
        {n for n in ours if hasattr(ScriptForm, n)}
        == set(shown_on(Face.FORM))
        == set(drafts.FIELDS) - {"own", "version"}
    )
    assert set(front_matter.KEYS) - {"language"} == set(shown_on(Face.HEAD))
    assert ours & options == set(shown_on(Face.COMMAND))
    assert set(schemas.ScriptIn.model_fields) == set(shown_on(Face.API))
    assert ours & set(exporting.HEADS["scripts"]) - {"body"} == set(shown_on(Face.EXPORT))
    assert ours & set(schemas.ScriptSummary.model_fields) == set(shown_on(Face.EXPORT))


def test_every_field_but_the_words_is_a_column() -> None:
    columns = set(Script.__table__.columns.keys())
    assert {about.column or name for name, about in ABOUT.items() if about.column != "-"} <= columns
    assert {name for name, about in ABOUT.items() if about.column == "-"} == {"body"}


_texts = st.text(max_size=20)
_days = st.none() | st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1))


@given(
    st.builds(
        ScriptFields,
        title=_texts,
        unit=_texts,
        topic=_texts,
        body=_texts,
        genre=st.sampled_from(Genre),
        priority=st.sampled_from(Priority),
        valid_from=_days,
        valid_to=_days,
        airings=st.integers(0, 500),
        verify=st.lists(_texts, max_size=3).map(tuple),
        source_name=st.none() | _texts,
        voice=st.none() | _texts,
        rate=st.none() | st.floats(0.7, 1.4),
        kept=st.lists(st.tuples(_texts, _texts), max_size=3).map(tuple),
    )
)
def test_a_script_comes_back_from_its_row_as_it_was(script: ScriptFields) -> None:
    assert fields_of(SimpleNamespace(**columns_of(script)), script.body) == script
