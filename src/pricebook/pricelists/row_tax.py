"""Rows that a title, a cell or a mark puts into another tax basis than their list."""

from pricebook.pricelists.detection.column_names import column_index
from pricebook.pricelists.detection.column_options import ignored_columns
from pricebook.pricelists.detection.net_marks import ends_with_mark, has_mark
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.detection.tax_remarks import stated_rate, stated_tax
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.pricing import NO_CONVERSION, Vat, vat_conversion
from pricebook.pricelists.schemas.read_config import Field
from pricebook.pricelists.schemas.read_request import ReadRequest
from pricebook.pricelists.sections import SEPARATOR
from pricebook.pricelists.text import quote


class RowTax:
    """Compares what the rows of a table state about VAT with what the list states."""

    def __init__(self, table: DetectedTable, request: ReadRequest) -> None:
        ignored = ignored_columns(request, with_positions=True)
        left_out = {column_index(name) for name in ignored}
        self._included, self._rate = table.basis.vat_included, table.basis.vat_rate
        is_converted = (
            vat_conversion(Vat(self._included, self._rate), request.catalog_vat) != NO_CONVERSION
        )
        self._needs_rate = bool(self._included) or is_converted
        self._rates = table.columns.get("vat_rate")
        self._marks = table.basis.tax_marks
        self._named = [table.columns[each] for each in ("sku", "name") if each in table.columns]
        fields: tuple[Field, ...] = ("vat_rate", "category")
        self._columns = [
            *(
                index
                for _, index in table.characteristics
                if index not in left_out and table.headers[index] not in ignored
            ),
            *(table.columns[each] for each in fields if each in table.columns),
        ]

    def problem(self, cells: list[str], section: str | None) -> RowProblem | None:
        """Return why a row is rejected: its price is not in the tax basis of the list."""
        if self._included is None:
            return None
        if section and (problem := self._section_problem(cells, section)):
            return problem
        for index in self._columns:
            text = cells[index].strip()
            if text and self._states_other(text):
                return self._contradiction(f"The cell {quote(text)}")
        for index in self._named if self._marks else ():
            if any(ends_with_mark(cells[index], mark) for mark in self._marks):
                return self._contradiction(f"The mark of {quote(cells[index])}")
        return None

    def _section_problem(self, cells: list[str], section: str) -> RowProblem | None:
        for title in section.split(SEPARATOR):
            if stated_tax(title) is (not self._included):
                return self._contradiction(f"The section {quote(title)}")
            if self._needs_rate and self._is_other_rate(title, cells):
                return self._other_rate(title)
        return None

    def _is_other_rate(self, title: str, cells: list[str]) -> bool:
        has_own = self._rates is not None and bool(cells[self._rates].strip())
        return not has_own and stated_rate(title) not in {None, self._rate}

    def _other_rate(self, title: str) -> RowProblem:
        of_list = "another one" if self._rate is None else f"{self._rate.normalize():f} %"
        return RowProblem(
            "vat_unknown",
            f"The section {quote(title)} states a VAT rate, and the list has {of_list}: write the "
            "rates into a column of their own, or import these rows as a list with their vat_rate.",
        )

    def _states_other(self, text: str) -> bool:
        if any(has_mark(text, mark) for mark in self._marks):
            return True
        return stated_tax(text) is (not self._included)

    def _contradiction(self, subject: str) -> RowProblem:
        said, of_list = ("excludes", "include") if self._included else ("includes", "exclude")
        return RowProblem(
            "vat_unknown",
            f"{subject} states that the price {said} VAT, and the prices of the list {of_list} "
            "it: write the price like the others and clear the remark, or name its column in "
            "ignored_columns.",
        )
