"""The conditions of a staff search: what each word may be, and which products its codes name."""

from typing import Any, LiteralString
from uuid import UUID

from msgspec import Struct

Conditions = tuple[LiteralString, list[Any]]


class WordFilter(Struct, frozen=True):
    """A word of a search: a text or others in its place, or a code of one of these products."""

    texts: tuple[str, ...]
    product_ids: tuple[UUID, ...] = ()

    def conditions(self) -> Conditions:
        """Return the condition that a product has the word."""
        parts: list[LiteralString] = ["search_text LIKE search_pattern(%s)"] * len(self.texts)
        values: list[Any] = [*self.texts]
        if self.product_ids:
            parts.append("id = ANY (%s)")
            values.append(list(self.product_ids))
        return _joined(" OR ", parts), values


class SearchFilter(Struct, frozen=True):
    """The words, which all occur, or the products that the whole text is a code of.

    `without` are products that are listed apart.
    """

    words: tuple[WordFilter, ...] = ()
    product_ids: tuple[UUID, ...] = ()
    without: tuple[UUID, ...] = ()

    def conditions(self) -> Conditions:
        """Return the condition that a product passes, and its values."""
        parts: list[LiteralString] = []
        values: list[Any] = []
        for word in self.words:
            part, word_values = word.conditions()
            parts.append(part)
            values += word_values
        any_of: list[LiteralString] = [_joined(" AND ", parts)] if parts else []
        if self.product_ids:
            any_of.append("id = ANY (%s)")
            values.append(list(self.product_ids))
        condition = _joined(" OR ", any_of)
        if self.without:
            condition += " AND id <> ALL (%s)"
            values.append(list(self.without))
        return condition, values


def filter_of_words(words: tuple[str, ...]) -> SearchFilter:
    """Return the filter of words that occur as they are."""
    return SearchFilter(tuple(WordFilter((word,)) for word in words))


def _joined(operator: LiteralString, parts: list[LiteralString]) -> LiteralString:
    return parts[0] if len(parts) == 1 else "(" + operator.join(parts) + ")"
