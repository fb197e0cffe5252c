"""What words of trades name, across seven languages: `молоток`, `Hammer` and `marteau`."""

import re
from functools import lru_cache
from importlib.resources import files

from pricebook.matching.scoring.folding import fold, word_set
from pricebook.matching.scoring.variants import MARK, variant_of

_FILE = "trade_words.txt"
# Endings of cases, genders and plurals of the seven languages in folded form, the longest first.
_ENDINGS = tuple(
    sorted(
        word_set(
            "a e i o u y ya yu s x n es en er ern em as os ii ie oi oe ei aya yaya ee yi ov ev iv "
            "am om im um ah ih yah ami yami ogo ego omu emu imi uyu yuyu yh ej ow ek owy owa owe "
            "ych"
        ),
        key=lambda ending: (-len(ending), ending),
    )
)
_MIN_STEM = 4
# `ботинок, ботинки`, `butelka, butelek`: a vowel that other forms of a word lack.
_FLEETING = re.compile(r"(?<=[a-z]{3}[^aeiouy])[oe](?=[kc]$)")
# Words of this length may be compounds of a known head and, in front of it, another word.
_MIN_COMPOUND, _MIN_HEAD, _MIN_FIRST = 8, 5, 3
_WORD = re.compile(r"[^\W\d_]{2,}")
# Kinds of variants whose words are as good as words of trades.
_NO_MEANING = frozenset([MARK, "edition"])

Meanings = frozenset[str]
_NOTHING: Meanings = frozenset()


def _stem(word: str) -> str:
    """Return a word without its ending, or the word if too little would be left."""
    word = _FLEETING.sub("", word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM:
            return word[: -len(ending)]
    return word


def _lines() -> list[str]:
    text = files("pricebook.matching.scoring").joinpath(_FILE).read_text("utf-8")
    return text.splitlines()


def _meaning(line: str) -> str:
    """Return the id of what the words of a line name."""
    english, german, *_ = line.split(";")
    return f"={fold(english).strip()};{fold(german).strip()}"


@lru_cache(maxsize=1)
def _qualities() -> Meanings:
    """Return the ids of the last section: materials and adjectives."""
    lines = _lines()
    start = max(place for place, line in enumerate(lines) if line.startswith("#"))
    return frozenset(map(_meaning, lines[start + 1 :]))


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, Meanings], dict[str, Meanings], dict[str, Meanings]]:
    """Return the meanings by word, by stem, and by German word for the parts of compounds."""
    words, stems, parts = dict[str, set[str]](), dict[str, set[str]](), dict[str, set[str]]()
    for line in _lines():
        if line.startswith("#"):
            continue
        columns, meaning = line.split(";"), _meaning(line)
        for word in _WORD.findall(fold(line)):
            words.setdefault(word, set()).add(meaning)
            for stem in (word, _stem(word)):
                stems.setdefault(stem, set()).add(meaning)
        for word in _WORD.findall(fold(columns[1])):
            parts.setdefault(word, set()).add(meaning)
    return (
        {word: frozenset(each) for word, each in words.items()},
        {word: frozenset(each) for word, each in stems.items() if len(word) >= _MIN_STEM},
        {word: frozenset(each) for word, each in parts.items()},
    )


@lru_cache(maxsize=1 << 16)
def meanings(word: str) -> tuple[str, ...]:
    """Return ids of what a folded word names, none if it is unknown; `gummihammer` has two."""
    found, variant = _named(word), _variant(word)
    return tuple(sorted(found | {variant} if variant else found))


def _named(word: str) -> Meanings:
    words, stems, _ = _tables()
    return words.get(word) or stems.get(_stem(word)) or _meanings_of_parts(word)


@lru_cache(maxsize=1 << 16)
def things(word: str) -> Meanings:
    """Return ids of the things that a folded word names; a colour or an adjective names none."""
    return _NOTHING if _variant(word) else _named(word) - _qualities()


def _variant(word: str) -> str:
    variant = variant_of(word)
    return "" if variant is None or variant[0] in _NO_MEANING else f"={variant[0]};{variant[1]}"


def _meanings_of_parts(word: str) -> Meanings:
    """Return what the parts of a German compound name: its head, and the word in front of it."""
    parts = _tables()[2]
    if len(word) < _MIN_COMPOUND:
        return _NOTHING
    for start in range(_MIN_FIRST, len(word) - _MIN_HEAD + 1):
        rest = word[start:]
        head = parts.get(rest) or parts.get(_stem(rest))
        if head:
            first = word[:start]
            return head | (parts.get(first) or parts.get(_stem(first)) or _NOTHING)
    return _NOTHING
