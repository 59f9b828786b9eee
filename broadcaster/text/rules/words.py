"""Words: lexicon entries, abbreviations, acronyms defined in the text, single letters, unknown acronyms."""

from __future__ import annotations

import re

from broadcaster.text.lexicon import LexiconEntry, Mode, first_token
from broadcaster.text.rules.conditions import fits
from broadcaster.text.syllables import is_syllable, may_be_syllable
from broadcaster.text.tokens import Context, Left, RuleReading, toneless
from broadcaster.text.word_lists import word_map

_WORD = re.compile(r"[^\W\d_]+")
_ACRONYM = re.compile(r"[^\W\d_]+(?:&[^\W\d_]+)?")
_SUBJECT = re.compile(r"\(([A-ZĐƯ][A-ZĐƯƠÔÊÂĂa-z&]{1,11})\)")
_FIGURE_GOES_ON = re.compile(r"\d|[./,:-]\d")
_NUMBERED = re.compile(r"\s+(?:số:?\s*)?\d")
_NEAR = 220
_LONGEST_ACRONYM = 20
_SHORTEST_STORM = 4  # letters
_STORM = ("bão", "tên quốc tế", "tên quốc tế là", "tên là", "cơn bão số")
_PLAIN_TYPE = 4  # letters: VBHN can only be the type of document, PC may be many things


def lexicon_entry(ctx: Context, pos: int, token: str, left: Left) -> RuleReading | None:
    """The longest entry that stands here and whose conditions hold."""
    return _of_group(ctx.lexicon.index.get(token.lower(), ()), ctx, pos, token, left)


def firm_entry(ctx: Context, pos: int, token: str, left: Left) -> RuleReading | None:
    """The longest entry chosen by a person that stands here; it may start with a figure or a sign."""
    key = token.lower() if token[0].isalpha() else token[0]
    return _of_group(ctx.lexicon.firm.get(key, ()), ctx, pos, token, left)


def _of_group(group: tuple[LexiconEntry, ...], ctx: Context, pos: int, token: str, left: Left) -> RuleReading | None:
    text = ctx.text
    for entry in group:
        written = entry.written
        end = pos + len(written)
        there = text[pos:end]
        if there != written and not (entry.case == "any" and there.lower() == written.lower()):
            continue
        if written[-1].isalnum() and end < len(text) and (text[end].isalpha() or text[end] == "_"):
            continue
        if written[-1].isdigit() and _FIGURE_GOES_ON.match(text, end):
            continue
        if len(token) > len(written):
            continue
        if written.isupper() and _said_next(entry.spoken, text, end):
            return RuleReading(pos, end, "", "acronym.gloss")
        if not fits(entry, ctx, end, left):
            continue
        return _say(entry, ctx, pos, end, left, there)
    return None


def _say(entry: LexiconEntry, ctx: Context, pos: int, end: int, left: Left, there: str) -> RuleReading | None:
    if entry.mode is Mode.TYPO:
        ctx.notice("typo", f"“{there}” có lẽ là lỗi gõ của “{entry.spoken}”; hãy sửa văn bản nếu đúng vậy.", pos, end)
        return None
    if entry.mode is Mode.LEAVE:
        return RuleReading(pos, end, there, "lexicon.leave")
    if entry.mode is Mode.SPELL:
        return RuleReading(
            pos,
            end,
            entry.spoken or ctx.lexicon.spell(there),
            "lexicon.spell",
            entry.alternatives,
            entry.look,
        )
    spoken = entry.spoken
    overlap = _already_said(left, spoken)
    if overlap == spoken:
        return RuleReading(pos, end, "", "acronym.gloss")
    if overlap:
        spoken = spoken[len(overlap) :].strip()
    elif end + 1 < len(ctx.text) and ctx.text[end] == " ":
        spoken = _not_said_next(spoken, ctx.text[end + 1 : end + 60])
    spelled = ctx.lexicon.spell(there)
    alternatives = entry.alternatives or _others(entry, ctx, there)
    if not entry.alternatives and there.isupper():
        alternatives += (spelled,)
    if left.line_start and entry.mode is Mode.EXPAND and spoken[:1].islower() and there[0].isupper():
        spoken = spoken[0].upper() + spoken[1:]
    return RuleReading(pos, end, spoken, f"lexicon.{entry.mode}", alternatives, entry.look)


