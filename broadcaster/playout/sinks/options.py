"""The options of a sink, checked against its form, with faults in words that name the place."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from broadcaster.errors import RuleError

F = TypeVar("F", bound=BaseModel)


def taken(form: type[F], name: str, given: Mapping[str, object]) -> F:
    """Return the options of sink `name`.

    Raises:
        RuleError: a key or a value is wrong, or one is missing; `field` names the setting.
    """
    try:
        return form.model_validate(given)
    except ValidationError as error:
        sentences = []
        for fault in error.errors(include_input=False, include_url=False):  # a password is not repeated
            key = ".".join(str(part) for part in fault["loc"])
            if fault["type"] == "missing":
                sentences.append(f"thiếu “{key}”")
            elif fault["type"] == "extra_forbidden":
                near = difflib.get_close_matches(key, form.model_fields, n=1)
                sentences.append(f"không có “{key}”" + (f", có phải ý là “{near[0]}” không" if near else ""))
            elif fault["type"] == "value_error":  # our own words
                sentences.append(f"“{key}” {fault['ctx']['error']}")
            else:
                sentences.append(f"“{key}” không hợp lệ ({fault['msg']})")
        raise RuleError(
            f"Đường ra “{name}” có tùy chọn không hợp lệ: {'; '.join(sentences)}.",
            field=f"playout.sinks.{name}.options",
        ) from None
