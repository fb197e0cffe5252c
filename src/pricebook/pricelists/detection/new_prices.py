"""New prices in a column of their own, with their first days in another: `neu` and `neu ab`.

Headers as short as `neu`, `ab` and `с` are understood by the cells below them: prices or days. What
is left open, such as a new price without a day, is a question.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from pricebook.pricelists.detection import fact_cells
from pricebook.pricelists.detection.ambiguity_errors import (
    column_label,
    column_reference,
    equal_columns_issue,
)
from pricebook.pricelists.detection.column_content import (
    ColumnContent,
    content_at,
    display_text,
    is_numeric,
)
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    column_setting,
    ignoring,
)
from pricebook.pricelists.detection.header_row import ExpectedColumns, RankedColumns, TableHeader
from pricebook.pricelists.detection.header_texts import split_header_with_brackets
from pricebook.pricelists.detection.header_vocabulary import FIELD_RANKS, NEXT_PRICE_KEYS
from pricebook.pricelists.detection.header_words import (
    bare_price_name,
    field_ranks,
    is_dated_price,
)
from pricebook.pricelists.detection.price_periods import (
    names_beginning,
    names_end,
    read_period,
)
from pricebook.pricelists.detection.price_words import NEW_WORDS, OTHER_QUANTITY_RANK
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.dates import find_day_first, parse_date
from pricebook.pricelists.schemas.read_config import Field

_NEW = comparison_keys(NEW_WORDS)
_FLAGS = frozenset({"0", "1"})


class NextPrice(NamedTuple):
    """The column of prices that begin later; their first day, or the column of their first days.

    A column of first days may stand alone: it is that of the prices.
    """

    price: int | None = None
    first_day: date | None = None
    days: int | None = None
    issue: DetectionIssue | None = None


def find_next_price(
    header: TableHeader,
    expected: ExpectedColumns,
    contents: Sequence[ColumnContent],
    available: Mapping[Field, RankedColumns],
) -> NextPrice:
    """Return the column of prices that begin later, by its header or beside a column of days.

    `available` are the columns that each field may have.
    """
    dated = _dated_price(header, expected, contents, available)
    is_set = "next_price" in expected.configured
    if is_set or dated.price is not None or dated.issue is not None:
        return dated
    return _new_price(header, expected, contents)


def header_date(header: TableHeader, index: int, currency: str) -> date | None:
    """Return the day from which the prices of a column hold, if its header names one."""
    cell = header.cells[index]
    return read_period(cell).first if is_dated_price(cell, currency) else None


def may_have_prices(content: ColumnContent) -> bool:
    """Return whether a column has numbers, or no cells."""
    return is_numeric(content) or not content.filled


def _dated_price(
    header: TableHeader,
    expected: ExpectedColumns,
    contents: Sequence[ColumnContent],
    available: Mapping[Field, RankedColumns],
) -> NextPrice:
    """Return the column of prices whose header or option makes them those of a later day."""
    is_set = "next_price" in expected.configured
    days = {
        index: header_date(header, index, expected.currency)
        for index in header.candidates["next_price"]
        if is_set or may_have_prices(content_at(contents, index))
    }
    if is_set and len(days) == 1:
        return NextPrice(*next(iter(days.items())))
    is_price_set = "price" in expected.configured
    taken = header.candidates["price"].keys() if is_price_set else set[int]()
    later = {
        index: day
        for index, day in days.items()
        if day and expected.today and day > expected.today and index not in taken
    }
    others = (available["price"].keys() | header.tiers.keys()) - later.keys() | taken
    if not later or not others:
        return NextPrice()
    if len(later) > 1:
        return NextPrice(issue=equal_columns_issue(header, "next_price", later))
    return NextPrice(*next(iter(later.items())))


def _new_price(
    header: TableHeader, expected: ExpectedColumns, contents: Sequence[ColumnContent]
) -> NextPrice:
    """Return the columns of new prices and of first days that headers name by no other word."""
    finder = _NewPriceFinder(header, expected, contents)
    days, prices = finder.days(), finder.prices()
    if len(prices) == 1 and (chosen := finder.days_of(prices[0], days)) is not None:
        return NextPrice(prices[0], None, chosen)
    if prices or not days or finder.has_valid_from:
        return NextPrice()
    later = [index for index in days if finder.has_later_day(index)]
    if len(later) == 1 and not names_new(header.cells[later[0]]):
        return NextPrice(days=later[0])
    return NextPrice(issue=_days_issue(header, later)) if later else NextPrice()


def names_new(cell: str) -> bool:
    """Return whether a header has a word such as `new`."""
    return not _NEW.isdisjoint(split_header_with_brackets(cell))


def may_have_new_prices(cell: str, content: ColumnContent) -> bool:
    """Return whether a column of numbers has new prices by its header: `neu`, `ab`, `nowa cena`.

    Marks of new articles, 0 and 1, are none; nor is what begins somewhere, unless it is money.
    """
    if not is_numeric(content) or _has_flags(content) or _name(cell) is None:
        return False
    words = split_header_with_brackets(cell)
    begins = not NEXT_PRICE_KEYS.isdisjoint(word for word in words if len(word) > 1)
    return names_new(cell) or (begins and content.kind == "money")


def _name(cell: str) -> str | None:
    """Return the words of a header beside those of days, None if they name no price."""
    name = bare_price_name(cell)
    has_words = bool(split_header_with_brackets(cell))
    rank = FIELD_RANKS["price"].get(name, OTHER_QUANTITY_RANK)
    return name if has_words and (not name or rank < OTHER_QUANTITY_RANK) else None


def _has_flags(content: ColumnContent) -> bool:
    return bool(content.cells) and {display_text(cell).strip() for cell in content.cells} <= _FLAGS


def _days_issue(header: TableHeader, indices: Sequence[int]) -> DetectionIssue:
    """Return the issue of days to come, of which nothing states what begins on them."""
    index, references = indices[0], [column_reference(header, index) for index in indices]
    return DetectionIssue(
        f"The column {column_label(header, index)} has days to come, from which the prices or the "
        f"articles may hold; set {column_setting('valid_from', references[0])} if the prices hold "
        f"from them, or {ignoring(references[0])} if they hold today.",
        "column_mapping.valid_from",
        tuple(references),
    )


class _NewPriceFinder:
    """Finds the columns by the words of their headers and by their cells."""

    def __init__(
        self, header: TableHeader, expected: ExpectedColumns, contents: Sequence[ColumnContent]
    ) -> None:
        self._header = header
        self._expected = expected
        self._contents = contents
        self._taken = header.ignored | {
            index
            for field in expected.mapping
            if field != "valid_from"
            for index in header.candidates[field]
        }
        self._mapped_days = (
            list(header.candidates["valid_from"]) if "valid_from" in expected.mapping else []
        )
        self.has_valid_from = bool(header.candidates["valid_from"])

    def _free(self) -> Iterator[tuple[int, str, ColumnContent]]:
        for index, cell in enumerate(self._header.cells):
            if index not in self._taken:
                yield index, cell, content_at(self._contents, index)

    def prices(self) -> list[int]:
        """Return the columns of new prices; one without a cell has none in this list."""
        return [
            index
            for index, cell, content in self._free()
            if names_new(cell)
            and _name(cell) is not None
            and (not content.cells or may_have_new_prices(cell, content))
        ]

    def days(self) -> list[int]:
        """Return the columns of first days, by option, by their words or by their cells."""
        if self._mapped_days:
            return self._mapped_days
        currency = self._expected.currency
        return [
            index
            for index, cell, content in self._free()
            if content.cells
            and ("valid_from" in field_ranks(cell, currency) or _begins(cell))
            and fact_cells.is_date(content)
        ]

    def days_of(self, price: int, days: Sequence[int]) -> int | None:
        """Return the column of the first days of new prices, None if they may be other days."""
        cells = self._header.cells
        named = [index for index in days if names_new(cells[index]) or index in self._mapped_days]
        beside = [index for index in days if index == price + 1 and _begins(cells[index])]
        later = [index for index in days if self._has_only_later_days(index)]
        for found in (named, beside, later if len(days) == 1 else []):
            if len(found) == 1:
                return found[0]
        return None

    def has_later_day(self, index: int) -> bool:
        """Return whether a column has a day after today."""
        today = self._expected.today
        return today is None or any(day is None or day > today for day in self._days_in(index))

    def _has_only_later_days(self, index: int) -> bool:
        today = self._expected.today
        return today is not None and all(day and day > today for day in self._days_in(index))

    def _days_in(self, index: int) -> list[date | None]:
        texts = [display_text(cell) for cell in content_at(self._contents, index).cells]
        day_first = find_day_first(texts)
        return [parse_date(text, day_first=day_first) for text in texts]


def _begins(cell: str) -> bool:
    """Return whether a header has only words for a first day: `ab`, `neu ab`, `Neuer Preis ab`.

    `valid to` is one for a last day.
    """
    words = split_header_with_brackets(cell)
    is_last = names_end(words) and not names_beginning(words)
    return not (is_last or NEXT_PRICE_KEYS.isdisjoint(words)) and _name(cell) is not None
