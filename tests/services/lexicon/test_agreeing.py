"""Ordinary words of the whole station wait for a leader; who made an entry alone is a contributor, a second name ends that."""

from __future__ import annotations

import pytest

from broadcaster.db.models import LexiconProposal
from broadcaster.db.queries import proposals
from broadcaster.errors import ForbiddenError, RuleError
from broadcaster.services.lexicon import agreeing, layers
from broadcaster.services.lexicon.changes import Change, apply
from broadcaster.services.lexicon.layers import is_ordinary
from broadcaster.services.lexicon.reading import spoken_of
from broadcaster.services.scripts.editing import add_script
from broadcaster.services.scripts.four_eyes import approve, contributors
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.station import Station
from broadcaster.text import LexiconEntry
from tests.kit.people import EDITOR, LEADER, OPERATOR
from tests.kit.scripts import draft

ABBREVIATION = LexiconEntry(written="TTHC", spoken="thủ tục hành chính công")
WORD = LexiconEntry(written="di dời", spoken="về lại nhà cũ", case="any")


@pytest.mark.parametrize("written", ["di dời", "Di Dời", "DI DỜI", "di", "ở", "113", "7h30", "UBND xã", "%", "sơ-tán"])
def test_words_and_figures_are_ordinary(written: str) -> None:
    assert is_ordinary(written)


@pytest.mark.parametrize("written", ["UBND", "VNeID", "TTHC", "NĐ-CP", "Facebook"])
def test_abbreviations_and_foreign_names_are_not(written: str) -> None:
    assert not is_ordinary(written)


def test_what_an_editor_asks_for_of_ordinary_words_waits_for_a_leader(station: Station) -> None:
    with pytest.raises(ForbiddenError, match="di dời"):
        apply(station, OPERATOR, Change(add=(WORD,)))
    assert agreeing.put(station, EDITOR, Change(add=(WORD, ABBREVIATION))).waits == 1
    assert spoken_of(station, "TTHC").text == "Thủ tục hành chính công"
    assert spoken_of(station, "Di dời").text == "Di dời"
    with station.db.read() as session:
        [asked] = proposals.waiting(session, LexiconProposal)
    with pytest.raises(ForbiddenError):
        agreeing.decide(station, OPERATOR, asked.id, accept=True)
    agreeing.decide(station, LEADER, asked.id, accept=True)
    assert spoken_of(station, "Di dời").text == "Về lại nhà cũ"
    with pytest.raises(RuleError, match="quyết định"):
        agreeing.decide(station, LEADER, asked.id, accept=False)
    with station.db.read() as session:
        made = dict(agreeing.makers(session).values())
        [row] = [r for r in session.scalars(layers.live()) if r.written == WORD.written]
    assert made[EDITOR.username] in {None, LEADER.username}
    assert row.agreed_by == LEADER.username
    assert agreeing.put(station, EDITOR, Change(remove=(row.id,))).waits == 1
    assert spoken_of(station, "Di dời").text == "Về lại nhà cũ"


def test_a_leader_s_own_entry_is_looked_at_by_somebody_else_before_that_leader_approves_by_it(
    station: Station,
) -> None:
    agreeing.put(station, LEADER, Change(add=(ABBREVIATION,)))
    number = add_script(station, EDITOR, draft("Mời bà con đến TTHC xã."))
    speak(station, EDITOR, number)
    with pytest.raises(ForbiddenError, match="tự duyệt"):
        approve(station, LEADER, number)
    with station.db.read() as session:
        [row] = session.scalars(layers.live())
    with pytest.raises(ForbiddenError, match="người khác"):
        agreeing.agree(station, LEADER, row.id)
    agreeing.agree(station, EDITOR, row.id)
    with station.db.read() as session:
        assert [c.username for c in contributors(station, session, number)] == [EDITOR.username]
    approve(station, LEADER, number)


def test_an_editor_s_entry_is_agreed_to_by_a_leader_alone(station: Station) -> None:
    agreeing.put(station, EDITOR, Change(add=(ABBREVIATION,)))
    with station.db.read() as session:
        [row] = session.scalars(layers.live())
        assert agreeing.agreed(session) == ()
    with pytest.raises(ForbiddenError):
        agreeing.agree(station, OPERATOR, row.id)
    agreeing.agree(station, LEADER, row.id)
    with station.db.read() as session:
        assert [e.written for e in agreeing.agreed(session)] == [ABBREVIATION.written]
