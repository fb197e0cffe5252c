"""Encoding detection of text files.

Unicode encodings are recognized by byte order mark, validity or NUL bytes. Single-byte encodings
decode almost any bytes, so they are scored by the decoded text: letters of one language, one
alphabet per word, no capital after a small letter, no `³` or `„` inside a word.
"""

import codecs
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

BYTE_ORDER_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class _Script(NamedTuple):
    """Languages that share encodings; both are separated by spaces.

    A language is given by its letters outside ASCII. The first of equally scored encodings wins.
    """

    encodings: str
    languages: str
    frequent: str = ""


_SCRIPTS = (
    _Script(
        encodings="cp1252 iso-8859-15 cp850 mac_roman",
        languages="äöüß àâæçéèêëîïôœùûü áéíñóúü àáâãçéêíóôõú àèéìòù åäöé æøåé éëïöü",
    ),
    _Script(
        encodings="cp1251 koi8-r koi8-u cp866 cp1125 iso-8859-5 mac_cyrillic",
        languages="абвгдежзийклмнопрстуфхцчшщъыьэюяё абвгдежзийклмнопрстуфхцчшщьюяґєії "
        "абвгдежзйклмнопрстуфхцчшыьэюяёіў абвгдежзиклмнопрстуфхцчшђјљњћџ",
        frequent="оеаинтсрвлк",
    ),
    _Script(
        encodings="cp1250 iso-8859-2 cp852 mac_latin2",
        languages="ąćęłńóśźż áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž áéíóöőúüű ăâîşţ čćđšž",
    ),
    # The capital of `i̇` is `İ`.
    _Script(encodings="cp1254", languages="çğıi̇öşüâî"),
    _Script(encodings="cp1257", languages="ąčęėįšųūž āčēģīķļņšūž äõöü"),
    _Script(
        encodings="cp1253 iso-8859-7",
        languages="αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋ",
        frequent="αοιετσνηυρ",
    ),
)
_SYMBOLS = frozenset("€£§°²³¼½¾×±µ·•–—…„“”‚‘’«»‹›™®©№¿¡ºªµ\u00a0")
_ALLOWED_INSIDE_WORDS = frozenset("’·")
_POWER_OF_METRES = re.compile(r"(?<![^\W\d_])[cdkm]?m\Z")
_FREQUENT_WEIGHT = 1.2
_MIN_PLAUSIBILITY = 0.19
_MIN_LETTER_SCORE = 0.7
# Placeholder for a letter at an impossible position.
_MISPLACED_LETTER = "\ufffd"

_ASCII = bytes(range(0x80))
_DOMINANT_SHARE = 0.9
# Multi-byte sequences of UTF-8.
_UTF8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


def encoding_from_bom(start: bytes) -> str | None:
    """Return the Unicode encoding of the byte order mark, None without one."""
    return next((name for mark, name in BYTE_ORDER_MARKS if start.startswith(mark)), None)


def unicode_without_bom(start: bytes) -> str | None:
    """Return UTF-16 or UTF-32 by the position of NUL bytes, None if there are too few."""
    nul_counts = [start[offset::4].count(0) for offset in range(4)]
    if sum(nul_counts) * 20 < len(start):
        return None
    characters, even, odd = (
        len(start) // 4,
        nul_counts[0] + nul_counts[2],
        nul_counts[1] + nul_counts[3],
    )
    matches = {
        "utf-32-le": min(nul_counts[2:]) > _DOMINANT_SHARE * characters,
        "utf-32-be": min(nul_counts[:2]) > _DOMINANT_SHARE * characters,
        "utf-16-le": even < 0.05 * odd,
        "utf-16-be": odd < 0.05 * even,
    }
    return next((encoding for encoding, is_match in matches.items() if is_match), None)


def is_damaged_utf8(sample: bytes) -> bool:
    """Return whether over 90 % of the bytes outside ASCII are UTF-8, as in a truncated file."""
    outside_ascii = len(sample.translate(None, _ASCII))
    return sum(map(len, _UTF8_SEQUENCE.findall(sample))) > _DOMINANT_SHARE * outside_ascii


def single_byte_encoding(sample: bytes, non_ascii_bytes: bytes) -> str | None:
    """Return the most plausible single-byte encoding, None if no decoding looks like a language.

    `sample` contains pieces of text with bytes outside ASCII. `non_ascii_bytes` are all such bytes
    of the file; the encoding must be able to decode each.
    """
    best, best_score = None, _MIN_PLAUSIBILITY
    for script in _SCRIPTS:
        for encoding in script.encodings.split():
            if _can_decode(encoding, non_ascii_bytes):
                score = _plausibility_score(sample.decode(encoding, "replace"), script)
                if score > best_score:
                    best, best_score = encoding, score
    return best


def _can_decode(encoding: str, non_ascii_bytes: bytes) -> bool:
    """Return whether an encoding has a printable character for every byte."""
    try:
        text = non_ascii_bytes.decode(encoding)
    except UnicodeDecodeError:
        return False
    return not any(unicodedata.category(char) == "Cc" for char in text)


def _plausibility_score(text: str, script: _Script) -> float:
    """Return the plausibility of a text in one language: mean over non-ASCII characters, to ~1."""
    letters: Counter[str] = Counter()
    symbol_score = 0.0
    padded = f"   {text} "
    non_ascii_positions = [position for position, char in enumerate(padded) if char > "\x7f"]
    for position in non_ascii_positions:
        before, char, after = (
            padded[position - 3 : position],
            padded[position],
            padded[position + 1],
        )
        if _is_misplaced(before, char, after):
            letters[_MISPLACED_LETTER] += 1
        elif char.isalpha() and (before[-1].isalpha() or after.isalpha()):
            letters[char.lower()] += 1
        else:
            symbol_score += _score_symbol(before, char)
    languages = script.languages.split()
    letter_score = max(_score_letters(letters, language, script) for language in languages)
    if letter_score < _MIN_LETTER_SCORE * letters.total():
        return -1
    return (letter_score + symbol_score) / max(1, len(non_ascii_positions))


def _score_letters(letters: Counter[str], language: str, script: _Script) -> float:
    """Return the letter score: 1 in the language, 0 in the script, -1 in neither; frequent 1.2."""
    score = 0.0
    for letter, occurrences in letters.items():
        if letter in script.frequent:
            score += occurrences * _FREQUENT_WEIGHT
        else:
            score += occurrences * ((letter in language) - (letter not in script.languages))
    return score


def _score_symbol(before: str, char: str) -> float:
    """Return the score of a symbol: 1.2 for `m³`, 0.3 for symbols, 0.2 for a single letter."""
    if char in "²³" and _POWER_OF_METRES.search(before):
        return _FREQUENT_WEIGHT
    return 0.3 if char in _SYMBOLS or char in "Øø" else 0.2


def _is_misplaced(before: str, char: str, after: str) -> bool:
    """Return whether a character is impossible there: `K¹bel`, `кАбель`, `КАбель`, `Kбель`."""
    if char in _SYMBOLS or not char.isalpha():
        is_inside_word = before[-1].isalpha() and after.isalpha()
        return char not in _SYMBOLS or (is_inside_word and char not in _ALLOWED_INSIDE_WORDS)
    neighbours = filter(str.isalpha, (before[-1], after))
    if any(_alphabet_of(neighbour) != _alphabet_of(char) for neighbour in neighbours):
        return True
    return (
        before[-1].islower() if char.isupper() else before[-2:].isupper() and before[-2:].isalpha()
    )


@lru_cache(maxsize=4096)
def _alphabet_of(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
