"""Choice of the price column: net or gross, present or upcoming, tiers, customers, currencies."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pricebook.pricelists.detection.ambiguity_errors import (
    competing_columns_issue,
    equal_columns_issue,
)
from pricebook.pricelists.detection.column_content import (
    ColumnContent,
    content_at,
    is_numeric,
)
from pricebook.pricelists.detection.detection_issues import DetectionIssue
from pricebook.pricelists.detection.fact_cells import is_quantity_of_price
from pricebook.pricelists.detection.header_row import ExpectedColumns, RankedColumns, TableHeader
from pricebook.pricelists.detection.header_texts import (
    has_next_price_word,
    header_currencies,
    mentions_price,
)
from pricebook.pricelists.detection.header_words import price_name
from pricebook.pricelists.detection.new_prices import (
    find_next_price,
    header_date,
    may_have_prices,
)
from pricebook.pricelists.detection.price_competitors import (
    columns_below_header,
    counts_of_tiers,
    find_competitors,
    of_other_customers,
    tax_basis,
    tax_twins_of,
    without_recommended_prices,
)
from pricebook.pricelists.detection.price_days import find_day_in_doubt
from pricebook.pricelists.detection.price_periods import read_period
from pricebook.pricelists.detection.price_words import (
    FRENCH_HEADERS,
    LIST_PRICE_RANK,
    UNIT_PRICE_OR_PACK_RANK,
)
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.text import comparison_key

# Added to the rank of a column without a cell, and of a column of HTML for the name.
UNUSABLE = 1_000
_FRENCH_HEADERS = frozenset(map(comparison_key, FRENCH_HEADERS))

Tiers = tuple[tuple[Decimal, int], ...]


class PriceColumns(NamedTuple):
    """The columns of the price, of the tiers, ascending, and of a price from `next_from` on.

    `days` is the column of the first days of rows, if no other word names it than `from`.
    """

    price: int | None = None
    tiers: Tiers = ()
    next_price: int | None = None
    next_from: date | None = None
    days: int | None = None
    issues: tuple[DetectionIssue, ...] = ()


def choose_price_columns(
    header: TableHeader,
    expected: ExpectedColumns,
    contents: Sequence[ColumnContent],
    available: Mapping[Field, RankedColumns],
) -> PriceColumns:
    """Return the columns of prices among the available candidates; doubts become issues."""
    return _PriceChooser(header, expected, contents, available).choose()


def is_packing_unit(rank: int) -> bool:
    """Return whether a candidate for the price is `PU`, which may be the packing unit."""
    return rank % UNUSABLE == UNIT_PRICE_OR_PACK_RANK


class _PriceChooser:
    """Chooses the price columns of one table."""

    def __init__(
        self,
        header: TableHeader,
        expected: ExpectedColumns,
        contents: Sequence[ColumnContent],
        available: Mapping[Field, RankedColumns],
    ) -> None:
        self._header = header
        self._expected = expected
        self._contents = contents
        self._available = available
        self._issues: list[DetectionIssue] = []
        self._others: set[int | None] = set()

    def choose(self) -> PriceColumns:
        if doubt := find_day_in_doubt(self._header, self._expected, self._contents):
            return PriceColumns(issues=(doubt,))
        tiers = self._tier_columns()
        later = find_next_price(self._header, self._expected, self._contents, self._available)
        self._issues += [later.issue] if later.issue else []
        self._others = {later.price, later.days}
        candidates = {
            index: rank
            for index, rank in self._without_expired(self._available["price"]).items()
            if index not in self._others
        }
        candidates = self._without_quantities(candidates)
        begun = self._begun_prices(candidates)
        if "price" in self._expected.mapping and (self._is_configured or not begun):
            price, tiers = self._mapped_price(tiers)
        else:
            price, tiers = self._detected_price(candidates, begun, tiers)
        return PriceColumns(
            price, tiers, later.price, later.first_day, later.days, tuple(self._issues)
        )

    def _without_quantities(self, candidates: RankedColumns) -> RankedColumns:
        """Return the candidates without quantities of another price, if any is left.

        A column that an option names is kept.
        """
        kept = {
            index: rank
            for index, rank in candidates.items()
            if not is_quantity_of_price(content_at(self._contents, index))
        }
        return candidates if self._is_configured else kept or candidates

    def _refuse(self, issue: DetectionIssue) -> None:
        self._issues.append(issue)

    def _mapped_price(self, tiers: Tiers) -> tuple[int | None, Tiers]:
        """Return the column that is set for the price, and the tiers unless it replaces them."""
        columns = self._header.candidates["price"]
        if len(columns) != 1:
            return None, ()
        (price,) = columns
        tier_columns = [column for _, column in tiers]
        if not tiers or price == tier_columns[0]:
            return price, tiers
        is_other_price = price in tier_columns or tiers[0][0] <= 1
        return price, () if is_other_price else ((Decimal(1), price), *tiers)

    def _detected_price(
        self, candidates: RankedColumns, begun: Mapping[int, date], tiers: Tiers
    ) -> tuple[int | None, Tiers]:
        tier_columns = {column for _, column in tiers}
        candidates = {i: rank for i, rank in candidates.items() if i not in tier_columns}
        if begun:
            latest = max(begun.values())
            candidates = {i: candidates.get(i, 0) for i, day in begun.items() if day == latest}
        regular = {index: rank for index, rank in candidates.items() if rank < LIST_PRICE_RANK}
        if tiers and not regular:
            self._check_others(tiers[0][1])
            return tiers[0][1], tiers
        candidates = regular or self._without_packing_units(
            without_recommended_prices(self._header, candidates)
        )
        if others := of_other_customers(self._header, candidates):
            self._refuse(competing_columns_issue(self._header, "price", others))
            return None, ()
        candidates = self._in_expected_currency(candidates)
        price = self._best_price(candidates) if candidates else None
        if price is None:
            return None, ()
        self._check_others(price)
        if tiers and tiers[0][0] <= 1:
            self._refuse(equal_columns_issue(self._header, "price", [price, tiers[0][1]]))
        return price, ((Decimal(1), price), *tiers) if tiers else ()

    def _tier_columns(self) -> Tiers:
        """Return quantity and column of the tiers, ascending; two of a quantity are in doubt."""
        mapped = {
            index
            for field in self._expected.mapping
            if field != "price"
            for index in self._header.candidates[field]
        }
        columns: dict[Decimal, list[int]] = {}
        counts = counts_of_tiers(self._header, self._contents, self._available["price"])
        for index, quantity in self._header.tiers.items():
            content = content_at(self._contents, index)
            has_prices = content.kind is None or is_numeric(content)
            if index not in mapped and has_prices and index not in counts:
                columns.setdefault(quantity, []).append(index)
        only = next(iter(columns.values())) if len(columns) == 1 else []
        if len(only) == 1 and not mentions_price(self._header.cells[only[0]]):
            return ()
        for same in columns.values():
            if len(same) > 1:
                self._refuse(equal_columns_issue(self._header, "price", same))
        return tuple(sorted((quantity, same[0]) for quantity, same in columns.items()))

    @property
    def _is_configured(self) -> bool:
        return "price" in self._expected.configured

    def _begun_prices(self, candidates: RankedColumns) -> dict[int, date]:
        """Return the columns of new prices that hold already, with their first day.

        Beside the price column of the previous price list only its successors count.
        """
        header, expected = self._header, self._expected
        mapped = header.candidates["price"] if "price" in expected.mapping else {}
        names = {price_name(header.cells[index]) for index in mapped}
        columns = candidates.keys() | header.candidates["next_price"].keys()
        return {
            index: day
            for index in columns
            if has_next_price_word(header.cells[index])
            and may_have_prices(content_at(self._contents, index))
            and (day := header_date(header, index, expected.currency))
            and not (expected.today and day > expected.today)
            and (not mapped or price_name(header.cells[index]) in names)
        }

    def _without_expired(self, candidates: RankedColumns) -> RankedColumns:
        """Return the candidates without prices whose last day is over, if others are left."""
        today = self._expected.today
        kept = {
            index: rank
            for index, rank in candidates.items()
            if not (
                today and (last := read_period(self._header.cells[index]).last) and last < today
            )
        }
        return kept or candidates

    def _without_packing_units(self, candidates: RankedColumns) -> RankedColumns:
        """Return the candidates without `PU` unless its cells are unit prices beyond doubt."""
        others = {i: rank for i, rank in candidates.items() if not is_packing_unit(rank)}
        if others:
            return others
        kept: RankedColumns = {}
        for index, rank in candidates.items():
            content = content_at(self._contents, index)
            if content.kind == "money" and self._is_french():
                kept[index] = rank
        return kept

    def _is_french(self) -> bool:
        """Return whether another header of the row is French."""
        keys = {comparison_key(cell) for cell in self._header.cells}
        return not _FRENCH_HEADERS.isdisjoint(keys)

    def _in_expected_currency(self, candidates: RankedColumns) -> RankedColumns:
        """Return the price columns in the expected currency or none, if there are any."""
        currency = self._expected.currency
        matching = {
            index: rank
            for index, rank in candidates.items()
            if (codes := header_currencies(self._header.cells[index], currency)) is None
            or currency in codes
        }
        return matching or candidates

    def _best_price(self, candidates: RankedColumns) -> int | None:
        best_rank = min(candidates.values())
        best = [index for index, rank in candidates.items() if rank == best_rank]
        best += tax_twins_of(best, candidates, self._header)
        wanted = self._expected.vat_included
        if len(best) > 1 and wanted is not None:
            fitting = [i for i in best if tax_basis(self._header, i) == frozenset({wanted})]
            best = fitting if len(fitting) == 1 else best
        if len(best) > 1:
            self._refuse(equal_columns_issue(self._header, "price", best))
            return None
        return best[0]

    def _check_others(self, price: int) -> None:
        """Refuse a price beside other columns that may be the price."""
        header, contents = self._header, self._contents
        others = find_competitors(header, self._expected.currency, contents, price)
        if others := [index for index in others if index not in self._others]:
            self._refuse(competing_columns_issue(header, "price", [price, *others]))
        covered = columns_below_header(header, contents, price)
        if len(covered) > 1:
            self._refuse(equal_columns_issue(header, "price", covered))
