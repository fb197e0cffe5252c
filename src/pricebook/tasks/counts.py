"""The rows of a price list by outcome."""

from typing import Annotated

from msgspec import Struct

from pricebook.http.field_types import doc

NewItems = Annotated[int, doc("Rows with a new item.")]
ChangedItems = Annotated[int, doc("Rows with an item whose values changed.")]
UnchangedItems = Annotated[int, doc("Rows with an item as it was.")]
AbsentItems = Annotated[int, doc("Items of the supplier that the price list lacks.")]
RejectedRows = Annotated[int, doc("Rows that were not imported because of an error.")]
DuplicateRows = Annotated[int, doc("Rows whose article code an earlier row has.")]
QuarantinedRows = Annotated[
    int, doc("Rows whose price is out of line, which wait until a user accepts or refuses them.")
]
StockUpdatedItems = Annotated[
    int, doc("Rows with an item of which only the stock or the lead time changed.")
]


class Counts(Struct, frozen=True):
    """The rows of a price list by outcome; for a held one the outcome of applying it."""

    new: NewItems = 0
    changed: ChangedItems = 0
    unchanged: UnchangedItems = 0
    absent: AbsentItems = 0
    rejected: RejectedRows = 0
    duplicate: DuplicateRows = 0
    ignored: Annotated[int, doc("Blank rows, headings and totals.")] = 0
    quarantined: QuarantinedRows = 0
    stock_updated: StockUpdatedItems = 0

    @property
    def imported(self) -> int:
        """The rows that were imported."""
        return self.new + self.changed + self.stock_updated + self.unchanged

    @property
    def accepted(self) -> int:
        """The rows with an article that could be read without doubt."""
        return self.imported + self.quarantined

    @property
    def rows(self) -> int:
        """All rows of the price list; each is counted once."""
        return self.accepted + self.rejected + self.duplicate + self.ignored
