"""Markdown, lightly: what its marks mean to the eye goes, the words and the structure stay."""

from __future__ import annotations

import re

from broadcaster.text.ingest import tables
from broadcaster.text.ingest.html import strip_comments

_HEADING = re.compile(r" {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_ITEM = re.compile(r"(\s*)([-*+])\s+(?:\[[ xX]\]\s+)?(?=\S)")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_SETEXT = re.compile(r"\s*(?:=+|-{3,})\s*$")
_QUOTE = re.compile(r"\s{0,3}>\s?")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_REFERENCE = re.compile(r"\s{0,3}\[[^\]]{1,80}\]:\s*\S+.*$")
_IMAGE = re.compile(r"!\[([^\[\]]{0,300})\]\([^()\s]{0,500}(?:\s\"[^\"]{0,200}\")?\)")
_LINK = re.compile(r"\[([^\[\]]{1,300})\](?:\([^()\s]{0,500}(?:\s\"[^\"]{0,200}\")?\)|\[[^\[\]]{0,80}\])")
_AUTOLINK = re.compile(r"<(https?://[^<>\s]{1,300}|[^<>\s@]{1,100}@[^<>\s]{1,100})>")
_STRONG = re.compile(r"(\*\*|__|~~)(?=\S)([^*_~]{1,2000}?)(?<=\S)\1")
_EMPHASIS = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,2000}?)(?<=[^\s*])\*(?![\w*])|(?<![\w_])_(?=[^\s_])([^_\n]{1,2000}?)(?<=[^\s_])_(?![\w_])"
)
_CODE = re.compile(r"`{1,3}([^`\n]{1,500})`{1,3}")
_TAG = re.compile(r"</?(?:br|b|i|u|em|strong|p|div|span|sup|sub|center|font)\b[^<>]{0,200}>", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")
_ESCAPED = re.compile("[\ue021-\ue07e]")
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n.*?\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def to_text(source: str) -> tuple[str, int]:
    """The words of a Markdown text, headings and items a line each, and how many tables it holds.

    Wrapped paragraphs keep their line breaks; `clean` joins them. A leading front-matter block is left out.
    """
    lines = strip_comments(_FRONT.sub("", source, count=1)).splitlines()
    out: list[str] = []
    found = 0
    fenced = False
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if fenced:
            out.append(line)
            continue
        if "|" in line and index < len(lines) and "|" in lines[index] and _TABLE_RULE.match(lines[index]):
            rows = [_cells(line)]
            index += 1
            while index < len(lines) and "|" in lines[index]:
                rows.append(_cells(lines[index]))
                index += 1
            out += ["", *tables.render(rows, head=True), ""]
            found += 1
            continue
        if _REFERENCE.match(line) or (_SETEXT.match(line) and out and out[-1]):
            out += [""]
            continue
        heading = _HEADING.match(line)
        if heading:
            out += ["", _inline(heading.group(1)), ""]
            continue
        while _QUOTE.match(line):
            line = _QUOTE.sub("", line, count=1)
        item = _ITEM.match(line)
        if item:
            mark = "+ " if len(item.group(1).expandtabs(4)) >= 2 or item.group(2) == "+" else "- "
            line = mark + line[item.end() :]
        out.append(_inline(line))
    return "\n".join(out), found


def _cells(line: str) -> list[str]:
    return [_inline(cell.strip()) for cell in re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))]


def _inline(text: str) -> str:
    hard_break = text.endswith("  ")
    text = _ESCAPE.sub(lambda m: chr(0xE000 + ord(m.group(1))), text)  # out of the way of the marks below
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    text = _AUTOLINK.sub(r"\1", text)
    text = _CODE.sub(r"\1", text)
    for _ in range(2):  # emphasis inside emphasis
        text = _STRONG.sub(r"\2", text)
        text = _EMPHASIS.sub(lambda m: m.group(1) or m.group(2), text)
    text = _ESCAPED.sub(lambda m: chr(ord(m.group()) - 0xE000), _TAG.sub(" ", text)).rstrip()
    return text + "  " if hard_break and text else text
