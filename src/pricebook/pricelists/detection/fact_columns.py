"""Columns that say what the prices are: currency, quantity, unit, discount, tax, stock and others.

A header is confirmed by the cells below it. Columns that change the cost refuse the price list if
they are in doubt; columns that only inform, such as the brand, are then left out.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from pricebook.pricelists.detection import fact_cells
from pricebook.pricelists.detection.ambiguity_errors import (
    equal_columns_issue,
    misread_column_issue,
    misread_decisions,
)
from pricebook.pricelists.detection.column_content import ColumnContent, content_at, display_text
from pricebook.pricelists.detection.currencies import resolve_currency
from pricebook.pricelists.detection.currency_columns import CurrencyColumns
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    meaning_setting,
)
from pricebook.pricelists.detection.discount_columns import DiscountColumns
from pricebook.pricelists.detection.header_row import ExpectedColumns, RankedColumns, TableHeader
from pricebook.pricelists.detection.header_texts import header_currencies, header_statement
from pricebook.pricelists.detection.header_words import field_ranks, is_known_non_price_header
from pricebook.pricelists.detection.pack_counts import find_pack_counts
from pricebook.pricelists.detection.pack_sample import PackSample
from pricebook.pricelists.detection.quantity_codes import (
    codes_issue,
    doubtful_codes,
    is_base_header,
    is_unclear,
    quantity_issue,
)
from pricebook.pricelists.detection.quantity_remarks import remark_issues
from pricebook.pricelists.facts.units import parse_unit
from pricebook.pricelists.schemas.read_config import Field

_QUANTITY_HEADER = re.compile(r"[CEM%‰/|, ]+").fullmatch


class _FactField(NamedTuple):
    """A field, whether a doubt about it may change the cost, and how its cells look."""

    field: Field
    changes_cost: bool
    fits: Callable[[ColumnContent], bool]


class FactColumns:
    """Chooses the columns of the fields beside code, name and price."""

    def __init__(
        self,
        header: TableHeader,
        expected: ExpectedColumns,
        contents: Sequence[ColumnContent],
        available: Mapping[Field, RankedColumns],
        tiers: Sequence[tuple[Decimal, int]],
    ) -> None:
        self._header = header
        self._expected = expected
        self._contents = contents
        self._available = available
        self._tier_columns = {index for _, index in tiers}
        self._columns: dict[Field, int] = {}
        self._issues: list[DetectionIssue] = []

    def choose(
        self, assigned: Mapping[Field, int]
    ) -> tuple[dict[Field, int], list[DetectionIssue]]:
        """Return the columns of further fields, and the issues of those in doubt."""
        self._taken = set(assigned.values()) | self._tier_columns
        self._price = assigned.get("price")
        self._choose_mapped()
        self._choose_category()
        self._choose_currency()
        self._choose_list_price()
        self._choose_surcharge()
        for fact_field in _FACT_FIELDS:
            self._choose(fact_field)
        self._choose_pack_count()
        self._choose_quantity_letters()
        self._check_remarks()
        self._choose_pack_price()
        self._note_gtin_as_code(assigned.get("sku"))
        return self._columns, self._issues

    def _choose_mapped(self) -> None:
        for field in self._expected.mapping:
            columns = self._header.candidates[field]
            if field not in _CORE and len(columns) == 1:
                self._assign(field, next(iter(columns)))

    def _assign(self, field: Field, index: int) -> None:
        self._columns[field] = index
        self._taken.add(index)

    def _content(self, index: int) -> ColumnContent:
        return content_at(self._contents, index)

    def _free(self, field: Field) -> RankedColumns:
        return {i: rank for i, rank in self._available[field].items() if i not in self._taken}

    def _best(self, candidates: RankedColumns) -> list[int]:
        best = min(candidates.values(), default=0)
        return [index for index, rank in candidates.items() if rank == best]

    def _choose_category(self) -> None:
        best = self._best(self._free("category"))
        if len(best) > 1 and "category" not in self._columns:
            self._issues.append(equal_columns_issue(self._header, "category", best))
        elif best and "category" not in self._columns:
            self._assign("category", best[0])

    def _choose_currency(self) -> None:
        if "currency" in self._columns:
            return
        columns = CurrencyColumns(self._header, self._expected, self._contents, self._taken)
        chosen = columns.choose(self._free("currency"))
        if chosen.issue is not None:
            self._issues.append(chosen.issue)
        elif chosen.column is not None:
            self._assign("currency", chosen.column)

    def _choose_list_price(self) -> None:
        """Choose the list price beside the price; one in another currency is no fact about it."""
        if "list_price" in self._columns or self._price is None:
            return
        price_currency = self._header_currency(self._price) or self._expected.currency
        candidates = {
            index: rank
            for index, rank in self._free("list_price").items()
            if self._header_currency(index) in {None, price_currency}
        }
        best = self._best(candidates)
        if len(best) == 1:
            self._assign("list_price", best[0])

    def _choose_surcharge(self) -> None:
        """Choose the surcharge; several of them are in doubt, texts are none."""
        free = {i: 0 for i in self._free("surcharge") if fact_cells.is_charge(self._content(i))}
        if "surcharge" in self._columns:
            return
        if len(free) == 1:
            self._assign("surcharge", next(iter(free)))
        elif free:
            self._issues.append(equal_columns_issue(self._header, "surcharge", free))

    def _choose_pack_count(self) -> None:
        """Choose the column that counts the pieces in the container that the price is for."""
        if "pack_size" in self._columns or self._price is None:
            return
        counts = find_pack_counts(self._header, self._contents, self._price, self._taken)
        if len(counts) == 1:
            self._assign("pack_size", counts[0])
        elif counts:
            self._issues.append(equal_columns_issue(self._header, "pack_size", counts))

    def _note_gtin_as_code(self, code: int | None) -> None:
        """Note that the column of the code is that of the GTIN, too, by its header and cells."""
        if code is None or "gtin" in self._columns or code in self._header.ignored:
            return
        names_gtin = "gtin" in field_ranks(self._header.cells[code], self._expected.currency)
        if names_gtin and fact_cells.is_gtin(self._content(code)):
            self._columns["gtin"] = code

    def _choose_pack_price(self) -> None:
        """Choose the price of the pack beside that of a piece, if the sample rows fit that."""
        if "pack_price" in self._columns or "surcharge" in self._columns or self._price is None:
            return
        columns: dict[Field, int] = {**self._columns, "price": self._price}
        sample = PackSample(self._header, columns, self._contents, self._expected.currency)
        candidates = [index for index in self._free("pack_price") if sample.fits(index)]
        if len(candidates) == 1:
            self._assign("pack_price", candidates[0])

    def _header_currency(self, index: int) -> str | None:
        catalog_currency = self._expected.currency
        codes = header_currencies(self._header.cells[index], catalog_currency)
        return None if codes is None else resolve_currency(codes, catalog_currency)

    def _choose(self, fact_field: _FactField) -> None:
        field = fact_field.field
        if field == "discount":
            self._choose_discount()
            return
        is_set = field == "price_quantity" and self._expected.price_quantity_is_set
        if field in self._columns or is_set:
            return
        free = {i: rank for i, rank in self._free(field).items() if self._may_be(field, i, rank)}
        fitting = {i: rank for i, rank in free.items() if fact_field.fits(self._content(i))}
        best = self._best(fitting)
        if len(best) == 1:
            self._assign(field, best[0])
        elif best and fact_field.changes_cost:
            self._issues.append(equal_columns_issue(self._header, field, best))
        elif free and not fitting and fact_field.changes_cost:
            self._refuse_misread(field, self._best(free)[0], min(free.values()))

    def _choose_discount(self) -> None:
        of_price: dict[Field, int] = {} if self._price is None else {"price": self._price}
        columns: dict[Field, int] = {**self._columns, **of_price}
        free = self._free("discount")
        currency = self._expected.currency
        chosen = DiscountColumns(self._header, self._contents, currency, columns, free).choose()
        self._issues += chosen.issues
        for field, index in chosen.columns.items():
            self._assign(field, index)

    def _refuse_misread(self, field: Field, index: int, rank: int) -> None:
        """Refuse a column that is named like a fact about the price and has other cells."""
        if field == "price_quantity" and (rank or self._is_unit(index)):
            return
        cells = self._content(index).cells
        decisions = misread_decisions(self._header, field, index)
        if field == "price_quantity":
            decisions += f", or {meaning_setting('0', '1')} if its cells are codes"
        example = display_text(cells[0]) if cells else ""
        self._issues.append(misread_column_issue(self._header, field, index, example, decisions))

    def _is_unit(self, index: int) -> bool:
        share = self._content(index).share(lambda cell: parse_unit(display_text(cell)))
        return share >= fact_cells.MIN_FITTING_SHARE

    def _may_be(self, field: Field, index: int, rank: int) -> bool:
        """Return whether a header of several fields may name one; `price_groups` settles groups."""
        if field == "pack_size" and rank:
            return fact_cells.has_numbers(self._content(index))
        return field != "discount_group" or not rank

    def _choose_quantity_letters(self) -> None:
        """Choose a column such as `%` with cells such as `C` as what prices are for.

        Below another header they are a doubt; those of the unit column are settled by
        `unit_letters`.
        """
        if self._expected.price_quantity_is_set or "price_quantity" in self._columns:
            return
        unit = self._columns.get("unit")
        for index in filter(self._may_have_codes, range(len(self._header.cells))):
            header = self._header.cells[index]
            codes = sorted(doubtful_codes(header, self._content(index)))
            is_of_units = index in self._header.candidates["unit"]
            if codes and _QUANTITY_HEADER(header) and not is_of_units:
                self._assign("price_quantity", index)
                return
            if codes and index != unit:
                issue = codes_issue if is_unclear(codes) else quantity_issue
                self._issues.append(issue(self._header, index, codes))

    def _may_have_codes(self, index: int) -> bool:
        """Return whether a column has no field but the unit, nor a header of another field."""
        header, is_unit = self._header.cells[index], index == self._columns.get("unit")
        if index in self._header.ignored or (index in self._taken and not is_unit):
            return False
        is_named = is_unit or index in self._header.candidates["unit"] or is_base_header(header)
        is_known = is_known_non_price_header(header, self._expected.currency)
        return is_named or not is_known or bool(_QUANTITY_HEADER(header))

    def _check_remarks(self) -> None:
        """Refuse columns without a field that say what prices are for, unless it is known."""
        is_set = self._expected.price_quantity_is_set or "price_quantity" in self._columns
        header = "" if self._price is None else self._header.cells[self._price]
        if not (is_set or header_statement(header).quantities - {1}):
            known = {(issue.option, issue.candidates) for issue in self._issues}
            remarks = remark_issues(self._header, self._contents, self._taken)
            self._issues += [
                each for each in remarks if (each.option, each.candidates) not in known
            ]


_CORE = frozenset({"sku", "name", "price", "next_price"})
# In this order: a column that fits two fields is that of the first.
_FACT_FIELDS = (
    _FactField("valid_from", changes_cost=False, fits=fact_cells.is_date),
    _FactField("price_quantity", changes_cost=True, fits=fact_cells.is_price_quantity),
    _FactField("discount_group", changes_cost=True, fits=fact_cells.is_any),
    _FactField("discount", changes_cost=True, fits=fact_cells.is_discount),
    _FactField("vat_rate", changes_cost=False, fits=fact_cells.is_vat_rate),
    _FactField("min_order_quantity", changes_cost=False, fits=fact_cells.is_quantity),
    _FactField("pack_size", changes_cost=False, fits=fact_cells.is_pack),
    _FactField("unit", changes_cost=False, fits=fact_cells.is_unit_text),
    _FactField("mpn", changes_cost=False, fits=fact_cells.is_any),
    _FactField("gtin", changes_cost=False, fits=fact_cells.is_gtin),
    _FactField("brand", changes_cost=False, fits=fact_cells.is_any),
    _FactField("stock", changes_cost=False, fits=fact_cells.is_any),
    _FactField("lead_time", changes_cost=False, fits=fact_cells.is_any),
)
