"""The skeleton of an office's document: which line is under which, whatever the numbering.

Levels are not fixed: a kind of mark seen before closes what was opened since, a new kind opens a level. So
"I. > 1. > -", "Điều 1. > a) > +" and "1. > 1.1. > •" are all read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from broadcaster.text import furniture

_MARKS = (
    ("roman", re.compile(r"(?:(?:PHẦN|Phần|MỤC|Mục|CHƯƠNG|Chương)\s{1,3})?[IVX]{1,6}\s{0,2}[.)/:-]\s{0,5}(?=\S)")),
    ("article", re.compile(r"(?:Điều|ĐIỀU)\s{1,3}\d{1,3}\s{0,2}[.:]\s{0,5}(?=\S)")),
    ("number-3", re.compile(r"\d{1,2}\.\d{1,2}\.\d{1,2}\.?\s{1,5}(?=\S)")),
    ("number-2", re.compile(r"\d{1,2}\.\d{1,2}\.?\s{1,5}(?=\S)")),
    # "1/ Mục đích" and "1/Mục đích", but "06/CP" at the head of a line is the number of a document.
    (
        "number",
        re.compile(r"\d{1,2}\s?(?:\.\s{0,5}(?=[^\d\s./])|/\s{1,5}(?=[^\d\s./])|/(?=[^\d\s./])(?![A-ZĐ]{2}))"),
    ),
    ("bracket", re.compile(r"\(?\d{1,2}\)\s{0,5}(?=\S)")),
    ("capital", re.compile(r"[A-HĐ][.)]\s{1,5}(?=\S)")),
    ("letter", re.compile(r"[a-zđ]\s?[.)]\s{1,5}(?=\S)")),
    ("dash", re.compile(r"[-–—]\s{0,5}(?=[^\s\d-])|[-–—]\s{1,5}(?=\d)")),
    ("plus", re.compile(r"\+\s{0,5}(?=\S)")),
    ("bullet", re.compile(r"[•*·▪●○◦✓➢➤▸§]\s{0,5}(?=\S)")),
)
HEADINGS = frozenset({"roman", "article", "number-3", "number-2", "number", "bracket", "capital", "letter"})
"""Kinds of marks that may head a part; dashes and bullets only list."""
_LISTS = frozenset({"dash", "plus", "bullet"})
_WRAPPED = 60
"""A line shorter than this was not broken by the page's edge."""


@dataclass(slots=True)
class Node:
    """A paragraph with its mark, its place in the file (lines from 1), and what stands under it."""

    kind: str
    text: str
    line: int
    last_line: int
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it, in the order of the document; without recursion, however deep."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


def outline(lines: Sequence[str]) -> Node:
    """The root of a document's lines; it stops at Nơi nhận, where the document ends."""
    root = Node("root", "", 1, 1)
    stack = [root]
    last: Node | None = None
    blank, turned = True, False
    for number, raw in enumerate(lines, 1):
        line = raw.replace("\f", " ").strip()
        turned = turned or "\f" in raw
        if turned and furniture.is_bare_number(line):
            continue  # the number of a page, perhaps in the middle of a sentence
        turned = turned and not line
        if not line or furniture.is_rule(line) or furniture.is_page_number(line):
            blank = True
            continue
        if furniture.is_recipients_head(line):
            break
        kind, text = marked(line)
        if not kind and last is not None and _goes_on(last, text, blank=blank):
            last.text = f"{last.text} {text}"
            last.last_line = number
        else:
            last = Node(kind or "paragraph", text, number, number)
            _hang(stack, last)
        blank = False
    return root


def marked(line: str) -> tuple[str, str]:
    """The kind of mark that a line begins with ("" for none) and the text behind it."""
    for kind, shape in _MARKS:
        if found := shape.match(line):
            return kind, line[found.end() :].strip()
    return "", line


def _goes_on(last: Node, text: str, *, blank: bool) -> bool:
    if text[:1].islower():
        return True
    if blank or "|" in text or "\t" in text or ": " in text[:40]:
        return False
    return len(last.text) >= _WRAPPED and last.text[-1:] not in ".;:!?/" and not furniture.is_capitals(text)


def _hang(stack: list[Node], node: Node) -> None:
    if node.kind == "paragraph":
        while stack[-1].kind in _LISTS:
            stack.pop()
        stack[-1].children.append(node)
        return
    for depth, open_node in enumerate(stack):
        if open_node.kind == node.kind:
            del stack[depth:]
            break
    stack[-1].children.append(node)
    stack.append(node)
