"""Every word that the program keeps has words for a person."""

from __future__ import annotations

from enum import StrEnum

import pytest

from broadcaster.domain.air.broadcasts import BroadcastState, ItemKind, Origin, Phase
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.desk import Verb
from broadcaster.domain.log.playlog import Outcome, Punctuality
from broadcaster.domain.scripts.scripts import Decision


@pytest.mark.parametrize(
    "words", [BroadcastState, Cause, Decision, ItemKind, Origin, Outcome, Phase, Punctuality, Verb]
)
def test_every_member_has_a_label_of_its_own(words: type[StrEnum]) -> None:
    labels = [member.label for member in words]  # type: ignore[attr-defined]
    assert all(labels)
    assert len(set(labels)) == len(labels)
    assert all(len(member.value) <= 32 for member in words)
