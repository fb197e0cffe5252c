"""The section that the rows of a table are in, also below the titles of the tables above it."""

from pricebook.pricelists.detection.discontinued_words import is_discontinued_title
from pricebook.pricelists.detection.header_texts import has_old_price_word, mentions_price
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.row_discontinued import discontinued_problem
from pricebook.pricelists.row_title_discounts import own_discount_problem
from pricebook.pricelists.sections import SEPARATOR, SectionPath
from pricebook.pricelists.text import quote, split_header

_MAX_TITLE_WORDS = 3


class RowSections:
    """The current section of rows, in their order.

    `name` is its path, None before the first title. `problem` is why rows without a discount are
    rejected if discounts of titles are not set to apply, `outdated` why all rows are.
    """

    def __init__(self) -> None:
        self.name: str | None = None
        self.problem: RowProblem | None = None
        self.outdated: RowProblem | None = None
        self._path = SectionPath()

    def skip(self, row_number: int, *, is_blank: bool) -> None:
        """Register a blank or ignored row."""
        self._path.skip(row_number, is_blank=is_blank)

    def is_below_blank_row(self, row_number: int) -> bool:
        """Return whether the row above was registered as blank."""
        return self._path.is_below_blank_row(row_number)

    def enter(self, row_number: int, column: int, title: str) -> None:
        """Register a title; the row numbers are those of the price list, in order."""
        self._path.enter(row_number, column, title)
        self.name = self._path.category
        self.problem = own_discount_problem(self.name or "")
        self.outdated = _outdated_problem(title) or self._discontinued_problem()

    def _discontinued_problem(self) -> RowProblem | None:
        """Return why rows are rejected below a title such as `Discontinued articles`."""
        titles = (self.name or "").split(SEPARATOR)
        title = next(filter(is_discontinued_title, titles), None)
        if title is None:
            return None
        return discontinued_problem(
            f"The row is below the title {quote(title)}", "rename the section"
        )


def _outdated_problem(title: str) -> RowProblem | None:
    """Return why rows are rejected below a title such as `Old prices`; None for other titles."""
    is_short = len(split_header(title)) <= _MAX_TITLE_WORDS
    if not (is_short and mentions_price(title) and has_old_price_word(title)):
        return None
    return RowProblem("malformed_row", f"The row is below the title {quote(title)}.")
