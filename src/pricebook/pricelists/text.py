"""Normalization of cell texts for storage, comparison and messages."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_NO_LETTER_OR_DIGIT = re.compile(r"[\W_]+")
_MAX_QUOTED_LENGTH = 60
_MAX_HEADER_LENGTH = 1000
# Reordering combining marks takes quadratic time; UAX 15 limits a sequence to 30 of them.
_TOO_MANY_COMBINING_MARKS = re.compile(r"[^\w\s\0-\x7f]{100}").search

# Spaces, apostrophes and minus signs of any typography to those of ASCII.
TYPOGRAPHY = str.maketrans(
    "\u00a0\u2002\u2003\u2007\u2008\u2009\u202f\t’‘ʼ´`−",
    "        '''''-",
)


def clean_code(cell: str) -> str:
    """Return an article code trimmed and in NFC, otherwise unchanged: `007` and `NA` stay."""
    code = cell.strip()
    return code if code.isascii() else _to_nfc(code)


def clean_name(cell: str) -> str:
    """Return a name trimmed, in NFC, with runs of white space collapsed to one space."""
    name = " ".join(cell.split())
    return name if name.isascii() else _to_nfc(name)


@lru_cache(maxsize=1024)
def clean_category(cell: str) -> str:
    """Return a category as `clean_name` does; categories repeat from row to row."""
    return clean_name(cell)


def normalize_marks(text: str) -> str:
    """Return a text trimmed, with ASCII minus signs and apostrophes and single spaces."""
    return " ".join(text.translate(TYPOGRAPHY).split())


def split_header(header: str) -> list[str]:
    """Return the words of a header for comparison.

    `Цена с НДС* (BYN)` gives `цена с ндс`: case, accents, footnote digits, punctuation and
    bracketed text are removed. A header with nothing else keeps its bracketed text.
    """
    without_footnotes = _without_footnotes(header[:_MAX_HEADER_LENGTH])
    outside = _BRACKETED.sub(" ", without_footnotes)
    folded = _fold(outside) or _fold(without_footnotes)
    return folded.split()


def without_brackets(text: str) -> str:
    """Return a text without what is in brackets."""
    return _BRACKETED.sub(" ", text)


def comparison_key(header: str) -> str:
    """Return the joined words of a header; equal keys mean equal headers."""
    return "".join(split_header(header))


def quote(text: str, limit: int = _MAX_QUOTED_LENGTH) -> str:
    """Return a text quoted for a message: on one line, truncated, without NUL."""
    flat = " ".join(without_nul(text).split())
    return f'"{flat}"' if len(flat) <= limit else f'"{flat[:limit]}…"'


def quote_list(texts: Iterable[str], limit: int = 20) -> str:
    """Return the non-empty texts quoted and joined for a message."""
    quoted = [quote(text) for text in texts if text.strip()]
    return ", ".join(quoted[:limit]) + (", …" if len(quoted) > limit else "")


def without_nul(text: str) -> str:
    """Replace NUL, which PostgreSQL cannot store in text, by the symbol U+2400."""
    return text.replace("\0", "␀")


def _to_nfc(text: str) -> str:
    return text if _TOO_MANY_COMBINING_MARKS(text) else unicodedata.normalize("NFC", text)


def _without_footnotes(text: str) -> str:
    if text.isascii():
        return text
    return "".join(char for char in text if unicodedata.category(char) != "No")


def _fold(text: str) -> str:
    # The Turkish `ı` is the small letter of `I`, which casefold() does not know.
    folded = _without_accents(text).casefold().replace("ı", "i")
    return _NO_LETTER_OR_DIGIT.sub(" ", folded).strip()


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))
