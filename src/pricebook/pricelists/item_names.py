"""Names of items: ditto marks become the name above, names that are too long are shortened."""

import re
from collections.abc import Iterable
from itertools import count

MAX_NAME_LENGTH = 500
NAME_TITLE = "name"
_ELLIPSIS = "…"
_MAX_DITTO_LENGTH = 8
_DITTO_MARK = re.compile(
    r"[-–—\s]*(?:[\"'‘’„“”″〃«»]{1,2}|,,)[-–—\s]*|(?:dto|dito|ditto|idem)\.?|id\.", re.IGNORECASE
)


def is_ditto_mark(name: str) -> bool:
    """Return whether a name only repeats the one above: `"`, `-"-`, `dto.`, `idem`."""
    return len(name) <= _MAX_DITTO_LENGTH and bool(_DITTO_MARK.fullmatch(name))


class DittoNames:
    """The name of the article above, for ditto marks in a table."""

    def __init__(self) -> None:
        self._above = ""

    def resolve(self, name: str, *, is_of_article: bool) -> str:
        """Return a name, for a ditto mark that of the article above, empty without one.

        Below a name that is of no article, such as a title, a ditto mark repeats nothing.
        """
        if len(name) <= _MAX_DITTO_LENGTH and (not name or is_ditto_mark(name)):
            return self._above if name else name
        self._above = name if is_of_article else ""
        return name

    def forget(self) -> None:
        """Repeat nothing above the next row, as it is not the one below in the price list."""
        self._above = ""


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
