"""Marks of articles that are no longer sold: whole cells, remarks and parts of names."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from pricebook.pricelists.detection.discontinued_texts import (
    ACTIVE_HEADERS,
    CLEAR_TEXTS,
    FLAG_HEADERS,
    FOLLOWING_WORDS,
    LEADING_WORDS,
    NAME_TEXTS,
    NO,
    NO_NAME_TEXTS,
    PHASE_OUT_TEXTS,
    PURPOSE_WORDS,
    STARRED_WORDS,
    STATE_HEADERS,
    TEXTS_OF_STATES,
    YES,
)
from pricebook.pricelists.detection.letterhead_words import ARTICLE_NOUNS
from pricebook.pricelists.sections import SEPARATOR
from pricebook.pricelists.text import comparison_key, split_header

_EDGES = " .!*()[]-–—"
# Of a cell, in characters.
MAX_LENGTH = 40
MAX_NOTE_LENGTH = 200


@lru_cache(maxsize=4096)
def cell_key(cell: str) -> str:
    """Return a cell as the sets of texts have it."""
    return cell.strip(_EDGES).casefold().replace("ё", "е").replace("’", "'")


def _keys(texts: Iterable[str]) -> frozenset[str]:
    """Return texts also without accents and punctuation."""
    return frozenset(key for text in texts for key in (cell_key(text), _plain(text)))


def _plain(text: str) -> str:
    return " ".join(split_header(text))


_CLEAR, _YES_KEYS, _NO_KEYS = _keys(CLEAR_TEXTS), _keys(YES), _keys(NO)
_OF_STATES = _CLEAR | _keys(TEXTS_OF_STATES)
_FLAGS = _OF_STATES | _keys(FLAG_HEADERS)
_ACTIVE = _keys(ACTIVE_HEADERS)
_OF_TEXTS = _CLEAR - _keys(NO_NAME_TEXTS)
_OF_NAMES = _OF_TEXTS | _keys(NAME_TEXTS)
_ARTICLE_WORDS = ARTICLE_NOUNS | LEADING_WORDS
_PHASE_OUT = re.compile(
    rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(map(cell_key, PHASE_OUT_TEXTS))))})"
)
_PART_END = re.compile(r"[,;:.()\[\]|/\n!*]+|\s[-–—]\s?")
_MAX_WORDS = 5
_DIGIT = re.compile(r"\d").search
# Where a part of a name is marked as one: in brackets or asterisks, before or behind a dash.
_BRACKETED = re.compile(r"[(\[{*]+\s*([^()\[\]{}*]{3,80}?)\s*[)\]}*]+")
_DASHED = re.compile(r"\s[-–—/|]+\s|[:;|]\s")


def marks_below(header: str) -> frozenset[str]:
    """Return the keys of the cells by which a column marks a discontinued article."""
    key = _plain(header)
    if key in _FLAGS:
        return (_OF_STATES | _YES_KEYS) - {key, cell_key(header)}
    if key in _ACTIVE:
        return _OF_STATES | _NO_KEYS
    return _OF_STATES if is_of_states(header) else _CLEAR


def is_discontinued(cell: str) -> bool:
    """Return whether a cell is nothing but a mark of a discontinued article."""
    return len(cell) <= MAX_LENGTH and cell_key(cell) in _OF_STATES


def is_of_states(header: str) -> bool:
    """Return whether a column has the states of articles, or remarks about them."""
    return not STATE_HEADERS.isdisjoint(split_header(header))


def is_sold_off(text: str) -> bool:
    """Return whether a text says that an article is sold while its stock lasts."""
    return _PHASE_OUT.search(cell_key(text)) is not None


@lru_cache(maxsize=1024)
def marks_in_note(note: str) -> bool:
    """Return whether a remark says that its article is no longer sold: `discontinued, see A9`."""
    if len(note) > MAX_NOTE_LENGTH or is_sold_off(note):
        return False
    return any(_begins_with_mark(part, _OF_STATES) for part in _PART_END.split(note))


def explains_discontinued(text: str) -> bool:
    """Return whether the text about a mark calls its articles no longer sold: `discontinued`."""
    first = _PART_END.split(text, maxsplit=1)[0]
    return not is_sold_off(text) and _begins_with_mark(first, _CLEAR)


def mark_in_text(text: str) -> str:
    """Return the part of a text that marks its article as `mark_in_name` does, by clear words."""
    return _marked_part(text, _OF_TEXTS)


def mark_in_name(name: str) -> str:
    """Return the part of a name that marks its article as no longer sold, empty without one.

    It is in brackets, before or behind a dash, or in capitals unlike the rest. A name in capitals
    ends or begins with it, unless the article is for another one.
    """
    return _marked_part(name, _OF_NAMES)


def _marked_part(text: str, marks: frozenset[str]) -> str:
    if _KEY_WORDS.isdisjoint(text.casefold().split()) or is_sold_off(text):
        return ""
    if starred := next((word for word in text.split() if word.casefold() in _STARRED), ""):
        return starred
    return next((part for part in _marked_parts(text) if _begins_with_mark(part, marks)), "")


def _marked_parts(name: str) -> Iterator[str]:
    yield from _BRACKETED.findall(name)
    parts = _DASHED.split(name)
    if len(parts) > 1:
        yield from (part.strip(_EDGES) for part in parts)
    words = [word.strip(_EDGES + ",") for word in name.split()]
    capitals = [word.isupper() for word in words]
    if not any(map(str.islower, "".join(words))):
        if PURPOSE_WORDS.isdisjoint(map(comparison_key, words)):
            yield from (" ".join(words[-count:]) for count in range(1, _MAX_WORDS + 1))
        return
    for start, end in _runs(capitals):
        yield " ".join(words[start:end])


def _runs(flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield where runs of true flags begin and end."""
    start = 0
    for index, flag in enumerate([*flags, False]):
        if not flag:
            if index > start:
                yield start, index
            start = index + 1


def _begins_with_mark(part: str, marks: frozenset[str]) -> bool:
    """Return whether a text is a mark, or begins with one before a day or a replacement."""
    words = _plain(part).split()
    while words and words[0] in _ARTICLE_WORDS and " ".join(words) not in marks:
        del words[0]
    for count in range(min(len(words), _MAX_WORDS), 0, -1):
        if " ".join(words[:count]) in marks:
            following = words[count : count + 1]
            return all(word in FOLLOWING_WORDS or _DIGIT(word) for word in following)
    return False


def _key_words() -> frozenset[str]:
    """Return the longest word of each mark of a name as names may have it, in brackets or not."""
    before, after = (
        ("", "(", "[", "{", "*", "***", "-"),
        ("", ")", "]", "}", "*", "***", "!", ".", ",", ":", ";"),
    )
    longest = {max(text.split(), key=len) for text in _OF_NAMES}
    return frozenset(f"{b}{word}{a}" for word in longest for b in before for a in after)


_STARRED = frozenset(f"{s}{word}{s}" for word in STARRED_WORDS for s in ("**", "***"))
_KEY_WORDS = _key_words() | _STARRED


@lru_cache(maxsize=1024)
def discontinued_title(section: str) -> str:
    """Return the title of discontinued articles in the path of a section, empty without one."""
    return next(filter(_is_of_discontinued, section.split(SEPARATOR)), "")


def _is_of_discontinued(title: str) -> bool:
    words = [word for word in split_header(title) if word not in ARTICLE_NOUNS]
    return " ".join(words) in _CLEAR
