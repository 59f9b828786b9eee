"""Heavy reading apart: it returns and raises as if it were done here, ends in time, and few are at it at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from multiprocessing.reduction import ForkingPickler

import psutil
import pytest

from broadcaster import apart
from broadcaster.apart import BusyError
from broadcaster.domain.seen import OvertakenError
from broadcaster.errors import RuleError, StationError
from broadcaster.text.ingest import read_bytes
from broadcaster.text.ingest.document import DocumentError, EncodingChoiceError
from tests.kit import heavy
from tests.kit.documents import word_bytes
from tests.kit.waiting import until

PARAGRAPH = "Kính thưa bà con."


@pytest.fixture(autouse=True)
def _on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart._pool, "on", True)


def every(kind: type[StationError]) -> Iterator[type[StationError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from every(one)


def test_every_error_of_ours_comes_back_from_another_process_as_it_was() -> None:
    kinds = set(every(StationError))
    assert {EncodingChoiceError, OvertakenError} <= kinds, "some are made of more than a sentence"
    for kind in kinds:
        error = kind.__new__(kind)
        error.args, error.__dict__ = ("Sai.",), {"message": "Sai.", "field": ("tệp",), "more": (1, 2)}
        back = ForkingPickler.loads(ForkingPickler.dumps(error))
        assert (type(back), back.args, back.__dict__) == (kind, error.args, error.__dict__)


def children() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if "resource_tracker" not in " ".join(one.cmdline())]


@pytest.mark.medium
def test_a_document_is_read_in_another_process_and_comes_back_whole() -> None:
    before = children()  # a server of another test may be one
    with apart.on_behalf_of("soan"):
        assert apart.done(60, heavy.process) != os.getpid()
        assert read_bytes("bai.docx", word_bytes(lambda d: d.add_paragraph(PARAGRAPH))).text.strip() == PARAGRAPH
        with pytest.raises(DocumentError) as caught:
            read_bytes("bai.docx", b"PK\x03\x04 word/document.xml")
    assert caught.value.code == "damaged"
    assert apart.done(60, heavy.process) == os.getpid(), "what nobody sent is done here"
    assert children() == before


@pytest.mark.slow
@pytest.mark.parametrize("work", [heavy.endless, heavy.hungry, heavy.falling, heavy.with_child])
def test_what_does_not_end_or_takes_all_memory_or_falls_is_refused_in_words(work: object) -> None:
    before = children()
    with apart.on_behalf_of("soan"), pytest.raises(RuleError) as caught:
        apart.done(60 if work in {heavy.hungry, heavy.falling} else 3, work)  # type: ignore[arg-type]
    assert caught.value.code == "too-heavy"
    assert children() == before, "nothing of it is left"


def test_a_person_has_one_place_and_all_together_have_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_PATIENCE_S", 0.01)
    go, inside = threading.Event(), []

    def hold(who: str) -> None:
        with apart.on_behalf_of(who):
            inside.append(who)
            go.wait(20)

    holders = [threading.Thread(target=hold, args=(who,)) for who in ("một", "hai")]
    for one in holders:
        one.start()
    until(lambda: len(inside) == 2)
    said = []
    for who in ("một", "ba"):
        with pytest.raises(BusyError) as caught, apart.on_behalf_of(who):
            pass
        said.append(caught.value.message)
    go.set()
    for one in holders:
        one.join()
    assert said[0] != said[1]
    with apart.on_behalf_of("một"):
        pass


def test_what_belongs_to_an_emergency_waits_for_nobody_not_even_for_its_own_sender() -> None:
    with ExitStack() as taken:
        for who in ("một", "hai"):
            taken.enter_context(apart.on_behalf_of(who))
        for who in ("một", "ba", "bốn"):
            taken.enter_context(apart.on_behalf_of(who, urgent=True))
        with pytest.raises(BusyError), apart.on_behalf_of("ba", urgent=True):
            pass
    with apart.on_behalf_of("ba", urgent=True):
        assert apart.done(60, os.nice, 0) == os.nice(0), "it is not put behind other work"
    with apart.on_behalf_of("ba"):
        assert apart.done(60, os.nice, 0) == max(10, os.nice(0))
