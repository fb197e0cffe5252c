"""Folding of texts of several alphabets to lower-case Latin letters, for comparison."""

import re
import unicodedata

_CYRILLIC = dict(
    zip("абвгдезийклмнопрстуфхцыэіїєґ", "abvgdeziiklmnoprstufhcieiieg", strict=True)
) | {"ж": "zh", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya", "ъ": "", "ь": ""}
_GREEK = dict(zip("αβγδεζηικλμνξοπρσςτυφω", "abgdeziiklmnxoprsstyfo", strict=True)) | {
    "θ": "th",
    "χ": "ch",
    "ψ": "ps",
}
_LATIN = {"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"}
_LETTERS = str.maketrans(_CYRILLIC | _GREEK | _LATIN)
# Signs that compatibility decomposition takes apart wrongly, or leaves as they are.
_SIGNS = str.maketrans(
    dict.fromkeys("×✕", "x")
    | dict.fromkeys("’‘´`′ʼ", "'")
    | dict.fromkeys("“”„″«»", '"')
    | dict.fromkeys("–—−‐‑", "-")
    | dict.fromkeys("™®©•", " ")
    | {
        "⁄": "/",
        "№": " no ",
        "µ": "u",
        "\u03a9": " ohm",
        "\u2126": " ohm",
        "¼": " 1/4",
        "½": " 1/2",
        "¾": " 3/4",
    }
)
_DIAMETER = re.compile(r"[Øø⌀∅](?=\s*\d)")
# `М8`, `Р180`: letters of Latin shape in front of a number are Latin letters in most lists.
_CODE = re.compile(r"(?<![^\W_])[авекмнорстух]{1,4}(?=-?\d)")
_LATIN_SHAPES = str.maketrans("авекмнорстух", "abekmhopctyx")
_TIMES = re.compile(r"(?<=\d)\s*х\s*(?=\d)")


def fold(text: str, *, latin_shapes: bool = True) -> str:
    """Return a text in lower case, without accents, with Cyrillic and Greek letters as Latin ones.

    With `latin_shapes`, Cyrillic letters in front of a number become the Latin letters of the same
    shape (`М8` is `m8`), otherwise those of the same sound. Other alphabets stay as they are.
    """
    if text.isascii():
        return text.lower()
    text = _DIAMETER.sub(" ", text).translate(_SIGNS)
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    bare = _TIMES.sub(" x ", bare)
    if latin_shapes:
        bare = _CODE.sub(lambda match: match[0].translate(_LATIN_SHAPES), bare)
    return bare.translate(_LETTERS)


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text, for tables of words in modules."""
    return frozenset(words.split())
