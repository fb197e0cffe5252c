"""The discounts of a row: those of its cell, its discount group and the price list."""

from collections.abc import Iterator
from decimal import Decimal

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.discount_sample import DiscountParser, discount_parser
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.facts.discounts import has_minus_sign, parse_discounts
from pricebook.pricelists.row_fields import RowFields, RowRejectedError
from pricebook.pricelists.schemas.read_config import DISCOUNT_FIELDS, Field
from pricebook.pricelists.text import comparison_key, quote

_PERCENTAGES = "percentages such as 30, 30 % or 30+5"
_Chain = tuple[Decimal, ...]


class RowDiscounts:
    """Reads the discounts of the rows of one table; all of them have a minus sign or none has."""

    def __init__(self, table: DetectedTable, fields: RowFields) -> None:
        self._basis = table.basis
        self._fields = fields
        self._parsers: dict[Field, DiscountParser] = {
            field: discount_parser(fields.header(field))
            for field in DISCOUNT_FIELDS
            if fields.has(field)
        }
        self._groups = {
            comparison_key(group): chain for group, chain in table.basis.discount_groups.items()
        }
        self._has_minus_sign: bool | None = None

    def read(self, cells: list[str], unread: dict[Field, str]) -> _Chain:
        """Return the percentages that apply to the price of a row, one after another.

        Raises RowRejectedError if the price depends on a cell that is not understood, or if two of
        cell, group and price list state different discounts.
        """
        if self._basis.discount_base == "none":
            return self._included(cells, unread)
        sources = list(self._sources(cells))
        different = [each for each in sources if each[0] != sources[0][0]]
        if different:
            (first, source), (other, other_source) = sources[0], different[0]
            raise RowRejectedError(
                "discount_unknown",
                f"The discount is {_text(first)} by {source} and {_text(other)} by {other_source}: "
                "correct one of them, or name a column in ignored_columns.",
            )
        return sources[0][0] if sources else ()

    def _included(self, cells: list[str], unread: dict[Field, str]) -> _Chain:
        chains = (
            self._fields.parsed(cells, field, parse, unread)
            for field, parse in self._parsers.items()
        )
        return tuple(discount for chain in chains for discount in chain or ())

    def _sources(self, cells: list[str]) -> Iterator[tuple[_Chain, str]]:
        """Yield the discounts of the row and what states them."""
        fields = self._fields
        stated: dict[Field, str] = {
            field: cell for field in self._parsers if (cell := fields.cell(cells, field))
        }
        if stated:
            chain = tuple(each for item in stated.items() for each in self._of_cell(*item))
            yield chain, " and ".join(map(fields.label, stated))
        group = fields.text(cells, "discount_group")
        if group is not None:
            of_group = self._groups.get(comparison_key(group))
            if of_group is not None:
                yield of_group, f"discount_groups for {quote(group)}"
            elif not stated:
                raise RowRejectedError(
                    "discount_group_unknown",
                    f"The discount group {quote(group)} ({fields.label('discount_group')}) has no "
                    "entry in discount_groups: add it, with 0 for no discount.",
                )
        if self._basis.discounts:
            yield self._basis.discounts, f"discount={_text(self._basis.discounts)}"

    def _of_cell(self, field: Field, cell: str) -> _Chain:
        parse = self._parsers[field]
        discounts = parse(cell)
        label = f"{quote(display_text(cell))} ({self._fields.label(field)})"
        if discounts is None:
            is_multiplier = parse is not parse_discounts
            expected = "multipliers such as 0.42" if is_multiplier else _PERCENTAGES
            raise RowRejectedError(
                "discount_unknown",
                f"The discount {label} is not understood: expected {expected}; correct the cell or "
                "set discount_base to none if prices have it already.",
            )
        if discounts:
            is_negative = has_minus_sign(cell)
            if self._has_minus_sign is None:
                self._has_minus_sign = is_negative
            if self._has_minus_sign != is_negative:
                raise RowRejectedError(
                    "discount_unknown",
                    f"The discount {label} has {'a' if is_negative else 'no'} minus sign, unlike "
                    "those of the rows above, so it may be a surcharge: correct the cell.",
                )
        return discounts


def _text(discounts: _Chain) -> str:
    """Return discounts as the option writes them: `30+5`."""
    return "+".join(f"{discount.normalize():f}" for discount in discounts) or "0"
