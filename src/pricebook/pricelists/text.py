"""Text of cells to the text the catalog keeps, and to the text that comparing needs."""

import re
import unicodedata
from collections.abc import Iterable

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_NO_LETTER_OR_DIGIT = re.compile(r"[\W_]+")
_MAX_QUOTED_LENGTH = 60
_MAX_HEADER_LENGTH = 1000
# Putting marks in order takes quadratic time; Unicode calls 30 of them in a row enough (UAX 15).
_TOO_MANY_COMBINING_MARKS = re.compile(r"[^\w\s\0-\x7f]{100}").search


def clean_code(cell: str) -> str:
    """Clean an article code: trimmed and NFC, otherwise the very text, so `007` and `NA` stay."""
    code = cell.strip()
    return code if code.isascii() else _to_nfc(code)


def clean_name(cell: str) -> str:
    """Clean a name: NFC, trimmed, every run of white space one space."""
    name = " ".join(cell.split())
    return name if name.isascii() else _to_nfc(name)


def split_header(header: str) -> list[str]:
    """Split a header into the words by which it is compared.

    `Цена с НДС* (BYN)` gives `цена с ндс`: without case, accents, brackets and what is in them,
    footnote digits and punctuation. A header that is all brackets keeps what is in them.
    """
    without_footnotes = "".join(
        char for char in header[:_MAX_HEADER_LENGTH] if unicodedata.category(char) != "No"
    )
    outside = _BRACKETED.sub(" ", without_footnotes)
    folded = _fold(outside) or _fold(without_footnotes)
    return folded.split()


def comparison_key(header: str) -> str:
    """Join the words of a header: two headers with one key are the same to us."""
    return "".join(split_header(header))


def quote(text: str, limit: int = _MAX_QUOTED_LENGTH) -> str:
    """Quote a cell in a message: on one line, cut, and without NUL."""
    flat = " ".join(without_nul(text).split())
    return f'"{flat}"' if len(flat) <= limit else f'"{flat[:limit]}…"'


def quote_list(texts: Iterable[str], limit: int = 20) -> str:
    """Quote several cells in a message, the empty ones left out."""
    quoted = [quote(text) for text in texts if text.strip()]
    return ", ".join(quoted[:limit]) + (", …" if len(quoted) > limit else "")


def without_nul(text: str) -> str:
    """Replace NUL by its picture, the one character that PostgreSQL cannot hold."""
    return text.replace("\0", "␀")


def _to_nfc(text: str) -> str:
    return text if _TOO_MANY_COMBINING_MARKS(text) else unicodedata.normalize("NFC", text)


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _NO_LETTER_OR_DIGIT.sub(" ", bare.casefold()).strip()
