"""The conditions of a staff search: what each word may be, and which products its codes name."""

from uuid import UUID

from msgspec import Struct

from pricebook.db.fragments import Fragment, all_of, any_of, fragment
from pricebook.db.search_words import is_long_number, number_suffix


class WordFilter(Struct, frozen=True):
    """A word of a search: a text or others in its place, or a code of one of these products."""

    texts: tuple[str, ...]
    product_ids: tuple[UUID, ...] = ()

    @property
    def condition(self) -> Fragment:
        """The condition that a product has the word."""
        return any_of(*map(_has_text, self.texts), *_among(self.product_ids))


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


def filter_of_words(words: tuple[str, ...]) -> SearchFilter:
    """Return the filter of words that occur as they are."""
    return SearchFilter(tuple(WordFilter((word,)) for word in words))


def _has_text(text: str) -> Fragment:
    """Return the condition that a text occurs; a long number is found by its end."""
    if not is_long_number(text):
        return fragment("search_text LIKE search_pattern(%s)", text)
    return all_of(
        fragment("search_text LIKE search_pattern(%s)", number_suffix(text)),
        fragment("strpos(search_text, btrim(search_fold(%s))) > 0", text),
    )


def _among(product_ids: tuple[UUID, ...]) -> list[Fragment]:
    return [fragment("id = ANY (%s)", list(product_ids))] if product_ids else []
