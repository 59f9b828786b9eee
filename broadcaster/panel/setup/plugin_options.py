"""The options of a plug-in as a form takes them; of a secret, never what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic_core import PydanticUndefined

from broadcaster.errors import RuleError
from broadcaster.services.setup.plugin_tables import PluginTables, choices, is_secret

_WORDS = {"starttls": "STARTTLS (thường dùng)", "tls": "TLS ngay từ đầu", "none": "Không mã hóa"}


@dataclass(frozen=True, slots=True)
class PluginOption:
    """One option, as a form takes it."""

    key: str
    explanation: str
    text: str
    secret: bool
    yes: bool
    needed: bool
    choices: tuple[tuple[str, str], ...]
    wrong: bool


def shown(tables: PluginTables, kind: str, typed: Mapping[str, str], refused: RuleError | None) -> list[PluginOption]:
    """The options of a kind, with what was typed."""
    return [
        PluginOption(
            key,
            field.description or key,
            "" if is_secret(field) else typed.get(key, ""),
            is_secret(field),
            field.annotation is bool,
            field.default is PydanticUndefined,
            tuple((c, _WORDS.get(c, c)) for c in choices(field)),
            refused is not None and key in refused.field,
        )
        for key, field in tables.fields_of(kind).items()
    ]
