from broadcaster.speech.vi_neural.g2p import Syllable, parse
def syllables_of(word: str) -> list[Syllable]:
    s = parse(word)
    return [s] if s else []
