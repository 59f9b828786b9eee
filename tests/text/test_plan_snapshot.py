"""The commune's plan, read from its first word to its last; each line of the snapshot was judged by eye."""

from __future__ import annotations

import pytest

from broadcaster.text import Profile, estimate_seconds, normalize
from broadcaster.text.sentences import SYLLABLES_PER_BREATH, syllables


@pytest.mark.parametrize("region", ["south", "north"])
def test_the_plan_is_read_as_an_announcer_would(plan, lexicon, snapshot, region):
    spoken = normalize(plan, profile=Profile.named(region), lexicon=lexicon)
    assert "\n".join(f"{s.paragraph:02d} [{s.pause_ms:3d}] {s.text}" for s in spoken.sentences) == snapshot


def test_the_plan_raises_only_the_notices_that_it_deserves(plan, lexicon):
    spoken = normalize(plan, profile=Profile.SOUTH, lexicon=lexicon)
    typos = [n for n in spoken.warnings if n.code == "typo"]
    assert len(typos) == 2
    assert all("Cổng Dịch vụ công" in n.message for n in typos)
    assert {n.code for n in spoken.warnings} == {"typo", "unknown-acronym"}
    unknown = [spoken.source[n.start : n.end] for n in spoken.warnings if n.code == "unknown-acronym"]
    assert unknown == ["VT"]


def test_no_unit_of_the_plan_is_longer_than_a_breath(plan, lexicon):
    spoken = normalize(plan, profile=Profile.SOUTH, lexicon=lexicon)
    assert max(syllables(s.text) for s in spoken.sentences) <= SYLLABLES_PER_BREATH + 6
    assert 350 < estimate_seconds(spoken, 4.2) < 700
