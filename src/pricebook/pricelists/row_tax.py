"""Rows that a title, a cell or a mark puts into another tax basis than their list."""

from collections.abc import Sequence
from functools import lru_cache

from pricebook.pricelists.detection.column_names import column_index
from pricebook.pricelists.detection.column_options import ignored_columns
from pricebook.pricelists.detection.net_marks import ends_with_mark, has_mark
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.detection.tax_remarks import stated_rate, stated_tax
from pricebook.pricelists.detection.tax_titles import has_unclear_rate, names_tax
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.pricing import NO_CONVERSION, VAT_OF_LIST, Vat, vat_conversion
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.text import quote


class RowTax:
    """Compares what the rows of a table state about VAT with what the list states.

    Titles are those that state a tax, of the sections of a row or of its category.
    """

    def __init__(self, table: DetectedTable, request: ReadRequest) -> None:
        ignored = ignored_columns(request, with_positions=True)
        left_out = {column_index(name) for name in ignored}
        self._included, self._rate = table.basis.vat_included, table.basis.vat_rate
        self._catalog_vat = request.catalog_vat
        is_converted = (
            vat_conversion(Vat(self._included, self._rate), request.catalog_vat) != NO_CONVERSION
        )
        self._needs_rate = bool(self._included) or is_converted
        self._rates = table.columns.get("vat_rate")
        self._marks = table.basis.tax_marks
        self._named = [table.columns[each] for each in ("sku", "name") if each in table.columns]
        self._columns = [
            index
            for _, index in table.characteristics
            if index not in left_out and table.headers[index] not in ignored
        ]
        self._columns += [] if self._rates is None else [self._rates]
        self._vat_of_titles = lru_cache(maxsize=1024)(self._read_titles)

    def vat(self, titles: Sequence[str]) -> Vat:
        """Return what titles state otherwise than the list, for rows without a rate of their own.

        Titles whose prices cannot be converted to the basis of the catalog state no basis.
        """
        return self._vat_of_titles(tuple(titles)) if titles else VAT_OF_LIST

    def problem(self, cells: list[str], titles: Sequence[str]) -> RowProblem | None:
        """Return why a row is rejected: its price is not in the tax basis of the list."""
        if titles and (problem := self._titles_problem(cells, titles)):
            return problem
        if self._included is None:
            return None
        for index in self._columns:
            text = cells[index].strip()
            if text and self._states_other(text):
                return self._contradiction(
                    f"The cell {quote(text)}",
                    "write the price like the others and clear the remark, or name its column in "
                    "ignored_columns",
                )
        for index in self._named if self._marks else ():
            if any(ends_with_mark(cells[index], mark) for mark in self._marks):
                return self._contradiction(
                    f"The mark of {quote(cells[index])}",
                    "write the price like the others and clear the mark",
                )
        return None

    def _read_titles(self, titles: tuple[str, ...]) -> Vat:
        rates = map(stated_rate, reversed(titles))
        rate = next((rate for rate in rates if rate is not None), None)
        basis = _innermost_basis(titles)
        is_other = basis is not None and stated_tax(basis) is (not self._included)
        included = names_tax(basis) if basis is not None and is_other else None
        is_rate_known = rate is not None or self._rates is not None
        if self._included is None or self._catalog_vat == "as_listed" or not is_rate_known:
            included = None
        is_new = included is not None or rate != self._rate
        return Vat(included, rate) if is_new else VAT_OF_LIST

    def _titles_problem(self, cells: list[str], titles: Sequence[str]) -> RowProblem | None:
        basis = _innermost_basis(titles)
        if self._included is None:
            is_stated = basis is not None and names_tax(basis) is not None
            return self._unstated(basis) if basis is not None and is_stated else None
        is_other = basis is not None and stated_tax(basis) is (not self._included)
        if basis is not None and is_other and self.vat(titles).included is None:
            return self._contradiction(
                f"The section {quote(basis)}",
                "write the price like the others, or import these rows as a list of their own with "
                "vat_included",
            )
        has_own = self._rates is not None and bool(cells[self._rates].strip())
        if self._needs_rate and not has_own and has_unclear_rate(titles[-1]):
            return RowProblem(
                "vat_unknown",
                f"The section {quote(titles[-1])} states a VAT rate that is not understood: write "
                "the rates into a column of their own, or one rate into the title.",
            )
        return None

    def _unstated(self, title: str) -> RowProblem:
        verb = "includes" if names_tax(title) else "excludes"
        return RowProblem(
            "vat_unknown",
            f"The section {quote(title)} states that the price {verb} VAT, and nothing states it "
            "of the other articles: set vat_included to what holds for these.",
        )

    def _states_other(self, text: str) -> bool:
        if any(has_mark(text, mark) for mark in self._marks):
            return True
        return stated_tax(text) is (not self._included)

    def _contradiction(self, subject: str, remedy: str) -> RowProblem:
        said, of_list = ("excludes", "include") if self._included else ("includes", "exclude")
        return RowProblem(
            "vat_unknown",
            f"{subject} states that the price {said} VAT, and the prices of the list {of_list} "
            f"it: {remedy}.",
        )


def _innermost_basis(titles: Sequence[str]) -> str | None:
    return next((title for title in reversed(titles) if stated_tax(title) is not None), None)
