"""The conditions of a staff search: what each word may be, and which products its codes name."""

from typing import LiteralString
from uuid import UUID

from msgspec import Struct

from pricebook.db.fragments import Fragment, all_of, any_of, fragment
from pricebook.db.search_words import code_notations, is_long_number, number_suffix

OCCURS: LiteralString = "strpos(search_text, btrim(search_fold(%s))) > 0"


class WordFilter(Struct, frozen=True):
    """A word of a search: a text or others in its place, or a code of one of these products."""

    texts: tuple[str, ...]
    product_ids: tuple[UUID, ...] = ()

    @property
    def condition(self) -> Fragment:
        """The condition that a product has the word."""
        return any_of(*_have_texts(self.texts), *_among(self.product_ids))


class SearchFilter(Struct, frozen=True):
    """The words, which all occur, or the products that the whole text is a code of.

    `without` are products that are listed apart.
    """

    words: tuple[WordFilter, ...] = ()
    product_ids: tuple[UUID, ...] = ()
    without: tuple[UUID, ...] = ()

    @property
    def condition(self) -> Fragment:
        """The condition that a product passes."""
        words = [all_of(*(word.condition for word in self.words))] if self.words else []
        passes = any_of(*words, *_among(self.product_ids))
        if not self.without:
            return passes
        return all_of(passes, fragment("id <> ALL (%s)", list(self.without)))


def filter_of_word(word: str, product_ids: tuple[UUID, ...] = ()) -> WordFilter:
    """Return the filter of a word, or of products that it is a code of.

    A code of no product is found in other notations, too, of which each is a search of its own.
    """
    return WordFilter((word,) if product_ids else (word, *code_notations(word)), product_ids)


def _have_texts(texts: tuple[str, ...]) -> list[Fragment]:
    """Return conditions of which one holds if a text occurs; long numbers are found by their end.

    Those that end alike are found together.
    """
    conditions: list[Fragment] = []
    by_end: dict[str, list[str]] = {}
    for text in texts:
        if is_long_number(text):
            by_end.setdefault(number_suffix(text).lower(), []).append(text)
        else:
            conditions.append(fragment("search_text LIKE search_pattern(%s)", text))
    for end, numbers in by_end.items():
        conditions.append(
            all_of(
                fragment("search_text LIKE search_pattern(%s)", end),
                any_of(*(fragment(OCCURS, number) for number in numbers)),
            )
        )
    return conditions


def _among(product_ids: tuple[UUID, ...]) -> list[Fragment]:
    return [fragment("id = ANY (%s)", list(product_ids))] if product_ids else []
