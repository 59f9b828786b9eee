"""The shape of a Vietnamese syllable: which letters may stand together, and where its tone mark belongs.

Source of the inventory: the standard orthography (chính tả), initials and rimes as taught in primary school, with the
rarer rimes of current words (boong, khuỷu, ngoằn). Foreign words fail on purpose: the share of letters that form
syllables is what tells one character set from another.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

TONES = "\u0300\u0301\u0303\u0309\u0323"
_ONSETS = "ngh ng nh gh gi kh ph qu th tr ch b c d đ g h k l m n p r s t v x".split()  # noqa: SIM905 - a table of words reads best as words
_RIMES = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
    y yêm yên yêng yêt yêu o oc oi om on ong op ot oong ooc ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăp oăt oe oem oen oeo oet
    u ua uc ui um un ung up ut uôc uôi uôm uôn uông uôt uân uâng uât uây uê uêch uên uênh uêt uơ
    uy uya uych uyên uyêt uyn uynh uyp uyt uyu ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
    """.split()  # noqa: SIM905 - a table of words reads best as words
)
_QU_RIMES = _RIMES | {"ynh", "ych", "yt", "yn", "yp", "yu", "ya", "ênh", "ơn"}
_FRONT = frozenset("eêiy")
_STOPS = ("c", "ch", "p", "t")
_MARKED = "ăâêôơư"
_VOWELS = frozenset("aăâeêioôơuưy")
_WORD = re.compile(r"[^\W\d_]+")


def split_tone(word: str) -> tuple[str, str]:
    """`word` in lower-case NFC without its tone mark, and the tone mark ("" for ngang; the last one wins)."""
    tone = ""
    kept: list[str] = []
    for c in unicodedata.normalize("NFD", word.lower()):
        if c in TONES:
            tone = c
        else:
            kept.append(c)
    return unicodedata.normalize("NFC", "".join(kept)), tone


def _parts(plain: str) -> tuple[str, str] | None:
    """The initial and the rime of a toneless syllable, or None when no such syllable is spelled."""
    if plain in _RIMES:
        return "", plain
    if plain == "gi":
        return "g", "i"
    if plain == "quôc":
        return "qu", "ôc"
    for onset in _ONSETS:
        if plain.startswith(onset) and _goes_with(onset, plain[len(onset) :]):
            return onset, plain[len(onset) :]
    return None


def _goes_with(onset: str, rime: str) -> bool:
    if onset == "qu":
        return rime in _QU_RIMES and rime[0] not in "uoư"
    if rime not in _RIMES:
        return False
    front = rime[0] in _FRONT
    if onset == "gi":
        return rime[0] != "i"
    if onset in {"gh", "ngh", "k"}:
        return front
    return not (onset in {"c", "ng"} and front and rime[0] != "y")


@lru_cache(maxsize=16384)
def is_syllable(word: str) -> bool:
    """Tell whether `word` is spelled like one Vietnamese syllable, tone mark included (any case, any normal form)."""
    if not 1 <= len(word) <= 14:
        return False
    decomposed = unicodedata.normalize("NFD", word)
    if sum(decomposed.count(tone) for tone in TONES) > 1:
        return False
    plain, tone = split_tone(word)
    parts = _parts(plain)
    if parts is None:
        return False
    # A syllable that ends in a stop is said with sắc or nặng only.
    return not parts[1].endswith(_STOPS) or parts[1] in _VOWELS or tone in {"\u0301", "\u0323"}


def is_bare_syllable(word: str) -> bool:
    """Tell whether ASCII `word` is what remains of some Vietnamese syllable when its marks are left out."""
    return _bare(word.lower())


def may_be_syllable(word: str) -> bool:
    """Tell whether `word` is a syllable as it stands, or one whose marks were left out (CAT, phut, Dien)."""
    return is_syllable(word) or (word.isascii() and _bare(word.lower()))


@lru_cache(maxsize=16384)
def _bare(word: str) -> bool:
    return any(word == _strip(onset) + rime for onset in ("", *_ONSETS) for rime in _BARE_RIMES if word.endswith(rime))


def _strip(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


_BARE_RIMES = frozenset(_strip(rime) for rime in _RIMES)


def unify_tone_marks(text: str) -> str:
    """`text` with every syllable's tone mark where the older and commoner habit puts it (hòa, thủy, khỏe).

    For speech only: the written text keeps its author's habit. Words that are not Vietnamese syllables stay as they are.
    """
    return _WORD.sub(lambda match: _replaced(match.group()), text)


@lru_cache(maxsize=16384)
def _replaced(word: str) -> str:
    if word.isascii() or len(word) < 2:
        return word
    plain, tone = split_tone(word)
    parts = _parts(plain)
    if not tone or parts is None or len(plain) != len(unicodedata.normalize("NFC", word)):
        return word
    onset, rime = parts
    at = len(onset) + _tone_place(rime)
    letters = [
        c.upper() if old.isupper() else c for c, old in zip(plain, unicodedata.normalize("NFC", word), strict=True)
    ]
    letters[at] = unicodedata.normalize("NFC", letters[at] + tone)
    return "".join(letters)


def _tone_place(rime: str) -> int:
    """The index in `rime` of the vowel that carries the tone mark."""
    marked = [index for index, c in enumerate(rime) if c in _MARKED]
    if marked:
        return marked[-1]
    vowels = [index for index, c in enumerate(rime) if c in _VOWELS]
    if len(vowels) == 1:
        return vowels[0]
    if vowels[-1] < len(rime) - 1 or len(vowels) == 3:
        return vowels[1]
    return vowels[0]