def _others(entry: LexiconEntry, ctx: Context, there: str) -> tuple[str, ...]:
    """What the same letters mean elsewhere: TT is a circular, a centre, a town."""
    group = ctx.lexicon.index.get(first_token(there), ())
    said = dict.fromkeys(e.spoken for e in group if e.written == entry.written and e.spoken and e.mode is not Mode.TYPO)
    return tuple(spoken for spoken in said if spoken.lower() != entry.spoken.lower())


def _already_said(left: Left, spoken: str) -> str:
    """The head of `spoken` (two words or more, or all of it) that stands just before the abbreviation."""
    words = spoken.split()
    before = [w.lower() for w in left.words[-len(words) :]]
    for size in range(min(len(words), len(before)), 1, -1):
        if [w.lower() for w in words[:size]] == before[-size:]:
            return " ".join(words[:size])
    return ""


def _not_said_next(spoken: str, after: str) -> str:
    """`spoken` without a tail that the text itself says next ("Thành phố" before "thành phố")."""
    words = spoken.lower().split()
    following = [w.strip(",.;:()") for w in after.lower().split()][: len(words)]
    if following == words and len(words) > 1:
        return ""
    return spoken


def _said_next(spoken: str, text: str, end: int) -> bool:
    """Whether the whole of `spoken`, two words or more, is written out just after: "TP thành phố", "TT Trung tâm"."""
    size = len(spoken)
    if " " not in spoken or text[end : end + 1] != " " or text[end + 1 : end + 1 + size].lower() != spoken.lower():
        return False
    return not text[end + 1 + size : end + 2 + size].isalpha()


_BRACKETED = re.compile(r"\(\s?([^\W\d_][^()\n]{0,23}?)\s?\)")


_IN_WORDS = re.compile(r"\((?:[Bb]ằng chữ:?|[Vv]iết bằng chữ:?)?\s*([^()\n]{2,160}?)(?: chẵn)?[./]*\s?\)")


def _same_in_words(ctx: Context, pos: int) -> RuleReading | None:
    """`01 (một) bản`, `500.000 đồng (năm trăm nghìn đồng)`: the sum is not said twice."""
    end, said = ctx.said
    if not said or ctx.text[end:pos].strip():
        return None
    m = _IN_WORDS.match(ctx.text, pos)
    if m and _plain_number(m[1]) == _plain_number(said):
        return RuleReading(pos, m.end(), "", "number.repeated-in-words")
    return None


def _plain_number(words: str) -> str:
    """The words without regional difference, for comparison."""
    plain = (
        words.lower().replace("nghìn", "ngàn").replace("linh", "lẻ").replace("mươi tư", "mươi bốn").replace("tỉ", "tỷ")
    )
    return " ".join(plain.replace(",", " ").split())


def bracketed_gloss(ctx: Context, pos: int) -> RuleReading | None:
    """`(CCHC)` just after the words that it stands for: not said again."""
    repeated = _same_in_words(ctx, pos)
    if repeated is not None:
        return repeated
    m = _BRACKETED.match(ctx.text, pos)
    if not m:
        return None
    written = m[1].removeprefix("viết tắt là ").removeprefix("gọi tắt là ").strip()
    if written in ctx.learned:
        return RuleReading(pos, m.end(), "", "acronym.gloss")
    entry = next(
        (
            e
            for e in ctx.lexicon.index.get(first_token(written), ())
            if e.mode is Mode.EXPAND
            and (e.written == written or (e.case == "any" and e.written.lower() == written.lower()))
        ),
        None,
    )
    if entry is None:
        return None
    clause = re.split(r"[.;\n!?](?=\s)|\)", ctx.text[max(0, pos - _NEAR) : pos])[-1]
    here = set(_WORD.findall(clause.lower()))
    for short in _WORD.findall(clause):
        # "Chỉ số CCHC (PAR INDEX)": what an abbreviation stands for has been said too.
        known = ctx.lexicon.by_written.get(short) if short.isupper() else None
        if known:
            here.update(_WORD.findall(known.spoken.lower()))
    wanted = _WORD.findall(entry.spoken.lower())
    if sum(w in here for w in wanted) * 2 >= len(wanted):
        return RuleReading(pos, m.end(), "", "acronym.gloss")
    return None


