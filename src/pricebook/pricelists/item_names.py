"""Shortening of names that are too long for an item."""

from collections.abc import Iterable
from itertools import count

MAX_NAME_LENGTH = 500
NAME_TITLE = "name"
_ELLIPSIS = "…"


class NameShortener:
    """Shortens names at a word and keeps the whole name as a characteristic.

    The title of the characteristic is `name`, with a number if a column has that title.
    """

    def __init__(self, titles: Iterable[str]) -> None:
        taken = set(titles)
        numbered = (f"{NAME_TITLE} ({number})" for number in count(2))
        self._title = (
            NAME_TITLE
            if NAME_TITLE not in taken
            else next(title for title in numbered if title not in taken)
        )

    def shorten(self, name: str, characteristics: dict[str, str | None]) -> str:
        """Return a name of at most MAX_NAME_LENGTH characters; add the whole to characteristics."""
        characteristics[self._title] = name
        limit = MAX_NAME_LENGTH - len(_ELLIPSIS)
        beginning = name[: limit + 1]
        words, _, _ = beginning.rpartition(" ")
        return (words or beginning[:limit]).rstrip() + _ELLIPSIS
