"""Similarity of words: forms, compounds and typing errors."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from pricebook.matching.scoring.trade_words import meanings

EXACT = 1.0
_FORM, _SOUND, _MEANING, _TYPING_ERROR, _PART, _SHORT = 0.9, 0.85, 0.85, 0.8, 0.6, 0.4
_MIN_FORM, _MIN_PART, _MIN_TYPED = 4, 4, 5
_FORM_SHARE = 0.7
# `зел.` of `зелёный`, `pol.` of `polished`.
_SHORT_LENGTH, _LONG_LENGTH = 3, 6
# Forms and typing errors are looked for among the words with the same first letters.
_SAME_BEGINNING = 2


# Spellings of one sound in several languages: `Bosch` and `Бош`, `Philips` and `Филипс`.
_SOUNDS = re.compile(r"sch|ph|ck|ks|ts|tz|th|([a-z])\1")
_SOUND_OF = {"sch": "sh", "ph": "f", "ck": "k", "ks": "x", "ts": "c", "tz": "c", "th": "t"}
_LETTERS = str.maketrans("cqwyz", "kkvis")


def common_prefix(first: str, second: str) -> int:
    """Return the number of characters with which both texts begin."""
    length = min(len(first), len(second))
    for place in range(length):
        if first[place] != second[place]:
            return place
    return length


@lru_cache(maxsize=1 << 16)
def sound(word: str) -> str:
    """Return a folded word in a spelling that languages have in common."""
    plain = _SOUNDS.sub(lambda match: _SOUND_OF.get(match[0], match[1]), word)
    return plain.translate(_LETTERS)


@lru_cache(maxsize=1 << 18)
def word_similarity(word: str, other: str) -> float:
    """Return how likely two folded words are forms of one: 1 if they are equal, 0 if not."""
    if word == other:
        return EXACT
    shorter, longer = sorted((word, other), key=len)
    prefix = common_prefix(word, other)
    if prefix >= _MIN_FORM and prefix >= _FORM_SHARE * len(longer):
        return _FORM
    if len(shorter) >= _MIN_FORM and sound(word) == sound(other):
        return _SOUND
    if len(shorter) >= _MIN_TYPED and _is_typing_error(shorter, longer, prefix):
        return _TYPING_ERROR
    if len(shorter) >= _MIN_PART and (longer.startswith(shorter) or longer.endswith(shorter)):
        return _PART
    is_short = len(shorter) == _SHORT_LENGTH and len(longer) >= _LONG_LENGTH
    return _SHORT if is_short and longer.startswith(shorter) else 0.0


def _is_typing_error(shorter: str, longer: str, prefix: int) -> bool:
    """Whether one letter was left out, added or changed, or two were exchanged."""
    rest, other = shorter[prefix:], longer[prefix:]
    if len(rest) == len(other):
        is_exchanged = rest[:2] == other[1::-1] and rest[2:] == other[2:]
        return rest[1:] == other[1:] or is_exchanged
    return rest == other[1:]


class WordSet:
    """Words, and those of them that may be a form, a part or a typing error of another word."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(words)
        self._by_end: dict[str, list[str]] | None = None
        self._by_meaning: dict[str, str] | None = None

    def resembling(self, word: str) -> Iterable[str]:
        """Return the words that begin or end as a word does."""
        ends = self._by_end
        if ends is None:
            ends = self._by_end = {}
            for known in self.words:
                for end in _ends(known):
                    ends.setdefault(end, []).append(known)
        first, last = _ends(word)
        return (*ends.get(first, ()), *ends.get(last, ()))

    def naming(self, word: str) -> str:
        """Return a word that names what another word names, in the same language or not."""
        known = self._by_meaning
        if known is None:
            known = self._by_meaning = {
                meaning: each for each in sorted(self.words) for meaning in meanings(each)
            }
        for meaning in meanings(word):
            if meaning in known:
                return known[meaning]
        return ""


@lru_cache(maxsize=1 << 16)
def _ends(word: str) -> tuple[str, str]:
    return sound(word)[:_SAME_BEGINNING], "." + word[-_MIN_PART:]


class SharedWord(NamedTuple):
    """A word, its counterpart, their weight in common, and how likely both are one, up to 1."""

    word: str
    other: str
    weight: float
    likeness: float


class Coverage(NamedTuple):
    """How much of the words of one text another has, weighted by how rare they are.

    `share` is from 0 to 1; `missing` has the words without a counterpart and their weights.
    """

    share: float
    same: Sequence[SharedWord]
    missing: Sequence[tuple[str, float]]


def cover(
    words: Iterable[tuple[str, float]],
    others: WordSet,
    translate: Callable[[str], tuple[str, float] | None] | None = None,
) -> Coverage:
    """Return how much of weighted words other words cover.

    `translate` returns the likeliest of the others for a word of another language, and how likely
    it is.
    """
    total = covered = 0.0
    same, missing = list[SharedWord](), list[tuple[str, float]]()
    for word, weight in words:
        total += weight
        if word in others.words:
            covered += weight
            same.append(SharedWord(word, word, weight, EXACT))
            continue
        nearest, likeness = _nearest(word, others.resembling(word))
        if likeness < _MEANING and (named := others.naming(word)):
            nearest, likeness = named, _MEANING
        if translate and (translation := translate(word)) and translation[1] > likeness:
            nearest, likeness = translation
        if likeness:
            covered += weight * likeness
            same.append(SharedWord(word, nearest, weight * likeness, likeness))
        else:
            missing.append((word, weight))
    return Coverage(covered / total if total else 0.0, same, missing)


def _nearest(word: str, others: Iterable[str]) -> tuple[str, float]:
    best, nearest = 0.0, ""
    for other in others:
        likeness = word_similarity(word, other)
        if likeness > best:
            best, nearest = likeness, other
    return nearest, best
