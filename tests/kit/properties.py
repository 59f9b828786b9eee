"""How many examples a property is tried with.

`house` (the default) takes as many as each property asks for, a hundred unless it says otherwise; `fast` lets none have
more than `FEW`. In CI the same examples come each time, so that a red run can be had again.
"""

from __future__ import annotations

import os

from hypothesis import settings

FEW = 25


def register() -> None:
    """Make both profiles known; a slow machine is no fault of the code, so neither has a deadline."""
    settings.register_profile("house", settings.default, deadline=None, derandomize="CI" in os.environ)
    settings.register_profile("fast", settings.get_profile("house"), max_examples=FEW)
    settings.load_profile("house")


def examples(many: int) -> settings:
    """A property's own number of examples, which the fast profile may cut."""
    return settings(max_examples=min(many, FEW) if settings.get_current_profile_name() == "fast" else many)