def _initials_before(text: str, pos: int, acronym: str) -> str | None:
    """The words just before `pos` whose initials spell the acronym; small joining words may be passed over."""
    letters = [c for c in acronym.upper() if c.isalpha()]
    found = list(_WORD.finditer(text, max(0, pos - _NEAR), pos))
    i, start = len(letters) - 1, None
    skipped = 0
    for word in reversed(found):
        initial = toneless(word[0])[0].upper()
        initial = {"Ă": "A", "Â": "A", "Ê": "E", "Ô": "O", "Ơ": "O", "Ư": "U"}.get(initial, initial)
        wanted = {"Ă": "A", "Â": "A", "Ê": "E", "Ô": "O", "Ơ": "O", "Ư": "U"}.get(letters[i], letters[i])
        if initial == wanted:
            start, i, skipped = word.start(), i - 1, 0
            if i < 0:
                between = text[start:pos]
                return " ".join(between.split()) if "\n\n" not in between and "." not in between else None
        else:
            skipped += 1
            if skipped > 2 or start is None:
                return None
    return None


def learn(ctx: Context) -> None:
    """Remember the acronyms that the text itself defines: "Ban Chỉ huy Phòng thủ dân sự (BCHPTDS)"."""
    if "(" not in ctx.text:
        return
    for m in _SUBJECT.finditer(ctx.text):
        acronym = m[1]
        if acronym in ctx.lexicon.by_written or acronym in ctx.learned or sum(c.isupper() for c in acronym) < 2:
            continue
        words = _initials_before(ctx.text, m.start(), acronym)
        if words:
            ctx.learned[acronym] = words.strip(' ,"“”')


def acronym(ctx: Context, pos: int, token: str, left: Left) -> RuleReading | None:
    """A word with capitals inside that the lexicon does not know."""
    text = ctx.text
    m = _ACRONYM.match(text, pos)
    whole = m[0] if m else token
    end = pos + len(whole)
    if whole in ctx.learned:
        spoken = ctx.learned[whole]
        return RuleReading(pos, end, spoken, "acronym.defined-here", (ctx.lexicon.spell(whole),))
    kind = ctx.lexicon.table("document_types").get(token)
    if kind and _NUMBERED.match(text, pos + len(token)):
        return RuleReading(pos, pos + len(token), kind, "document.type", (ctx.lexicon.spell(token),))
    if kind and len(token) >= _PLAIN_TYPE and end == pos + len(token):
        return RuleReading(pos, end, kind, "document.type", (ctx.lexicon.spell(token),), look=True)
    if not token.isupper():
        return None
    if shouting(ctx, pos, token):
        return None
    end = pos + len(token)
    if any(not _latin(c) for c in token):
        return None
    if _pronounceable(token) or (len(token) > _SHORTEST_STORM and left.ends(*_STORM)):
        ctx.notice(
            "unknown-name",
            f"Chưa biết “{token}”; đã để nguyên như một tên riêng. Hãy thêm vào từ điển đọc nếu cần.",
            pos,
            end,
        )
        return RuleReading(pos, end, token.capitalize(), "acronym.as-name", (ctx.lexicon.spell(token),), look=True)
    compound = _compound(ctx, token)
    if compound:
        ctx.notice(
            "guessed-acronym",
            f"Chữ viết tắt “{token}” được đọc là “{compound}” theo từng phần đã biết; hãy kiểm tra.",
            pos,
            end,
        )
        return RuleReading(pos, end, compound, "acronym.compound", (ctx.lexicon.spell(token),), look=True)
    ctx.notice(
        "unknown-acronym",
        f"Chưa biết chữ viết tắt “{token}”; đã đọc từng chữ cái. Hãy thêm vào từ điển đọc.",
        pos,
        end,
    )
    return RuleReading(pos, end, ctx.lexicon.spell(token), "acronym.unknown", (token.lower(),), look=True)


