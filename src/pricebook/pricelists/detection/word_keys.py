"""The keys by which words of headers and sentences are compared."""

from collections.abc import Iterable

from pricebook.pricelists.text import comparison_key


def comparison_keys(words: Iterable[str]) -> frozenset[str]:
    """Return the words without case and accents."""
    return frozenset(map(comparison_key, words))
