"""The corpus of spoken forms: each class keeps what it has reached, and the corpus itself is sound."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pytest

from tests.corpus.raise_floors import failing, floors
from tests.corpus.scoring import Row, development, digits_lost, expansions, fold, held_out

ROWS = development()


@pytest.fixture(scope="module")
def wrong():
    return failing(ROWS)


@pytest.mark.parametrize("kind", sorted({row.kind for row in ROWS}))
def test_class_keeps_its_floor(kind, wrong):
    rows = [row for row in ROWS if row.kind == kind]
    failed = [(row, answer) for row, answer in wrong if row.kind == kind]
    told = "\n".join(
        f"{row.id}\n  written {row.written}\n  said    {answer}\n  wanted  {row.spoken}" for row, answer in failed
    )
    assert len(rows) - len(failed) >= floors()[kind], f"\n{told}"


def test_every_class_has_a_floor_that_its_rows_can_reach():
    counts = Counter(row.kind for row in ROWS)
    assert floors().keys() == counts.keys()
    assert all(floor <= counts[kind] for kind, floor in floors().items())


def test_no_figure_is_lost_on_the_development_share(wrong):
    assert [row.written for row, answer in wrong if re.search(r"\d", answer)] == []


def test_corpus_is_as_large_and_as_hard_as_promised():
    rows = ROWS + held_out()
    assert len(rows) >= 1800
    assert len({row.kind for row in rows}) >= 26
    assert sum(row.hard for row in rows) >= len(rows) / 4
    # The first share set apart (418 rows) was scored once and then read; a new one stands in its place.
    assert len(held_out()) >= 150


def test_share_set_apart_covers_every_class_with_sentences_of_its_own():
    apart = held_out()
    assert {row.kind for row in apart} == {row.kind for row in ROWS}
    assert {row.written for row in apart}.isdisjoint(row.written for row in ROWS)


def test_rows_are_unique_and_nfc():
    rows = ROWS + held_out()
    assert len({row.id for row in rows}) == len({row.written for row in rows}) == len(rows)
    for row in rows:
        assert all(unicodedata.is_normalized("NFC", text) for text in (row.written, *row.forms))


def test_preferred_form_and_alternatives_are_words_without_figures():
    for row in ROWS + held_out():
        assert not re.search(r"\d", row.spoken), row.id
        assert row.accepts(row.spoken), row.id
        assert row.accepts(row.spoken, tolerant=True), row.id
        assert not digits_lost(row, row.spoken), row.id
        for form in expansions(row, limit=16):
            assert row.accepts(form), (row.id, form)


def test_preferred_form_is_southern():
    for row in ROWS + held_out():
        assert not re.search(r"nghìn|nhăm|(trăm|ngàn|triệu|tỷ) linh", " ".join(fold(row.spoken))), row.id


def test_scoring_counts_words_alone():
    row = Row("x", "x", False, "Toà 4", "Tòa, BỐN", ("tòa {bốn/tư}{/ phút}",))
    assert row.accepts("Toà - tư.")
    assert row.accepts("tòa bốn phút")
    assert not row.accepts("tòa năm")
    assert not row.accepts("tòa bốn phút nữa")


def test_tolerant_scoring_takes_northern_words_and_no_others():
    row = Row("x", "x", False, "104.000", "một trăm lẻ bốn ngàn", ("một trăm lẻ bốn ngàn",))
    assert row.accepts("Một trăm linh tư nghìn", tolerant=True)
    assert not row.accepts("Một trăm linh tư nghìn")
    assert not row.accepts("Một trăm bốn nghìn", tolerant=True)


def test_lost_figure_is_seen():
    row = Row("x", "x", False, "Có 12 hộ.", "Có mười hai hộ.", ("Có mười hai hộ.",))
    assert digits_lost(row, "Có 12 hộ.")
    assert digits_lost(row, "Có hộ.")
    assert not digits_lost(row, "Có mười hai hộ.")
