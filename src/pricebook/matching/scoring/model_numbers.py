"""Model numbers in folded texts: `DW-745`, `KX-TG9348T`, `MB732LL/A`, `961464-0403`."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from pricebook.matching.scoring.folding import word_set
from pricebook.matching.scoring.measures import STANDARDS, blank
from pricebook.matching.scoring.notation import STOP_WORDS
from pricebook.matching.scoring.trade_words import meanings
from pricebook.matching.scoring.unit_dimensions import COUNT, UNITS
from pricebook.matching.scoring.words import common_prefix

_CHUNK = re.compile(r"[a-z0-9]+(?:[-._/+][a-z0-9]+)*(?:\([a-z]{1,3}\))?")
_SEPARATORS = str.maketrans("", "", "-._/+()")
_NUMBER = r"\d+(?:[.,/]\d+)?"
# `49ers`, `1080p`, `4th-6th`, `7.1-channel`, `100/box`, `3-in-1`: ordinals, counts.
_COUNT = re.compile(
    rf"(?:\d{{1,3}}[a-z]+|\d+[.,]\d+[a-z]+|\d+[pix]|(?:19|20)\d\d[a-z]+|{_NUMBER}[-/][a-z]+|\d+-in-\d+)"
    r"(?:-\d{1,3}[a-z]+)?"
).fullmatch
# `18-55mm`, `m8x1.25x40`: sizes, if the letters behind are units.
_SIZE = re.compile(
    rf"[a-z]{{0,2}}{_NUMBER}([a-z]{{0,2}}2?)(?:x{_NUMBER}([a-z]{{0,4}}2?))+"
    rf"|(?:{_NUMBER}-)?{_NUMBER}([a-z]{{0,4}}2?)"
).fullmatch
# A unit after a number: `260 mm`, `10 "`.
_UNIT_WORDS = "|".join(sorted(filter(str.isalpha, UNITS), key=len, reverse=True))
_UNIT = re.compile(rf"\s?(?:{_UNIT_WORDS}|[\"'%°])(?![a-z0-9])")
# Numbers behind these words are counts and sizes; that of `mb 73280` may be a model number.
_COUNTS_AND_SIZES = word_set("size gr groesse grosse taille talla taglia razmer rozmiar nr no") | {
    word for word, unit in UNITS.items() if unit.dimension == COUNT
}
# `tx9-tx40`: from one size to another.
_RANGE = re.compile(r"([a-z]{1,4})\d{1,3}[-/]\1\d{1,3}").fullmatch
_DATE = re.compile(r"\d{1,4}([-./])\d{1,2}\1\d{1,4}").fullmatch
_VERSION = re.compile(r"v?\d+(?:\.\d+)+[a-z]?").fullmatch
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-/](?:19|20)?\d\d)?").fullmatch
_NO_NUMBERS = (_YEAR, _VERSION, _DATE, _RANGE)
# Standards, formats and profiles: what many articles have in common.
_STANDARD = re.compile(
    r"(?:din|iso|en|gost|ansi|astm|iec|jis|uni|bs|nf|ral|usb|win|windows|os|pc|sae|awg|vol)"
    r"(?:iso|en)*\d{1,5}[a-z]?|(?:tx|ph|pz|sw|rj|ip|ik|cat|cr|gu|hss|hdmi|ddr|mp|mpeg|ver|ffp)\d{1,2}[a-z]?"
    r"|[a-z]\d{1,3}|v\d+"
).fullmatch
# What an article is made for follows these words.
_FOR = word_set("for fur fuer dlya pour para dla voor til fits compatible passend zu per")
_END = re.compile(r"\s-+\s|[;()\[\]|]|\.\s")
_WORD_WITH_NUMBER = re.compile(r"[a-z]{5,}\d{1,2}|\d{1,3}[a-z]{4,}").fullmatch
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD, _DIGITS = re.compile("[a-z]+"), re.compile("[0-9]+")
_MAX_ENDING = 3
_MIN_LENGTH = 4
_STRONG_LENGTH = 5
_MIN_DIGITS, _MIN_DIGITS_IN_PARTS = 5, 7
_MAX_WORD = 4
# `MB732LL/A`
_MAX_SUFFIX = 2


class ModelNumbers(NamedTuple):
    """Model numbers of a text without separators.

    `joined` are those that only arise if two words are read as one (`RS 140`), `others` those of
    articles that this one is made for (`cartridge for iP6220D`); `chunks` are all words without
    their separators, for comparison with codes that are known from elsewhere.
    """

    numbers: frozenset[str] = frozenset()
    joined: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    chunks: frozenset[str] = frozenset()


def compact(code: str) -> str:
    """Return a folded code without separators."""
    return code.translate(_SEPARATORS).replace(" ", "")


def is_strong(number: str) -> bool:
    """Whether a number without separators is long enough to identify an article by itself."""
    digits = sum(map(str.isdigit, number))
    if digits == len(number):
        return digits > _STRONG_LENGTH
    return len(number) >= _STRONG_LENGTH and digits > 1 and not _WORD_WITH_NUMBER(number)


def stem(number: str) -> str:
    """Return a number without the letters at its end, which name a colour or a country.

    It is empty if too little would be left: `ysp4000bk` is `ysp4000`, `tg9348t` is `tg9348`.
    """
    bare = number.rstrip(_LETTERS)
    return bare if len(number) - len(bare) <= _MAX_ENDING and _is_stem(bare) else ""


class NumberPair(NamedTuple):
    """What two numbers have in common, and the letters with which each of them ends."""

    stem: str
    ending: str
    other_ending: str


def pair_by_stem(number: str, other: str) -> NumberPair | None:
    """Return two numbers that differ in a few letters at their ends; None for others.

    Letters that both have belong to what they have in common: `wrt311fzdb` and `wrt311fzdw`.
    """
    length = common_prefix(number, other)
    ending, other_ending = number[length:], other[length:]
    are_endings = all(
        len(each) <= _MAX_ENDING and not each.strip(_LETTERS) for each in (ending, other_ending)
    )
    common = number[:length]
    return NumberPair(common, ending, other_ending) if are_endings and _is_stem(common) else None


def _is_stem(text: str) -> bool:
    """Whether a text without the letters at its end is long enough for a model number."""
    bare = text.rstrip(_LETTERS)
    digits = sum(map(str.isdigit, bare))
    return len(bare) >= _MIN_LENGTH and (digits > 1 or len(bare) > _MIN_LENGTH)


def shape(number: str) -> str:
    """Return the kinds of characters of a number in order: `dw745` and `xr9` have one shape."""
    return _DIGITS.sub("9", _WORD.sub("a", number))


def find_model_numbers(text: str) -> tuple[ModelNumbers, str]:
    """Return the model numbers of a folded text, and the text with spaces in their place."""
    own, joined, others, chunks = set[str](), set[str](), set[str](), set[str]()
    spans, before, is_other = list[tuple[int, int]](), "", False
    end = 0
    for match in _CHUNK.finditer(text):
        chunk, gap = match[0], text[end : match.start()]
        word, found = _read_chunk(chunk)
        if before in STANDARDS and word[:1].isdigit():
            found = ()
        end = match.end()
        is_other = chunk in _FOR or (is_other and not _ends_phrase(gap, found))
        chunks.add(word)
        (others if is_other else own).update(found)
        if found:
            spans.append(match.span())
        if gap == " " and not is_other and not _UNIT.match(text, end):
            joined.update(_joined(before, word))
        # `9 w 4000`: a unit belongs to the number before it.
        before = "" if word in UNITS and before[-1:].isdigit() else word
    numbers = ModelNumbers(*map(frozenset, (own, joined - own, others - own, chunks)))
    return numbers, blank(text, spans)


def _ends_phrase(gap: str, found: Sequence[str]) -> bool:
    """Whether the articles that an article is for end at a gap between two words."""
    return _END.search(gap) is not None or ("," in gap and not found)


@lru_cache(maxsize=1 << 14)
def _read_chunk(chunk: str) -> tuple[str, tuple[str, ...]]:
    """Return a chunk of letters, digits and separators without these, and its model numbers."""
    word = chunk if chunk.isalnum() else compact(chunk)
    if word.isalpha():
        return word, ()
    is_one = "/" not in chunk or len(chunk.rpartition("/")[2]) <= _MAX_SUFFIX
    if is_one and is_model_number(chunk):
        return word, (word,)
    return word, tuple(compact(part) for part in chunk.split("/") if is_model_number(part))


def is_model_number(chunk: str) -> bool:
    """Whether a folded word looks like the number that a maker gives to an article."""
    word = compact(chunk)
    digits = sum(map(str.isdigit, word))
    if len(word) < _MIN_LENGTH or digits == 0 or any(each(chunk) for each in _NO_NUMBERS):
        return False
    if digits == len(word):
        needed = _MIN_DIGITS if word == chunk else _MIN_DIGITS_IN_PARTS
        return digits >= needed and not word.endswith("000")
    is_long_enough = digits > 1 or len(word) > _MIN_LENGTH
    return is_long_enough and not (_is_size(chunk) or _STANDARD(word))


def _is_size(chunk: str) -> bool:
    match = _SIZE(chunk)
    is_size = match is not None and all(unit in UNITS for unit in match.groups() if unit)
    return is_size or _COUNT(chunk) is not None


def _joined(before: str, word: str) -> list[str]:
    """Return two neighbouring words as one, if that looks like a model number."""
    if before.isalpha() == word.isalpha() or {before, word} & STOP_WORDS:
        return []
    if word in UNITS or before in _COUNTS_AND_SIZES:
        return []
    letters, other = (before, word) if before.isalpha() else (word, before)
    if meanings(letters) or _STANDARD(other) or (not other.isdigit() and _is_size(other)):
        return []
    number = before + word
    return [number] if len(letters) <= _MAX_WORD and _read_chunk(number)[1] else []
