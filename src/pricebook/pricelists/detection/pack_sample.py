"""Whether a column has the prices of packs beside those of pieces, by headers and sample rows."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from pricebook.pricelists.detection.column_content import ColumnContent, is_numeric
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import header_packs, header_statement, is_per_piece
from pricebook.pricelists.detection.price_arithmetic import MIN_SHARE, sample_prices
from pricebook.pricelists.facts.quantities import parse_quantity
from pricebook.pricelists.schemas.read_config import Field

# A piece in a pack costs between half of a single one and a little more than it.
_LEAST, _MOST = Decimal("0.5"), Decimal("1.05")


class PackSample(NamedTuple):
    """The sample of a price list with a price, and the columns that are known."""

    header: TableHeader
    columns: Mapping[Field, int]
    contents: Sequence[ColumnContent]
    currency: str

    def fits(self, index: int) -> bool:
        """Return whether a column has the prices of packs whose size is known."""
        size, price = self.columns.get("pack_size"), self.columns["price"]
        if size is None or index >= len(self.contents) or not is_numeric(self.contents[index]):
            return False
        if not is_per_piece(header_statement(self.header.cells[price])):
            return False
        packs, of_size = (header_packs(self.header.cells[column]) for column in (index, size))
        is_other_pack = bool(packs and of_size and packs.isdisjoint(of_size))
        return not is_other_pack and self._fit_rows(index, size, price)

    def _fit_rows(self, index: int, size: int, price: int) -> bool:
        """Return whether prices of packs are about those of their pieces, where a row has both."""
        packs, pieces = (
            sample_prices(self.contents[column], self.currency) for column in (index, price)
        )
        sizes = self._sizes(size)
        rows = [row for row in packs if pieces.get(row) and row in sizes]
        ratios = [packs[row] / (pieces[row] * sizes[row]) for row in rows]
        return sum(_LEAST <= ratio <= _MOST for ratio in ratios) >= MIN_SHARE * len(ratios)

    def _sizes(self, size: int) -> dict[int, Decimal]:
        content = self.contents[size]
        quantities = zip(content.rows, map(parse_quantity, content.cells), strict=True)
        return {row: quantity.number for row, quantity in quantities if quantity}
