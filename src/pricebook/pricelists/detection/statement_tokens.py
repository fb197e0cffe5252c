"""The words, numbers, dates and signs of a header or a sentence."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from pricebook.pricelists.detection.statement_words import NUMBER_WORDS
from pricebook.pricelists.text import comparison_key

MAX_STATEMENT_LENGTH = 1000
_YEARS = (1990, 2100)
_DOTTED_LETTERS = re.compile(r"(?<![^\W\d_])(?:[^\W\d_]\.\s?){1,3}[^\W\d_]\.?(?![^\W\d_])")
_TOKEN = re.compile(
    r"(?P<date>\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{1,2}-\d{1,2})"
    r"|(?P<number>\d+(?:[.,'\u00a0\u202f ]\d{3}(?!\d))*(?:[.,]\d+)?)"
    # Grades of steel and threads, `A2/A4` and `M8`, are words: nothing behind a unit or in a word.
    r"|(?P<word>(?<!\w)(?<!\D/)(?<!/ )[AM]\d{1,2}(?!\w|[.,]\d)|[^\W\d_]+[23]?(?![\d]))"
    r"|(?P<sign>[^\s\w])"
)


class Token(NamedTuple):
    """A word, number, date or sign of a text: its kind, its text and the key to compare it by.

    `start` and `end` are its place in the text with joined letters.
    """

    kind: str
    text: str
    key: str
    start: int = 0
    end: int = 0


def join_letters(text: str) -> str:
    """Return a text, at most 1000 characters, in which `H.T.` is one word."""
    return _DOTTED_LETTERS.sub(
        lambda match: re.sub(r"[.\s]", "", match[0]), text[:MAX_STATEMENT_LENGTH]
    )


def tokenize(text: str) -> list[Token]:
    """Return the words, numbers, dates and signs of a text; `H.T.` is one word."""
    return [
        Token(
            kind,
            match[kind],
            comparison_key(match[kind]) if kind == "word" else match[kind],
            *match.span(),
        )
        for match in _TOKEN.finditer(join_letters(text))
        if (kind := match.lastgroup)
    ]


def text_without(text: str, tokens: Sequence[Token]) -> str:
    """Return a text with joined letters and without some of its tokens."""
    rest = join_letters(text)
    for token in sorted(tokens, key=lambda token: token.start, reverse=True):
        rest = f"{rest[: token.start]} {rest[token.end :]}"
    return rest


def number_of(token: Token) -> Decimal | None:
    """Return the value of a number without decimals; None for other tokens."""
    if token.kind == "word":
        return NUMBER_WORDS.get(token.key)
    if token.kind == "sign":
        return Decimal(100) if token.text == "%" else Decimal(1000) if token.text == "‰" else None
    digits = re.sub(r"[.,' \u00a0\u202f](?=\d{3}(?!\d))", "", token.text)
    return Decimal(digits) if token.kind == "number" and digits.isdigit() else None


def is_year(number: Decimal) -> bool:
    """Return whether a number may be a year."""
    return _YEARS[0] <= number <= _YEARS[1]
