"""The column that has the currency of each row: by its header, else by its cells."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from pricebook.pricelists.detection.ambiguity_errors import (
    column_label,
    column_reference,
    equal_columns_issue,
)
from pricebook.pricelists.detection.column_content import (
    ColumnContent,
    content_at,
    display_text,
)
from pricebook.pricelists.detection.currencies import currency_of_cell
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    column_setting,
    ignoring,
)
from pricebook.pricelists.detection.header_row import ExpectedColumns, RankedColumns, TableHeader
from pricebook.pricelists.text import quote

# Headers such as `Cur` and `Вал.` name a currency only with a cell that is one, or without cells.
_WEAK_RANK = 2
# From this share of its cells on, a column without a known header may hold currencies.
_MIN_SHARE = 0.5


class CurrencyColumn(NamedTuple):
    """The 0-based column of currencies, or the reason to refuse the price list."""

    column: int | None = None
    issue: DetectionIssue | None = None


class CurrencyColumns:
    """Finds the currency column of a table; `taken` are the columns of other fields."""

    def __init__(
        self,
        header: TableHeader,
        expected: ExpectedColumns,
        contents: Sequence[ColumnContent],
        taken: Collection[int],
    ) -> None:
        self._header = header
        self._currency = expected.currency
        self._contents = contents
        self._taken = taken

    def choose(self, candidates: RankedColumns) -> CurrencyColumn:
        """Choose among the columns with a known header, ranked, else by the cells."""
        named = {
            index: rank
            for index, rank in candidates.items()
            if rank < _WEAK_RANK or self._share(index) > 0
        }
        best = [index for index, rank in named.items() if rank == min(named.values())]
        shares = {index: self._share(index) for index in self._others()}
        certain = [index for index, share in shares.items() if share == 1]
        best = [index for index in best if index in certain] or best or certain
        if len(best) > 1:
            return CurrencyColumn(issue=equal_columns_issue(self._header, "currency", best))
        if best:
            return CurrencyColumn(best[0])
        doubtful = [index for index, share in shares.items() if share >= _MIN_SHARE]
        return CurrencyColumn(issue=self._doubt(doubtful[0]) if doubtful else None)

    def _others(self) -> list[int]:
        """Return the columns with cells that hold no other field."""
        return [
            index
            for index in range(min(len(self._header.cells), len(self._contents)))
            if index not in self._taken
            and index not in self._header.ignored
            and self._contents[index].filled
        ]

    def _share(self, index: int) -> float:
        """Return the share of the cells that are currencies, 1 without cells."""
        return content_at(self._contents, index).share(self._is_currency)

    def _is_currency(self, cell: str) -> bool:
        return currency_of_cell(display_text(cell), self._currency) is not None

    def _doubt(self, index: int) -> DetectionIssue:
        texts = list(map(display_text, self._contents[index].cells))
        currency = next(filter(self._is_currency, texts))
        other = next(text for text in texts if not self._is_currency(text))
        label = column_reference(self._header, index)
        return DetectionIssue(
            f"The column {column_label(self._header, index)} has currencies such as "
            f"{quote(currency)} and other cells such as {quote(other)}; set "
            f"{column_setting('currency', label)} if prices are in these currencies, or "
            f"{ignoring(label)}.",
            "column_mapping.currency",
            (label,),
        )
