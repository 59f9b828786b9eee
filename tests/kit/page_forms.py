"""The forms of a page as a browser would send them: what stands in their fields, changed in what a person types."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import lxml.html
from lxml.html import FormElement

Fields = dict[str, list[str]]


def form_to(
    page: str, address: str, *, here: str = "", pressed: tuple[str, str] | None = None, **typed: object
) -> Fields | None:
    """The fields of the form that goes to `address`, with what is `typed`; None when the page offers no such form.

    Args:
        page: the page.
        address: where the form goes.
        here: the page's own address, to which a form goes that names none.
        pressed: name and value of the button that sends it.
        typed: fields that a person changes; a list takes the place of all of that name.

    Raises:
        AssertionError: the form has no field of a name that is typed: no person could fill it.
    """
    root: Any = lxml.html.fromstring(page)
    for form in root.forms:
        goes = urljoin(here, form.get("action") or here).partition("#")[0]
        if address in {goes, goes.partition("?")[0]} and (pressed is None or pressed in _buttons(form)):
            break
    else:
        return None
    has = {field.get("name") for field in form.xpath(".//input | .//select | .//textarea | .//button")}
    if unknown := typed.keys() - has:
        raise AssertionError(f"the form to {address} has no field {', '.join(sorted(unknown))}")
    fields: Fields = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value)
    for name, new in typed.items():
        fields[name] = [str(v) for v in new] if isinstance(new, list) else [str(new)]
    if pressed is not None:
        fields[pressed[0]] = [pressed[1]]
    return fields


def _buttons(form: FormElement) -> list[tuple[str, str]]:
    return [(b.get("name"), b.get("value") or "") for b in form.xpath(".//button[@name]")]


def text_of(page: str, path: str) -> list[str]:
    """The words of all elements that an XPath finds, without the white space between them."""
    root: Any = lxml.html.fromstring(page)
    return [" ".join(e.text_content().split()) for e in root.xpath(path)]
