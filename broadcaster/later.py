"""A module that is loaded when something of it is wanted first: a process at rest holds none of what it never uses.

if TYPE_CHECKING:
import numpy as np
else:
np = Later("numpy")
"""

from __future__ import annotations

import importlib
from typing import Any


class Later:
    """Stands for a module until it is loaded, and hands on to it from then on; safe to call from several threads."""

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def __getattr__(self, what: str) -> Any:
        return getattr(importlib.import_module(self.__dict__["_name"]), what)

    def __setattr__(self, what: str, value: object) -> None:
        setattr(importlib.import_module(self.__dict__["_name"]), what, value)
