"""Words of a search that are codes, and how the trigram index of a text finds them."""

import re

# The last characters of a number occur in few texts, its first ones often in all.
NUMBER_SUFFIX_LETTERS = 5


def is_long_number(word: str) -> bool:
    """Return whether a word is a long number or SKU; only ASCII keeps its length when folded."""
    end = word[-NUMBER_SUFFIX_LETTERS:]
    is_long = len(word) > NUMBER_SUFFIX_LETTERS + 1
    return is_long and word.isascii() and end.isalnum() and any(map(str.isdigit, end))


def number_suffix(number: str) -> str:
    """Return the part of a long number by which it is found."""
    return number[-NUMBER_SUFFIX_LETTERS:]


# Between the parts of a code: NW20417, NW-20417.
_SEPARATORS = "-./ "
CODE_SEPARATORS = ("", *_SEPARATORS)
COMMON_SEPARATORS = ("", "-", " ")
# Of fewer characters, the parts of a code are near each other in other texts, too: `w 5`.
MIN_CODE_CHARACTERS = 4
# Letters and digits that people write together or apart.
_parts = re.compile(r"[^\W\d_]+|\d+").findall
_is_code = re.compile(rf"[^\W_]+(?:[{_SEPARATORS}][^\W_]+)*").fullmatch


def code_parts(code: str) -> list[str]:
    """Return the letters and the digits of a code in turn, in lower case; none of another text."""
    return _parts(code.lower()) if _is_code(code) else []


def code_notations(code: str) -> tuple[str, ...]:
    """Return how else a code of letters and digits is written: `cli8` and `cli 8` for `CLI-8`."""
    parts = code_parts(code)
    has_both = any(map(str.isalpha, parts)) and any(map(str.isdigit, parts))
    if not has_both or sum(map(len, parts)) < MIN_CODE_CHARACTERS:
        return ()
    notations = (between.join(parts) for between in COMMON_SEPARATORS)
    return tuple(each for each in notations if each != code.lower())


def code_expression(code: str) -> str | None:
    """Return the regular expression that finds a code, however it is written; None if it is none.

    It is one of PostgreSQL, for folded texts.
    """
    parts = code_parts(code)
    return f"[{_SEPARATORS}]?".join(parts) if any(map(str.isdigit, parts)) else None
