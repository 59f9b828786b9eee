"""What the sections of `station.toml` are made of: their kind, and the checks that more than one of them uses."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from broadcaster.domain.schedule.windows import Window
from broadcaster.errors import RuleError
from broadcaster.secret import Address


class Section(BaseModel):
    """One table of `station.toml`; it knows its keys and takes no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _no_limit(value: Any) -> Any:
    return None if (type(value) is int and value == 0) or value == "0" else value


Limit = Annotated[int | None, BeforeValidator(_no_limit)]
"""A limit that may be lifted; TOML has no empty value, so that a file writes 0 for none, as the environment does."""


def _window(text: str) -> str:
    try:
        Window.parse(text)
    except RuleError as error:
        raise ValueError(error.message) from None
    return text


WindowText = Annotated[str, AfterValidator(_window)]
"""A window of the day as it is written, `05:00-07:30`."""


def web_address(address: Address) -> Address:
    """The address, if it is one of the web.

    Raises:
        ValueError: it is not.
    """
    if address and not re.fullmatch(r"https?://\S+", address.reveal()):
        raise ValueError("phải là một địa chỉ bắt đầu bằng http:// hoặc https://")
    return address
