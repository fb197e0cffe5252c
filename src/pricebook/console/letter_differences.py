"""Where a name differs from another one: words that it lacks, and letters of similar words.

What is only spelled otherwise is no difference: case, accents, punctuation, the order of words,
`981-000040` and `981000040`, `8 in.` and `8"`, `2.0` and `2`.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher, get_close_matches

from pricebook.matching.scoring.folding import fold
from pricebook.matching.scoring.unit_dimensions import UNITS, Unit

# A number, a word, or what separates them; `300ml` is a number and a word.
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d]+|[\W_]+")
# Words that are less alike than this are different words.
SIMILAR = 0.7
# Of longer names the rest is not compared, which bounds the time.
MAX_TOKENS = 100
# So many tokens are read as one word, with nothing or one of the signs between them.
MAX_JOINED = 15
JOINTS = frozenset("-/_.+")
# Two numbers are read as one only in a code of so many characters: `1/2` is not 12.
MIN_CODE = 6
_DECIMALS = re.compile(r"(\d+)[.,](\d{1,2})")


def mark_differences(name: str, other: str) -> list[tuple[str, bool]]:
    """Return the parts of a name in order, each with whether it differs from the other name."""
    tokens, others = TOKEN.findall(name), TOKEN.findall(other)[:MAX_TOKENS]
    same = _same_tokens(tokens[:MAX_TOKENS], others)
    words = {each.casefold() for each in others}
    parts: list[tuple[str, bool]] = []
    for place, token in enumerate(tokens):
        is_same = place in same or not token[0].isalnum() or place >= MAX_TOKENS
        parts += [(token, False)] if is_same else _mark_letters(token, words)
    return parts


def _same_tokens(tokens: Sequence[str], others: Sequence[str]) -> set[int]:
    """Return the places of the tokens that the others have, in whatever spelling."""
    known = {_spelling(each) for each in others} | {text for _, text in _joined(others)}
    units = {unit for _, unit in _units(others)}
    same = {place for place, each in enumerate(tokens) if _spelling(each) in known}
    same.update(place for place, unit in _units(tokens) if unit in units)
    same.update(place for places, text in _joined(tokens) if text in known for place in places)
    return same


def _spelling(token: str) -> str:
    """Return a token in the spelling in which it is compared."""
    if number := _DECIMALS.fullmatch(token):
        decimals = number[2].rstrip("0")
        return f"{number[1]}.{decimals}" if decimals else number[1]
    return fold(token)


def _units(tokens: Sequence[str]) -> Iterator[tuple[int, Unit]]:
    """Yield the places of units behind numbers, and the units: of words, and of the inch sign."""
    is_behind_number = False
    for place, token in enumerate(tokens):
        folded = fold(token)
        if is_behind_number and (folded.startswith(('"', "''"))):
            yield place, UNITS["in"]
        elif is_behind_number and folded in UNITS:
            yield place, UNITS[folded]
        is_space = is_behind_number and folded in {" ", "-"}
        is_behind_number = token[0].isdigit() or is_space


def _joined(tokens: Sequence[str]) -> Iterator[tuple[range, str]]:
    """Yield the places of tokens that may be read as one word, and that word."""
    for start, first in enumerate(tokens):
        if not first[0].isalnum():
            continue
        text, last, joint, is_code = _spelling(first), first, "", False
        for place in range(start + 1, min(start + MAX_JOINED, len(tokens))):
            token = tokens[place]
            if not token[0].isalnum():
                joint = token
                continue
            if not (joint in JOINTS or not joint or (joint == " " and (last + token).isalpha())):
                break
            is_code |= last[0].isdigit() and token[0].isdigit()
            text, last, joint = text + _spelling(token), token, ""
            if not is_code or len(text) >= MIN_CODE:
                yield range(start, place + 1), text


def _mark_letters(word: str, words: set[str]) -> list[tuple[str, bool]]:
    """Return the parts of a word, compared with the one of `words` that is most like it."""
    similar = get_close_matches(word.casefold(), words, 1, SIMILAR) if word.isalpha() else []
    if not similar or len(word.casefold()) != len(word):
        return [(word, True)]
    matcher = SequenceMatcher(None, word.casefold(), similar[0], autojunk=False)
    return [
        (word[start:end], operation != "equal")
        for operation, start, end, _, _ in matcher.get_opcodes()
        if start < end
    ]
