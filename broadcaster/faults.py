"""What is wrong with something that a person wrote, in Vietnamese: where, why, and what was probably meant.

It reads the faults that pydantic finds without importing pydantic, so that the lightest rooms may use it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from broadcaster.errors import printed

_WORDS: Final = {
    "missing": "thiếu khóa này",
    "extra_forbidden": "không có khóa này",
    "string_type": "phải là chữ",
    "bool_type": "phải là true hoặc false",
    "bool_parsing": "phải là true hoặc false",
    "int_type": "phải là số nguyên",
    "int_parsing": "phải là số nguyên",
    "int_from_float": "phải là số nguyên",
    "float_type": "phải là số",
    "float_parsing": "phải là số",
    "list_type": "phải là một danh sách, viết trong [ ]",
    "dict_type": "phải là một bảng",
    "model_type": "phải là một bảng",
    "greater_than": "phải lớn hơn {gt}",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than": "phải nhỏ hơn {lt}",
    "less_than_equal": "phải từ {le} trở xuống",
    "too_short": "phải có ít nhất {min_length} mục",
    "too_long": "chỉ được có nhiều nhất {max_length} mục",
    "string_too_short": "phải có ít nhất {min_length} ký tự",
    "string_too_long": "chỉ được có nhiều nhất {max_length} ký tự",
    "string_pattern_mismatch": "viết không đúng dạng {pattern}",
    "value_error": "{error}",
}
_CHOICES: Final = {"literal_error", "enum"}
_SAYS_ALL: Final = {"missing", "extra_forbidden"}
_QUOTED: Final = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong."""

    place: tuple[str | int, ...]
    """The keys and the numbers (from 0) that lead to it."""
    words: str
    hint: str = ""
    """A sentence with what was probably meant, or empty."""

    def sentence(self, between: str = ".") -> str:
        """The fault in one or two sentences, with the place before it."""
        counted = tuple(part + 1 if isinstance(part, int) else part for part in self.place)
        where = printed(counted).replace(": ", between)
        return f"{where}: {self.words}." + (f" {self.hint}" if self.hint else "")


def meant(word: str, known: Iterable[str], *, instead: str = "") -> str:
    """A question that names the nearest of the known words; without one, all of them behind the words `instead`."""
    choices = list(known)
    if near := difflib.get_close_matches(word, choices, n=1):
        return f"Có phải ý là “{near[0]}” không?"
    return f"{instead}: {', '.join(choices)}." if instead and choices else ""


def read(form: Any, errors: Iterable[Mapping[str, Any]], *, show: bool = True) -> list[Fault]:
    """The faults that pydantic found, in its order.

    Args:
        form: the model that was asked.
        errors: `ValidationError.errors()`.
        show: repeat what was written; not where it may be a password.
    """
    return [_read(form, error, show=show) for error in errors]


def _read(form: Any, error: Mapping[str, Any], *, show: bool) -> Fault:
    kind, context, place = str(error["type"]), error.get("ctx") or {}, tuple(error["loc"])
    if kind in _SAYS_ALL:
        wrong = kind == "extra_forbidden"
        return Fault(place, _WORDS[kind], meant(str(place[-1]), _beside(form, place)) if wrong else "")
    if kind in _CHOICES:
        choices = _QUOTED.findall(str(context["expected"]))
        given = f"“{error['input']}” không hợp lệ" if show else "không hợp lệ"
        return Fault(place, f"{given}; các giá trị đúng: {', '.join(choices)}", meant(str(error.get("input")), choices))
    words = _WORDS[kind].format(**context) if kind in _WORDS else f"không hợp lệ ({error['msg']})"
    return Fault(place, words.rstrip(".") + (f" (đang ghi: {error['input']!r})" if show else ""))


def _beside(form: Any, place: Sequence[str | int]) -> list[str]:
    """The keys that a form knows where a wrong one stands."""
    model: Any = form
    for part in place[:-1]:
        found = getattr(model, "model_fields", {}).get(part)
        if found is not None:
            kind = found.annotation
            model = next((a for a in getattr(kind, "__args__", ()) if hasattr(a, "model_fields")), kind)
    return list(getattr(model, "model_fields", {}))
