"""From written Vietnamese to the words an announcer would say; pure, standard library only (less `ingest`)."""

from broadcaster.text.explain import explain
from broadcaster.text.lexicon import Lexicon, LexiconEntry, LexiconError, Mode, parse_lexicon
from broadcaster.text.normalize import normalize, speak_line
from broadcaster.text.profile import Profile, RegionalProfile
from broadcaster.text.sentences import estimate_seconds
from broadcaster.text.spoken import Notice, Sentence, Span, Spoken

__all__ = [
    "Lexicon",
    "LexiconEntry",
    "LexiconError",
    "Mode",
    "Notice",
    "Profile",
    "RegionalProfile",
    "Sentence",
    "Span",
    "Spoken",
    "estimate_seconds",
    "explain",
    "normalize",
    "parse_lexicon",
    "speak_line",
]