_CONSONANTS = re.compile(r"[^AEIOUY]{3}|[ĐĂÂÊÔƠƯ]")


def _pronounceable(token: str) -> bool:
    """Whether capitals look like a foreign name (BUALOI, NORU) and not like an abbreviation."""
    vowels = sum(c in "AEIOUY" for c in token)
    return 4 <= len(token) <= _LONGEST_ACRONYM and vowels * 5 >= len(token) * 2 and not _CONSONANTS.search(token)


def _latin(c: str) -> bool:
    return c < "ɐ" or "Ḁ" <= c <= "ỿ"


def _compound(ctx: Context, token: str) -> str | None:
    """Two known abbreviations written together, such as BTVTU."""
    if len(token) > _LONGEST_ACRONYM:
        return None
    for cut in range(len(token) - 2, 1, -1):
        head, tail = _head_of_compound(ctx, token[:cut]), ctx.lexicon.by_written.get(token[cut:])
        if head and tail and tail.mode is Mode.EXPAND:
            return f"{head} {tail.spoken}"
    return None


# Offices and persons that head a compound, whose letters alone have several meanings.
_HEADS = word_map("words.heads")


def _head_of_compound(ctx: Context, letters: str) -> str:
    entry = ctx.lexicon.by_written.get(letters)
    return entry.spoken if entry and entry.mode is Mode.EXPAND else _HEADS.get(letters, "")


def shouting(ctx: Context, pos: int, token: str) -> bool:
    """Whether the capitals are those of a heading or an emphasised word, not of an abbreviation."""
    if not may_be_syllable(token):
        return False
    if toneless(token) != token.lower() or any(c in "ĂÂÊÔƠƯ" for c in token):
        return True
    text = ctx.text
    before = _last_word(text, pos)
    after = _WORD.search(text, pos + len(token), pos + len(token) + 24)
    around = (before, after[0] if after else "")
    return any(len(word) > 1 and word.isupper() and may_be_syllable(word) for word in around)


def _last_word(text: str, pos: int) -> str:
    end = pos
    while end > 0 and not text[end - 1].isalpha() and text[end - 1] in ' ,-–:"“”':
        end -= 1
    start = end
    while start > 0 and text[start - 1].isalpha() and end - start < 12:
        start -= 1
    return text[start:end]


_VOWELS = "AEIOUYĂÂÊÔƠƯ"
_SPACED = re.compile(r"[^\W\d_](?: {1,4}[^\W\d_](?![^\W_])){3,60}")
_LONGEST_SYLLABLE = 7


def spaced_out(ctx: Context, pos: int) -> RuleReading | None:
    """T H Ô N G  B Á O: a heading with a blank after every letter, as scanners and proud typists leave it."""
    m = _SPACED.match(ctx.text, pos)
    if not m or not m[0].isupper() or ctx.text[pos - 1 : pos].isalnum():
        return None
    groups = re.split(r" {2,}", m[0])
    words = [group.replace(" ", "") for group in groups]
    if len(words) == 1:
        words = _syllables(words[0])
    if not words or not all(is_syllable(word) for word in words):
        return None
    return RuleReading(pos, m.end(), " ".join(words), "letter.spaced")


def _syllables(letters: str) -> list[str]:
    """The letters cut into syllables, the fewest that there can be; empty when they can't be."""
    best: list[list[str] | None] = [[]] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            head = best[start]
            shortest = best[end]
            if head is None or not is_syllable(letters[start:end]):
                continue
            if shortest is None or len(head) + 1 < len(shortest):
                best[end] = [*head, letters[start:end]]
    return best[-1] or []


def single_letter(ctx: Context, pos: int, token: str) -> RuleReading | None:
    """A lone capital consonant: nhóm B, ông C. Vowels are words and names too (Bộ Y tế, U Minh) and stay."""
    if not token.isupper() or token in _VOWELS or token.lower() not in ctx.lexicon.table("letters"):
        return None
    if ctx.text[pos + 1 : pos + 2] in ("’", "'") and ctx.text[pos + 2 : pos + 3].isalpha():
        return None
    return RuleReading(pos, pos + 1, ctx.lexicon.letter(token), "letter.name")
