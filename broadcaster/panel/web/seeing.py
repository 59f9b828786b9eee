"""The mark of what a form was opened on, and the seal of what a page showed, from the page to the use case and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask, g, request

from broadcaster.domain.confirming import seal_of
from broadcaster.domain.seen import OvertakenError, mark_of
from broadcaster.errors import RuleError
from broadcaster.panel.web.access import station
from broadcaster.panel.web.differences import as_chosen

OPENED = "opened"
"""The hidden field of every form that changes what is kept; `parts.opened` of the templates writes it."""


def init(app: Flask) -> None:
    """Let the templates of `app` write the mark, and say what changed."""
    app.jinja_env.globals.update(opened_on=_opened_on, changed_meanwhile=_changed_meanwhile, seal_of=seal_of)


def opened() -> str:
    """The mark that came with the form."""
    return request.form.get(OPENED, "")[:8000]


def sealed() -> str:
    """The seal that came with what was confirmed; `parts.sealed` of the templates writes it."""
    return request.form.get("seal", "")[:2000]


def noted(error: RuleError, fields: Iterable[Any] = ()) -> RuleError:
    """An error as it came; of one that says what changed, note that the person learns it and next saves on purpose.

    `fields` are the fields of the form, which know the words of their choices.
    """
    if isinstance(error, OvertakenError):
        known = {field.name: field for field in fields}
        g.told, g.changed = error.mark, []
        for name, now in error.changed.items():
            field = known.get(name)
            shown = station().local(now) if isinstance(now, dt.datetime) else now
            g.changed.append((field.label.text if field else error.labels.get(name, name), as_chosen(field, shown)))
    return error


def _opened_on(facts: Mapping[str, Any]) -> str:
    """The mark for a form that is shown now: a form that was refused for something else keeps the one it had."""
    return str(g.get("told") or opened() or mark_of(facts))


def _changed_meanwhile() -> list[tuple[str, str]]:
    """The fields that somebody changed since the form was opened, and what each is now."""
    return list(g.get("changed", ()))
