"""Whether a price cell says of its price what the price list says: quantity, unit, VAT."""

from collections.abc import Callable

from pricebook.pricelists.detection.column_content import display_text
from pricebook.pricelists.detection.price_cells import has_unknown_words, statement_of_cell
from pricebook.pricelists.detection.price_statements import PriceStatement
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.marked_cells import without_sign
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.schemas.cells import NumberCell
from pricebook.pricelists.text import quote

PriceCellCheck = Callable[[str], RowProblem | None]


def sets_quantity(table: DetectedTable) -> bool:
    """Return whether a setting or the previous price list decides what prices are for."""
    return any(
        table.facts[fact].origin in {"setting", "previous"}
        for fact in ("price_quantity", "prices_per_pack")
        if fact in table.facts
    )


def price_cell_check(table: DetectedTable) -> PriceCellCheck:
    """Return the function that returns why a cell with a price contradicts its price list."""
    basis = table.basis
    is_quantity_set = sets_quantity(table)
    has_units = "unit" in table.columns

    def says_another_quantity(statement: PriceStatement) -> bool:
        if statement.unclear_quantity or statement.names_price_unit:
            return True
        is_other = not statement.quantities <= {basis.price_quantity}
        is_other_unit = not (has_units or statement.units <= {basis.unit})
        is_pack = statement.is_per_pack and not basis.prices_per_pack
        return is_pack or (is_other and "price_quantity" not in table.columns) or is_other_unit

    def check(cell: str) -> RowProblem | None:
        statement = statement_of_cell(cell)
        text = display_text(cell).strip()
        if statement.vat_included - {basis.vat_included} or statement.unclear_tax:
            listed = {True: "included", False: "not included", None: "not stated"}
            return RowProblem(
                "vat_unknown",
                f"The price {quote(text)} names a tax, which is {listed[basis.vat_included]} by "
                "the price list: correct the cell or set vat_included.",
            )
        if not is_quantity_set and says_another_quantity(statement):
            return RowProblem(
                "price_quantity_unknown",
                f"The price {quote(text)} names a quantity that the price list does not state: "
                "correct the cell or set price_quantity.",
            )
        if isinstance(cell, NumberCell) and (
            without_sign(text) != text or has_unknown_words(text, basis.currency)
        ):
            return RowProblem(
                "price_not_a_number",
                f"The price {quote(text)} has words in its number format that are not understood: "
                "use a format without them.",
            )
        return None

    return check
