"""Section titles of a price list: which rows are titles, and the path of nested sections.

A title is nested below another one where that can be told, by the first clue that applies:

1. numbers: `1.1 Summer` is below `1 Tyres`, and `1.2` replaces `1.1`;
2. look: a title in a column further right, or more indented, is below the last one; a title with
   the look of an earlier one replaces that and everything below it;
3. runs: titles of one look directly below one another nest (`Tyres`, `Summer`, `15"`). A later run
   of k titles replaces the last k of them, a longer one all.

If the first title of a look is directly followed by rows of articles, titles of that look do not
nest: only the last one counts. A sentence is a note and has nothing below it.

A title is alone in its row. Where no column of codes tells an article from a title, a name that is
alone is a title only if it looks unlike the names of the articles: further left, in capitals,
numbered, with a colon, or below a blank row. Otherwise it is an article without a price.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from pricebook.pricelists.detection.header_texts import mentions_price
from pricebook.pricelists.schemas.cells import Record
from pricebook.pricelists.text import clean_name

SEPARATOR = " / "
MAX_CATEGORY_LENGTH = 255
_MAX_TITLE_LENGTH = 60
_MIN_CAPITALS = 3
_MAX_UNCOMMON_SHARE = 0.2
_SENTENCE_END = (".", "!", "?", ",", ";")
_NUMBER = re.compile(r"(\d{1,3}(?:\.\d{1,3}){0,5})[.)]?\s+\S").match
# `1.` or `2.1)`: unlike `2.5 mm`, no measure.
_MARKED_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3}){0,5}[.)]\s+\S").match


class _Look(NamedTuple):
    """The column of a title and its indentation in characters: a greater look is nested."""

    column: int
    indentation: int


class _Title(NamedTuple):
    text: str
    look: _Look
    number: tuple[str, ...]


class ArticleLook(NamedTuple):
    """How the names of articles look in a price list without codes.

    Each property is one that too many of them have for it to distinguish a title; `indentation` is
    the least, in characters.
    """

    indentation: int
    in_capitals: bool
    numbered: bool
    with_colon: bool
    below_blank_rows: bool

    def differs_from(self, cell: str, *, is_below_blank_row: bool) -> bool:
        """Return whether a cell that is alone in its row looks like a title, not like a name."""
        return (
            _indentation(cell) < self.indentation
            or (not self.in_capitals and _is_in_capitals(cell))
            or (not self.numbered and _MARKED_NUMBER(clean_name(cell)) is not None)
            or (not self.with_colon and cell.rstrip().endswith(":"))
            or (not self.below_blank_rows and is_below_blank_row)
        )


def article_look(records: Sequence[Record], header_row: int, name: int, price: int) -> ArticleLook:
    """Return the look of the names in the first rows, below the header and with a price."""
    names: list[str] = []
    below_blank_rows = 0
    was_blank = False
    for number, cells, malformed in records:
        is_blank = not any(map(str.strip, cells))
        if (
            number > header_row
            and not malformed
            and len(cells) > max(name, price)
            and (cells[name].strip() and cells[price].strip())
        ):
            names.append(cells[name])
            below_blank_rows += was_blank
        was_blank = is_blank
    return ArticleLook(
        indentation=min(map(_indentation, names), default=0),
        in_capitals=_is_common(sum(map(_is_in_capitals, names)), names),
        numbered=_is_common(
            sum(_MARKED_NUMBER(clean_name(each)) is not None for each in names), names
        ),
        with_colon=_is_common(sum(each.rstrip().endswith(":") for each in names), names),
        below_blank_rows=_is_common(below_blank_rows, names),
    )


class SectionPath:
    """The path of the current section; `category` is its text, None before the first title."""

    def __init__(self) -> None:
        self.category: str | None = None
        self._path: list[_Title] = []
        # The path without the titles of the current run, and these titles.
        self._above: list[_Title] = []
        self._run: list[_Title] = []
        self._last_row = -1
        self._blank_row = -1
        # Looks whose titles do not nest in one another, and those that do.
        self._nesting: dict[_Look, bool] = {}

    def skip(self, row_number: int, *, is_blank: bool) -> None:
        """Register a blank or ignored row: it does not end a run of titles."""
        if row_number == self._last_row + 1:
            self._last_row = row_number
        if is_blank:
            self._blank_row = row_number

    def is_below_blank_row(self, row_number: int) -> bool:
        """Return whether the row above was registered as blank."""
        return row_number == self._blank_row + 1

    def enter(self, row_number: int, column: int, cell: str) -> None:
        """Register a title; the row numbers are those of the table, in order."""
        title = _title(column, cell)
        if not title.text or len(title.text) > MAX_CATEGORY_LENGTH or "\0" in title.text:
            return
        follows = bool(self._path) and row_number == self._last_row + 1
        self._last_row = row_number
        if follows and self._path[-1].text == title.text:
            return  # a title that is merged over rows, or repeated
        numbered = self._numbered_path(title)
        if numbered:
            self._above, self._run = numbered[:-1], [title]
        self._path = numbered or self._path_by_look(title, follows=follows)
        self.category = _joined(self._path)

    def _numbered_path(self, title: _Title) -> list[_Title] | None:
        """Return the new path by the number of a title, None if it does not decide."""
        if not title.number:
            return None
        for index in range(len(self._path) - 1, -1, -1):
            number = self._path[index].number
            if number and number == title.number[: len(number)] and number != title.number:
                return [*self._path[: index + 1], title]
            if len(title.number) == len(number) and number[:-1] == title.number[:-1]:
                return [*self._path[:index], title]
        return None

    def _path_by_look(self, title: _Title, *, follows: bool) -> list[_Title]:
        last = self._path[-1].look if self._path else None
        if follows and last == title.look and self._nesting.get(title.look, True):
            return self._extended_run(title)
        if last is not None and self._run and last == self._run[-1].look:
            self._nesting.setdefault(last, len(self._run) > 1)
        if last is not None and title.look > last:
            self._above = self._path
        else:
            above = [each for each in self._path if each.look < title.look]
            same = [each for each in self._path[len(above) :] if each.look == title.look]
            nests = self._nesting.get(title.look, False)
            self._above = [*above, *(same[:-1] if nests else [])]
        self._run = [title]
        return [*self._above, title]

    def _extended_run(self, title: _Title) -> list[_Title]:
        """Return the new path if a title of the same look directly follows the last one."""
        if _is_sentence(self._run[-1].text):
            self._run.pop()
        elif self._above and self._above[-1].look == title.look:
            self._above = self._above[:-1]
        self._run.append(title)
        return [*self._above, *self._run]


def _title(column: int, cell: str) -> _Title:
    text = clean_name(cell)
    match = _NUMBER(text)
    number = tuple(match[1].split(".")) if match else ()
    return _Title(text, _Look(column, _indentation(cell)), number)


def _indentation(cell: str) -> int:
    return len(cell) - len(cell.lstrip())


def _is_in_capitals(text: str) -> bool:
    return text.isupper() and sum(map(str.isalpha, text)) >= _MIN_CAPITALS


def _is_common(count: int, names: Sequence[str]) -> bool:
    return count > _MAX_UNCOMMON_SHARE * len(names)


def _is_sentence(text: str) -> bool:
    return len(text) > _MAX_TITLE_LENGTH or text.endswith(_SENTENCE_END) or mentions_price(text)


def _joined(path: Sequence[_Title]) -> str:
    """Return the path as text; its first titles are left out if it is too long."""
    texts = [title.text for title in path]
    while len(texts) > 1 and len(SEPARATOR.join(texts)) > MAX_CATEGORY_LENGTH:
        del texts[0]
    return SEPARATOR.join(texts)
