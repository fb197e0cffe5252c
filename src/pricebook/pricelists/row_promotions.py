"""The days of the promotion prices of a row: in its cells, in the title of the prices, a text."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import msgspec

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.price_periods import PricePeriod, read_period
from pricebook.pricelists.detection.promotion_periods import (
    belongs_to_promotion,
    names_promotion,
    title_period,
)
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.facts.dates import parse_date
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.priced_rows import RowStatements
from pricebook.pricelists.row_costs import NO_PRICE
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import quote

# The last year that a date has stands for no end.
_ENDLESS = 9999
_ONE_DAY = timedelta(days=1)
_NOT_KNOWN_YET = frozenset({"missing_price", "price_on_request"})

ReadCost = tuple[Decimal | RowProblem | None, RowStatements]


class PromotionDays(NamedTuple):
    """The column of a price of a promotion, and the days on which it holds in a row."""

    column: int
    first: date | None
    last: date | None
    begins_later: bool = False

    @property
    def next_day(self) -> date | None:
        """The day on which the price holds no more, None without an end."""
        return None if self.last is None or self.last.year == _ENDLESS else self.last + _ONE_DAY


class HoldingPrices(NamedTuple):
    """The columns of prices of a row that hold, and the days of the first one."""

    columns: list[int]
    days: PromotionDays | None


class RowPromotions:
    """Reads the days of the prices of promotions in the rows of a table.

    `columns` are those of promotions: named so, else the first one if a column has last days.
    """

    def __init__(self, table: DetectedTable, request: ReadRequest, prices: Sequence[int]) -> None:
        self._headers = table.headers
        self._day_first = table.basis.day_first
        self._today = request.today or datetime.now(UTC).date()
        self._until = table.columns.get("valid_until")
        named = [index for index in prices if names_promotion(table.headers[index])]
        self.columns = frozenset(named or (prices[:1] if self._until is not None else ()))
        self.have_regular_price = not self.columns.issuperset(prices)
        self._from = table.columns.get("valid_from") if owns_first_days(table) else None
        of_list = PricePeriod(table.basis.promotion_from, table.basis.promotion_until)
        self._stated = {
            index: title_period(table.headers[index], of_list, request.today)
            if index in named
            else PricePeriod()
            for index in self.columns
        }
        self._days = lru_cache(maxsize=1024)(self._read_days)

    @property
    def have_days(self) -> bool:
        """Whether anything states days of the promotions of the table."""
        is_stated = any(period != PricePeriod() for period in self._stated.values())
        has_column = self._until is not None or self._from is not None
        return bool(self.columns) and (has_column or is_stated)

    def days(self, column: int, cells: Sequence[str]) -> PromotionDays | RowProblem:
        """Return the days of the price of a row, or why they are not understood."""
        first, last = self._stated[column]
        for index, field in ((self._from, "valid_from"), (self._until, "valid_until")):
            text = "" if index is None else display_text(cells[index]).strip()
            if index is None or text in NO_PRICE:
                continue
            period = self._days(text, field)
            if period == PricePeriod():
                return self._problem(text, index)
            first, last = period.first or first, period.last or last
        if first and last and first > last:
            return RowProblem(
                "date_unknown",
                f"The promotion (column {quote(self._headers[column])}) begins on {first} and ends "
                f"on {last}: correct the days.",
            )
        return PromotionDays(column, first, last)

    def holding(self, filled: Sequence[int], cells: Sequence[str]) -> HoldingPrices | RowProblem:
        """Return the columns of prices that hold today of those with a price in a row.

        A price that begins later is that of the row if there is no other; one that is over is none.
        """
        holding: dict[int, PromotionDays | None] = {}
        others: list[PromotionDays] = []
        for column in filled:
            days = self.days(column, cells) if column in self.columns else None
            if isinstance(days, RowProblem):
                return days
            if days is None or not (self._is_over(days) or self._begins_later(days)):
                holding[column] = days
            else:
                others.append(days)
        if holding or not others:
            return HoldingPrices(list(holding), next(iter(holding.values()), None))
        later = [days for days in others if not self._is_over(days)]
        if later:
            return HoldingPrices([later[0].column], later[0]._replace(begins_later=True))
        return self._expired_problem(others[0])

    def _is_over(self, days: PromotionDays) -> bool:
        return days.last is not None and days.last < self._today

    def _begins_later(self, days: PromotionDays) -> bool:
        return days.first is not None and days.first > self._today

    def _expired_problem(self, days: PromotionDays) -> RowProblem:
        last = "" if days.last is None else days.last.isoformat()
        return RowProblem(
            "price_expired",
            f"The promotion price (column {quote(self._headers[days.column])}) held until {last}, "
            "and the row has no other price: write the price of today, or correct the day.",
        )

    def _read_days(self, text: str, field: Field) -> PricePeriod:
        """Return the days of a cell: one day, or a period."""
        day = parse_date(text, day_first=self._day_first)
        if day is None:
            return read_period(text)
        return PricePeriod(day) if field == "valid_from" else PricePeriod(last=day)

    def _problem(self, text: str, index: int) -> RowProblem:
        return RowProblem(
            "date_unknown",
            f"The day {quote(text)} (column {quote(self._headers[index])}) of the promotion is not "
            "understood: write it as 2026-12-01 or 01.12.2026, or name the column in "
            "ignored_columns.",
        )


def with_days(
    of_promotion: tuple[Decimal | None, RowStatements], days: PromotionDays, after: ReadCost
) -> ReadCost:
    """Return the price of a promotion and what its row states, with the price that follows it.

    What follows is not known if it is on request or in another currency. An item has one later
    price: a regular price and a new one after a promotion are a problem.
    """
    price, statements = of_promotion
    if days.begins_later:
        later = msgspec.structs.replace(statements, next_price=price, next_from=days.first)
        return of_promotion if price is None else (None, later)
    next_day, (regular, of_regular) = days.next_day, after
    if isinstance(regular, RowProblem):
        return of_promotion if regular.error_type in _NOT_KNOWN_YET else after
    if next_day is None or of_regular.currency != statements.currency:
        return of_promotion
    follows = _price_from(next_day, price, regular, _new_price(statements, of_regular))
    if isinstance(follows, RowProblem):
        return follows, statements
    next_price, next_from = follows if follows[0] not in {None, price} else (None, None)
    return price, msgspec.structs.replace(statements, next_price=next_price, next_from=next_from)


def _new_price(*statements: RowStatements) -> tuple[Decimal | None, date | None]:
    """Return the new price that a row has in a column of its own, with its first day."""
    found = [(each.next_price, each.next_from) for each in statements if each.next_from]
    return found[-1] if found else (None, None)


def _price_from(
    next_day: date,
    price: Decimal | None,
    regular: Decimal | None,
    new: tuple[Decimal | None, date | None],
) -> tuple[Decimal | None, date | None] | RowProblem:
    """Return the price from the day after a promotion on, and its first day."""
    new_price, new_from = new
    if new_from is None:
        return regular, next_day
    if regular is None or new_from <= next_day:
        return new_price, max(new_from, next_day)
    if regular == price:
        return new
    return RowProblem(
        "date_unknown",
        f"The row has a price from {next_day.isoformat()}, after its promotion, and a new one from "
        f"{new_from.isoformat()}, of which one can be kept: clear one of them, or name a column in "
        "ignored_columns.",
    )


def owns_first_days(table: DetectedTable) -> bool:
    """Return whether the first days of rows are those of promotions, not of all prices.

    So they are by their title, or beside last days whose title names no promotion either.
    """
    first, last = table.columns.get("valid_from"), table.columns.get("valid_until")
    if first is None:
        return False
    is_named = belongs_to_promotion(table.headers[first])
    return is_named or (last is not None and not belongs_to_promotion(table.headers[last]))
