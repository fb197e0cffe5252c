"""What the texts of an item or a product say: words, model numbers, measures, variants, codes."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from pricebook.matching.scoring.folding import fold, word_set
from pricebook.matching.scoring.letter_sizes import find_size_letters
from pricebook.matching.scoring.measures import Measure, find_measures
from pricebook.matching.scoring.model_numbers import ModelNumbers, compact, find_model_numbers
from pricebook.matching.scoring.notation import STOP_WORDS, plain_notation
from pricebook.matching.scoring.unit_dimensions import UNITS
from pricebook.matching.scoring.variants import find_variants
from pricebook.pricelists.facts.gtin import parse_gtin

_WORD = re.compile(r"[^\W\d_]{2,}")
_GTIN = re.compile(r"(?<![\w-])\d{12,14}(?![\w-])")
_LEGAL_FORMS = word_set(
    "inc incorporated corp corporation company co gmbh kg ag ltd limited llc srl spa sa "
    "sas bv ooo oao zao ao ip plc the group holding international intl"
)
_MAX_TEXT = 2000
# Shorter codes say nothing.
MIN_CODE = 4
# A product with more linked items is known well enough from some of them.
MAX_LINKED = 5


class Article(NamedTuple):
    """What is known of an article: of an item of a supplier, or of a product.

    `code` is the supplier's code or the own SKU, `text` what else the row says; `price` is the
    comparable cost or the target price of one base unit in the currency of the catalog.
    """

    name: str
    code: str = ""
    brand: str | None = None
    mpn: str | None = None
    gtin: str | None = None
    category: str | None = None
    text: str = ""
    price: float | None = None
    pack_size: float | None = None


class Description(NamedTuple):
    """The texts of an article in comparable form.

    `words` are the words of the name in order, without those of measures and model numbers;
    `codes` are those of fields of their own, without separators. `brand` has the words of the
    brand, the most distinctive first. `size_letters` are sizes if that of the other article is one.
    """

    words: tuple[str, ...]
    models: ModelNumbers
    measures: tuple[Measure, ...]
    variants: frozenset[tuple[str, str]]
    size_letters: frozenset[tuple[str, str]]
    mpn: str
    code: str
    gtins: frozenset[str]
    brand: tuple[str, ...]
    category: tuple[str, ...]
    text: "Details"
    price: float | None
    pack_size: float | None


class Details(NamedTuple):
    """What the other cells of a row say."""

    words: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    measures: tuple[Measure, ...] = ()


_NO_DETAILS = Details()


def describe(article: Article) -> Description:
    """Return the texts of an article in comparable form."""
    folded = plain_notation(fold(article.name))
    models, rest = find_model_numbers(folded)
    measures, rest = find_measures(rest)
    return Description(
        words=split_words(rest),
        models=models,
        measures=tuple(measures),
        variants=find_variants(folded),
        size_letters=find_size_letters(folded),
        mpn=_code(article.mpn),
        code=_code(article.code),
        gtins=frozenset(_gtins(article)),
        brand=brand_words(article.brand or ""),
        category=split_words(fold(article.category or "")),
        text=_details(article.text),
        price=article.price if article.price and article.price > 0 else None,
        pack_size=article.pack_size,
    )


def split_words(text: str) -> tuple[str, ...]:
    """Return the different words of a folded text in order, without units and prepositions."""
    words = (word for word in _WORD.findall(text) if word not in UNITS and word not in STOP_WORDS)
    return tuple(dict.fromkeys(words))


@lru_cache(maxsize=1 << 14)
def brand_words(brand: str) -> tuple[str, ...]:
    """Return the words of a brand without legal forms."""
    words = re.findall(r"[a-z0-9]{2,}", fold(brand).replace("&", ""))
    return tuple(word for word in words if word not in _LEGAL_FORMS) or tuple(words)


@lru_cache(maxsize=1 << 12)
def _details(text: str) -> Details:
    if not text:
        return _NO_DETAILS
    folded = plain_notation(fold(text[:_MAX_TEXT]))
    models, rest = find_model_numbers(folded)
    measures, rest = find_measures(rest)
    return Details(frozenset(split_words(rest)), models.numbers, tuple(measures))


def _code(code: str | None) -> str:
    """Return a code in comparable form, empty if it is too short to say anything."""
    folded = compact(fold(code or ""))
    return folded if len(folded) >= MIN_CODE else ""


def _gtins(article: Article) -> Iterable[str]:
    """Yield the GTINs of an article with 14 digits: a UPC is an EAN with a leading zero."""
    for text in (article.gtin or "", *_GTIN.findall(article.name)):
        if gtin := parse_gtin(text):
            yield gtin.zfill(14)
