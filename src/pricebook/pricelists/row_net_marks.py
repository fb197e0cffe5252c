"""Rows that are marked as articles without the discount of all prices."""

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.mark_legends import explains_listed
from pricebook.pricelists.detection.net_marks import ends_with_mark, has_mark
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.detection.undiscounted import names_net
from pricebook.pricelists.marked_cells import split_mark
from pricebook.pricelists.row_fields import RowFields, RowRejectedError
from pricebook.pricelists.row_terms import RowTerms, without_discounts
from pricebook.pricelists.schemas.read_config import DISCOUNT_FIELDS, Field
from pricebook.pricelists.text import comparison_key, quote

_NAMES: tuple[Field, ...] = ("sku", "name")


class RowNetMarks:
    """Applies the marks of one table."""

    def __init__(self, table: DetectedTable, fields: RowFields) -> None:
        self._fields = fields
        self._columns = table.net_columns
        self._marks = table.basis.net_marks
        fact = table.facts.get("net_marks")
        self._is_set = fact is not None and fact.origin in {"setting", "previous"}
        self._explains_others = explains_listed(table.mark_texts, self._marks)

    def apply(self, terms: RowTerms, cells: list[str], *, states_discounts: bool) -> RowTerms:
        """Return the terms of a row: without discounts if it is marked so.

        Raises RowRejectedError if the row `states_discounts` of its own, or may be marked.
        """
        mark = self._mark(cells)
        if mark and states_discounts and not self._is_of_group_only(cells):
            raise contradicting_mark(mark)
        if mark:
            return without_discounts(terms)
        if self._is_set:
            return terms
        for text in self._texts(cells):
            if names_net(text):
                raise _doubt(
                    f"The cell {quote(text)} may mark the row as one without discounts: set "
                    f'net_marks="{text}" if it does, net_marks=none if it does not.'
                )
        return terms

    def _is_of_group_only(self, cells: list[str]) -> bool:
        """Return whether only a group states the discount, which its mark excludes beyond doubt.

        An option names the marks, or a legend explains them and those of list prices.
        """
        has_own = any(self._fields.cell(cells, field) for field in DISCOUNT_FIELDS)
        return not has_own and (self._is_set or self._explains_others)

    def _mark(self, cells: list[str]) -> str | None:
        """Return the mark of a row; raises RowRejectedError for a code or name that may have it."""
        if not self._marks:
            return None
        texts = self._texts(cells)
        named = [self._fields.text(cells, field) or "" for field in _NAMES]
        _, of_price = split_mark(self._fields.text(cells, "price") or "")
        for mark in self._marks:
            if of_price == mark or any(has_mark(text, mark) for text in texts):
                return mark
            if any(ends_with_mark(text, mark) for text in named):
                return mark
            if comparison_key(mark) and any(text.endswith(f" {mark}") for text in named):
                raise _doubt(
                    f"The text ends with {quote(mark)}, which marks articles without discounts "
                    "elsewhere: write the mark into a column of its own, or set net_marks."
                )
        return None

    def _texts(self, cells: list[str]) -> list[str]:
        found = (cells[index] for index in self._columns if index < len(cells))
        return [display_text(cell).strip() for cell in found if cell]


def contradicting_mark(mark: str) -> RowRejectedError:
    """Return the error for a row with a discount and a mark of those without."""
    return _doubt(
        f"The row is marked {quote(mark)} as one without discounts, and states one: correct one of "
        f'them, or set net_marks="{mark}" if its discount group does not apply.'
    )


def _doubt(message: str) -> RowRejectedError:
    return RowRejectedError("discount_unknown", message)
