"""Old Vietnamese character sets: recognised by how many words become syllables, converted, or asked about.

Tables: TCVN 5712:1993 VN3 as the .VnTime (ABC) fonts use it; VNI-Windows as the VNI-Times fonts use it; VIQR as in
RFC 1456; Windows-1258 by Python's codec. Text of the first two often arrives as Latin-1 letters inside Unicode, so every
converter works on a string whose characters stand for bytes.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from broadcaster.text.syllables import is_bare_syllable, is_syllable, split_tone, unify_tone_marks

#: What a person is offered when the machine cannot be sure, with the name to show.
ENCODING_NAMES = {
    "utf-8": "Unicode (UTF-8)",
    "utf-16": "Unicode (UTF-16)",
    "tcvn3": "TCVN3 (ABC, phông .VnTime)",
    "vni": "VNI-Windows (phông VNI-Times)",
    "viqr": "VIQR",
    "windows-1258": "Windows-1258",
    "mojibake": "UTF-8 bị đọc nhầm thành Latin-1",
}
_SAMPLE_TOKENS = 4000
_SURE = 0.8
_MARGIN = 0.2
_MIN_TOKENS = 3

_TCVN3 = str.maketrans(
    dict(
        zip(
            "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË§®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ¡¢£¤¥¦",
            "àảãáạăằẳẵắặâầẩẫấậĐđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂÊÔƠƯ",
            strict=True,
        )
    )
)

_VNI_TONES = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_VNI_HAT = {"á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323", "â": ""}
_VNI_BREVE = {"é": "\u0301", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323", "ê": ""}
_VNI_ALONE = {"ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ñ": "đ"}


def _vni_table() -> dict[str, str]:
    table: dict[str, str] = {}
    for base, written in (("a", "a"), ("e", "e"), ("o", "o"), ("u", "u"), ("y", "y"), ("ơ", "ô"), ("ư", "ö")):
        table.update({written + mark: base + tone for mark, tone in _VNI_TONES.items()})
    for base in "aeo":
        table.update({base + mark: base + "\u0302" + tone for mark, tone in _VNI_HAT.items()})
    table.update({"a" + mark: "a\u0306" + tone for mark, tone in _VNI_BREVE.items()})
    table.update(_VNI_ALONE)
    for written, letter in list(table.items()):
        upper = unicodedata.normalize("NFC", letter).upper()
        table[written] = unicodedata.normalize("NFC", letter)
        table[written.upper()] = upper
        table[written[0].upper() + written[1:]] = upper
        table[written[0] + written[1:].upper()] = table[written]
    return table


_VNI = _vni_table()
_VNI_PATTERN = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))

_VIQR_SHAPES = {"^": "\u0302", "(": "\u0306", "+": "\u031b", "*": "\u031b"}
_VIQR_TONES = {"'": "\u0301", "`": "\u0300", "?": "\u0309", "~": "\u0303", ".": "\u0323"}
_VIQR_PATTERN = re.compile(r"\\([\\'`?~.^(+*dD])|(DD|[dD]d(?=[aeiouyAEIOUY]))|([aeiouyAEIOUY])([\^(+*]?)(['`?~.]?)")
_VIQR_MARK = re.compile(
    r"[aeoAEO]\^|[aA]\(|[ouOU][+*]|[dD][dD](?=[aeiouyAEIOUY])|[aeiouyAEIOUY]['`?~.](?=[A-Za-z\s,;:!?.)/]|$)"
)
_TOKEN = re.compile(r"[^ \t\r\n\x0b\x0c]+")
_WORD = re.compile(r"[^\W\d_]+")
_MOJIBAKE_RUN = re.compile(
    r"[\x80-\xff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]+"
)
#: Signs that end up beside letters when text is read in the wrong character set, and seldom otherwise.
_STRAY = re.compile(r"[¡-¿×÷€‚„…†‡‰‹›•˜™\ufffd\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Detection:
    """What the statistics say about the character set of a document.

    Attributes:
        encoding: a key of `ENCODING_NAMES`; "" when nothing fits.
        confidence: share (0 to 1) of the marked words that become Vietnamese syllables.
        evidence: one Vietnamese sentence with the figures.
        alternatives: other keys that fit too; when there are any, a person must choose.
        missing_marks: the text is Vietnamese written without its marks ("thong bao").
        text: the document decoded that way.
    """

    encoding: str
    confidence: float
    evidence: str
    alternatives: tuple[str, ...]
    missing_marks: bool
    text: str

    @property
    def certain(self) -> bool:
        """Tell whether the encoding can be used without asking."""
        return bool(self.encoding) and not self.alternatives


def from_tcvn3(text: str) -> str:
    """TCVN3 (ABC) bytes, carried as Latin-1 characters, in Unicode.

    The set has no capitals with tone marks; a word whose plain letters are all capitals is put in capitals as a whole.
    """
    return _WORD.sub(_raise_case, text.translate(_TCVN3))


def _raise_case(match: re.Match[str]) -> str:
    word = match.group()
    plain = [c for c in word if c.isascii()]
    return word.upper() if len(word) > 1 and len(plain) > 1 and all(c.isupper() for c in plain) else word


def from_vni(text: str) -> str:
    """VNI-Windows text, carried as Latin-1 characters, in Unicode."""
    return _VNI_PATTERN.sub(lambda match: _VNI[match.group()], text)


def from_viqr(text: str) -> str:
    r"""VIQR text in Unicode (RFC 1456: marks bind to the vowel before, `\` keeps a sign as punctuation).

    A full stop or question mark after a vowel is punctuation when the syllable already has a tone, or when it ends a
    sentence and the syllable cannot bear the tone.
    """
    return "".join(
        _viqr_token(token) if _VIQR_MARK.search(token) or "\\" in token or "dd" in token.lower() else token
        for token in re.split(r"(\s+)", text)
    )


def _viqr_token(token: str) -> str:
    # "ba.n" binds the dot; a trailing "." or "?" after a syllable that already carries a tone cannot bind again.
    toned = False

    def one(match: re.Match[str]) -> str:
        nonlocal toned
        escaped, dee, vowel, shape, tone = match.groups()
        if escaped:
            return escaped
        if dee:
            return "Đ" if dee[0] == "D" else "đ"
        allowed = {"^": "aeo", "(": "a", "+": "ou", "*": "ou"}
        if shape and vowel.lower() not in allowed[shape]:
            return match.group()
        if tone and toned:
            return unicodedata.normalize("NFC", vowel + _VIQR_SHAPES.get(shape, "")) + tone
        toned = toned or bool(tone)
        return unicodedata.normalize("NFC", vowel + _VIQR_SHAPES.get(shape, "") + _VIQR_TONES.get(tone, ""))

    decoded = _VIQR_PATTERN.sub(one, token)
    if token[-1:] in {".", "?"} and not decoded.endswith((".", "?")):
        words = _WORD.findall(decoded)
        # "hay." can't be "haỵ": no one writes the tone mark on that letter, so it was a full stop.
        if words and not (is_syllable(words[-1]) and _well_placed(words[-1])):
            return _viqr_token(token[:-1]) + token[-1]
    return decoded


def _well_placed(word: str) -> bool:
    return unify_tone_marks(word) == word or split_tone(word)[0].endswith(("oa", "oe", "uy"))


def from_mojibake(text: str) -> str:
    """Text whose UTF-8 bytes were shown as Latin-1 or Windows-1252 letters; runs that were not stay as they are."""
    # A no-break space that was flattened to a space was the second byte of "à".
    return _MOJIBAKE_RUN.sub(_mend_run, re.sub(r"Ã (?=[ a-z,.;:])", "Ã\xa0", text))


def _mend_run(match: re.Match[str]) -> str:
    try:
        raw = b"".join(bytes([ord(c)]) if ord(c) < 256 else c.encode("cp1252") for c in match.group())
        return raw.decode("utf-8")
    except UnicodeError:
        return match.group()


def from_windows_1258(text: str) -> str:
    """Windows-1258 bytes, carried as Latin-1 characters, in Unicode NFC."""
    return unicodedata.normalize("NFC", text.encode("latin-1", "replace").decode("cp1258", "replace"))


_DECODERS: dict[str, Callable[[str], str]] = {
    "tcvn3": from_tcvn3,
    "vni": from_vni,
    "viqr": from_viqr,
    "windows-1258": from_windows_1258,
    "mojibake": from_mojibake,
}


def decode_as(data: bytes | str, encoding: str) -> str:
    """`data` in Unicode NFC, read in the character set a person chose (a key of `ENCODING_NAMES`).

    Raises:
        KeyError: `encoding` is not one of the keys.
    """
    if encoding in {"utf-8", "utf-16"}:
        text = data if isinstance(data, str) else data.decode(encoding, "replace")
    else:
        if isinstance(data, bytes):
            data = data.decode("utf-8") if encoding in {"mojibake", "viqr"} and _is_utf8(data) else _carry(data)
        text = _DECODERS[encoding](data)
    return unicodedata.normalize("NFC", text.removeprefix("\ufeff"))


def _carry(data: bytes) -> str:
    return data.decode("latin-1")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def detect(data: bytes | str) -> Detection:
    """Say in which character set `data` is written, with the evidence; never raises, never guesses between equals."""
    if isinstance(data, str):
        return _detect_text(data, "utf-8")
    for bom, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(bom):
            return _detect_text(data.decode(name, "replace").removeprefix("\ufeff"), name)
    wide = _bare_utf16(data)
    if wide:
        return _detect_text(data.decode(wide, "replace"), "utf-16")
    if _is_utf8(data):
        return _detect_text(data.decode("utf-8"), "utf-8")
    return _detect_bytes(data)


def _bare_utf16(data: bytes) -> str:
    """The byte order of UTF-16 without a mark, told by where the zero bytes stand; "" when it is not."""
    sample = data[:4000]
    pairs = len(sample) // 2
    if pairs < 4:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > pairs * 0.3 and even < pairs * 0.02:
        return "utf-16-le"
    return "utf-16-be" if even > pairs * 0.3 and odd < pairs * 0.02 else ""


def _marked_tokens(text: str) -> list[str]:
    tokens: list[str] = []
    for match in _TOKEN.finditer(text):
        if not match.group().isascii():
            tokens.append(match.group()[:60])
            if len(tokens) == _SAMPLE_TOKENS:
                break
    return tokens


def _share(tokens: list[str], decode: Callable[[str], str] | None) -> tuple[int, int]:
    """How many of the tokens become Vietnamese words, and how many hold letters at all."""
    good = total = 0
    for token in tokens:
        decoded = unicodedata.normalize("NFC", decode(token) if decode else token)
        words = _WORD.findall(decoded)
        if not words and not _STRAY.search(decoded):
            continue
        total += 1
        good += bool(words) and not _STRAY.search(decoded.strip("“”‘’…–•·")) and all(map(is_syllable, words))
    return good, total


def _evidence(encoding: str, good: int, total: int) -> str:
    return (
        f"Đọc theo {ENCODING_NAMES[encoding]} thì {good} trên {total} từ có ký tự ngoài ASCII thành âm tiết tiếng Việt."
    )


def _rank(tokens: list[str], names: tuple[str, ...]) -> list[tuple[float, str, int, int]]:
    ranked = []
    for name in names:
        good, total = _share(tokens, _DECODERS.get(name))
        ranked.append((good / total if total else 0.0, name, good, total))
    return sorted(ranked, key=lambda row: -row[0])


def _detect_bytes(data: bytes) -> Detection:
    broken = data.decode("utf-8", "replace")
    lost = broken.count("\ufffd")
    wide = sum(1 for c in broken if c > "\x7f") - lost
    if lost <= 2 + wide // 100 and wide > 20 * lost:
        found = _detect_text(broken, "utf-8")
        return Detection(
            found.encoding,
            found.confidence,
            f"{found.evidence} Có {lost} chỗ byte hỏng.",
            (),
            found.missing_marks,
            broken,
        )
    carried = _carry(data)
    ranked = _rank(_marked_tokens(carried), ("windows-1258", "tcvn3", "vni"))
    share, name, good, total = ranked[0]
    if share < 0.5:
        sentence = "Không bảng mã tiếng Việt nào đọc được quá nửa số từ trong tài liệu."
        return Detection("", share, sentence, ("tcvn3", "vni", "windows-1258"), missing_marks=False, text="")
    rivals = tuple(row[1] for row in ranked[1:] if row[0] > share - _MARGIN)
    if not rivals and (share < _SURE or total < _MIN_TOKENS):
        rivals = tuple(row[1] for row in ranked[1:])
    text = unicodedata.normalize("NFC", _DECODERS[name](carried))
    return Detection(name, share, _evidence(name, good, total), rivals, missing_marks=False, text=text)


def _detect_text(text: str, container: str) -> Detection:
    tokens = _marked_tokens(text)
    as_is, total = _share(tokens, None)
    share = as_is / total if total else 1.0
    if total == 0:
        return _detect_ascii(text, container)
    missing = _marks_missing(text)
    if share < 0.6:
        best, name, good, of = _rank(tokens, ("tcvn3", "vni", "mojibake"))[0]
        rivals = [row for row in _rank(tokens, ("tcvn3", "vni", "mojibake"))[1:] if row[0] > best - _MARGIN]
        if best >= _SURE and best - share >= _MARGIN and not rivals and of >= _MIN_TOKENS:
            decoded = unicodedata.normalize("NFC", _DECODERS[name](text))
            return Detection(name, best, _evidence(name, good, of), (), missing_marks=False, text=decoded)
        if best >= 0.5 and best > share:
            names = (name, *(row[1] for row in rivals))
            sentence = f"{_evidence(container, as_is, total)} {_evidence(name, good, of)}"
            return Detection(container, share, sentence, names, missing_marks=False, text=text)
    return Detection(
        container, share, _evidence(container, as_is, total), (), missing, unicodedata.normalize("NFC", text)
    )


def _marks_missing(text: str) -> bool:
    """Tell whether most of a Vietnamese text lacks its marks: a fifth of the words at least normally carry none."""
    words = _WORD.findall(text[:200_000])
    bare = sum(1 for word in words if word.isascii() and is_bare_syllable(word))
    marked = sum(1 for word in words if not word.isascii() and is_syllable(word))
    return bare >= 5 and bare > 0.75 * len(words) and marked < 0.1 * len(words)


def _detect_ascii(text: str, container: str) -> Detection:
    tokens = [match.group()[:60] for match in _TOKEN.finditer(text[:200_000])]
    strong = [token for token in tokens if _VIQR_MARK.search(token.rstrip(".?'"))]
    good = sum(1 for token in strong if all(map(is_syllable, _WORD.findall(from_viqr(token)) or ["?"])))
    if len(strong) >= 2 and good >= _SURE * len(strong) and len(strong) >= 0.2 * len(tokens):
        evidence = f"{good} trên {len(strong)} từ có dấu gõ kiểu VIQR thành âm tiết tiếng Việt."
        if len(strong) < 5:
            return Detection(container, 0.5, evidence, ("viqr",), missing_marks=False, text=text)
        decoded = unicodedata.normalize("NFC", from_viqr(text))
        return Detection("viqr", good / len(strong), evidence, (), missing_marks=False, text=decoded)
    missing = _marks_missing(text)
    evidence = "Văn bản chỉ có chữ không dấu." if missing else "Văn bản chỉ có ký tự ASCII."
    return Detection(container, 1.0, evidence, (), missing, text)
