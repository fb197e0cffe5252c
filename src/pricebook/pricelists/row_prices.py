"""Price, details and availability of the rows of a price list that says more than a price."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from pricebook.pricelists.cell_cache import CellCache
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.listed_prices import ListedPriceReader
from pricebook.pricelists.net_sections import in_section
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.price_limits import PriceLimit, check_next_cost
from pricebook.pricelists.priced_rows import RowStatements, stated
from pricebook.pricelists.pricing import Vat
from pricebook.pricelists.row_costs import ReadPrice, row_cost
from pricebook.pricelists.row_fields import RowFields, RowRejectedError
from pricebook.pricelists.row_information import RowInformation
from pricebook.pricelists.row_net_marks import RowNetMarks, contradicting_mark
from pricebook.pricelists.row_section_groups import SectionDiscounts
from pricebook.pricelists.row_terms import TERM_FIELDS, RowTerms, RowTermsParser
from pricebook.pricelists.schemas.price_list_rows import PriceDetails
from pricebook.pricelists.schemas.profile import NumberProfile
from pricebook.pricelists.schemas.read_config import DISCOUNT_FIELDS, Field
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import clean_category
from pricebook.pricelists.unit_cells import split_unit
from pricebook.pricelists.unread_cells import UnreadCells

_NO_STATEMENTS = RowStatements(None, None)


class RowPriceReader:
    """Derives the comparable cost of each row from its cells by the rules of `pricing`."""

    def __init__(
        self, table: DetectedTable, number_profile: NumberProfile, request: ReadRequest
    ) -> None:
        columns = table.columns
        fields = RowFields(table, number_profile, request)
        self._price_column, self._category = columns["price"], columns.get("category")
        self._prices = ListedPriceReader(table, fields, number_profile, request)
        self._information = RowInformation(table, fields)
        self._limit = PriceLimit(table, fields)
        self._catalog_currency = request.currency
        self.unread_cells = UnreadCells()
        self._fields = fields
        # The titles above the next row, if no column has its category.
        self.section = ""
        self._sections = SectionDiscounts(table)
        self._net_marks = RowNetMarks(table, fields)
        self._takes_discounts = table.basis.discount_base != "none"
        # Discounts of all prices or of groups are set, which articles may be excluded from.
        of_all = table.basis.discounts or table.basis.discount_groups
        self._marks_apply = self._takes_discounts and bool(of_all)
        self._states_discounts = fields.has("discount") or fields.has("discount_group")
        by_row: tuple[Field, ...] = (*DISCOUNT_FIELDS, "discount_group")
        self._discount_fields: list[Field] = [field for field in by_row if fields.has(field)]
        self._terms = RowTermsParser(table, fields, request.catalog_vat, self._prices.in_currency)
        self._cached_terms = CellCache(
            [columns[field] for field in TERM_FIELDS if field in columns], self._parse_terms
        )
        self._read_terms = self._cached_terms.read

    @property
    def title_vat(self) -> Vat:
        """What titles above the next row state about VAT otherwise than the list."""
        return self._fields.title_vat

    @title_vat.setter
    def title_vat(self, vat: Vat) -> None:
        if vat != self._fields.title_vat:
            self._fields.title_vat = vat
            self._cached_terms.clear()

    def read(
        self, cells: list[str], texts: list[str]
    ) -> tuple[Decimal | RowProblem | None, RowStatements]:
        """Return the cost of a row with code and name, or the reason to reject it.

        `texts` are the displayed texts of the cells: the same list if all cells are texts. The cost
        is None if the price only holds from `next_from` on.
        """
        try:
            terms, read_price, statements = self._read_terms(cells, texts)
            section = self.section
            if self._category is not None:
                section = clean_category(texts[self._category]) or section
            if self._takes_discounts and not (self._discount_fields and self._has_discount(cells)):
                with_title = self._sections.apply(terms, section)
                statements = statements if with_title is terms else None
                terms = with_title
            if statements is not None:
                price = read_price(cells[self._price_column])
                # The format of a number may name what the price is for.
                is_plain = cells is texts or split_unit(texts[self._price_column]) is None
                if is_plain and not isinstance(price, RowProblem):
                    if statements.unread_cells:
                        self.unread_cells.add(statements.unread_cells)
                    return price, statements
            if self._takes_discounts:
                terms = in_section(terms, section, states_discounts=self._states_discounts)
                terms = self._with_marks(terms, cells) if terms.discounts else terms
            return self._derive(cells, texts, terms)
        except RowRejectedError as error:
            return self._on_request(cells) or error.problem, _NO_STATEMENTS

    def _with_marks(self, terms: RowTerms, cells: list[str]) -> RowTerms:
        """Return the terms of a row: without discounts if it is marked so."""
        if self._marks_apply:
            return self._net_marks.apply(terms, cells, states_discounts=self._states_discounts)
        if mark := self._prices.marks.net_mark(self._fields.cell(cells, "price")):
            raise contradicting_mark(mark)
        return terms

    def _has_discount(self, cells: list[str]) -> bool:
        """Return whether a row has a cell that states its discount."""
        return any(self._fields.cell(cells, field) for field in self._discount_fields)

    def _on_request(self, cells: list[str]) -> RowProblem | None:
        """Return the problem of a row whose price is on request, which comes before others."""
        read_price = self._prices.in_currency(self._catalog_currency)
        price = read_price(self._fields.cell(cells, "price"))
        if isinstance(price, RowProblem) and price.error_type == "price_on_request":
            return price
        return None

    def _parse_terms(self, cells: list[str]) -> tuple[RowTerms, ReadPrice, RowStatements | None]:
        """Return the terms of a row, how to read its price, and what else it says.

        The last is None if the price of the row is not the cost, or if further cells say something.
        """
        if not self._prices.has_price(cells):
            raise _missing_price()
        terms = self._terms.parse(cells)
        read_price = self._prices.price_in_currency(terms.currency)
        has_others = not (self._prices.has_one_price and self._information.is_empty)
        is_cost = not (terms.is_converted or terms.discounts) and self._prices.holds_today(terms)
        if has_others or not is_cost:
            return terms, read_price, None
        statements = RowStatements(
            self._stated_currency(terms),
            stated(terms.details),
            characteristics=self._information.characteristics(terms.unread),
            unread_cells=_unread_cells(terms.unread, terms.details),
        )
        return terms, read_price, statements

    def _derive(
        self, cells: list[str], texts: list[str], terms: RowTerms
    ) -> tuple[Decimal | None, RowStatements]:
        """Return the cost of a row, and what else it says."""
        prices = self._prices.read(cells, terms)
        shown = prices.today or prices.upcoming
        if shown is None:
            raise _missing_price()
        cost, next_cost = row_cost(prices.today, terms), row_cost(prices.upcoming, terms)
        check_next_cost(cost, next_cost, prices.next_from)
        availability, unread_texts = self._information.availability(cells, texts)
        unread: dict[Field, str] = {**unread_texts, **terms.unread}
        found: dict[str, Any] = self._information.identifiers(cells)
        if shown.price not in (cost, next_cost):
            found["list_price"] = shown.price
        if shown.pack_size:
            found["price_quantity"] = shown.pack_size if shown.pack_size != 1 else None
            found["min_order_quantity"] = terms.min_order_quantity or shown.pack_size
        if shown.unit:
            found["unit"] = shown.unit
        if prices.tiers:
            found["price_tiers"] = prices.tiers
        recommended = self._prices.read_recommended(cells, terms, unread)
        if recommended is not None:
            self._limit.check(shown, recommended, terms)
            found["recommended_price"] = recommended
        details = msgspec.structs.replace(terms.details, **found) if found else terms.details
        unread_cells = _unread_cells(unread, details)
        self.unread_cells.add(unread_cells)
        return cost, RowStatements(
            self._stated_currency(terms),
            stated(details),
            availability,
            next_cost,
            prices.next_from,
            self._information.characteristics(unread),
            unread_cells,
        )

    def _stated_currency(self, terms: RowTerms) -> str | None:
        return None if terms.currency == self._catalog_currency else terms.currency


def _unread_cells(
    unread: Mapping[Field, str], details: PriceDetails
) -> tuple[tuple[Field, str], ...]:
    kept: tuple[tuple[Field, str | None], ...] = (
        ("unit", details.unit_text),
        ("gtin", details.gtin_text),
    )
    return (*unread.items(), *((field, text) for field, text in kept if text))


def _missing_price() -> RowRejectedError:
    return RowRejectedError("missing_price", "The price is missing.")
